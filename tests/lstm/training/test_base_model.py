"""The shipped base, and a model's weights for a larger vocabulary."""

import numpy as np
import pytest

from lstm.model.model_file import Model
from lstm.network.likelihood import Likelihood
from lstm.network.parameters import Parameters, Shape
from lstm.text.vocabulary import UNKNOWN, Vocabulary
from lstm.training.base_model import extend, knows_script, load_base

SMALL = Vocabulary([UNKNOWN, *"\n abcd"])
TEXT = "\nabba cab\nдada ccc д\nbad\n" * 4


def make_model(vocabulary=SMALL):
    parameters = Parameters(Shape(len(vocabulary), E=5, H=6, L=2))
    parameters.flat[...] = np.random.default_rng(0).normal(size=parameters.flat.size)
    return Model(parameters, vocabulary)


@pytest.mark.parametrize(("text", "known"), [("abcd dcba", True), ("abcdд", True), ("abдд", False), ("", True)])
def test_a_script_is_known_if_most_of_its_characters_are(text, known):
    assert knows_script(make_model(), text) is known


class TestExtending:
    def extended(self, more="дz", seed=1):
        vocabulary = Vocabulary(SMALL.units + tuple(more))
        return vocabulary, extend(make_model(), vocabulary, TEXT, np.random.default_rng(seed))

    def test_without_new_characters_nothing_changes(self):
        _, parameters = self.extended("")
        np.testing.assert_array_equal(parameters.flat, make_model().parameters.flat)

    def test_what_the_model_knew_it_still_knows(self):
        _, parameters = self.extended()
        for name, array in make_model().parameters.items():
            np.testing.assert_array_equal(parameters[name][: len(array)], array)

    def test_known_characters_keep_their_odds(self):
        vocabulary, parameters = self.extended()
        ids = SMALL.encode("\nabba cab")
        np.testing.assert_array_equal(vocabulary.encode("\nabba cab"), ids)
        before = make_model().parameters
        odds = []
        for p in (before, parameters):
            nats = [Likelihood(p).nats(np.array([*ids, k])) for k in SMALL.encode("ab")]
            odds.append(nats[0] - nats[1])
        assert odds[0] == pytest.approx(odds[1], abs=1e-4)

    def test_a_new_character_gets_about_the_chance_that_it_has_in_the_text(self):
        vocabulary, parameters = self.extended()
        assert not parameters["output.weight"][len(SMALL) :].any()
        д, z = parameters["output.bias"][len(SMALL) :]
        shares = vocabulary.log_frequencies(vocabulary.encode(TEXT))
        assert д - z == pytest.approx(shares[-2] - shares[-1])
        known = slice(len(SMALL))
        assert д - shares[-2] == pytest.approx((parameters["output.bias"][known] - shares[known]).mean(), rel=1e-4)

    def test_its_embedding_is_an_average_one_with_noise(self):
        _, parameters = self.extended()
        old, new = np.split(parameters["embedding.weight"], [len(SMALL)])
        assert np.abs(new - old.mean(axis=0)).max() < 4 * 0.3 * old.std()
        assert (new[0] != new[1]).all()

    def test_the_generator_decides(self):
        first, second, other = (self.extended(seed=seed)[1].flat for seed in (1, 1, 2))
        np.testing.assert_array_equal(first, second)
        assert (first != other).any()

    def test_the_model_is_left_alone(self):
        model = make_model()
        vocabulary = Vocabulary((*SMALL.units, "д"))
        extend(model, vocabulary, TEXT, np.random.default_rng(0)).flat[...] = 0
        np.testing.assert_array_equal(model.parameters.flat, make_model().parameters.flat)

    @pytest.mark.parametrize("units", [[UNKNOWN, *"ab"], [UNKNOWN, *"д\n abcd"], [UNKNOWN, *"\n abdc"]])
    def test_another_vocabulary_is_refused(self, units):
        with pytest.raises(ValueError, match="begin with the model's own"):
            extend(make_model(), Vocabulary(units), TEXT, np.random.default_rng(0))


def test_the_shipped_base_reads_english():
    base = load_base()
    if base is None:
        pytest.skip("this checkout has no base model")
    english, shuffled = (
        "\nAnd all the night I hear the rain upon the road\n",
        "\nr nhtAhoe dpgo llua nt ndtrahi hhe eai rItand \n",
    )
    likelihood = Likelihood(base.parameters, lengths=base.vocabulary.lengths)
    measured = [likelihood.bits_per_character(base.vocabulary.encode(text)) for text in (english, shuffled)]
    assert measured[0] < 3 < measured[1]
