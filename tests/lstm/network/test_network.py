"""The whole network against the plain reference, against numeric gradients, and against itself."""

from itertools import pairwise

import numpy as np
import pytest

from lstm.network.dropout import NO_DROPOUT, Dropout, Masks
from lstm.network.network import ROWS_AT_ONCE, Network, State
from lstm.network.parameters import Parameters, Shape, initial_parameters
from tests.lstm import reference

TOLERANCE = {np.float64: 1e-10, np.float32: 1e-5}
DROPOUT = Dropout(input=0.2, output=0.3, recurrent_weights=0.25)


def rng(*seed):
    return np.random.default_rng(seed or 0)


def random_parameters(shape, dtype=np.float64, seed=0):
    """Weights that all matter: no zeros, every gate where it is curved."""
    parameters = Parameters(shape, dtype)
    parameters.flat[...] = 0.5 * rng(1, seed).normal(size=parameters.flat.size)
    return parameters


def random_chunk(shape, T, B, dtype=np.float64, seed=0):
    """Inputs, targets (T, B) and a state."""
    r = rng(2, seed)
    inputs, targets = r.integers(shape.V, size=(2, T, B))
    hidden, cell = 0.5 * r.normal(size=(2, shape.L, shape.H, B))
    return inputs, targets, State(hidden.astype(dtype), cell.astype(dtype))


def masks_of(parameters, B, dropout, seed):
    """The masks that a network draws from ``rng(seed)``, for the reference."""
    drawn = Masks.draw(parameters.shape, B, dropout, rng(seed), parameters.flat.dtype)
    return reference.Masks(drawn.embedding, drawn.output, drawn.recurrent_weights)


def assert_close(actual, expected, dtype, name=""):
    tolerance = TOLERANCE[dtype]
    np.testing.assert_allclose(
        actual, expected, rtol=tolerance, atol=tolerance * max(1e-3, np.abs(expected).max()), err_msg=name
    )


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("dropout", [NO_DROPOUT, DROPOUT], ids=["plain", "dropout"])
@pytest.mark.parametrize(
    ("V", "L", "T", "B", "longest"),
    [
        pytest.param(7, 1, 5, 3, 5, id="one layer"),
        pytest.param(7, 2, 5, 3, 5, id="two layers"),
        pytest.param(7, 3, 4, 2, 4, id="three layers"),
        pytest.param(7, 2, 3, 3, 8, id="shorter than the chunk"),
        pytest.param(7, 2, 5, 1, 5, id="one stream"),
        pytest.param(7, 1, 1, 1, 4, id="one character"),
        pytest.param(300, 1, 6, 3, 6, id="many characters"),
        pytest.param(
            2, 1, 2 * ROWS_AT_ONCE, 2, 2 * ROWS_AT_ONCE, id="more rows of a character than are summed at once"
        ),
    ],
)
def test_loss_state_and_gradients_equal_the_reference(dtype, dropout, V, L, T, B, longest):
    shape = Shape(V=V, E=3, H=4, L=L)
    parameters = random_parameters(shape, dtype)
    inputs, targets, state = random_chunk(shape, T, B, dtype)
    inputs[-1] = inputs[0]  # a character that comes twice in any case
    network = Network(parameters, longest, B)
    loss, after = network.loss_and_gradients(inputs, targets, state, dropout, rng(5))
    wanted = reference.run(
        dict(parameters.items()), inputs, targets, state.hidden, state.cell, masks_of(parameters, B, dropout, 5)
    )

    assert loss == pytest.approx(wanted.nats.mean(), rel=TOLERANCE[dtype])
    assert_close(after.hidden, wanted.hidden, dtype)
    assert_close(after.cell, wanted.cell, dtype)
    for name, gradient in network.gradients.items():
        assert_close(gradient, wanted.gradients[name], dtype, name)
    first = network.first_state_gradients()
    assert_close(first.hidden, wanted.d_hidden, dtype)
    assert_close(first.cell, wanted.d_cell, dtype)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_carried_state_makes_chunks_one_text(dtype):
    shape = Shape(V=7, E=3, H=4, L=2)
    parameters = random_parameters(shape, dtype)
    inputs, targets, state = random_chunk(shape, 11, 3, dtype)  # 4 + 4 + 3: does not divide
    network = Network(parameters, 4, 3)
    wanted = reference.run(dict(parameters.items()), inputs, targets, state.hidden, state.cell)
    total, now = 0.0, state
    for start in range(0, 11, 4):
        nats, now = network.loss(inputs[start : start + 4], targets[start : start + 4], now)
        total += nats
    assert total == pytest.approx(wanted.nats.sum(), rel=TOLERANCE[dtype])
    assert_close(now.hidden, wanted.hidden, dtype)
    assert_close(now.cell, wanted.cell, dtype)


