"""Model files: what is written can be read, and anything incomplete is refused with one sentence."""

import json
import re
import struct

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm.model.model_file import FORMAT, Model, ModelFileError, dump_model, dump_tensors, load_model, read_tensors
from lstm.model.record import ArtistProfile, TrainingRecord
from lstm.network.parameters import Parameters, Shape
from lstm.text.vocabulary import UNKNOWN, Vocabulary

VOCABULARY = Vocabulary([UNKNOWN, *"\n aé漢"])
SHAPE = Shape(len(VOCABULARY), E=3, H=2, L=2)
SENTENCE = re.compile(r"[^\n]+\.")


def model(seed=0):
    parameters = Parameters(SHAPE)
    parameters.flat[...] = np.random.default_rng(seed).normal(size=parameters.flat.size)
    return Model(parameters, VOCABULARY, ArtistProfile("aé"), TrainingRecord(artist="Ngũgĩ", seconds=1.5))


WHOLE = dump_model(model())


def config_of(data):
    config = json.loads(read_tensors(data)[1]["config"])
    config.pop("sha256", None)
    return config


def refused(source):
    """The sentence with which a file is refused."""
    with pytest.raises(ModelFileError) as caught:
        load_model(source)
    assert SENTENCE.fullmatch(str(caught.value))
    return str(caught.value)


def changed(tensors=None, metadata=None, without=()):
    """The bytes of a model with some tensors or metadata replaced or left out."""
    everything = {name: array.copy() for name, array in model().parameters.items()} | (tensors or {})
    _, kept = read_tensors(WHOLE)
    kept |= metadata or {}
    return safetensors.numpy.save(
        {name: array for name, array in everything.items() if name not in without},
        {key: value for key, value in kept.items() if key not in without},
    )


class TestRoundTrip:
    @pytest.mark.parametrize("dtype", [np.float32, np.float16])
    def test_weights_vocabulary_and_records(self, tmp_path, dtype):
        file = tmp_path / "artist.safetensors"
        file.write_bytes(dump_model(model(), dtype))
        for source in (file, file.read_bytes()):
            loaded = load_model(source)
            assert loaded.shape == SHAPE
            assert loaded.vocabulary == VOCABULARY
            assert loaded.training == model().training
            assert loaded.profile == model().profile
            assert config_of(dump_model(loaded)) == {
                "format": FORMAT, "units": "characters", "embedding": 3, "hidden": 2, "layers": 2, "alphabet": "aé",
            }  # fmt: skip
            assert loaded.parameters.flat.dtype == np.float32
            np.testing.assert_array_equal(loaded.parameters.flat, model().parameters.flat.astype(dtype))

    def test_writing_what_was_read_changes_nothing(self):
        again = load_model(dump_model(load_model(WHOLE)))
        assert again.profile == load_model(WHOLE).profile
        assert again.training == model().training
        np.testing.assert_array_equal(again.parameters.flat, model().parameters.flat)

    def test_half_precision_is_half_the_size(self):
        parameters = Parameters(Shape(len(VOCABULARY), E=64, H=64, L=1))
        big = Model(parameters, VOCABULARY)
        assert big.size == len(parameters.flat)
        assert len(dump_model(big, np.float16)) < 0.55 * len(dump_model(big))

    def test_the_file_is_what_the_interface_says(self):
        length = struct.unpack("<Q", WHOLE[:8])[0]
        header = json.loads(WHOLE[8 : 8 + length])
        metadata = header.pop("__metadata__")
        assert set(metadata) == {"vocabulary", "config", "training"}
        assert json.loads(metadata["vocabulary"]) == [UNKNOWN, *"\n aé漢"]
        assert {name: tuple(entry["shape"]) for name, entry in header.items()} == SHAPE.parameters()
        assert {entry["dtype"] for entry in header.values()} == {"F32"}

    def test_config_cannot_contradict_the_weights(self):
        config = config_of(WHOLE) | {"hidden": 99, "format": "other", "unknown": 1}
        read = load_model(changed(metadata={"config": json.dumps(config)}))
        assert (read.shape, config_of(dump_model(read))) == (SHAPE, config_of(WHOLE))


