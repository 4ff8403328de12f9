"""The same numbers as PyTorch: gradients, optimisers, and model files that its modules load unchanged."""

import json
import math
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from lstm.decoding.stream import Stream
from lstm.decoding.stream_batch import StreamBatch
from lstm.decoding.weights import Memory, Voice
from lstm.evaluate import main as evaluate
from lstm.export import main as export
from lstm.model.model_file import Model, dump_model, load_model
from lstm.network.network import Network, State
from lstm.network.optimiser import OPTIMISERS, clip_by_global_norm
from lstm.network.parameters import Parameters, Shape, initial_parameters
from lstm.text.songs import SONG_BREAK, join, songs_of
from lstm.text.vocabulary import UNKNOWN, Vocabulary

torch = pytest.importorskip("torch")
torch.set_num_threads(1)


class TorchNetwork(torch.nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.embedding = torch.nn.Embedding(shape.V, shape.E)
        self.lstm = torch.nn.LSTM(shape.E, shape.H, shape.L)
        self.output = torch.nn.Linear(shape.H, shape.V)

    @classmethod
    def of(cls, parameters):
        network = cls(parameters.shape).to(getattr(torch, str(parameters.flat.dtype)))
        network.load_state_dict({name: torch.tensor(array) for name, array in parameters.items()})
        return network

    def forward(self, inputs, state):
        hidden, state = self.lstm(self.embedding(inputs), state)
        return self.output(hidden), state

    def loss(self, inputs, targets, state):
        """Mean cross-entropy, and the state after the chunk."""
        logits, state = self(torch.tensor(inputs), state)
        return torch.nn.functional.cross_entropy(logits.flatten(0, 1), torch.tensor(targets).flatten()), state


def torch_state(state, requires_grad=False):
    """(L, H, B) -> PyTorch's (L, B, H)."""
    return tuple(
        torch.tensor(array.transpose(0, 2, 1).copy(), requires_grad=requires_grad)
        for array in (state.hidden, state.cell)
    )


def text(V, size, seed=0):
    """A text that can be learned: each character mostly leads to one other."""
    rng = np.random.default_rng(seed)
    return np.cumsum(np.where(rng.random(size) < 0.8, 1, rng.integers(V, size=size))) % V


def relative(actual, expected):
    """Norm of the difference as a share of the norm."""
    return np.linalg.norm(actual - expected) / np.linalg.norm(expected)


@pytest.mark.parametrize(("dtype", "limit"), [(np.float32, 1e-5), (np.float64, 1e-12)])
@pytest.mark.parametrize(
    "shape", [Shape(V=30, E=8, H=16, L=1), Shape(V=30, E=8, H=16, L=3), Shape(V=300, E=8, H=16, L=2)], ids=str
)
def test_gradients_equal_autograd(shape, dtype, limit):
    rng = np.random.default_rng(1)
    parameters = initial_parameters(shape, rng, dtype=dtype)
    inputs, targets = rng.integers(shape.V, size=(2, 20, 4))
    state = State(*rng.normal(size=(2, shape.L, shape.H, 4)).astype(dtype))
    network = Network(parameters, 32, 4)
    loss, after = network.loss_and_gradients(inputs, targets, state)

    torchs, before = TorchNetwork.of(parameters), torch_state(state, requires_grad=True)
    torch_loss, torch_after = torchs.loss(inputs, targets, before)
    torch_loss.backward()
    assert loss == pytest.approx(torch_loss.item(), rel=limit)
    for name, parameter in torchs.named_parameters():
        assert relative(network.gradients[name], parameter.grad.numpy()) < limit, name
    first = network.first_state_gradients()
    for mine, hers in zip((first.hidden, first.cell), before, strict=True):
        assert relative(mine, hers.grad.numpy().transpose(0, 2, 1)) < limit
    for mine, hers in zip((after.hidden, after.cell), torch_after, strict=True):
        assert relative(mine, hers.detach().numpy().transpose(0, 2, 1)) < limit


THEIRS = {
    "adam": lambda parameters: torch.optim.Adam(parameters, lr=1e-2, betas=(0.9, 0.999), eps=1e-8),
    # Its first steps are ten times its rate; at 1e-2 rounding alone exceeds the limit.
    "rmsprop": lambda parameters: torch.optim.RMSprop(parameters, lr=3e-3, alpha=0.99, eps=1e-8),
}


@pytest.mark.parametrize(("dtype", "limit"), [(np.float32, 1e-5), (np.float64, 1e-11)])
@pytest.mark.parametrize("L", [1, 2])
@pytest.mark.parametrize("name", OPTIMISERS)
def test_fifty_steps_from_equal_weights_have_equal_losses(name, L, dtype, limit):
    shape, T, B = Shape(V=12, E=8, H=24, L=L), 16, 4
    parameters = initial_parameters(shape, np.random.default_rng(2), dtype=dtype)
    torchs, mine = TorchNetwork.of(parameters), OPTIMISERS[name](parameters.flat.size, parameters.flat.dtype)
    hers = THEIRS[name](torchs.parameters())
    rate = hers.param_groups[0]["lr"]

    streams = text(shape.V, (50 * T + 1) * B).reshape(B, -1).T
    network, state = Network(parameters, T, B), State.zeros(shape, B, dtype)
    torchs_state, losses, torch_losses = torch_state(state), [], []
    for k in range(50):
        inputs, targets = streams[k * T : (k + 1) * T], streams[k * T + 1 : (k + 1) * T + 1]
        loss, state = network.loss_and_gradients(inputs, targets, state)
        clip_by_global_norm(network.gradients.flat, 1.0)
        mine.step(parameters.flat, network.gradients.flat, rate)
        losses.append(loss)

        hers.zero_grad()
        torch_loss, torchs_state = torchs.loss(inputs, targets, torchs_state)
        torch_loss.backward()
        torch.nn.utils.clip_grad_norm_(torchs.parameters(), 1.0)
        hers.step()
        torchs_state = tuple(part.detach() for part in torchs_state)
        torch_losses.append(torch_loss.item())
    assert losses[-1] < losses[0] - 0.3, "nothing was learned: the comparison would say little"
    np.testing.assert_allclose(losses, torch_losses, rtol=0, atol=limit)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("L", [1, 2])
def test_pytorch_loads_a_model_file_as_it_is_and_computes_the_same(tmp_path, L, dtype):
    safetensors_torch = pytest.importorskip("safetensors.torch")
    vocabulary = Vocabulary([UNKNOWN, *"\n abcdefgh"])
    shape = Shape(len(vocabulary), E=6, H=20, L=L)
    parameters = Parameters(shape)
    parameters.flat[...] = np.random.default_rng(3).normal(size=parameters.flat.size)
    if dtype == np.float16:
        parameters.flat[...] = parameters.flat.astype(np.float16)
    file = tmp_path / "model.safetensors"
    file.write_bytes(dump_model(Model(parameters, vocabulary), dtype))

    torchs = TorchNetwork(shape)
    torchs.load_state_dict(safetensors_torch.load_file(file))
    ids = vocabulary.encode("\nabba cafe\nbad hedge faced\n")
    with torch.no_grad():
        logits, _ = torchs(torch.tensor(ids)[:, None], None)
    hers = torch.log_softmax(logits[:, 0], dim=1).numpy()  # logits up to a constant per step, which has no effect

    # Our log-likelihood of every character after every prefix, by the sampler's kernels and by the training's.
    network, state = Network(parameters, 1, shape.V), State.zeros(shape, shape.V)
    voice, zeros = Voice(Model(parameters, vocabulary)), np.zeros((L, shape.H), np.float32)
    everything, memory = np.arange(shape.V), Memory(voice, zeros, zeros, int(ids[0]))
    for t, character in enumerate(ids):
        trained = []
        for k in everything:
            only = (everything == k)[None]
            nats, after = network.loss(np.full((1, shape.V), character), everything[None], state, only)
            trained.append(-nats)
        state = after
        np.testing.assert_allclose(trained, hers[t], rtol=1e-5, atol=1e-5)
        sampled = [Stream(memory, np.array([k])) for k in everything]
        batch = StreamBatch(voice)
        batch.run(sampled)
        np.testing.assert_allclose([stream.nats for stream in sampled], hers[t], rtol=1e-5, atol=1e-5)
        if t + 1 < len(ids):
            memory = sampled[ids[t + 1]].memory


def test_pytorch_measures_the_base_as_evaluate_does(tmp_path, capsys):
    """On songs that the base has not read, from the exported file; the model card has the figure for 60 songs."""
    safetensors_torch = pytest.importorskip("safetensors.torch")
    songs = songs_of((Path(__file__).parents[3] / "data" / "corpora" / "neon-static.txt").read_text("utf-8"))[:3]
    (tmp_path / "songs.txt").write_text(SONG_BREAK.join(songs), "utf-8")
    base, whole = Path(str(files("lstm") / "pretrained" / "base.safetensors")), tmp_path / "whole.safetensors"
    assert evaluate(["--model", str(base), "--text", str(tmp_path / "songs.txt"), "--json"]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert export(["--model", str(base), "--out", str(whole)]) == 0

    model = load_model(base)
    torchs = TorchNetwork(model.shape)
    torchs.load_state_dict(safetensors_torch.load_file(whole))
    ids = model.vocabulary.encode(join(songs)).astype(np.int64)[:, None]
    with torch.no_grad():
        loss, _ = torchs.loss(ids[:-1], ids[1:], None)
    bits = float(loss) * (len(ids) - 1) / math.log(2) / measured["characters"]
    assert measured["characters"] > 2000
    assert bits == pytest.approx(measured["bits_per_character"], abs=1e-5)
