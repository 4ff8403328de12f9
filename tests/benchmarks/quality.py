"""How good the models are: bits per character on songs that they never saw, beside baselines (`make quality`).

For each artist the songs are cut 90 / 5 / 5: to learn from, to choose by, to report. The last part decides nothing.
Every training takes the program's defaults; seconds are of one core. Figures are of one run each: differences under
0.03 are ties, and the smallest test (Kipling, 2.5 thousand characters) has a standard error of 0.05.

The texts are those that ship in data/corpora, and those in ``--corpora``: README.md beside this file says where larger
ones are to be had.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import importlib.util
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from lstm.model.model_file import Model
from lstm.network.likelihood import Likelihood
from lstm.text.corpus import read_plainly
from lstm.text.songs import SONG_BREAK, join, songs_of
from lstm.text.vocabulary import Vocabulary
from lstm.training.base_model import extend, load_base
from lstm.training.settings import TrainingSettings
from lstm.training.split import split_songs
from lstm.training.start import Start
from lstm.training.trainer import Trainer
from tests.lstm.ngram import baseline_bits

ROOT = Path(__file__).parents[2]
SHIPPED, LARGER = ROOT / "data" / "corpora", ROOT / "runs" / "corpora"
SECONDS = (10, 30, 60, 180)
CHOOSING_SHARE = 5 / 95


@dataclass
class Result:
    """One artist's figures, bits per character on the last 5 % of the songs."""

    artist: str
    kilobytes: float
    test_characters: int
    baseline: float
    base: float | None = None
    scratch: float | None = None
    scratch_seconds: float | None = None
    tuned: dict[int, float] = field(default_factory=dict)
    curves: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """Name of a run -> (seconds, bits per character on the songs to choose by)."""


def cut(text: str) -> tuple[str, str]:
    """A text -> its first 95 %, its last 5 %, cut between songs."""
    place = text.find(SONG_BREAK, int(len(text) * 0.95))
    return text[:place], text[place:]


def test_bits(model: Model, text: str) -> float:
    """Bits per character of a text's songs, state carried."""
    ids = model.vocabulary.encode(join(songs_of(text)))
    return Likelihood(model.parameters, lengths=model.vocabulary.lengths).bits_per_character(ids)


def train(text: str, artist: str, minutes: float | None, start: Model | None) -> tuple[Model, float]:
    """A training by the defaults; the model and the seconds that it took."""
    started = time.perf_counter()
    settings = TrainingSettings(minutes=minutes, held_out=CHOOSING_SHARE)
    trainer = Trainer(text, settings, artist, Start(start) if start else Start.from_scratch())
    for _ in trainer.run():
        pass
    return trainer.result(), time.perf_counter() - started


def measure(path: Path, seconds: tuple[int, ...], with_scratch: bool) -> Result:
    """All figures of one artist."""
    artist, text = path.stem, read_plainly([path])
    known, test = cut(text)
    learned = join(split_songs(known, CHOOSING_SHARE).training)
    base = load_base()
    vocabulary = Vocabulary.of(learned, 2, base.vocabulary if base else None)
    ids, characters = vocabulary.encode(join(songs_of(test))), vocabulary.characters()
    baseline = baseline_bits(characters.encode(learned), characters.encode(join(songs_of(test))), len(characters))
    result = Result(artist, len(text.encode()) / 1000, int(vocabulary.lengths[ids[1:]].sum()), baseline)
    if base is not None:
        untouched = extend(base, vocabulary, learned, np.random.default_rng(0))
        result.base = Likelihood(untouched, lengths=vocabulary.lengths).bits_per_character(ids)
        for limit in seconds:
            model, taken = train(known, artist, limit / 60, base)
            result.tuned[limit] = test_bits(model, test)
            name = f"from the base, {limit} s"
            result.curves[name] = points(model)
            say(f"{artist}: {limit} s ({taken:.0f} taken) {result.tuned[limit]:.3f}, baseline {result.baseline:.3f}")
    if with_scratch:
        model, taken = train(known, artist, None, None)
        result.scratch, result.scratch_seconds = test_bits(model, test), taken
        result.curves["from scratch"] = points(model)
        say(f"{artist}: scratch {result.scratch:.3f} in {taken:.0f} s")
    return result