class TestRefused:
    @pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 100, *range(200, len(WHOLE), 97), len(WHOLE) - 4, len(WHOLE) - 1])
    def test_cut_short(self, size):
        assert "not a complete safetensors file" in refused(WHOLE[:size])

    def test_too_long(self):
        refused(WHOLE + b"\0")

    @pytest.mark.parametrize(
        "data",
        [b"hello", b"\0" * 8, b"\0" * 1000, b"\xff" * 100, b"\x80\x04\x95" + b"." * 50, struct.pack("<Q", 2) + b"{}"],
        ids=["text", "zeros", "more zeros", "ones", "pickle", "empty header"],
    )
    def test_other_files(self, data):
        refused(data)

    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    @pytest.mark.parametrize("dtype", [np.float32, np.float16])
    def test_not_a_number_and_infinity(self, value, dtype):
        for name in SHAPE.parameters():
            array = np.zeros(SHAPE.parameters()[name], dtype)
            array.reshape(-1)[-1] = value
            assert refused(changed({name: array})) == f"The model: {name} holds NaN or infinity."

    @pytest.mark.parametrize("name", SHAPE.parameters())
    def test_another_shape(self, name):
        shape = SHAPE.parameters()[name]
        for other in ((*shape[:-1], shape[-1] + 1), (shape[0] + 1, *shape[1:]), (*shape[::-1], 1), (0,), ()):
            refused(changed({name: np.zeros(other, np.float32)}))

    @pytest.mark.parametrize("dtype", [np.float64, np.int32, np.uint8, bool])
    def test_another_type_of_number(self, dtype):
        array = np.zeros(SHAPE.parameters()["output.weight"], dtype)
        assert "output.weight is" in refused(changed({"output.weight": array}))

    def test_bfloat16_and_others_that_numpy_lacks(self):
        for kind, size in ((b"BF16", 2), (b"F8_E4M3", 1)):
            header = b'{"output.bias":{"dtype":"%s","shape":[4],"data_offsets":[0,%d]}}' % (kind, 4 * size)
            refused(struct.pack("<Q", len(header)) + header + b"\0" * 4 * size)

    @pytest.mark.parametrize("name", SHAPE.parameters())
    def test_a_missing_tensor(self, name):
        refused(changed(without=[name]))

    def test_a_tensor_too_many(self):
        assert "unexpected tensor extra" in refused(changed({"extra": np.zeros(2, np.float32)}))

    def test_a_network_of_size_zero(self):
        for shape in (Shape(V=6, E=3, H=0, L=1), Shape(V=6, E=0, H=2, L=1), Shape(V=1, E=3, H=2, L=1)):
            vocabulary = Vocabulary(VOCABULARY.units[: shape.V])
            assert "size zero" in refused(dump_model(Model(Parameters(shape), vocabulary)))

    @pytest.mark.parametrize("key", ["vocabulary", "config", "training"])
    def test_missing_metadata(self, key):
        assert refused(changed(without=[key])) == f"The model has no metadata '{key}'."
        assert "metadata" in refused(changed(metadata={key: "{"}))
        assert "metadata" in refused(changed(metadata={key: "[" * 100_000}))
        for other in ("3", '"x"', "null", "true"):
            assert "metadata" in refused(changed(metadata={key: other}))

    def test_no_metadata_at_all(self):
        tensors, _ = read_tensors(WHOLE)
        refused(safetensors.numpy.save(tensors))
        length = struct.unpack("<Q", WHOLE[:8])[0]
        header = json.loads(WHOLE[8 : 8 + length])
        for odd in (None, {}, {"vocabulary": "[]"}):
            written = json.dumps(header | {"__metadata__": odd}).encode()
            refused(struct.pack("<Q", len(written)) + written + WHOLE[8 + length :])

    @pytest.mark.parametrize(
        "units",
        [
            [], ["a", "b", "c", "d", "e", "f"], [UNKNOWN, *"aabcd"], [UNKNOWN, "ab", *"cdef"], [UNKNOWN, 1, 2, 3, 4, 5],
            [UNKNOWN, None, "a", "b", "c", "d"], [UNKNOWN, ["a"], "b", "c", "d", "e"], {"a": 1}, [UNKNOWN, *"\n aé"],
            [UNKNOWN, *"\n aé漢字"], [UNKNOWN, *"\n aé\ud800"], [[UNKNOWN]], [UNKNOWN],
        ],
    )  # fmt: skip
    def test_another_vocabulary(self, units):
        refused(changed(metadata={"vocabulary": json.dumps(units)}))

    def test_the_file_is_named(self, tmp_path):
        missing, cut = tmp_path / "missing.safetensors", tmp_path / "cut.safetensors"
        cut.write_bytes(WHOLE[:300])
        assert refused(missing) == f"{missing} cannot be read: no such file or directory."
        assert refused(cut).startswith(f"{cut} is not a complete safetensors file (")
        assert "cannot be read" in refused(tmp_path)


