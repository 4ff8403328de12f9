import json
from pathlib import Path

import numpy as np
import pytest

from lstm.decoding.stream import Stream
from lstm.decoding.stream_batch import StreamBatch
from lstm.decoding.weights import Voice
from lstm.model import installed_bases, model_file
from lstm.model.adapted import Adapted
from lstm.model.model_file import Model, ModelFileError, base_with_hash, dump_model, load_model, read_tensors
from lstm.network.adapters import Adapters
from lstm.network.likelihood import Likelihood
from lstm.network.parameters import initial_parameters
from tests.lstm.model.conftest import SHAPE, VOCABULARY, artist


def test_a_file_of_adapters_is_read_back_with_its_base(base: Model) -> None:
    model = artist(base)
    read = load_model(dump_model(model))
    assert isinstance(read.weights, Adapted)
    np.testing.assert_array_equal(read.parameters.flat, model.parameters.flat)
    assert (read.vocabulary, read.profile, read.training) == (VOCABULARY, model.profile, model.training)


def test_a_file_of_adapters_holds_only_them(base: Model) -> None:
    tensors, metadata = read_tensors(dump_model(artist(base), np.float16))
    assert sum(array.size for array in tensors.values()) == len(Adapters(SHAPE, 3).flat)
    assert json.loads(metadata["config"])["base"] == base.sha256


def test_all_artists_of_a_base_share_it(base: Model) -> None:
    one, other = (load_model(dump_model(artist(base, seed))) for seed in (2, 3))
    assert isinstance(one.weights, Adapted)
    assert isinstance(other.weights, Adapted)
    assert one.weights.base is other.weights.base is base_with_hash(base.sha256)
    voices = Voice(one), Voice(other)
    assert voices[0].packed is voices[1].packed


@pytest.mark.parametrize("in_tiles", [True, False])
@pytest.mark.parametrize("B", [1, 2, 9])
def test_adapters_are_sung_as_the_merged_weights_would_be(
    base: Model, monkeypatch: pytest.MonkeyPatch, in_tiles: bool, B: int
) -> None:
    monkeypatch.setattr("lstm.network.gemm.layout", lambda: "tiles" if in_tiles else "whole")
    model = load_model(dump_model(artist(base)))
    ids = VOCABULARY.encode("\nab ca\nbcab ba")
    wanted = -Likelihood(model.parameters).nats(ids)
    voice = Voice(model)
    streams = [Stream(voice.start(), ids[1:]) for _ in range(B)]
    StreamBatch(voice).run(streams)
    assert [stream.nats for stream in streams] == pytest.approx([wanted] * B, rel=1e-4)


def release(tmp_path: Path, random_seed: int) -> None:
    """Another base in place of the one that is installed."""
    parameters = initial_parameters(SHAPE, np.random.default_rng(random_seed))
    (tmp_path / "pretrained" / "base.safetensors").write_bytes(dump_model(Model(parameters, VOCABULARY), np.float16))


def test_a_base_in_memory_stays_as_it_is_when_artists_are_merged_with_it(base: Model) -> None:
    before, model = base.parameters.flat.copy(), artist(base)
    merged = model.parameters.flat.copy()
    np.testing.assert_array_equal(base.parameters.flat, before)
    np.testing.assert_array_equal(model.parameters.flat, merged)


def test_an_artist_outlives_the_base_of_its_release(base: Model, tmp_path: Path) -> None:
    data, wanted = dump_model(artist(base)), artist(base).parameters.flat.copy()
    (tmp_path / "pretrained" / "reader.safetensors").write_bytes(b"the reader of this base")
    kept = tmp_path / "kept"
    installed_bases.also_look_in(kept)
    installed_bases.keep_base(kept)
    base_sha256 = base.sha256
    del base
    release(tmp_path, 7)
    (tmp_path / "pretrained" / "reader.safetensors").write_bytes(b"the reader of the next")
    read = load_model(data)
    np.testing.assert_array_equal(read.parameters.flat, wanted)
    readers = installed_bases.files_beside_base("reader.safetensors", base_sha256)
    assert [file.read_bytes() for file in readers] == [b"the reader of the next", b"the reader of this base"]

    installed_bases.keep_base(kept)
    installed_bases.keep_base(kept)
    assert len(list(kept.iterdir())) == 2


