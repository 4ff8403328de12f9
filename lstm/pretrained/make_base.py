"""Follow a recipe in PyTorch, on a GPU if there is one: what `python -m lstm.pretrain` does in NumPy.

    python lstm/pretrained/make_base.py RECIPE CORPORA OUT [SHARE]

RECIPE is base.toml beside this file; CORPORA holds the texts that README.md lists; the base is written to the file OUT;
SHARE shortens each run, to try it. Needs PyTorch, which the program itself does not.

The first weights, the batches and their order, loss, clipping and schedule are those of `lstm.training.pretraining`.
The dropout masks differ: PyTorch draws new ones at each step, before the softmax only and not between layers. And a GPU
may compute in bfloat16.
"""

# mypy: ignore-errors
# PyTorch is not installed where types are checked.

import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 (PyTorch's own name for it)

from lstm.model.model_file import Model, dump_model
from lstm.model.record import TrainingRecord
from lstm.network.dropout import Dropout
from lstm.network.parameters import Parameters
from lstm.training.pretraining.reading import Reading, batches, initial_weights
from lstm.training.pretraining.recipe import read_recipe
from lstm.training.pretraining.training import LARGEST_NORM

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
State = tuple[torch.Tensor, torch.Tensor]


class Network(nn.Module):
    """The network of `lstm.network`, with the same weights."""

    def __init__(self, parameters: Parameters) -> None:
        super().__init__()
        shape = parameters.shape
        self.embedding = nn.Embedding(shape.V, shape.E)
        self.lstm = nn.LSTM(shape.E, shape.H, shape.L)
        self.output = nn.Linear(shape.H, shape.V)
        self.load_state_dict({name: torch.tensor(array) for name, array in parameters.items()})

    def forward(self, ids: torch.Tensor, state: State | None, dropout: Dropout) -> tuple[torch.Tensor, State]:
        """Logits (T, B, V) and the state after ``ids`` (T, B)."""
        read = F.dropout(self.embedding(ids), dropout.input, self.training)
        hidden, after = self.lstm(read, state)
        return self.output(F.dropout(hidden, dropout.output, self.training)), after


def on_device(ids: np.ndarray) -> torch.Tensor:
    """Ids as PyTorch indexes by them."""
    return torch.from_numpy(ids.astype(np.int64)).to(DEVICE)


def train(network: Network, reading: Reading, share: float) -> float:
    """All runs of the recipe; returns the characters that were read."""
    optimiser, state, characters = None, None, 0.0
    for batch in batches(reading.recipe, reading, share):
        run = batch.run
        if batch.begins_run:
            optimiser = torch.optim.Adam(network.parameters(), betas=(0.9, run.beta2))
        if batch.begins_pass:
            state = None
        for group in optimiser.param_groups:
            group["lr"] = batch.rate
        with torch.autocast(DEVICE.type, torch.bfloat16, enabled=run.bfloat16 and DEVICE.type == "cuda"):
            logits, state = network(on_device(batch.inputs), state, run.dropout)
        state = (state[0].detach(), state[1].detach())
        F.cross_entropy(logits.float().flatten(0, 1), on_device(batch.targets).flatten()).backward()
        nn.utils.clip_grad_norm_(network.parameters(), LARGEST_NORM)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        characters += batch.characters
        done = batch.position.update + 1
        if done % max(1, batch.updates // reading.recipe.evaluations) == 0:
            bits = bits_per_character(network, reading)
            print(f"{run.name}, {batch.stage}: {done} of {batch.updates} updates, {bits:.4f} held out", flush=True)
    return characters


@torch.no_grad()
def bits_per_character(network: Network, reading: Reading) -> float:
    """Of the validation songs, each from a zero state."""
    network.eval()
    nats, characters = 0.0, 0
    for song in reading.validation:
        ids = on_device(song)[:, None]
        logits, _ = network(ids[:-1], None, Dropout())
        nats += float(F.cross_entropy(logits[:, 0], ids[1:, 0], reduction="sum"))
        characters += int(reading.vocabulary.lengths[song[1:]].sum())
    network.train()
    return nats / np.log(2) / max(1, characters)


def main() -> None:
    """Read, train, write."""
    recipe, corpora, out = read_recipe(Path(sys.argv[1])), Path(sys.argv[2]), Path(sys.argv[3])
    share = float(sys.argv[4]) if len(sys.argv) > 4 else 1.0
    torch.manual_seed(recipe.weight_seed)
    reading = Reading(recipe, corpora)
    parameters = initial_weights(recipe, reading)
    network = Network(parameters).to(DEVICE)
    characters = train(network, reading, share)
    for name, tensor in network.state_dict().items():
        parameters[name] = tensor.float().cpu().numpy()
    record = TrainingRecord(data=reading.hashes, settings=recipe.settings, characters_seen=round(characters))
    out.write_bytes(dump_model(Model(parameters, reading.vocabulary, training=record), np.float16))


if __name__ == "__main__":
    main()
