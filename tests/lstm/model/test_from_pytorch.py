"""A model that PyTorch has trained, saved by PyTorch's own tools, is read, measured and sung from like one of ours."""

import json
import math

import numpy as np
import pytest

from lstm.model.model_file import load_model
from lstm.network.likelihood import Likelihood
from lstm.song.composing import SongSettings, compose
from tests.corpora import verse

torch = pytest.importorskip("torch")
torch.set_num_threads(1)
E, H, L, T, B = 24, 64, 2, 32, 16


@pytest.fixture(scope="module")
def trained():
    """A network of characters after some training, its units, and ids (N,) that it has not learned."""
    torch.manual_seed(1)
    text = verse("cowboy")[:40_000]
    units = ["\ufffd", *sorted(set(text))]
    ids = torch.tensor([units.index(character) for character in text])
    V = len(units)
    parts = {"embedding": torch.nn.Embedding(V, E), "lstm": torch.nn.LSTM(E, H, L), "output": torch.nn.Linear(H, V)}
    network = torch.nn.ModuleDict(parts)
    optimiser = torch.optim.Adam(network.parameters(), lr=4e-3)
    for step in range(120):
        starts = torch.randint(len(ids) - 4_000 - T - 1, (B,), generator=torch.Generator().manual_seed(step))
        chunk = torch.stack([ids[start : start + T + 1] for start in starts], dim=1)
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(logits(network, chunk[:-1]).flatten(0, 1), chunk[1:].flatten()).backward()
        optimiser.step()
    return network, units, ids[-4_000:]


def logits(network, ids):
    """Ids (T, B) -> (T, B, V)."""
    return network["output"](network["lstm"](network["embedding"](ids))[0])


@pytest.fixture(scope="module")
def file(trained, tmp_path_factory):
    from safetensors.torch import save_file

    network, units, _ = trained
    path = tmp_path_factory.mktemp("pytorch") / "mine.safetensors"
    save_file(network.state_dict(), path, {"vocabulary": json.dumps(units), "config": "{}", "training": "{}"})
    return path


def test_it_predicts_as_well_as_in_pytorch(trained, file):
    network, _, held_out = trained
    model = load_model(file)
    assert (model.shape.E, model.shape.H, model.shape.L) == (E, H, L)
    with torch.no_grad():
        loss = torch.nn.functional.cross_entropy(logits(network, held_out[:-1, None])[:, 0], held_out[1:]).item()
    bits = Likelihood(model.parameters).bits_per_character(held_out.numpy().astype(np.int32))
    assert bits == pytest.approx(loss / math.log(2), rel=1e-5)
    assert bits < 4, "it has learned: an untrained one needs 5.9"


def test_it_sings(file):
    song = "".join(compose(load_model(file), "I walk alone", SongSettings(lines=4, random_seed=1)))
    assert song.startswith("I walk alone")
    assert len([line for line in song.splitlines() if line.strip()]) == 4
