from pathlib import Path

import numpy as np
import pytest

from lstm.decoding.stream import Stream
from lstm.decoding.stream_batch import StreamBatch
from lstm.decoding.weights import Voice
from lstm.model import installed_bases
from lstm.model.model_file import Model, ModelFileError, dump_model, load_model
from lstm.model.preferred import FILE, Preferred, preferred_of
from lstm.network.adapters import adapted_matrices
from lstm.network.likelihood import Likelihood
from lstm.network.parameters import Parameters
from tests.lstm.model.conftest import SHAPE, VOCABULARY, artist

IDS = VOCABULARY.encode("\nab ca\nbcab ba")


def taught(base: Model) -> Parameters:
    """A network that differs from a base in every weight."""
    parameters = base.parameters.copy()
    parameters.flat[...] += 0.6 * np.random.default_rng(3).standard_normal(len(parameters.flat)).astype(np.float32)
    return parameters


def teach(base: Model, folder: Path) -> Preferred:
    """Install what was taught the base."""
    preferred = Preferred.between(base.parameters, taught(base), 4)
    (folder / "pretrained" / FILE).write_bytes(preferred.dump(base.sha256))
    return preferred


def nats(model: Model) -> float:
    """As it is sung."""
    voice = Voice(model)
    stream = Stream(voice.start(), IDS[1:])
    StreamBatch(voice).run([stream])
    return -stream.nats


def test_all_of_a_difference_is_kept_at_full_rank_and_the_largest_part_below(base: Model) -> None:
    other, distances = taught(base), []
    for rank in (16, 8, 2):
        parameters = base.parameters.copy()
        Preferred.between(base.parameters, other, rank).add_to(parameters)
        distances.append(sum(np.square(parameters[name] - other[name]).sum() for name in adapted_matrices(SHAPE)))
        for name in SHAPE.parameters().keys() - adapted_matrices(SHAPE).keys():
            np.testing.assert_array_equal(parameters[name], base.parameters[name])
    assert distances[0] < 1e-8
    assert distances[0] < distances[1] < distances[2]


def test_a_base_and_its_artists_sing_with_what_was_taught_and_are_measured_without(base: Model, tmp_path: Path) -> None:
    models = (base, load_model(dump_model(artist(base))))
    measured = [Likelihood(model.parameters).nats(IDS) for model in models]
    assert [nats(model) for model in models] == pytest.approx(measured, rel=1e-4)

    preferred = teach(base, tmp_path)
    for model, before in zip(models, measured, strict=True):
        parameters = model.parameters.copy()
        preferred.add_to(parameters)
        wanted = Likelihood(parameters).nats(IDS)
        assert abs(wanted - before) > 0.1
        assert nats(model) == pytest.approx(wanted, rel=1e-3), "the file is in half precision"
        assert Likelihood(model.parameters).nats(IDS) == before


def test_it_is_kept_with_its_base_and_serves_no_other(base: Model, tmp_path: Path) -> None:
    installed_bases.also_look_in(tmp_path / "kept")
    teach(base, tmp_path)
    installed_bases.keep_base(tmp_path / "kept")
    sung = nats(base)
    (tmp_path / "pretrained" / FILE).write_bytes(Preferred({}).dump("0" * 64))
    assert nats(base) == sung
    assert preferred_of("1" * 64) is None
    other = load_model(dump_model(Model(taught(base), VOCABULARY)))
    assert nats(other) == pytest.approx(Likelihood(other.parameters).nats(IDS), rel=1e-4)


def test_a_damaged_file_is_refused(base: Model, tmp_path: Path) -> None:
    teach(base, tmp_path)
    file = tmp_path / "pretrained" / FILE
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    with pytest.raises(ModelFileError, match=r"preferred\.safetensors: This file is damaged"):
        Voice(base)
