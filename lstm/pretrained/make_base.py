"""Train the base model in PyTorch, on a GPU if there is one: the network, loss and file format of `lstm`.

    python lstm/pretrained/make_base.py CORPORA OUT [SHARE]

Reads base.toml beside this file. CORPORA holds the texts that README.md lists. SHARE shortens the run, to try it.
Writes OUT/base.safetensors. Needs PyTorch, which the program itself does not.
"""

# mypy: ignore-errors
# PyTorch is not installed where types are checked.

import math
import random
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 (PyTorch's own name for it)

from lstm.arrays import IntArray
from lstm.model.model_file import Model, dump_model
from lstm.model.record import TrainingRecord
from lstm.network.parameters import Parameters, Shape
from lstm.text.cleaning import clean
from lstm.text.plans import LINE_MARK, planned
from lstm.text.songs import SONG_BREAK, songs_of
from lstm.text.subwords import learn_merges
from lstm.text.vocabulary import UNKNOWN, Vocabulary

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
State = tuple[torch.Tensor, torch.Tensor]


@dataclass(frozen=True)
class Source:
    """The texts of one kind."""

    training: list[str]
    validation: list[str]


def read_sources(config: dict[str, Any], corpora: Path) -> dict[str, Source]:
    """The texts of every source, held-out ones left out."""
    rng, sources = random.Random(1), {}  # noqa: S311
    for name, source in config["sources"].items():
        if "files" not in source:
            continue
        training: list[str] = []
        validation: list[str] = []
        for path in sorted({path for pattern in source["files"] for path in corpora.glob(pattern)}):
            if path.name == "README.md" or path.stem in source.get("left_out", ()):
                continue
            songs = songs_of(clean(path.read_text("utf-8")))
            if "held_out" in source:
                random.Random(0).shuffle(songs)  # noqa: S311
                end = round(len(songs) * (1 - source["held_out"]))
                cut = round(len(songs) * (1 - source["held_out"] - source["validation"]))
                training, validation = training + songs[:cut], validation + songs[cut:end]
            elif "passage" in source:
                training += [passage for song in songs for passage in passages(song, source["passage"])]
            else:
                songs = songs[: round(len(songs) * (1 - source["left_out_tail"].get(path.name, 0.0)))]
                training += [part for song in songs for part in parts(song, source["longest"])]
        if count := source.get("validation_songs", 0):
            rng.shuffle(training)
            training, validation = training[count:], training[:count]
        sources[name] = Source(training, validation)
    lower = config["sources"]["lower"]
    modern = list(sources["modern"].training)
    random.Random(5).shuffle(modern)  # noqa: S311
    bare = modern[: lower["modern"]] + sources["verse"].training[: lower["verse"]]
    return sources | {"lower": Source([without_capitals(song) for song in bare], [])}


def parts(song: str, longest: int) -> Iterator[str]:
    """A poem in pieces of whole stanzas, of about ``longest`` lines at most."""
    stanzas: list[str] = []
    lines = 0
    for stanza in song.split("\n\n"):
        size = stanza.count("\n") + 1
        if stanzas and lines + size > longest:
            yield "\n\n".join(stanzas)
            stanzas, lines = [], 0
        stanzas.append(stanza)
        lines += size
    yield "\n\n".join(stanzas)


def passages(chapter: str, longest: int) -> Iterator[str]:
    """Prose in pieces of whole paragraphs, of about ``longest`` characters at most."""
    paragraphs: list[str] = []
    size = 0
    for paragraph in chapter.split("\n"):
        if paragraphs and size + len(paragraph) > longest:
            yield "\n".join(paragraphs).strip("\n")
            paragraphs, size = [], 0
        paragraphs.append(paragraph)
        size += len(paragraph) + 1
    yield "\n".join(paragraphs).strip("\n")


def without_capitals(song: str) -> str:
    """A song in lower case, without punctuation at line ends."""
    return "\n".join(re.sub(r"[,.;:!?]+$", "", line.lower()) for line in song.split("\n"))


def make_vocabulary(config: dict[str, Any], sources: dict[str, Source]) -> Vocabulary:
    """Characters, and the subwords of a sample in which modern songs weigh most."""
    modern = [planned(song) for song in sources["modern"].training]
    verse = [planned(song) for song in sources["verse"].training[:6000]]
    simple, prose = sources["simple"].training[:2600], sources["prose"].training[:2600]
    counts = Counter[str]()
    for name in ("modern", "verse", "simple", "prose"):
        for text in sources[name].training:
            counts.update(text)
    frequent = {character for character, count in counts.items() if count >= config["minimum_count"]}
    letters = set(config["letters"]) | {letter for each in config["letters"] if len(letter := each.upper()) == 1}
    characters = sorted(frequent | letters | set(map(chr, range(33, 127))) | {" ", "\n", LINE_MARK})
    sample = "\n".join([*modern * 5, *verse, *simple, *prose])
    merges = learn_merges(sample, config["units"] - len(characters) - 1, set(characters) - {"\n", LINE_MARK})
    made = dict.fromkeys(left + right for left, right in merges)
    return Vocabulary([UNKNOWN, *characters, *made], merges)


class Reading:
    """All texts as ids, and streams of them drawn by weight."""

    def __init__(self, config: dict[str, Any], sources: dict[str, Source], vocabulary: Vocabulary) -> None:
        self._modes: dict[str, float] = config["modes"]
        self._texts: dict[str, list[IntArray]] = {}
        for name, source in sources.items():
            is_prose = "passage" in config["sources"].get(name, {})
            for mode in ("plain",) if is_prose else ("planned", "plain"):
                made = [planned(text) if mode == "planned" else text for text in source.training]
                self._texts[name if is_prose else f"{name} {mode}"] = [
                    vocabulary.encode(text + SONG_BREAK) for text in made
                ]
        self.validation = [vocabulary.encode(text + SONG_BREAK) for text in sources["modern"].validation]

    def units(self, name: str) -> int:
        """How many units a source has, planned and plain ones by their shares."""
        return round(sum(share * sum(map(len, texts)) for texts, share in self._chosen(name)))

    def _chosen(self, name: str) -> list[tuple[list[IntArray], float]]:
        if name in self._texts:
            return [(self._texts[name], 1.0)]
        return [(self._texts[f"{name} {mode}"], share) for mode, share in self._modes.items()]

    def one_pass(self, weights: dict[str, float], rng: np.random.Generator) -> torch.Tensor:
        """Every text as often as its weight says, in random order, (N,)."""
        drawn: list[IntArray] = []
        for name, weight in weights.items():
            for texts, share in self._chosen(name):
                times = weight * share
                for text in texts:
                    drawn += [text] * (int(times) + int(rng.random() < times % 1))
        ids = np.concatenate([drawn[k] for k in rng.permutation(len(drawn))])
        return torch.from_numpy(ids.astype(np.int64)).to(DEVICE)


class Network(nn.Module):
    """The network of `lstm.network`."""

    def __init__(self, shape: Shape, log_frequencies: torch.Tensor) -> None:
        super().__init__()
        self.embedding = nn.Embedding(shape.V, shape.E)
        self.lstm = nn.LSTM(shape.E, shape.H, shape.L)
        self.output = nn.Linear(shape.H, shape.V)
        nn.init.normal_(self.embedding.weight, std=0.1)
        with torch.no_grad():
            bound = 1 / math.sqrt(shape.H)
            self.output.weight.uniform_(-bound, bound)
            self.output.bias.copy_(log_frequencies)
            for k in range(shape.L):
                getattr(self.lstm, f"bias_hh_l{k}").zero_()
                bias = getattr(self.lstm, f"bias_ih_l{k}")
                bias.zero_()
                bias[shape.H : 2 * shape.H] = 1

    def forward(
        self, ids: torch.Tensor, state: State | None, dropout: tuple[float, float]
    ) -> tuple[torch.Tensor, State]:
        """Logits (T, B, V) and the state after ``ids`` (T, B)."""
        read = F.dropout(self.embedding(ids), dropout[0], self.training)
        hidden, after = self.lstm(read, state)
        return self.output(F.dropout(hidden, dropout[1], self.training)), after


def rate(share: float, run: dict[str, Any]) -> float:
    """The learning rate at a share of the run."""
    level = min(1.0, share / run["warm_up"])
    if share > 1 - run["decay"]:
        level *= run["floor"] + (1 - run["floor"]) * (1 - share) / run["decay"]
    return float(run["learning_rate"]) * level


def train(
    network: Network,
    reading: Reading,
    stages: list[tuple[float, dict[str, float]]],
    run: dict[str, Any],
    updates: int,
    half: bool,
) -> None:
    """One run; ``stages`` are (share of the run at which it ends, weights). ``half`` computes in bfloat16."""
    optimiser = torch.optim.Adam(network.parameters(), lr=run["learning_rate"], betas=(0.9, 0.99))
    rng, done = np.random.default_rng(1), 0
    dropout = (run["dropout_input"], run["dropout_output"])
    V = network.output.out_features
    while done < updates:
        end, weights = next(stage for stage in stages if done < stage[0] * updates)
        ids = reading.one_pass(weights, rng)
        n = len(ids) // run["batch"]
        streams = ids[: n * run["batch"]].view(run["batch"], n).t().contiguous()
        state: State | None = None
        for start in range(0, n - 1, run["unroll"]):
            if done >= end * updates:
                break
            stop = min(start + run["unroll"], n - 1)
            for group in optimiser.param_groups:
                group["lr"] = rate(done / updates, run)
            with torch.autocast(DEVICE.type, torch.bfloat16, enabled=half):
                logits, state = network(streams[start:stop], state, dropout)
            state = (state[0].detach(), state[1].detach())
            loss = F.cross_entropy(logits.float().view(-1, V), streams[start + 1 : stop + 1].reshape(-1))
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
            done += 1
            if done % max(1, updates // 20) == 0:
                print(f"{done} of {updates} updates: {validation_loss(network, reading):.4f} nats", flush=True)


@torch.no_grad()
def validation_loss(network: Network, reading: Reading) -> float:
    """Mean loss per unit of the modern songs that settings were chosen by, plain."""
    network.eval()
    nats, units = 0.0, 0
    for song in reading.validation:
        ids = torch.from_numpy(song.astype(np.int64)).to(DEVICE)[:, None]
        logits, _ = network(ids[:-1], None, (0.0, 0.0))
        nats += float(F.cross_entropy(logits[:, 0], ids[1:, 0], reduction="sum"))
        units += len(song) - 1
    network.train()
    return nats / max(1, units)


def as_model(network: Network, vocabulary: Vocabulary, config: dict[str, Any]) -> Model:
    """The network in this program's form."""
    shape = Shape(len(vocabulary), network.embedding.embedding_dim, network.lstm.hidden_size, network.lstm.num_layers)
    parameters = Parameters(shape)
    for name, tensor in network.state_dict().items():
        parameters[name] = tensor.float().cpu().numpy()
    return Model(parameters, vocabulary, training=TrainingRecord(settings=config))


def main() -> None:
    """Prepare, train the trunk, anneal on modern songs, write."""
    corpora, out = Path(sys.argv[1]), Path(sys.argv[2])
    share = float(sys.argv[3]) if len(sys.argv) > 3 else 1.0
    config = tomllib.loads((Path(__file__).parent / "base.toml").read_text("utf-8"))
    torch.manual_seed(1)
    sources = read_sources(config, corpora)
    vocabulary = make_vocabulary(config, sources)
    reading = Reading(config, sources, vocabulary)
    size, trunk, final = config["network"], config["trunk"], config["final"]
    shape = Shape(len(vocabulary), size["embedding"], size["hidden"], size["layers"])
    rng = np.random.default_rng(0)
    sample = reading.one_pass({"modern": 1.0}, rng).cpu().numpy()
    network = Network(shape, torch.from_numpy(vocabulary.log_frequencies(sample))).to(DEVICE)
    ends = np.cumsum([stage["share"] for stage in config["stages"]]).tolist()
    stages = [(end, stage["weights"]) for end, stage in zip(ends, config["stages"], strict=True)]
    train(network, reading, stages, trunk, max(1, round(share * trunk["updates"])), half=DEVICE.type == "cuda")
    updates = final["epochs"] * 1.15 * reading.units("modern") / (final["batch"] * final["unroll"])
    train(network, reading, [(1.0, final["weights"])], final, max(1, round(share * updates)), half=False)
    out.mkdir(parents=True, exist_ok=True)
    (out / "base.safetensors").write_bytes(dump_model(as_model(network, vocabulary, config), np.float16))


if __name__ == "__main__":
    main()
