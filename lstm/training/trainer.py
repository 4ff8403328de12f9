"""Training an artist: from a corpus to a model, with everything on the way that someone may want to know.

`Trainer` prepares the corpus (`lstm.training.preparation`), runs the training loop under a time budget, and makes the
model of the best weights.
"""

import datetime
import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from lstm.model.adapted import Adapted
from lstm.model.model_file import Model, ModelFileError
from lstm.model.record import ArtistProfile, Stopped, TrainingRecord
from lstm.network.gemm import layout
from lstm.song.composing import SongSettings, compose
from lstm.training.errors import CheckpointError
from lstm.training.loop import TrainingLoop, peek_checkpoint
from lstm.training.preparation import Earlier, prepare
from lstm.training.settings import TrainingSettings
from lstm.training.start import Start, StartDecision
from lstm.training.time_budget import FEWEST_CONCLUSIVE, TimeBudget
from lstm.training.verdict import verdict

SAMPLE_LINES = 4
REPORT_SECONDS = 1.0
ALMOST_DONE = 0.99
"""The largest share that is reported before everything is done."""


@dataclass(frozen=True)
class Progress:
    """How far a training is."""

    characters_seen: int
    characters_planned: int
    epoch: float
    seconds: float
    """Preparation and earlier runs included."""
    seconds_left: float
    """Infinite while nothing is known; never more than the minutes leave."""
    characters_per_second: float
    train_bits_per_character: float
    """NaN before the first update."""
    validation_bits_per_character: float | None
    """Of the last evaluation."""
    best_bits_per_character: float | None
    baseline_bits_per_character: float | None
    """Of the n-gram baseline."""
    share: float = 0.0
    """Of the goal that is reached; 1 only at the end of everything."""
    stage: str = "training"
    """What is being done."""
    evaluated: bool = False
    """Whether this progress is that of a new evaluation."""
    sample: str | None = None
    """A verse of the network as it is, at an evaluation, if asked for."""


