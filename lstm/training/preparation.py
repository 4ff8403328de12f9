"""What comes before the first update: from a corpus to everything that the training loop needs.

`prepare` is a pure function of its arguments and of the clock. Its time and memory grow in proportion to the text, and
it reports each step before it begins. Of a text that would take a large part of the minutes it takes passages.
"""

import hashlib
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np

from lstm.arrays import FloatArray, IntArray
from lstm.malloc import give_back
from lstm.song.style import Style
from lstm.text.cleaning import clean
from lstm.text.errors import CorpusError
from lstm.text.excerpt import excerpt
from lstm.text.songs import join
from lstm.text.vocabulary import Vocabulary
from lstm.training.baseline import KneserNey
from lstm.training.loop import LoopSettings
from lstm.training.recipe import Recipe
from lstm.training.settings import TrainingSettings
from lstm.training.split import Split, split_songs
from lstm.training.start import Start, StartDecision, choose, loop_settings
from lstm.training.trainable import Trainable

MINIMUM_CHARACTERS = 400
"""For a split and an n-gram; the commands and the bot refuse texts below `FEWEST_CHARACTERS`."""
FEW_CHARACTERS = 20_000
"""A longer text teaches no character that it holds only once."""
STANDARD_ERROR = 0.02
"""Of the measured bits per character, by how much the n-gram's differ from song to song."""
FEWEST_MEASURED = 10_000
"""Characters that are measured at least, if that many are held out."""
MOST_MEASURED = 100_000
FEWEST_SONGS_FOR_ERROR = 8
"""Fewer songs do not show how much songs differ."""
MEASURED_PER_MINUTE = 40_000
"""Most characters that are measured under a short time limit: an evaluation then takes about a second of thirty."""
READ_PER_MINUTE = 600_000
"""Characters of a corpus that are read at most: in a minute the base learns from 500,000 on a machine of its own."""
FEWEST_READ = 60_000
"""However short the time limit is."""
PREPARATION_SHARE = 0.1
"""Of the minutes, that reading the corpus and preparing it may take, on a busy machine too."""
LEAST_PREPARATION_SHARE = 0.03
"""For the preparation alone, where reading has taken long."""
PREPARATION_PER_CLEANING = 40
"""How many times as long as cleaning a text everything after it takes."""
PREPARATION_PER_READING = 2
"""How many times as long as reading its file."""


@dataclass(frozen=True)
class Measured:
    """Held-out songs to measure by, one after another, each with the song break after it.

    ``units``, ``characters`` and ``baseline_bits`` are sums up to the end of each song. The first character is given,
    so that nothing has to predict it.
    """

    ids: IntArray
    units: tuple[int, ...]
    characters: tuple[int, ...]
    baseline_bits: tuple[float, ...]
    """What the n-gram needs."""

    @property
    def baseline_bits_per_character(self) -> float:
        """The n-gram's figure for all of these songs."""
        return self.baseline_bits[-1] / (self.characters[-1] - 1)

    def within(self, characters: float, fewest: float = 0) -> "Measured":
        """The first songs that have no more characters together; at least one, and more if they have not ``fewest``."""
        n = max(1, sum(end <= characters for end in self.characters))
        n = min(len(self.characters), max(n, 1 + sum(end < fewest for end in self.characters)))
        return Measured(self.ids[: self.units[n - 1]], self.units[:n], self.characters[:n], self.baseline_bits[:n])


@dataclass(frozen=True)
class Prepared:
    """One artist's corpus and first weights, ready for the training loop."""

    settings: TrainingSettings
    loop_settings: LoopSettings
    recipe: Recipe
    start: StartDecision
    corpus_sha256: str
    split: Split
    vocabulary: Vocabulary
    trainable: Trainable
    """The first weights. The training loop changes them in place."""
    training: IntArray
    """The ids of the text that is learned from, (N,)."""
    measured: Measured
    """The held-out songs that are measured."""
    training_characters: int
    held_out_characters: int
    left_out_characters: int
    """Corpus characters neither trained on nor held out, because the time limit is too short to read them."""
    most_characters: int | None
    """Of the corpus, that were read at most; None if there was no bound."""
    alphabet: str
    """The characters of the corpus that the vocabulary has."""
    style: Mapping[str, Any]
    """As `Style.to_json` gives it."""

    @property
    def planned_by_epochs(self) -> int:
        """Characters to read if no limit of time says otherwise."""
        epochs = self.recipe.epochs if self.settings.epochs is None else self.settings.epochs
        return max(1, round(epochs * self.training_characters))