def pytorch_run(path: Path, seconds: float) -> list[tuple[float, float]]:
    """PyTorch from scratch on the same songs, if it is installed: the same size, the same measure."""
    if importlib.util.find_spec("torch") is None:
        return []
    from tests.benchmarks.pytorch_curve import curve

    known, _ = cut(read_plainly([path]))
    songs = songs_of(known)
    place = round(len(songs) * (1 - CHOOSING_SHARE))
    learned, choosing = join(songs[:place]), join(songs[place:])
    vocabulary = Vocabulary.of(learned)
    ids = vocabulary.encode(learned)
    return curve(ids, vocabulary.encode(choosing), vocabulary.log_frequencies(ids), 512, seconds)


def draw(results: list[Result], path: Path) -> None:
    """Quality against seconds, one panel per artist."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib.figure import Figure

    drawn = [result for result in results if result.curves]
    figure = Figure(figsize=(6 * len(drawn), 4.2), dpi=100, layout="constrained")
    for result, axes in zip(drawn, np.atleast_1d(figure.subplots(1, len(drawn), sharey=True)), strict=True):
        for name, curve in result.curves.items():
            seconds, bits = zip(*curve, strict=True)
            axes.plot(seconds, bits, marker=".", label=name)
        axes.axhline(result.baseline, color="black", linestyle="--", linewidth=1, label="n-gram (on the test songs)")
        axes.set(title=result.artist, xlabel="seconds of one core", xscale="log")
        axes.set_xticks([1, 3, 10, 30, 100], ["1", "3", "10", "30", "100"])
        axes.minorticks_off()
        axes.grid(alpha=0.25)
        axes.legend(fontsize=8)
    # A run that learns by heart leaves the picture at the top.
    figure.get_axes()[0].set_ylim(top=max(result.baseline for result in drawn) + 0.7)
    figure.get_axes()[0].set_ylabel("bits per character, songs to choose by")
    figure.savefig(path)


def points(model: Model) -> list[tuple[float, float]]:
    """The curve of a training record as (seconds, held-out bits)."""
    return [(point.seconds, point.validation_bits_per_character) for point in model.training.curve]


def table(results: list[Result], seconds: tuple[int, ...]) -> str:
    """The figures as Markdown."""
    heads = ["artist", "KB", "baseline", "scratch", "base", *(f"{s} s" for s in seconds), f"{seconds[-1]} s / baseline"]
    lines = ["| " + " | ".join(heads) + " |", "| --- |" + " ---: |" * (len(heads) - 1)]
    for r in results:
        scratch = "–" if r.scratch is None else f"{r.scratch:.3f} ({r.scratch_seconds:.0f} s)"
        base = "–" if r.base is None else f"{r.base:.3f}"
        tuned = [f"{r.tuned[s]:.3f}" if s in r.tuned else "–" for s in seconds]
        ratio = f"{r.tuned[seconds[-1]] / r.baseline:.3f}" if seconds[-1] in r.tuned else "–"
        lines.append(
            "| "
            + " | ".join([r.artist, f"{r.kilobytes:.0f}", f"{r.baseline:.3f}", scratch, base, *tuned, ratio])
            + " |"
        )
    return "\n".join(lines)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0] if __doc__ else None)
    parser.add_argument("--corpora", type=Path, default=LARGER, metavar="DIR", help="texts besides those that ship")
    parser.add_argument("--artists", nargs="+", metavar="NAME", help="default: every text that is there")
    parser.add_argument("--seconds", nargs="+", type=int, default=list(SECONDS))
    parser.add_argument("--no-scratch", action="store_true")
    parser.add_argument("--out", type=Path, help="also write everything there, as JSON")
    parser.add_argument("--picture", type=Path, help="draw quality against seconds there")
    parser.add_argument("--pytorch", nargs="*", metavar="NAME", default=[], help="train these in PyTorch too")
    options = parser.parse_args()
    texts = {path.stem: path for folder in (SHIPPED, options.corpora) for path in sorted(folder.glob("*.txt"))}
    if unknown := set(options.artists or []) - texts.keys():
        parser.error(
            f"no {', '.join(sorted(unknown))} in {SHIPPED} or {options.corpora}; "
            "tests/benchmarks/README.md says where larger texts are to be had"
        )
    results = []
    for artist in options.artists or texts:
        result = measure(texts[artist], tuple(options.seconds), not options.no_scratch)
        if artist in options.pytorch and (curve := pytorch_run(texts[artist], options.seconds[-1])):
            result.curves["PyTorch from scratch"] = curve
        results.append(result)
        if options.out:
            options.out.write_text(json.dumps([asdict(r) for r in results]))
    print(table(results, tuple(options.seconds)))
    if options.picture:
        draw(results, options.picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