class Trainer:
    """One training of one artist.

    ``run()`` goes to the end, yielding progress about once a second; ``checkpoint()`` may be called in between; then
    ``result()`` is the model.
    """

    def __init__(
        self,
        corpus_text: str,
        settings: TrainingSettings,
        artist: str,
        start: Start | None = None,
        checkpoint: bytes | None = None,
        clock: Callable[[], float] = time.perf_counter,
        on_preparation: Callable[[Progress], None] = lambda _progress: None,
        started: float | None = None,
        unread_characters: int = 0,
        kinds: Sequence[Sequence[str]] = (),
    ) -> None:
        """Prepare the corpus, which takes seconds for a long one; ``on_preparation`` is called with each step.

        ``start`` is what to start from (default: from scratch); ``checkpoint`` that of an earlier run; ``started`` what
        the clock showed when the work began, where reading the corpus counts towards the minutes (default: now);
        ``unread_characters`` how many were left out when the corpus was read; ``kinds`` those of its stanzas, if they
        are known.

        Raises:
            CorpusError: the text is too small.
            CheckpointError: the checkpoint is damaged, or belongs to another corpus or other settings.
        """
        self._clock, self._seconds_before = clock, 0.0
        self._started = clock() if started is None else started
        self.artist, self.settings, self._unread_characters = artist, settings, unread_characters
        extra = None if checkpoint is None else _read_extra(checkpoint)
        self._minutes_when_begun = settings.minutes
        if extra is not None:
            self._seconds_before, self._minutes_when_begun = extra.seconds, extra.minutes_when_begun
        self.prepared = prepare(
            corpus_text,
            replace(settings, minutes=self._minutes_when_begun),  # what is measured depends on them
            start or Start.from_scratch(),
            None if extra is None else extra.earlier,
            lambda stage: on_preparation(self._preparing(stage)),
            clock,
            clock() - self._started,
            kinds,
        )
        if extra is not None:
            self.prepared = replace(self.prepared, measured=self.prepared.measured.within(extra.measured_characters))
        p = self.prepared
        self._text_sha256 = hashlib.sha256(p.training.tobytes()).hexdigest()
        self.loop = TrainingLoop(
            p.trainable,
            p.training,
            p.measured.ids,
            p.loop_settings,
            p.planned_by_epochs,
            clock,
            p.vocabulary.lengths,
            np.float16,
        )
        limit = None if settings.minutes is None else 60 * settings.minutes
        self.budget = TimeBudget(limit, p.planned_by_epochs, p.measured.characters[-1], self.loop.evaluations_in)
        self._is_finished = False
        if checkpoint is not None and extra is not None:
            self._restore(checkpoint, extra)

    def _identity(self) -> dict[str, Any]:
        """What a checkpoint must agree on with the run that continues from it.

        The settings of the loop and the learning rates are those of the recipe, which another version of the program
        may have changed; so may have the base, and how a text becomes what is learned.
        """
        p, settings = self.prepared, asdict(replace(self.settings, minutes=None, samples=False))
        weights = p.trainable.weights()
        identity = {
            "corpus_sha256": p.corpus_sha256,
            "settings": settings,
            "loop": asdict(p.loop_settings),
            "learning_rates": p.loop_settings.schedule.rates(),
            "texts_sha256": self._text_sha256,
            "base_sha256": weights.base.sha256 if isinstance(weights, Adapted) else None,
            "parameters": len(p.trainable.flat),
        }
        compared: dict[str, Any] = json.loads(json.dumps(identity))  # as it comes back from a checkpoint
        return compared

    def _restore(self, checkpoint: bytes, extra: "_Extra") -> None:
        if extra.identity != self._identity():
            raise CheckpointError("The checkpoint belongs to another corpus or other settings; start without it.")
        try:
            self.loop.restore(checkpoint)
            self.budget.restore(extra.budget, self.loop.goal)
            self.loop.goal = self.budget.goal
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(f"The checkpoint cannot be used: {error}.") from None

    def checkpoint(self) -> bytes:
        """All that the rest of the run depends on, as bytes."""
        return self.loop.checkpoint(
            {
                "identity": self._identity(),
                "seconds": self.seconds,
                "start": asdict(self.prepared.start),
                "minutes_when_begun": self._minutes_when_begun,
                "most_characters": self.prepared.most_characters,
                "budget": self.budget.state(),
                "measured_characters": self.prepared.measured.characters[-1],
            }
        )

    @property
    def seconds(self) -> float:
        """Time spent on this training, preparation and earlier runs included."""
        return self._seconds_before + self._clock() - self._started

    def run(self) -> Iterator[Progress]:
        """Train to the goal, or to the end of the minutes or of patience."""
        yield self._progress()
        loop = self.loop
        seen, since = loop.position.characters, self.seconds
        reported, first = since, loop.position.updates + 1
        for point in loop.run():
            now = self.seconds
            if point is None:
                # What the caller does between updates is part of the pace; an evaluation is not.
                if loop.position.updates > first:  # the first update allocates; don't count its time
                    self.budget.pace.add(loop.position.characters - seen, now - since)
                self._bound_measuring(now)
                self.budget.after_update(loop.position.characters, now)
                loop.goal = self.budget.goal
            else:
                self.budget.after_evaluation(loop.evaluation_seconds)
            seen, since = loop.position.characters, now
            if point is not None or now - reported >= REPORT_SECONDS:
                reported = now
                sample = self._sample() if point is not None and self.settings.samples else None
                yield self._progress(point is not None, sample)
                if point is not None:
                    since = self.seconds
        if self._finish():
            yield self._progress(evaluated=True)
        yield replace(self._progress(), share=1.0, seconds_left=0.0)

    def _bound_measuring(self, spent: float) -> None:
        """Measure on fewer songs where a slow machine would spend much of a short time limit on measuring."""
        at, measured = self.loop.position, self.prepared.measured
        most = self.budget.measurable_characters(spent, at.characters / max(1e-9, at.seconds))
        if most is None or self.loop.curve or measured.characters[-1] <= most:
            return
        measured = measured.within(most, FEWEST_CONCLUSIVE if most >= FEWEST_CONCLUSIVE else 0)
        self.prepared = replace(self.prepared, measured=measured)
        self.loop.measure_on(measured.ids)
        self.budget.measured_characters = measured.characters[-1]

    def _finish(self) -> bool:
        """Take the best weights; whether that took another evaluation."""
        loop, seen = self.loop, self.loop.position.characters
        # A goal that the clock has lowered lies between two evaluations.
        is_due = not loop.curve or (loop.curve[-1].characters < seen and not loop.stopped_early)
        if is_due:
            loop.evaluate()
        loop.take_best()
        self._is_finished = True
        return is_due

    def _preparing(self, stage: str) -> Progress:
        """Progress before the first update."""
        limit = math.inf if self.settings.minutes is None else 60 * self.settings.minutes
        return Progress(
            characters_seen=0,
            characters_planned=0,
            epoch=0.0,
            seconds=self.seconds,
            seconds_left=max(0.0, limit - self.seconds),
            characters_per_second=0.0,
            train_bits_per_character=math.nan,
            validation_bits_per_character=None,
            best_bits_per_character=None,
            baseline_bits_per_character=None,
            stage=stage,
        )

    def _progress(self, evaluated: bool = False, sample: str | None = None) -> Progress:
        loop, at = self.loop, self.loop.position
        speed = at.characters / at.seconds if at.seconds > 0 else 0.0
        last = loop.curve[-1] if loop.curve else None
        train_nats = at.train_nats / at.train_updates if at.train_updates else loop.last_nats
        spent = self.seconds
        return Progress(
            characters_seen=at.characters,
            characters_planned=loop.goal,
            epoch=at.characters / self.prepared.training_characters,
            seconds=spent,
            seconds_left=self.budget.seconds_left(at.characters, spent, speed),
            characters_per_second=speed,
            train_bits_per_character=last.train_bits_per_character if evaluated and last else train_nats / math.log(2),
            validation_bits_per_character=last.validation_bits_per_character if last else None,
            best_bits_per_character=loop.best_bits if loop.curve else None,
            baseline_bits_per_character=self.prepared.measured.baseline_bits_per_character,
            share=min(ALMOST_DONE, loop.progress),
            evaluated=evaluated,
            sample=sample,
        )

    def _sample(self) -> str:
        settings = SongSettings(lines=SAMPLE_LINES, random_seed=len(self.loop.curve))
        return "".join(compose(self._model(TrainingRecord()), "", settings))

    @property
    def stopped(self) -> Stopped:
        """What ended the run."""
        if self.loop.stopped_early:
            return "early"
        return "minutes" if self.budget.is_shortened else "epochs"

    def result(self) -> Model:
        """The model of the best weights, with its record."""
        if not self._is_finished:
            self._finish()
        loop, p = self.loop, self.prepared
        seen = loop.position.characters
        best_point = min(loop.curve, key=lambda point: point.validation_bits_per_character)
        record = TrainingRecord(
            artist=self.artist,
            date=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            corpus_sha256=p.corpus_sha256,
            corpus_characters=p.training_characters + p.held_out_characters,
            held_out_characters=p.held_out_characters,
            measured_characters=p.measured.characters[-1],
            left_out_characters=p.left_out_characters + self._unread_characters,
            songs=p.split.pieces,
            near_copies_set_aside=p.split.near_copies_set_aside,
            start=p.start.label,
            start_reason=p.start.reason,
            start_trial=p.start.trial,
            settings=asdict(p.loop_settings),
            minutes=self.settings.minutes,
            products=layout(),
            characters_seen=seen,
            epochs=round(seen / p.training_characters, 2),
            seconds=round(self.seconds, 1),
            characters_per_second=round(loop.position.characters / max(1e-9, loop.position.seconds)),
            train_bits_per_character=best_point.train_bits_per_character,
            validation_bits_per_character=loop.best_bits if math.isfinite(loop.best_bits) else None,
            baseline_bits_per_character=p.measured.baseline_bits_per_character,
            stopped=self.stopped,
            curve=tuple(loop.curve),
        )
        return self._model(replace(record, verdict=verdict(record)))

    def _model(self, record: TrainingRecord) -> Model:
        p = self.prepared
        return Model(p.trainable.weights(), p.vocabulary, ArtistProfile(p.alphabet, p.style), record)


@dataclass(frozen=True)
class _Extra:
    """What a trainer keeps in a checkpoint beside the training loop's state."""

    identity: dict[str, Any]
    seconds: float
    earlier: Earlier
    minutes_when_begun: float | None
    budget: dict[str, Any]
    measured_characters: int


def minutes_when_begun(checkpoint: bytes) -> float | None:
    """The limit of the run that a checkpoint is of, when it began: its corpus was read for so many minutes.

    Raises:
        CheckpointError: the checkpoint is damaged.
    """
    return _read_extra(checkpoint).minutes_when_begun


def _read_extra(checkpoint: bytes) -> _Extra:
    try:
        extra = peek_checkpoint(checkpoint)
        most, minutes = extra["most_characters"], extra["minutes_when_begun"]
        return _Extra(
            dict(extra["identity"]),
            float(extra["seconds"]),
            Earlier(StartDecision.from_json(extra["start"]), None if most is None else int(most)),
            None if minutes is None else float(minutes),
            dict(extra["budget"]),
            int(extra["measured_characters"]),
        )
    except ModelFileError as error:
        raise CheckpointError(f"The checkpoint is damaged: {error}") from None
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"The checkpoint cannot be used: {error}.") from None
