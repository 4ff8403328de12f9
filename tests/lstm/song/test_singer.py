"""A model ready to sing, and the style of its artist."""

import numpy as np
import pytest

from lstm.model.model_file import Model, ModelFileError
from lstm.model.record import ArtistProfile, TrainingRecord
from lstm.network.parameters import Parameters, Shape
from lstm.song.singer import Singer
from lstm.song.style import Style
from lstm.text.vocabulary import UNKNOWN, Vocabulary

VOCABULARY = Vocabulary([UNKNOWN, *"\nabcde"])


def make_model(config):
    parameters = Parameters(Shape(len(VOCABULARY), E=4, H=8, L=2))
    parameters.flat[...] = np.random.default_rng(0).normal(size=parameters.flat.size)
    return Model(parameters, VOCABULARY, ArtistProfile.from_json(config), TrainingRecord(artist="Ann"))


def test_it_has_the_voice_and_the_record_of_its_model():
    model = make_model({})
    singer = Singer(model)
    assert (singer.voice.vocabulary, singer.training) == (model.vocabulary, TrainingRecord(artist="Ann"))
    assert singer.nbytes == singer.voice.nbytes + singer.style.nbytes


def test_the_style_is_the_models_or_empty():
    style = Style.of("one two\nthree four\n\nfive six\nseven\n" * 9).to_json()
    assert Singer(make_model({"style": style})).style.to_json() == style
    for stored in (None, 3, []):
        assert Singer(make_model({"style": stored})).style.to_json() == Style.of("").to_json()


@pytest.mark.parametrize("stored", [{}, {"x": 1}])
def test_a_damaged_style_is_a_sentence(stored):
    with pytest.raises(ModelFileError, match=r"style of its artist is damaged.*\."):
        Singer(make_model({"style": stored}))
