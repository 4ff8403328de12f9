import json
import struct

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from lstm.model.content_hash import is_undamaged
from lstm.model.model_file import Model, ModelFileError, dump_model, dump_tensors, load_model, read_tensors
from lstm.model.record import ArtistProfile, TrainingRecord
from lstm.network.parameters import Shape, initial_parameters
from lstm.text.vocabulary import Vocabulary


def model_file() -> bytes:
    vocabulary = Vocabulary.of("so roll me out, älter")
    parameters = initial_parameters(Shape(len(vocabulary), 4, 8, 1), np.random.default_rng(0))
    profile = ArtistProfile(alphabet="abc", style={"lines": ["ö"], "share": 0.1})
    return dump_model(Model(parameters, vocabulary, profile, TrainingRecord(artist="burns")), np.float16)


MODEL = model_file()
CHECKPOINT = dump_tensors({"parameters": np.arange(9, dtype=np.float32)}, {"run": "{}"})


def test_what_is_written_agrees_with_its_hash():
    assert is_undamaged(MODEL)
    assert is_undamaged(CHECKPOINT)
    assert load_model(MODEL).profile.alphabet == "abc"
    assert read_tensors(CHECKPOINT)[0]["parameters"].sum() == 36


def test_a_model_read_and_written_again_is_the_same_file():
    assert dump_model(load_model(MODEL), np.float16) == MODEL


@given(st.integers(min_value=0), st.integers(1, 255), st.sampled_from([MODEL, CHECKPOINT]))
def test_no_changed_byte_goes_unnoticed(at, change, original):
    at %= len(original)
    damaged = bytearray(original)
    damaged[at] ^= change
    try:
        read_tensors(bytes(damaged))
    except ModelFileError:
        return
    if b"sha256" not in damaged:
        return  # the name of the hash itself: the file counts as one of an earlier version
    # A change that JSON does not see, as of the padding, is none.
    length = struct.unpack("<Q", original[:8])[0]
    assert json.loads(damaged[8 : 8 + length]) == json.loads(original[8 : 8 + length])
    assert damaged[8 + length :] == original[8 + length :]


def test_what_is_wrong_in_particular_is_said_first():
    tensors = safetensors.numpy.load(MODEL)
    length = struct.unpack("<Q", MODEL[:8])[0]
    metadata = json.loads(MODEL[8 : 8 + length])["__metadata__"]
    tensors["output.bias"] = tensors["output.bias"] + np.float16(1)
    with pytest.raises(ModelFileError, match="does not match the hash"):
        load_model(safetensors.numpy.save(tensors, metadata))
    tensors["output.bias"][0] = np.nan
    with pytest.raises(ModelFileError, match="NaN"):
        load_model(safetensors.numpy.save(tensors, metadata))


def test_a_file_without_a_hash_is_taken_as_it_is():
    length = struct.unpack("<Q", MODEL[:8])[0]
    metadata = json.loads(MODEL[8 : 8 + length])["__metadata__"]
    config = json.loads(metadata["config"])
    del config["sha256"]
    plain = safetensors.numpy.save(safetensors.numpy.load(MODEL), metadata | {"config": json.dumps(config)})
    assert load_model(plain).training.artist == "burns"