WANTED = 3 * rng(6).random((4, 2))


def squares(nats):
    """A loss that is no mean: some targets are to have other nats than they have, and one does not count."""
    return (nats - WANTED)[:, 1] @ (nats - WANTED)[:, 1] + (nats - WANTED)[1:, 0] @ (nats - WANTED)[1:, 0]


def slopes_of_squares(nats):
    slopes = 2 * (nats - WANTED)
    slopes[0, 0] = 0
    return slopes


@pytest.mark.parametrize("dropout", [NO_DROPOUT, DROPOUT], ids=["plain", "dropout"])
@pytest.mark.parametrize(("L", "slopes"), [(1, None), (2, None), (3, None), (2, slopes_of_squares)])
def test_every_gradient_equals_the_numeric_one(L, dropout, slopes):
    shape = Shape(V=5, E=3, H=3, L=L)
    parameters = random_parameters(shape)
    inputs, targets, state = random_chunk(shape, 4, 2)
    network = Network(parameters, 4, 2)

    def loss():
        losses = []

        def noting(nats):
            losses.append(squares(nats))
            return slopes(nats)

        mean = network.loss_and_gradients(inputs, targets, state, dropout, rng(5), noting if slopes else None)[0]
        return losses[0] if slopes else mean

    loss()
    analytic = {name: gradient.copy() for name, gradient in network.gradients.items()}
    first = network.first_state_gradients()
    analytic |= {"first hidden state": first.hidden, "first cell state": first.cell}
    places = dict(parameters.items()) | {"first hidden state": state.hidden, "first cell state": state.cell}
    epsilon = 1e-5
    for name, values in places.items():
        numeric = np.empty(values.size)
        flat = values.reshape(-1)
        assert np.shares_memory(flat, values)
        for k in range(values.size):
            kept = flat[k]
            flat[k] = kept + epsilon
            above = loss()
            flat[k] = kept - epsilon
            numeric[k] = (above - loss()) / (2 * epsilon)
            flat[k] = kept
        np.testing.assert_allclose(analytic[name].reshape(-1), numeric, rtol=1e-6, atol=1e-9, err_msg=name)


def test_the_gradient_of_the_embedding_is_numeric_too_with_many_characters():
    V = 300
    shape = Shape(V=V, E=2, H=3, L=1)
    parameters = random_parameters(shape)
    inputs, targets, state = random_chunk(shape, 4, 2)
    inputs[0] = V - 1
    network = Network(parameters, 4, 2)
    network.loss_and_gradients(inputs, targets, state)
    gradient = network.gradients["embedding.weight"].copy()
    unread = np.setdiff1d(np.arange(V), inputs)
    np.testing.assert_array_equal(gradient[unread], 0)
    embedding, epsilon = parameters["embedding.weight"], 1e-5
    for character in np.unique(inputs):
        for e in range(shape.E):
            kept = embedding[character, e]
            embedding[character, e] = kept + epsilon
            above = network.loss(inputs, targets, state)[0] / inputs.size
            embedding[character, e] = kept - epsilon
            below = network.loss(inputs, targets, state)[0] / inputs.size
            embedding[character, e] = kept
            assert gradient[character, e] == pytest.approx((above - below) / (2 * epsilon), rel=1e-6, abs=1e-9)