def test_a_kept_base_that_is_damaged_or_no_hash_is_none(base: Model, tmp_path: Path) -> None:
    installed_bases.also_look_in(tmp_path / "kept")
    installed_bases.keep_base(tmp_path / "kept")
    release(tmp_path, 7)
    copy = tmp_path / "kept" / base.sha256 / "base.safetensors"
    assert installed_bases.base_file(base.sha256) == copy.read_bytes()
    copy.write_bytes(copy.read_bytes()[:-1] + b"!")
    assert installed_bases.base_file(base.sha256) is None
    assert installed_bases.base_file("../pretrained") is None


def test_a_damaged_copy_of_the_released_base_is_replaced(base: Model, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    (tmp_path / "pretrained" / "reader.safetensors").write_bytes(b"the reader of this base")
    assert installed_bases.keep_base(kept) is None
    assert installed_bases.damaged_bases(kept) == []
    copy, reader = (kept / base.sha256 / f"{name}.safetensors" for name in ("base", "reader"))
    whole = copy.read_bytes()
    for damaged in (whole[:-1] + b"!", whole[:100], b""):
        copy.write_bytes(damaged)
        reader.write_bytes(b"no reader")
        assert installed_bases.damaged_bases(kept) == [copy]
        assert installed_bases.keep_base(kept) == copy
        assert (copy.read_bytes(), reader.read_bytes()) == (whole, b"the reader of this base")
    assert installed_bases.keep_base(kept) is None


def test_another_release_of_the_same_base_brings_the_files_beside_it_up_to_date(base: Model, tmp_path: Path) -> None:
    kept, reader = tmp_path / "kept", tmp_path / "pretrained" / "reader.safetensors"
    reader.write_bytes(b"the reader")
    installed_bases.keep_base(kept)
    reader.write_bytes(b"a better reader")
    assert installed_bases.keep_base(kept) is None  # nothing was damaged
    assert (kept / base.sha256 / "reader.safetensors").read_bytes() == b"a better reader"


def test_a_damaged_copy_of_an_earlier_base_is_found_and_left_as_it_is(base: Model, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    installed_bases.keep_base(kept)
    release(tmp_path, 7)
    copy = kept / base.sha256 / "base.safetensors"
    copy.write_bytes(copy.read_bytes()[:-1] + b"!")
    assert installed_bases.keep_base(kept) is None
    assert installed_bases.damaged_bases(kept) == [copy]
    copy.unlink()
    assert installed_bases.damaged_bases(kept) == [copy]
    (kept / "notes").mkdir()
    assert installed_bases.damaged_bases(kept) == [copy]


def test_adapters_of_another_base_are_refused(base: Model) -> None:
    data = dump_model(artist(base))
    tensors, metadata = read_tensors(data)
    config = json.loads(metadata["config"]) | {"base": "0" * 64}
    other = model_file.dump_tensors(tensors, metadata | {"config": json.dumps(config)})
    with pytest.raises(ModelFileError, match="a base model that is not installed"):
        load_model(other)


@pytest.mark.parametrize("rank", [0, -1, 10**9, "3", None])
def test_a_rank_that_is_none_is_refused(base: Model, rank: object) -> None:
    tensors, metadata = read_tensors(dump_model(artist(base)))
    config = json.loads(metadata["config"]) | {"rank": rank}
    with pytest.raises(ModelFileError):
        load_model(model_file.dump_tensors(tensors, metadata | {"config": json.dumps(config)}))


def test_damaged_adapters_are_refused(base: Model) -> None:
    tensors, metadata = read_tensors(dump_model(artist(base)))
    tensors["output.bias"][0] = np.nan
    with pytest.raises(ModelFileError, match="NaN"):
        load_model(model_file.dump_tensors(tensors, metadata))
