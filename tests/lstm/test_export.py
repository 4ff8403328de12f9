import json
from pathlib import Path

import numpy as np
import pytest

from lstm.export import main
from lstm.model.adapted import Adapted
from lstm.model.model_file import Model, base_of, dump_model, load_model
from lstm.network.adapters import Adapters
from lstm.network.likelihood import Likelihood
from lstm.training.base_model import load_base


@pytest.fixture
def artist(tmp_path: Path) -> Path:
    """A file of small random adapters on the shipped base."""
    base = load_base()
    assert base is not None
    adapters = Adapters.initial(base.parameters, 2, np.random.default_rng(1))
    adapters.left("output.weight")[...] = 0.02 * np.random.default_rng(2).standard_normal((base.shape.V, 2))
    path = tmp_path / "artist.safetensors"
    path.write_bytes(dump_model(Model(Adapted(base_of(base), adapters), base.vocabulary), np.float16))
    return path


def test_the_exported_network_is_the_artists(artist: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "whole.safetensors"
    assert main(["--model", str(artist), "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    whole, model = load_model(out), load_model(artist)
    assert told["bytes"] == out.stat().st_size
    assert isinstance(model.weights, Adapted)
    assert not isinstance(whole.weights, Adapted)
    ids = model.vocabulary.encode("\n\nI walk alone\nThe rain came down on Elm Street\n")
    assert Likelihood(whole.parameters).nats(ids) == Likelihood(model.parameters).nats(ids)
    assert whole.vocabulary == model.vocabulary


def test_pytorch_computes_the_same_from_the_exported_file(artist: Path, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    out = tmp_path / "whole.safetensors"
    main(["--model", str(artist), "--out", str(out)])
    from safetensors.torch import load_file

    tensors, model = load_file(out), load_model(artist)
    shape = model.shape
    embedding, lstm = torch.nn.Embedding(shape.V, shape.E), torch.nn.LSTM(shape.E, shape.H, shape.L)
    output = torch.nn.Linear(shape.H, shape.V)
    for name, module in (("embedding", embedding), ("lstm", lstm), ("output", output)):
        prefix = f"{name}."
        module.load_state_dict({k.removeprefix(prefix): t for k, t in tensors.items() if k.startswith(prefix)})
    ids = torch.tensor(model.vocabulary.encode("\n\nI walk alone\n").astype(np.int64))[:, None]
    with torch.no_grad():
        hidden, _ = lstm(embedding(ids[:-1]))
        nats = float(torch.nn.functional.cross_entropy(output(hidden)[:, 0], ids[1:, 0], reduction="sum"))
    assert nats == pytest.approx(Likelihood(model.parameters).nats(ids[:, 0].numpy()), rel=1e-5)


def test_a_file_that_is_no_model_is_one_line_and_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"no model")
    assert main(["--model", str(broken), "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert str(broken) in error
    assert error.count("\n") == 1
