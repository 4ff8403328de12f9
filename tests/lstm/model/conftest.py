"""A small base, installed where bases are looked for."""

from pathlib import Path

import numpy as np
import pytest

from lstm.model import installed_bases
from lstm.model.adapted import Adapted
from lstm.model.model_file import Model, base_of, dump_model, load_model
from lstm.model.record import ArtistProfile, TrainingRecord
from lstm.network.adapters import Adapters
from lstm.network.parameters import Shape, initial_parameters
from lstm.text.vocabulary import UNKNOWN, Vocabulary

VOCABULARY = Vocabulary([UNKNOWN, "\n", *"abcdefg "])
SHAPE = Shape(len(VOCABULARY), 6, 16, 2)


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    data = dump_model(Model(initial_parameters(SHAPE, np.random.default_rng(1)), VOCABULARY), np.float32)
    (tmp_path / "pretrained").mkdir()
    (tmp_path / "pretrained" / "base.safetensors").write_bytes(data)
    monkeypatch.setattr(installed_bases, "files", lambda _package: tmp_path)
    monkeypatch.setattr(installed_bases, "_kept", [])
    return load_model(data)


def artist(base: Model, random_seed: int = 2) -> Model:
    """An artist of the base, not yet written to a file."""
    adapters = Adapters(SHAPE, 3)
    adapters.flat[...] = 0.3 * np.random.default_rng(random_seed).standard_normal(len(adapters.flat))
    return Model(
        Adapted(base_of(base), adapters), VOCABULARY, ArtistProfile("abc"), TrainingRecord(artist="Ann", seconds=1.5)
    )
