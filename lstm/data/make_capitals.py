"""Make capitals.txt.gz, which says what words have capitals inside sentences.

    python -m lstm.data.make_capitals --texts PROSE.txt ... --modern SONGS.txt ... --names LIST ...

A logistic regression on `lstm.text.letter_case.features`, learned from every word that begins neither a line nor a
sentence, by AdaGrad with an L1 penalty (J. Duchi, E. Hazan and Y. Singer 2011, "Adaptive Subgradient Methods"), which
leaves most weights at zero. An example of the modern texts, written as people write today, counts for several. Names
of the lists that the texts never write small, and whose weights leave them small, get what they lack. One line per
weight: the feature, a tab, the weight in steps of `WEIGHT_STEP`.

The shipped file was made of the prose that the base model reads (public domain), of eleven of the twenty-two files of
modern songs written for this project (the others measured it, tests/benchmarks/CORPORA.md), and of lists in the public
domain: names of the United States census of 1990 (dist.female.first, dist.male.first, dist.all.last) and countries and
cities of the IANA time zone database (iso3166.tab, zone.tab).
"""

import argparse
import gzip
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm.text.cleaning import clean
from lstm.text.letter_case import DATA, WEIGHT_STEP, features, stem
from lstm.text.sentences import Sentences, Words

MODERN_WEIGHT = 4.0
FIRST_NAME_SHARE, LAST_NAME_SHARE = 0.01, 0.05
"""Percent of people, from which on a name of the census counts."""
MOST_SMALL_NAMES = 3
"""A listed name that the texts write small more often is a word as well."""
NAME_ODDS, LEAST_NAME_ODDS = 2.5, 2.0
MOST_OF_A_FILE = 200
"""Examples of a word per file: one author's hero is not everybody's name."""
SELDOM_SHARE, SELDOM_KEPT = 0.003, 0.1
"""Of a word that seldom has a capital, this part of the small ones is read, each for as many."""
FEWEST, FEWEST_FILES = 3, 2
FEWEST_OF_CONTEXT, FEWEST_FILES_OF_CONTEXT = 8, 3
PASSES, BATCH, RATE, PENALTY = 5, 4096, 0.3, 20.0
MOST_FEATURES = 11
_RAW = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def seldom_capitals(texts: list[str]) -> set[str]:
    """Words that nearly always are small behind a small letter and a space."""
    total, capital = Counter[str](), Counter[str]()
    for text in texts:
        for word in re.findall(r"(?<=[a-z] )[^\W\d_]+", text):
            total[word.lower()] += 1
            capital[word.lower()] += word[0].isupper()
    return {word for word, n in total.items() if n >= 100 and capital[word] < SELDOM_SHARE * n}


def examples(text: str, seldom: set[str], rng: random.Random) -> Iterator[tuple[list[str], bool, float]]:
    """The features of words, whether they have capitals, and how much they count."""
    frequency = Counter(word.lower() for word in _RAW.findall(text))
    sentences = Sentences()
    for text_line in text.split("\n"):
        line, written = Words.of(text_line), _RAW.findall(text_line)
        if len(written) < 3:
            sentences = Sentences()
        begins = sentences.begin_at(line)
        if sum(map(str.isupper, written)) > 0.3 * len(written):
            continue
        after_capital = False
        for k, word in enumerate(written):
            capital = word[0].isupper()
            is_sure = word == "I" or word.startswith("I'") or (len(word) > 1 and word.isupper())
            if not begins[k] and not is_sure:
                is_seldom = not capital and stem(word) in seldom
                kept = SELDOM_KEPT if is_seldom else min(1.0, MOST_OF_A_FILE / frequency[word.lower()])
                weight = 1 / SELDOM_KEPT if is_seldom else 1.0
                if rng.random() < kept:
                    yield list(features(line, k, after_capital=after_capital)), capital, weight
            after_capital = capital and not begins[k]