def test_loss_counts_only_what_it_is_told_to():
    shape = Shape(V=7, E=3, H=4, L=1)
    parameters = random_parameters(shape)
    inputs, targets, state = random_chunk(shape, 5, 3)
    counted = rng(9).random((5, 3)) < 0.5
    assert 0 < counted.sum() < counted.size
    wanted = reference.run(dict(parameters.items()), inputs, targets, state.hidden, state.cell)
    nats, _ = Network(parameters, 5, 3).loss(inputs, targets, state, counted)
    assert nats == pytest.approx(wanted.nats[counted].sum())
    nats, _ = Network(parameters, 5, 3).loss(inputs, targets, state)
    assert nats == pytest.approx(wanted.nats.sum())


def test_huge_logits_give_a_finite_loss():
    shape = Shape(V=4, E=2, H=2, L=1)
    parameters = random_parameters(shape, np.float32)
    parameters["output.bias"] = np.array([500.0, -500.0, 0.0, 0.0])
    inputs, targets = np.zeros((3, 1), int), np.ones((3, 1), int)
    network = Network(parameters, 3, 1)
    loss, _ = network.loss_and_gradients(inputs, targets, State.zeros(shape, 1))
    assert loss == pytest.approx(1000, rel=0.01)
    assert np.isfinite(network.gradients.flat).all()


def test_same_seed_same_bits():
    shape = Shape(V=7, E=3, H=8, L=2)

    def run(seed):
        parameters = initial_parameters(shape, rng(1))
        inputs, targets, state = random_chunk(shape, 6, 4, np.float32)
        network = Network(parameters, 6, 4)
        loss, after = network.loss_and_gradients(inputs, targets, state, DROPOUT, rng(seed))
        return loss, network.gradients.flat, after.hidden

    first, second, other = run(3), run(3), run(4)
    assert first[0] == second[0]
    assert first[0] != other[0]
    np.testing.assert_array_equal(first[1], second[1])
    np.testing.assert_array_equal(first[2], second[2])


def test_a_forward_pass_leaves_parameters_and_state_alone():
    shape = Shape(V=7, E=3, H=4, L=2)
    parameters = random_parameters(shape)
    inputs, targets, state = random_chunk(shape, 5, 3)
    before = parameters.flat.copy(), state.hidden.copy(), state.cell.copy()
    network = Network(parameters, 5, 3)
    _, after = network.loss_and_gradients(inputs, targets, state, DROPOUT, rng(5))
    for array, kept in zip((parameters.flat, state.hidden, state.cell), before, strict=True):
        np.testing.assert_array_equal(array, kept)
    kept = after.hidden.copy()
    network.loss(inputs, targets, after)  # must not write into the state that was handed out
    np.testing.assert_array_equal(after.hidden, kept)


class TestDropout:
    SHAPE = Shape(V=50, E=40, H=60, L=2)

    def draw(self, dropout, B=30):
        return Masks.draw(self.SHAPE, B, dropout, rng(3), np.dtype(np.float64))

    @pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
    def test_masks_keep_the_mean_and_drop_the_share(self, p):
        masks = self.draw(Dropout(p, p, p))
        for mask in (masks.embedding, masks.output[1], masks.recurrent_weights[0]):
            assert set(np.unique(mask)) == {0.0, 1 / (1 - p)}
            deviations = 5 * np.sqrt(p * (1 - p) / mask.size)
            assert abs((mask == 0).mean() - p) < deviations
        assert masks.output[1].shape == (60, 30)
        assert masks.recurrent_weights[0].shape == (240, 60)

    def test_each_layer_has_masks_of_its_own(self):
        masks = self.draw(DROPOUT)
        assert (masks.output[0] != masks.output[1]).any()
        assert (masks.recurrent_weights[0] != masks.recurrent_weights[1]).any()

    def test_what_is_not_asked_for_is_not_dropped(self):
        masks = self.draw(Dropout(output=0.5))
        assert masks.embedding is None
        assert masks.recurrent_weights is None
        assert self.draw(NO_DROPOUT).output is None

    def test_dropout_without_a_generator_is_refused(self):
        shape = Shape(V=5, E=2, H=3, L=1)
        network = Network(random_parameters(shape), 2, 1)
        with pytest.raises(ValueError, match="random generator"):
            network.loss_and_gradients(*random_chunk(shape, 2, 1), DROPOUT)


