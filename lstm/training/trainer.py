"""Training an artist: from a corpus to a model, with everything on the way that someone may want to know.

`Trainer` reads the corpus, holds songs out, fits the n-gram rival on the same split, takes weights (a base's, or fresh
ones), descends under a plan, and makes the model of the best weights.
"""

from __future__ import annotations

import datetime
import hashlib
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from lstm.arrays import IntArray
from lstm.model.memory_trim import give_back
from lstm.model.model_file import Model, ModelFileError
from lstm.model.record import ArtistProfile, Stopped, TrainingRecord
from lstm.network.dropout import Dropout
from lstm.network.gemm import layout
from lstm.network.likelihood import Likelihood
from lstm.network.parameters import Parameters, Shape, initial_parameters
from lstm.song.style import Style
from lstm.text.corpus import CorpusError, clean, join, split_songs
from lstm.text.vocabulary import Vocabulary
from lstm.training import base_model, recipe
from lstm.training.baseline import KneserNey
from lstm.training.loop import Descent, DescentSettings, peek_checkpoint

MINIMUM_CHARACTERS = 400
SPEED_SECONDS = 2.0
"""How long the speed is measured before a plan bounded by minutes is fixed, or checked."""
PLAN_CHECKS = (0.5, 0.8)
"""Where in it a plan bounded by minutes is compared with the clock."""
FINISHING_SHARE = 0.1
"""Share of the minutes kept for the last measurements and for a machine that slows down late."""
EVALUATIONS_AN_EPOCH = 5.0
"""Together with the speed below, and a tenth of the songs held out: somewhat more than a fifth of the time."""
EVALUATION_SPEED = 2.0
"""How many times as fast as training the held-out songs are read (AVX2: 1.7-2, AVX-512: about 3)."""
SAMPLE_LINES = 4


@dataclass(frozen=True)
class TrainingSettings:
    """What the one who starts a training may choose; None leaves it to the recipe."""

    minutes: float | None = None
    """The longest it may take, all in all."""
    epochs: float | None = None
    """Passes over the text."""
    hidden: int | None = None
    layers: int | None = None
    embedding: int | None = None
    batch: int | None = None
    unroll: int | None = None
    optimiser: str = "adam"
    """A key of `lstm.network.optimiser.OPTIMISERS`."""
    learning_rate: float | None = None
    dropout: Dropout | None = None
    held_out: float = 0.1
    """Share of the songs, the last ones, that are not learned from."""
    random_seed: int = 0
    samples: bool = False
    """Whether evaluations come with a sample verse."""


@dataclass(frozen=True)
class Progress:
    """How far a training is."""

    characters_seen: int
    characters_planned: int
    epoch: float
    seconds: float
    seconds_left: float
    characters_per_second: float
    train_bits_per_character: float
    validation_bits_per_character: float | None
    """Of the last evaluation."""
    best_bits_per_character: float | None
    rival_bits_per_character: float | None
    evaluated: bool = False
    """Whether this progress is that of a new evaluation."""
    sample: str | None = None
    """A verse of the network as it is, at an evaluation, if asked for."""