class Examples:
    """All examples as arrays: features (N, MOST_FEATURES) int32, padded with -1; capital, weight and file (N,)."""

    def __init__(self, texts: list[str], weights: list[float]) -> None:
        """Read texts, the examples of each with a weight of its own."""
        seldom, rng = seldom_capitals(texts), random.Random(0)  # noqa: S311
        id_of: dict[str, int] = {}
        rows: list[NDArray[np.int32]] = []
        capital: list[bool] = []
        weight: list[float] = []
        file: list[int] = []
        for number, (text, text_weight) in enumerate(zip(texts, weights, strict=True)):
            found = list(examples(text, seldom, rng))
            row = np.full((len(found), MOST_FEATURES), -1, np.int32)
            for k, (names, is_capital, counts) in enumerate(found):
                row[k, : len(names)] = [id_of.setdefault(name, len(id_of)) for name in names]
                capital.append(is_capital)
                weight.append(text_weight * counts)
                file.append(number)
            rows.append(row)
        self.names = list(id_of)
        self.features = np.concatenate(rows)
        self.capital = np.array(capital, np.float32)
        self.weight = np.array(weight, np.float32)
        self.file = np.array(file, np.int32)

    def keep_frequent(self) -> None:
        """Forget features of few examples or files."""
        V = len(self.names)
        count = np.bincount(self.features[self.features >= 0], minlength=V)
        files = np.zeros(V, np.int32)
        for number in range(self.file.max() + 1):
            ids = np.unique(self.features[self.file == number])
            files[ids[ids >= 0]] += 1
        is_word = np.array([name[0] == "=" for name in self.names])
        enough = (count >= np.where(is_word, FEWEST, FEWEST_OF_CONTEXT)) & (
            files >= np.where(is_word, FEWEST_FILES, FEWEST_FILES_OF_CONTEXT)
        )
        new_id = np.full(V + 1, -1, np.int32)
        new_id[np.flatnonzero(enough)] = np.arange(enough.sum())
        self.features = new_id[self.features]
        self.names = [self.names[k] for k in np.flatnonzero(enough)]


def fit(data: Examples) -> dict[str, int]:
    """The weights, in steps of `WEIGHT_STEP`, of the features for which they are not zero."""
    V, N = len(data.names), len(data.features)
    x = np.where(data.features < 0, V, data.features)  # V: a feature whose weight stays zero
    weights, squares = np.zeros(V + 1, np.float32), np.zeros(V + 1, np.float32)
    rng = np.random.default_rng(0)
    for _ in range(PASSES):
        order = rng.permutation(N)
        for start in range(0, N, BATCH):
            batch = order[start : start + BATCH]
            probability = 1 / (1 + np.exp(-weights[x[batch]].sum(axis=1)))
            error = (probability - data.capital[batch]) * data.weight[batch]
            ids, place = np.unique(x[batch].ravel(), return_inverse=True)
            gradient = np.bincount(place, weights=np.repeat(error, x.shape[1])).astype(np.float32)
            squares[ids] += gradient**2
            rate = RATE / (np.sqrt(squares[ids]) + 0.01)
            weights[ids] = _shrunk(weights[ids] - rate * gradient, rate * PENALTY * BATCH / N)
            weights[V] = 0
        weights = _shrunk(weights, RATE / (np.sqrt(squares) + 0.01) * PENALTY * 0.2)  # rare ones too
    steps = np.rint(weights[:V] / WEIGHT_STEP).astype(int)
    return {name: int(step) for name, step in zip(data.names, steps, strict=True) if step}


def _shrunk(values: NDArray[np.floating[Any]], by: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    shrunk: NDArray[np.floating[Any]] = np.sign(values) * np.maximum(np.abs(values) - by, 0)
    return shrunk


def listed_names(paths: list[Path]) -> set[str]:
    """The names of lists of the census, and the words in the second and third columns of other tables."""
    names: set[str] = set()
    for path in paths:
        least = FIRST_NAME_SHARE if path.suffix == ".first" else LAST_NAME_SHARE
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("#"):
                continue
            if path.name.startswith("dist."):
                name, share = line.split()[:2]
                names.update([name.lower()] if float(share) >= least else [])
            else:
                names.update(word.lower() for word in re.findall(r"[^\W\d_]{3,}", " ".join(line.split("\t")[1:3])))
    return names


def add_names(weights: dict[str, int], names: set[str], texts: list[str]) -> None:
    """Give names that the texts hardly write small the weight that they lack."""
    small = Counter(word for text in texts for word in re.findall(r"(?<=[a-z] )[a-z]+", text))
    for name in sorted(names):
        odds = WEIGHT_STEP * sum(weights.get(feature, 0) for feature in ("*", "~" + name[-3:], "=" + name))
        if small[name] <= MOST_SMALL_NAMES and odds < LEAST_NAME_ODDS:
            weights["=" + name] = weights.get("=" + name, 0) + round((NAME_ODDS - odds) / WEIGHT_STEP)


def main() -> None:
    """Write capitals.txt.gz in its place; the same texts give the same bytes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for option in ("--texts", "--modern", "--names"):
        parser.add_argument(option, type=Path, nargs="+", default=[])
    options = parser.parse_args()
    texts = [clean(path.read_text("utf-8")) for path in (*options.texts, *options.modern)]
    data = Examples(texts, [1.0] * len(options.texts) + [MODERN_WEIGHT] * len(options.modern))
    data.keep_frequent()
    weights = fit(data)
    add_names(weights, listed_names(options.names), texts)
    lines = sorted(f"{name}\t{weight}\n" for name, weight in weights.items() if weight)
    DATA.write_bytes(gzip.compress("".join(lines).encode("utf-8"), 9, mtime=0))


if __name__ == "__main__":
    main()