class TestParameters:
    SHAPE = Shape(V=7, E=3, H=4, L=2)

    def test_names_and_shapes_are_pytorchs(self):
        assert self.SHAPE.parameters() == {
            "embedding.weight": (7, 3),
            "lstm.weight_ih_l0": (16, 3),
            "lstm.weight_hh_l0": (16, 4),
            "lstm.bias_ih_l0": (16,),
            "lstm.bias_hh_l0": (16,),
            "lstm.weight_ih_l1": (16, 4),
            "lstm.weight_hh_l1": (16, 4),
            "lstm.bias_ih_l1": (16,),
            "lstm.bias_hh_l1": (16,),
            "output.weight": (7, 4),
            "output.bias": (7,),
        }

    def test_the_flat_vector_is_all_of_them_and_nothing_else(self):
        parameters = Parameters(self.SHAPE)
        for k, (_, array) in enumerate(parameters.items()):
            array += k + 1
        sizes = [array.size for _, array in parameters.items()]
        assert parameters.flat.size == sum(sizes)
        np.testing.assert_array_equal(np.bincount(parameters.flat.astype(int))[1:], sizes)

    def test_setting_one_writes_into_the_flat_vector_and_must_fit(self):
        parameters = Parameters(self.SHAPE)
        parameters["output.bias"] = np.arange(7)
        np.testing.assert_array_equal(parameters.flat[-7:], np.arange(7))
        with pytest.raises(ValueError, match="broadcast"):
            parameters["output.bias"] = np.arange(6)
        with pytest.raises(KeyError):
            parameters["output.biases"] = np.arange(7)

    def test_a_copy_is_independent(self):
        parameters = random_parameters(self.SHAPE)
        copy = parameters.copy()
        np.testing.assert_array_equal(copy["lstm.weight_hh_l1"], parameters["lstm.weight_hh_l1"])
        copy.flat[...] = 0
        assert parameters.flat.all()


class TestInitialParameters:
    SHAPE = Shape(V=40, E=30, H=64, L=2)

    def test_forget_bias_is_one_and_the_other_biases_are_zero(self):
        parameters = initial_parameters(self.SHAPE, rng())
        for k in range(2):
            bias = parameters[f"lstm.bias_ih_l{k}"] + parameters[f"lstm.bias_hh_l{k}"]
            i, f, g, o = np.split(bias, 4)
            np.testing.assert_array_equal(f, 1)
            np.testing.assert_array_equal(np.concatenate([i, g, o]), 0)

    def test_weights_are_uniform_within_the_bound(self):
        parameters = initial_parameters(self.SHAPE, rng())
        for name in ("lstm.weight_ih_l0", "lstm.weight_hh_l0", "lstm.weight_ih_l1", "output.weight"):
            assert 0.12 < np.abs(parameters[name]).max() <= 1 / 8
            assert abs(parameters[name].mean()) < 0.01
        assert parameters["embedding.weight"].std() == pytest.approx(1, abs=0.1)

    def test_the_output_bias_starts_at_the_letters_frequencies(self):
        log_frequencies = np.log(np.arange(1, 41) / np.arange(1, 41).sum())
        parameters = initial_parameters(self.SHAPE, rng(), log_frequencies)
        np.testing.assert_allclose(parameters["output.bias"], log_frequencies, rtol=1e-6)
        assert not initial_parameters(self.SHAPE, rng())["output.bias"].any()

    def test_the_generator_decides(self):
        first, second, other = (initial_parameters(self.SHAPE, rng(seed)).flat for seed in (1, 1, 2))
        np.testing.assert_array_equal(first, second)
        assert (first != other).any()


def test_gradient_descent_lowers_the_loss_at_every_small_step():
    shape = Shape(V=6, E=3, H=5, L=2)
    parameters = random_parameters(shape)
    inputs, targets, state = random_chunk(shape, 8, 4)
    network, losses = Network(parameters, 8, 4), []
    for _ in range(30):
        losses.append(network.loss_and_gradients(inputs, targets, state)[0])
        parameters.flat -= 0.05 * network.gradients.flat
    assert all(later < earlier for earlier, later in pairwise(losses))