SUBWORDS = Vocabulary([UNKNOWN, *"\n ab", "ab", " ab", "bb"], [("a", "b"), (" ", "ab"), ("b", "b")])


def subword_model():
    parameters = Parameters(Shape(len(SUBWORDS), E=3, H=2, L=1))
    parameters.flat[...] = np.random.default_rng(0).normal(size=parameters.flat.size)
    return Model(parameters, SUBWORDS, ArtistProfile("ab"))


def with_config(text):
    """The bytes of a model of subwords with other text for its config."""
    tensors, metadata = read_tensors(dump_model(subword_model()))
    return safetensors.numpy.save(tensors, metadata | {"config": text})


class TestSubwords:
    @pytest.mark.parametrize("dtype", [np.float32, np.float16])
    def test_units_and_merges_are_read_as_they_were_written(self, dtype):
        loaded = load_model(dump_model(subword_model(), dtype))
        assert loaded.vocabulary == SUBWORDS
        assert config_of(dump_model(loaded)) == {
            "format": FORMAT, "units": "subwords", "merges": [["a", "b"], [" ", "ab"], ["b", "b"]],
            "embedding": 3, "hidden": 2, "layers": 1, "alphabet": "ab",
        }  # fmt: skip
        np.testing.assert_array_equal(loaded.vocabulary.encode("ab abbb"), SUBWORDS.encode("ab abbb"))
        np.testing.assert_array_equal(loaded.parameters.flat, subword_model().parameters.flat.astype(dtype))

    def test_writing_what_was_read_changes_nothing(self):
        once = load_model(dump_model(subword_model()))
        again = load_model(dump_model(once))
        assert (again.vocabulary, again.profile, again.training) == (once.vocabulary, once.profile, once.training)
        np.testing.assert_array_equal(again.parameters.flat, once.parameters.flat)

    def test_a_model_of_characters_made_from_one_of_subwords_has_no_merges(self):
        read = load_model(dump_model(subword_model()))
        letters = read.vocabulary.characters()
        made = Model(Parameters(Shape(len(letters), E=3, H=2, L=1)), letters, read.profile)
        assert load_model(dump_model(made)).vocabulary == letters
        assert config_of(dump_model(made))["units"] == "characters"
        assert "merges" not in config_of(dump_model(made))

    @pytest.mark.parametrize(
        "merges",
        [
            "null", "3", "true", '"ab"', "[]", "{}", "[3]", "[null]", '["a"]', "[[]]", '[["a"]]', '[["a", "b", "b"]]',
            "[[1, 2]]", "[[1.5, 1.5]]", "[[true, false]]", "[[null, null]]", '[["a", 1]]', '[["a", null]]',
            '[[["a"], ["b"]]]', '[[{"a": 1}, "b"]]', '[["a", "b"], [" ", "ab"], ["b", "b"], ["b", "a"]]',
            '[["a", "b"], [" ", "ab"]]', '[["a", "b"], [" ", "ab"], ["b", "b"], ["", "ab"]]',
            '[["a", "b"], [" ", "ab"], ["b", "b"], ["", ""]]',
            '[["a", "b"], [" ", "ab"], ["b", "b"], ["\\ud800", "b"]]',
            '[["a", "b"], [" ", "ab"], ["b", "b"], null]', '[["a", "b"], [" ", "ab"], ["b", "b"], ["b", "b", "b"]]',
            "[" * 100_000, "[" * 900 + "]" * 900, '{"a": ' * 900 + "1" + "}" * 900, "1e999", "[[1e999, 1]]", "NaN",
        ],
    )  # fmt: skip
    def test_other_merges_are_refused(self, merges):
        assert "metadata that cannot be read" in refused(with_config(f'{{"merges": {merges}}}'))

    def test_so_are_subwords_without_merges(self):
        assert "metadata that cannot be read" in refused(with_config("{}"))

    @pytest.mark.parametrize(
        ("units", "merges"),
        [
            ([UNKNOWN, *"\n ab", "\n\n"], [["\n", "\n"]]),
            ([UNKNOWN, *"\n ab", "a" + UNKNOWN], [["a", UNKNOWN]]),
            ([UNKNOWN, *"\n ab", ""], [["", ""]]),
            ([UNKNOWN, *"\n ab", "\ud800\udc00"], [["\ud800", "\udc00"]]),
        ],
    )
    def test_so_are_units_that_no_text_has(self, units, merges):
        tensors, metadata = read_tensors(dump_model(subword_model()))
        metadata |= {"vocabulary": json.dumps(units), "config": json.dumps({"merges": merges})}
        assert "metadata that cannot be read" in refused(safetensors.numpy.save(tensors, metadata))

    @given(
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text("ab \n", max_size=3),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=2),
        )
    )
    def test_any_json_gives_a_model_or_a_sentence(self, merges):
        try:
            loaded = load_model(with_config(json.dumps({"merges": merges})))
        except ModelFileError as error:
            assert SENTENCE.fullmatch(str(error))
        else:
            assert loaded.vocabulary.units == SUBWORDS.units