@dataclass(frozen=True)
class Earlier:
    """What an interrupted run of the same training has decided, so that a resumed one need not and cannot differ."""

    start: StartDecision
    most_characters: int | None
    """As in `Prepared`."""


def readable_characters(minutes: float | None) -> float:
    """How many characters of a corpus are worth reading in some minutes, on any machine."""
    return math.inf if minutes is None else max(FEWEST_READ, READ_PER_MINUTE * minutes)


def _readable_in_time(characters: int, minutes: float | None, cleaning: float, spent: float) -> int | None:
    """How many of a text's characters may be prepared; None for all of them.

    ``cleaning`` are the seconds that cleaning the text has taken, and ``spent`` those that reading it has: the pace of
    this machine as it is.
    """
    if minutes is None or characters <= FEWEST_READ:
        return None
    limit = 60 * minutes
    allowed = max(LEAST_PREPARATION_SHARE * limit, PREPARATION_SHARE * limit - spent - cleaning)
    needed = max(1e-9, PREPARATION_PER_CLEANING * cleaning, PREPARATION_PER_READING * spent)
    affordable = allowed / needed * characters
    most = min(readable_characters(minutes), max(FEWEST_READ, affordable))
    return None if characters <= most else int(most)


def prepare(
    corpus_text: str,
    settings: TrainingSettings,
    start: Start,
    earlier: Earlier | None = None,
    report: Callable[[str], None] = lambda _stage: None,
    clock: Callable[[], float] = time.perf_counter,
    spent: float = 0.0,
    kinds: Sequence[Sequence[str]] = (),
) -> Prepared:
    """Make everything ready.

    ``earlier`` is what an interrupted run of the same training has decided; ``report`` is called with each step as it
    begins; ``spent`` are the seconds of the minutes that reading the corpus has taken, and ``kinds`` are those of its
    stanzas, if they are known (`lstm.text.division.songs_in`).

    Raises:
        CorpusError: the text is too small.
    """
    report("cleaning the text")
    corpus = _CleanCorpus.of(corpus_text, settings.minutes, earlier, clock, spent)
    report("choosing the held-out songs")
    split = split_songs(corpus.text, settings.held_out)
    training = join(split.training)
    minimum_count = 2 if len(training) > FEW_CHARACTERS else 1
    letters = Vocabulary.of(training, minimum_count)
    report("reading the text")
    style = _style_of(corpus.text, kinds)
    report("fitting the n-gram baseline")
    measured, baseline_bits = _songs_to_measure(training, split.held_out, letters, settings)
    give_back()  # what the n-grams took: 75 MB for a text of 10
    report("choosing what to start from")
    decided = None if earlier is None else earlier.start
    decision, candidate = choose(start, training, join(measured), letters, minimum_count, settings, decided, clock)
    if decision.trial is not None:
        give_back()
    ids = candidate.vocabulary.encode(training)
    return Prepared(
        settings=settings,
        loop_settings=loop_settings(settings, candidate.recipe),
        recipe=candidate.recipe,
        start=decision,
        corpus_sha256=corpus.sha256,
        split=split,
        vocabulary=candidate.vocabulary,
        trainable=candidate.trainable,
        training=ids,
        measured=_with_ids(measured, baseline_bits, candidate.vocabulary),
        training_characters=int(candidate.vocabulary.lengths[ids].sum()),
        held_out_characters=len(join(split.held_out)),
        left_out_characters=len(corpus.whole) - len(corpus.text),
        most_characters=corpus.most_characters,
        alphabet="".join(sorted(set(corpus.text) & set(candidate.vocabulary.units))),
        style=style,
    )


