"""How well the songs are made: rhyme, words, copying, repetition, line lengths, time (part of `make quality`).

For each model, 200 songs of 12 lines by default settings for each scheme; beside them the artist's n-gram baseline,
sampled at the same temperature and top-p, character by character. Rhymes and words are judged by the dictionary that
the program has (CMUdict's sounds) and the artist's own words.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lstm.decoding.nucleus import pick_one
from lstm.decoding.stream import Stream
from lstm.decoding.stream_batch import StreamBatch
from lstm.decoding.weights import Voice
from lstm.model.model_file import load_model
from lstm.rhyme.schemes import SCHEMES
from lstm.song.composing import Composition, SongSettings, drive
from lstm.song.judging import Judge
from lstm.song.repetition import repeated_share
from lstm.song.singer import Singer
from lstm.text.corpus import read_plainly
from lstm.text.songs import join, songs_of
from lstm.text.vocabulary import Vocabulary
from lstm.text.words import last_word, words_of
from lstm.training.baseline import KneserNey
from lstm.training.split import split_songs
from tests.lstm.ngram import distribution
from tests.lstm.songs import answers

LINES = 12
SEEDS = (
    "I walk alone", "The night", "When morning comes", "O my love", "There was a time", "Down by the river", "She said",
    "The wind", "Come home", "My heart is",
)  # fmt: skip


@dataclass(frozen=True)
class Measures:
    """What was found in many songs of one kind."""

    kind: str
    rhymed: float | None
    """Share of the lines that should rhyme and do."""
    words: float
    copying_lines: int
    looping_songs: float
    """Share of songs whose lines repeat more than the artist's do in the songs that repeat most."""
    line_length: float
    distinct_4grams: float
    nats: float | None
    """Mean log-likelihood per character of the song after its seed."""
    seconds: float


def measure(kind: str, scheme: str, sing: Callable[[str, int], str], singer: Singer, songs: int) -> Measures:
    """Sing and count."""
    style, judge = singer.style, Judge(singer.style)
    ear = style.rhymes.rhymes
    asked = rhymed = words = real = copying = looping = 0
    lengths: list[int] = []
    grams: list[tuple[str, ...]] = []
    seconds: list[float] = []
    nats: list[float] = []
    for k in range(songs):
        seed = SEEDS[k % len(SEEDS)]
        started = time.perf_counter()
        text = sing(seed, k)
        seconds.append(time.perf_counter() - started)
        lines = [line for line in text.splitlines() if line.strip()]
        for number, line in enumerate(lines):
            for earlier in answers(scheme, number):
                asked += 1
                rhymed += ear.rhymes(last_word(line), last_word(lines[earlier]))
        own = words_of(text[len(seed) :])
        words += len(own)
        real += sum(judge.is_word(word) for word in own)
        copying += sum(judge.copies(line) for line in lines[1:])
        looping += repeated_share([text]) > max(2 / LINES, 2 * style.repeated_share)
        lengths += [len(line) for line in lines[1:]]
        all_words = words_of(text)
        grams += [tuple(all_words[j : j + 4]) for j in range(len(all_words) - 3)]
        nats.append(likelihood(singer.voice, text, len(seed)))
    return Measures(
        kind, rhymed / asked if asked else None, real / max(1, words), copying, looping / songs,
        statistics.mean(lengths), len(set(grams)) / len(grams), statistics.mean(nats), statistics.median(seconds),
    )  # fmt: skip


def likelihood(voice: Voice, text: str, after: int) -> float:
    """Mean nats of the characters of a song, those of the seed left out."""
    encode = voice.vocabulary.encode
    beginning = Stream(voice.start(), encode("\n\n" + text[:after]))
    StreamBatch(voice).run([beginning])
    rest = Stream(beginning.memory, encode(text[after:] + "\n"))
    StreamBatch(voice).run([rest])
    return rest.nats / max(1, len(text) - after + 1)


def ours(singer: Singer, scheme: str) -> Callable[[str, int], str]:
    """Our own songs."""

    def sing(seed: str, k: int) -> str:
        return "".join(drive(Composition(singer, seed, SongSettings(lines=LINES, rhyme=scheme, random_seed=k))))

    return sing


def baseline(text: str, order: int = 6) -> Callable[[str, int], str]:
    """Songs of the n-gram, at the same temperature and top-p."""
    vocabulary = Vocabulary.of(text)
    model = KneserNey.fit(vocabulary.encode(text), len(vocabulary), order)
    newline, defaults = vocabulary.id_of("\n"), SongSettings()

    def sing(seed: str, k: int) -> str:
        rng = np.random.default_rng(k)
        ids = vocabulary.encode("\n\n\n" + vocabulary.fold(seed)).tolist()
        begun, lines, blank = len(ids), 0, False
        while lines < LINES and len(ids) < 4000:
            with np.errstate(divide="ignore"):
                logits = np.log(distribution(model, np.array(ids[-order:])))
            logits[0] = -np.inf
            pick = pick_one(logits - logits.max(), 1 / defaults.temperature, defaults.top_p, float(rng.random()))
            if pick == newline:
                if ids[-1] == newline and blank:
                    continue  # no song ends before its time
                lines, blank = lines + (ids[-1] != newline), ids[-1] == newline
            ids.append(pick)
        return seed + vocabulary.decode(ids[begun:]).rstrip("\n")

    return sing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0] if __doc__ else None)
    parser.add_argument("--model", type=Path, nargs="+", required=True)
    parser.add_argument("--corpus", type=Path, nargs="+", required=True, help="of each model")
    parser.add_argument("--songs", type=int, default=200)
    options = parser.parse_args()
    for path, corpus in zip(options.model, options.corpus, strict=True):
        singer = Singer(load_model(path))
        split = split_songs(read_plainly([corpus]))
        held_out = [line for song in split.held_out for line in song.splitlines() if line.strip()]
        print(
            f"\n**{path.stem}**; mean line of the held-out songs: {statistics.mean(map(len, held_out)):.1f}, "
            f"repeated lines: {singer.style.repeated_share:.1%}\n"
        )
        print(
            "| songs | rhyme as asked | known words | copying lines | looping songs | line length "
            "| distinct 4-grams | nats per character | seconds, median |"
        )
        print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
        for scheme, pattern in SCHEMES.items():
            show(measure(scheme if any(pattern) else "free", scheme, ours(singer, scheme), singer, options.songs))
        show(
            measure("n-gram baseline", "none", baseline(join(songs_of(read_plainly([corpus])))), singer, options.songs)
        )
    return 0


def show(m: Measures) -> None:
    rhymed = "–" if m.rhymed is None else f"{m.rhymed:.1%}"
    print(
        f"| {m.kind} | {rhymed} | {m.words:.1%} | {m.copying_lines} | {m.looping_songs:.1%} | {m.line_length:.1f} "
        f"| {m.distinct_4grams:.1%} | {m.nats:.3f} | {m.seconds:.2f} |",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