# Trying every bit of the header would take long; Hypothesis looks for the ones that matter.
@settings(max_examples=400)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_mutated_bytes_give_a_model_or_a_sentence(changes):
    data = bytearray(WHOLE)
    for place, value in changes:
        data[place] = value
    try:
        loaded = load_model(bytes(data))
    except ModelFileError as error:
        assert SENTENCE.fullmatch(str(error))
    else:
        assert np.isfinite(loaded.parameters.flat).all()
        assert len(loaded.vocabulary) == loaded.shape.V


@settings(max_examples=400)
@given(st.data())
def test_mutated_headers_give_a_model_or_a_sentence(data):
    """Text put into the header, with its length corrected: passes the first look at the file."""
    length = struct.unpack("<Q", WHOLE[:8])[0]
    header = WHOLE[8 : 8 + length]
    start = data.draw(st.integers(0, len(header)))
    end = data.draw(st.integers(start, min(len(header), start + 8)))
    piece = data.draw(
        st.sampled_from([b"", b"0", b"-1", b"null", b"{}", b"[]", b'"', b"\\ud800", b"\\u0000", b"1e999"])
    )
    header = header[:start] + piece + header[end:]
    try:
        load_model(struct.pack("<Q", len(header)) + header + WHOLE[8 + length :])
    except ModelFileError as error:
        assert SENTENCE.fullmatch(str(error))


@given(st.binary(max_size=200))
def test_random_bytes_are_refused(data):
    refused(data)


class TestReadTensors:
    def test_what_was_saved(self):
        tensors, metadata = read_tensors(safetensors.numpy.save({"a": np.arange(3.0)}, {"k": "v"}))
        np.testing.assert_array_equal(tensors["a"], np.arange(3.0))
        assert metadata == {"k": "v"}

    @pytest.mark.parametrize("data", [b"", WHOLE[:50], WHOLE[:-1], b"x" * 99])
    def test_damaged_bytes(self, data):
        with pytest.raises(ModelFileError, match="not a complete safetensors file") as caught:
            read_tensors(data)
        assert SENTENCE.fullmatch(str(caught.value))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_tensors_are_written_as_the_library_would_read_them(dtype):
    rng = np.random.default_rng(0)
    tensors = {
        "a": rng.normal(size=(3, 5)).astype(dtype), "b": rng.normal(size=(5, 3)).astype(dtype).T,
        "none": np.empty((0, 4), dtype), "one": rng.normal(size=1).astype(dtype),
    }  # fmt: skip
    read, metadata = read_tensors(dump_tensors(tensors, {"run": "«é»"}))
    assert metadata == {"run": "«é»"}
    assert set(read) == set(tensors)
    for name, array in tensors.items():
        assert read[name].dtype == dtype
        np.testing.assert_array_equal(read[name], array)