@dataclass(frozen=True)
class _CleanCorpus:
    """A corpus after cleaning, and as much of it as there is time to learn from."""

    whole: str
    text: str
    """All of it, or passages."""
    most_characters: int | None
    """As in `Prepared`."""

    @classmethod
    def of(
        cls, corpus_text: str, minutes: float | None, earlier: Earlier | None, clock: Callable[[], float], spent: float
    ) -> "_CleanCorpus":
        """Clean a corpus; see `prepare`."""
        began = clock()
        whole = clean(corpus_text)
        if earlier is None:
            most = _readable_in_time(len(whole), minutes, clock() - began, spent)
        else:
            most = earlier.most_characters
        text = whole if most is None else excerpt(whole, most)
        if len(text) < MINIMUM_CHARACTERS:
            raise CorpusError(
                f"The corpus has only {len(text):,} of the {MINIMUM_CHARACTERS:,} characters that training needs."
            )
        return cls(whole, text, most)

    @property
    def sha256(self) -> str:
        """Of the whole corpus, by which the record names it."""
        return hashlib.sha256(self.whole.encode("utf-8", "replace")).hexdigest()


def _style_of(text: str, kinds: Sequence[Sequence[str]]) -> dict[str, Any]:
    """The style of the songs, as JSON.

    Call it before the ids and the weights are in memory: the index of all runs of words takes some 100 MB while it is
    made.
    """
    style = Style.of(text, kinds).to_json()
    give_back()
    return style


def _with_ids(songs: Sequence[str], baseline_bits: Sequence[float], vocabulary: Vocabulary) -> Measured:
    ids = vocabulary.encode(join(songs))
    ends = _ends_of(songs)
    # No unit goes beyond a line break, so one ends where a song does.
    units = np.searchsorted(np.cumsum(vocabulary.lengths[ids]), ends) + 1
    return Measured(ids, tuple(map(int, units)), tuple(ends), tuple(baseline_bits))


def _songs_to_measure(
    learned: str, held_out: Sequence[str], letters: Vocabulary, settings: TrainingSettings
) -> tuple[list[str], list[float]]:
    """The held-out songs that are measured, and the n-gram's bits up to the end of each."""
    most = MOST_MEASURED
    if settings.minutes is not None:
        most = min(most, max(FEWEST_MEASURED, round(MEASURED_PER_MINUTE * settings.minutes)))
    drawn: list[str] = []
    characters = 0
    for song in held_out:
        if not drawn or characters + len(song) <= most:
            drawn.append(song)
            characters += len(song)
    text = join(drawn)
    baseline = KneserNey.fit(letters.encode(learned), len(letters))
    bits: FloatArray = -np.log2(baseline.probabilities_of(letters.encode(text)))
    ends = _ends_of(drawn)
    sizes = np.diff(ends, prepend=1).tolist()  # the first character is given
    enough = songs_enough(bits[1:], sizes)
    totals = np.cumsum(bits[1:])
    return drawn[:enough], [float(totals[end - 2]) for end in ends[:enough]]


def _ends_of(songs: Sequence[str]) -> list[int]:
    """Where in the joined songs each one ends, with the break after it, in characters."""
    breaks = len(join([]))
    return [breaks + end for end in accumulate(len(join([song])) - breaks for song in songs)]


def songs_enough(bits: FloatArray, sizes: Sequence[int]) -> int:
    """How many of the first songs give a mean with a standard error of at most `STANDARD_ERROR`.

    ``bits`` (N,) of each character of songs with these ``sizes``, one after another. The mean is a ratio of sums, and
    songs are what was drawn, so its variance is that of the songs' residuals (Cochran 1977, section 6.4).
    """
    totals = np.add.reduceat(bits, np.cumsum([0, *sizes[:-1]]))
    lengths = np.array(sizes, float)
    for n in range(FEWEST_SONGS_FOR_ERROR, len(sizes)):
        characters = lengths[:n].sum()
        if characters < FEWEST_MEASURED:
            continue
        residuals = totals[:n] - totals[:n].sum() / characters * lengths[:n]
        error = math.sqrt(float((residuals**2).sum()) * n / (n - 1)) / characters
        if error <= STANDARD_ERROR:
            return n
    return len(sizes)