class Trainer:
    """One training of one artist.

    ``run()`` goes to the end, yielding progress about once a second; ``checkpoint()`` may be called between; then
    ``result()`` is the model.
    """

    def __init__(
        self,
        corpus_text: str,
        settings: TrainingSettings,
        artist: str,
        start: Model | None = None,
        checkpoint: bytes | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """``start`` is the model to fine-tune, or None to begin from scratch; ``checkpoint`` an earlier run's.

        Raises:
            CorpusError: the text is too small, or the checkpoint belongs to another corpus or to other settings.
            ModelFileError: the checkpoint is damaged.
        """
        self._clock, self._started = clock, clock()
        self.artist, self.settings = artist, settings
        text = clean(corpus_text)
        if len(text) < MINIMUM_CHARACTERS:
            raise CorpusError(
                f"The corpus has only {len(text)} characters; at least {MINIMUM_CHARACTERS:,} are needed to learn from."
            )
        self.corpus_sha256 = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
        split = split_songs(text, settings.held_out)
        training, held_out = join(split.training), join(split.held_out)

        minimum_count = 2 if len(training) > 20_000 else 1
        self.vocabulary = Vocabulary.of(training, minimum_count)
        self._training, self._held_out = self.vocabulary.encode(training), self.vocabulary.encode(held_out)
        self.rival_bits_per_character = rival_bits(self._training, self._held_out, len(self.vocabulary))
        give_back()  # what n-grams took: 75 MB for a text of 10
        extended = self._extended(start, training, held_out, minimum_count) if start else None
        self.goes_on = extended is not None
        """Whether it goes on from the start's weights."""
        self.is_foreign = start is not None and extended is None
        """Whether the start is a model that cannot read this corpus, of another language or script, and is not used."""
        if extended is not None:
            self.vocabulary = extended[0]
            self._training, self._held_out = self.vocabulary.encode(training), self.vocabulary.encode(held_out)
        self._lengths = self.vocabulary.lengths
        self._alphabet = "".join(sorted(set(text) & set(self.vocabulary.units)))
        self._style = Style.of(text).to_json()
        n = self._characters = int(self._lengths[self._training].sum())
        self._held_out_characters = int(self._lengths[self._held_out].sum())
        self.recipe = (
            recipe.fine_tuning(bool(self.vocabulary.merges))
            if self.goes_on
            else recipe.from_scratch(n, len(self.vocabulary), settings.hidden)
        )

        descent_settings = self._descent_settings()
        epochs = settings.epochs if settings.epochs is not None else self.recipe.epochs
        self._planned_by_epochs = max(1, round(epochs * n))
        self.descent = Descent(
            extended[1] if extended is not None else self._fresh_parameters(),
            self._training,
            self._held_out,
            descent_settings,
            self._planned_by_epochs,
            clock,
            self._lengths,
        )
        self._validation_bits: float | None = None
        self._seconds_before = 0.0
        self._plan_is_fixed = settings.minutes is None
        self._plan_checks = 0
        self._bounded_by_minutes = False
        if checkpoint is not None:
            self._restore(checkpoint)

    def _extended(
        self, start: Model, training: str, held_out: str, minimum_count: int
    ) -> tuple[Vocabulary, Parameters] | None:
        """The start's vocabulary and weights with what this corpus needs besides; None if the start cannot read it."""
        # In another script a base helps nobody: thousands of new characters would start below its own letters.
        if not base_model.knows_script(start, training):
            return None
        vocabulary = Vocabulary.of(training, minimum_count, start.vocabulary)
        parameters = base_model.extend(start, vocabulary, training, self._rng())
        # An artist's model that somebody chose to go on from is taken at any rate.
        is_base = start.training.artist is None
        if is_base and not base_model.reads(parameters, vocabulary, held_out, self.rival_bits_per_character):
            return None
        return vocabulary, parameters

    def _descent_settings(self) -> DescentSettings:
        s, r = self.settings, self.recipe
        return DescentSettings(
            batch=s.batch or r.batch,
            unroll=s.unroll or r.unroll,
            optimiser=s.optimiser,
            learning_rate=s.learning_rate or r.learning_rate,
            warm_up=r.warm_up,
            decay=1 - r.warm_up,
            dropout=r.dropout if s.dropout is None else s.dropout,
            patience=r.patience,
            evaluations_an_epoch=EVALUATIONS_AN_EPOCH,
            random_seed=s.random_seed,
        )

    def _rng(self) -> np.random.Generator:
        return np.random.default_rng([self.settings.random_seed, 2])

    def _fresh_parameters(self) -> Parameters:
        s, r = self.settings, self.recipe
        shape = Shape(len(self.vocabulary), s.embedding or r.embedding, r.hidden, s.layers or r.layers)
        return initial_parameters(shape, self._rng(), self.vocabulary.log_frequencies(self._training))

    def _identity(self) -> dict[str, Any]:
        """What a checkpoint must agree on with the run that goes on from it."""
        settings = asdict(replace(self.settings, minutes=None, samples=False))
        return {
            "corpus_sha256": self.corpus_sha256,
            "settings": settings,
            "parameters": len(self.descent.parameters.flat),
            "from_base": self.goes_on,
        }

    def _restore(self, checkpoint: bytes) -> None:
        try:
            extra = peek_checkpoint(checkpoint)
            if extra.get("identity") != self._identity():
                raise CorpusError("The checkpoint belongs to another corpus or to other settings; start without it.")
            self._seconds_before = float(extra["seconds"])
            self._plan_is_fixed = bool(extra["plan_is_fixed"])
            self._plan_checks = int(extra["plan_checks"])
            self._bounded_by_minutes = bool(extra["bounded_by_minutes"])
            self.descent.restore(checkpoint)
        except ModelFileError as error:
            raise ModelFileError(f"The checkpoint is damaged: {error}") from None
        except CorpusError:
            raise
        except (KeyError, TypeError, ValueError) as error:
            raise ModelFileError(f"The checkpoint cannot be used: {error}.") from None

    def checkpoint(self) -> bytes:
        """All that the rest of the run depends on, as bytes."""
        return self.descent.checkpoint(
            {
                "identity": self._identity(),
                "seconds": self.seconds,
                "plan_is_fixed": self._plan_is_fixed,
                "plan_checks": self._plan_checks,
                "bounded_by_minutes": self._bounded_by_minutes,
                "artist": self.artist,
            }
        )

    @property
    def seconds(self) -> float:
        """Time spent on this training, earlier runs included."""
        return self._seconds_before + self._clock() - self._started

    def run(self) -> Iterator[Progress]:
        """Train to the end of the plan, of the minutes or of patience."""
        told = self._clock()
        since, seen = self._clock(), self.descent.position.characters
        yield self._progress()
        for point in self.descent.run():
            seconds, characters = self._clock() - since, self.descent.position.characters - seen
            if seconds >= SPEED_SECONDS and self._is_plan_due:
                self._plan_by(characters / seconds)
                since, seen = self._clock(), self.descent.position.characters
            if point is not None or self._clock() - told >= 1.0:
                told = self._clock()
                sample = self._sample() if point is not None and self.settings.samples else None
                yield self._progress(point is not None, sample)
        self._measure()

    def _measure(self) -> None:
        """The exact figure of the best weights, as they will be in the file."""
        d = self.descent
        if not d.curve:
            d.evaluate()
        # Half the bytes in files and in the database; rounded before the measurement, so that it is the file's.
        d.best.flat[...] = d.best.flat.astype(np.float16)
        self._validation_bits = Likelihood(d.best, lengths=self._lengths).bits_per_character(self._held_out)

    def _seconds_left(self, characters_per_second: float) -> float:
        """Of the minutes, without what is kept for the end: the last measurement is about as fast as training."""
        seconds = (self.settings.minutes or 0.0) * 60
        return (
            seconds - max(FINISHING_SHARE * seconds, self._held_out_characters / characters_per_second) - self.seconds
        )

    def _fix_plan(self, characters_per_second: float) -> None:
        """Turn the minutes into a number of characters, by the speed of the first seconds."""
        self._plan_is_fixed = True
        d, held_out = self.descent, self._held_out_characters / EVALUATION_SPEED
        readable = max(0.0, self._seconds_left(characters_per_second) * characters_per_second)
        # Evaluations are part of the time, and as many as the plan that they leave room for has.
        evaluations = d.evaluations_in(readable / (1 + EVALUATIONS_AN_EPOCH * held_out / self._characters))
        affordable = d.position.characters + max(0.0, readable - evaluations * held_out)
        planned = max(1, round(affordable))
        if planned < self._planned_by_epochs:
            self._bounded_by_minutes = True
            d.plan = planned

    @property
    def _is_plan_due(self) -> bool:
        """Whether the plan is to be fixed, or to be compared with the clock."""
        n = self._plan_checks
        if not self._plan_is_fixed:
            return True
        return self._bounded_by_minutes and n < len(PLAN_CHECKS) and self.descent.progress >= PLAN_CHECKS[n]

    def _plan_by(self, characters_per_second: float) -> None:
        if self._plan_is_fixed:
            self._check_plan(characters_per_second)
        else:
            self._fix_plan(characters_per_second)

    def _check_plan(self, characters_per_second: float) -> None:
        """Shorten a plan to what fits into the minutes at the speed of late: machines slow down."""
        self._plan_checks += 1
        d = self.descent
        readable = self._seconds_left(characters_per_second) * characters_per_second
        fits = d.position.characters + readable
        d.plan = min(d.plan, max(d.position.characters + 1, round(fits)))

    def _progress(self, evaluated: bool = False, sample: str | None = None) -> Progress:
        d = self.descent
        at = d.position
        speed = at.characters / at.seconds if at.seconds > 0 else 0.0
        last = d.curve[-1] if d.curve else None
        train_nats = at.train_nats / at.train_updates if at.train_updates else d.last_nats
        train_bits = last.train_bits_per_character if evaluated and last else train_nats / math.log(2)
        seen, planned = at.characters, d.plan
        left = max(0, planned - seen) / speed if speed else math.inf
        if self.settings.minutes is not None and not self._plan_is_fixed:
            left = min(left, max(0.0, self.settings.minutes * 60 - self.seconds))
        return Progress(
            characters_seen=seen,
            characters_planned=planned,
            epoch=seen / self._characters,
            seconds=self.seconds,
            seconds_left=left,
            characters_per_second=speed,
            train_bits_per_character=train_bits,
            validation_bits_per_character=last.validation_bits_per_character if last else None,
            best_bits_per_character=d.best_bits if d.curve else None,
            rival_bits_per_character=self.rival_bits_per_character,
            evaluated=evaluated,
            sample=sample,
        )

    def _sample(self) -> str:
        from lstm.song.composing import SongSettings, compose

        settings = SongSettings(lines=SAMPLE_LINES, random_seed=len(self.descent.curve))
        return "".join(compose(self._model(self.descent.parameters, TrainingRecord()), "", settings))

    @property
    def stopped(self) -> Stopped:
        """What ended the run: ``early``, ``minutes`` or ``epochs``."""
        if self.descent.stopped_early:
            return "early"
        return "minutes" if self._bounded_by_minutes else "epochs"

    def result(self) -> Model:
        """The model of the best weights, with its record."""
        if self._validation_bits is None:
            self._measure()
        d = self.descent
        seen = d.position.characters
        best_point = min(d.curve, key=lambda point: point.validation_bits_per_character)
        record = TrainingRecord(
            artist=self.artist,
            date=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            corpus_sha256=self.corpus_sha256,
            corpus_characters=self._characters + self._held_out_characters,
            held_out_characters=self._held_out_characters,
            start="base" if self.goes_on else "scratch",
            settings=asdict(d.settings),
            products=layout(),
            characters_seen=seen,
            epochs=round(seen / self._characters, 2),
            seconds=round(self.seconds, 1),
            characters_per_second=round(d.position.characters / max(1e-9, d.position.seconds)),
            train_bits_per_character=best_point.train_bits_per_character,
            validation_bits_per_character=self._validation_bits,
            baseline_bits_per_character=self.rival_bits_per_character,
            stopped=self.stopped,
            curve=tuple(d.curve),
        )
        return self._model(d.best, record)

    def _model(self, parameters: Parameters, record: TrainingRecord) -> Model:
        return Model(parameters, self.vocabulary, ArtistProfile(self._alphabet, self._style), record)


def rival_bits(training: IntArray, held_out: IntArray, V: int) -> float:
    """Bits per character of the Kneser-Ney n-gram of order 6 on ``held_out[1:]``, learned from ``training``."""
    probabilities = KneserNey.fit(training, V).probabilities_of(held_out)[1:]
    return float(-np.log2(probabilities).mean())
