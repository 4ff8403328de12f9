"""The training loop: chunks of parallel streams, one update each, measured on held-out text as it goes.

A run is determined by its settings, its goal and its position: the order of the text and the dropout masks come from
generators seeded by (random seed, epoch or update). A checkpoint therefore holds a position, not a generator's state,
and a resumed run takes the same steps, to the bit, as one that was not stopped.
"""

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from lstm.arrays import FloatArray, IntArray
from lstm.model.model_file import dump_tensors, read_tensors
from lstm.model.record import CurvePoint
from lstm.network.dropout import Dropout
from lstm.network.likelihood import Likelihood
from lstm.network.network import Network, State
from lstm.network.optimiser import OPTIMISERS, Schedule, clip_by_global_norm
from lstm.network.parameters import Parameters
from lstm.training.time_budget import EVALUATION_SPEED
from lstm.training.trainable import AllWeights, Trainable

LOG2 = math.log(2)
MOST_STREAMS = 24
CHARACTERS_PER_SQUARE = 150
"""Held-out text of this many characters times n squared is measured in n parallel streams: each reads a lead-in first,
so that twice as many streams take half the steps only where the text is long, and each begins without a past."""


@dataclass(frozen=True)
class LoopSettings:
    """How to train. Shares are of the run, from 0 to 1."""

    batch: int = 16
    """Parallel streams, B."""
    unroll: int = 64
    """Steps of one unit each that the gradient reaches back, T (truncated backpropagation through time)."""
    optimiser: str = "adam"
    learning_rate: float = 4e-3
    """The peak of the schedule."""
    warm_up: float = 0.05
    """Share of the run in which the rate rises."""
    decay: float = 0.95
    """Share of the run in which it falls to zero."""
    clip: float = 1.0
    """Largest norm of the gradient."""
    dropout: Dropout = field(default_factory=Dropout)
    evaluations: int = 20
    """Most evaluations on the held-out text in a run."""
    evaluation_share: float = math.inf
    """Largest share of the time that measuring may take, if it is `EVALUATION_SPEED` times as fast as training."""
    patience: int = 6
    """Stop after this many evaluations without a better one; 0 never stops early."""
    random_seed: int = 0

    @property
    def schedule(self) -> Schedule:
        """The learning rate over the run."""
        return Schedule(self.learning_rate, self.warm_up, self.decay)


@dataclass(frozen=True)
class Position:
    """How far a run has come."""

    characters: int = 0
    updates: int = 0
    epoch: int = 0
    chunk: int = 0
    """Chunks of the epoch that were used up."""
    seconds: float = 0.0
    evaluations_without_gain: int = 0
    train_nats: float = 0.0
    """Sum over the updates since the last evaluation of the loss in nats."""
    train_updates: int = 0


class TrainingLoop:
    """One run over one text.

    `goal` is the number of characters to see in all; it may be changed on the way.
    """

    def __init__(
        self,
        weights: Parameters | Trainable,
        training: IntArray,
        held_out: IntArray,
        settings: LoopSettings,
        goal: int,
        clock: Callable[[], float] = time.perf_counter,
        lengths: IntArray | None = None,
        stored_as: type[np.floating] | None = None,
    ) -> None:
        """``training`` and ``held_out`` are ids, (N,); ``weights`` are changed in place.

        ``lengths`` (V,) are the characters of each unit; without them each is one. ``stored_as`` is the precision of
        the file that the result is for: weights are rounded to it before they are measured and kept, so that the figure
        is the file's.
        """
        self.trainable = AllWeights(weights) if isinstance(weights, Parameters) else weights
        parameters = self.trainable.parameters
        self.settings, self.goal, self.parameters = settings, goal, parameters
        self._clock, self._stored_as = clock, stored_as or parameters.flat.dtype
        self._lengths = np.ones(parameters.shape.V, np.int32) if lengths is None else lengths
        self._training = training
        # A text shorter than a chunk of B streams gets fewer streams.
        self.B = max(1, min(settings.batch, (len(training) - 1) // 8))
        self.network = Network(parameters, settings.unroll, self.B)
        dtype = parameters.flat.dtype
        self.optimiser = OPTIMISERS[settings.optimiser](len(self.trainable.flat), dtype)
        self.state = State.zeros(parameters.shape, self.B, dtype)
        self.position = Position()
        self.curve: list[CurvePoint] = []
        self.measure_on(held_out)
        self.best: FloatArray = self.trainable.flat.copy()
        """The trained weights at the best evaluation."""
        self.best_bits = math.inf
        self.last_nats = math.nan
        self.evaluation_seconds = 0.0
        """How long the last evaluation took."""
        self._streams: tuple[int, IntArray] | None = None

    def measure_on(self, held_out: IntArray) -> None:
        """Measure on other held-out text, ids (N,); before the first evaluation, as the curve is of one text."""
        if self.curve:
            raise ValueError("the held-out text can't change after an evaluation")
        self._held_out, self._held_out_characters = held_out, int(self._lengths[held_out].sum())
        streams = max(1, min(MOST_STREAMS, round(math.sqrt(self._held_out_characters / CHARACTERS_PER_SQUARE))))
        few = len(held_out) <= 1
        self._likelihood = None if few else Likelihood(self.parameters, streams, lengths=self._lengths)

    @property
    def progress(self) -> float:
        """Share of the goal that is reached."""
        return min(1.0, self.position.characters / self.goal)

    def evaluations_in(self, goal: float) -> int:
        """How often the held-out text is measured on the way to a goal of so many characters: at least once, there."""
        likelihood, read = self._likelihood, max(1, self._held_out_characters)
        if likelihood is not None:
            read += round(likelihood.lead_in(len(self._held_out)) / len(self._held_out) * read)
        affordable = self.settings.evaluation_share * EVALUATION_SPEED * goal / read
        return max(1, int(min(self.settings.evaluations, affordable)))

    @property
    def finished(self) -> bool:
        """Whether the goal is reached, or the held-out loss has long stopped falling."""
        return self.position.characters >= self.goal or self.stopped_early

    @property
    def stopped_early(self) -> bool:
        """Whether patience ran out."""
        s = self.settings
        return 0 < s.patience <= self.position.evaluations_without_gain

    def _epoch_streams(self, epoch: int) -> IntArray:
        """The text as streams, (n + 1, B); the last row is only a target.

        The text is rotated by a new offset in every epoch: that keeps songs in their order, which matters where one
        leads to the next (plays), and yet moves every cut between streams and chunks.
        """
        if self._streams is None or self._streams[0] != epoch:
            size, B = len(self._training), self.B
            offset = int(np.random.default_rng([self.settings.random_seed, epoch]).integers(size))
            n = (size - 1) // B
            rotated = np.roll(self._training, -offset) if epoch else self._training
            self._streams = epoch, np.stack([rotated[b * n : b * n + n + 1] for b in range(B)], axis=1)
        return self._streams[1]

    def update(self) -> float:
        """One chunk, one step of the optimiser; returns the chunk's loss in nats per character."""
        s, at, started = self.settings, self.position, self._clock()
        streams = self._epoch_streams(at.epoch)
        start = at.chunk * s.unroll
        end = min(start + s.unroll, len(streams) - 1)
        rng = np.random.default_rng([s.random_seed, 1, at.updates])
        targets = streams[start + 1 : end + 1]
        nats, self.state = self.network.loss_and_gradients(streams[start:end], targets, self.state, s.dropout, rng)
        gradient = self.trainable.gradient(self.network.gradients)
        clip_by_global_norm(gradient, s.clip)
        seen = max(1, int(self._lengths[targets].sum()))
        nats *= targets.size / seen
        # The rate belongs to the middle of the chunk, so that the first is not 0 and neither is the last.
        rate = s.schedule.rate(min(1.0, (at.characters + seen / 2) / self.goal))
        self.optimiser.step(self.trainable.flat, gradient, rate)
        self.trainable.apply()
        last = end == len(streams) - 1
        self.last_nats = nats
        self.position = replace(
            at,
            characters=at.characters + seen,
            updates=at.updates + 1,
            epoch=at.epoch + last,
            chunk=0 if last else at.chunk + 1,
            seconds=at.seconds + self._clock() - started,
            train_nats=at.train_nats + nats,
            train_updates=at.train_updates + 1,
        )
        return nats

    def evaluate(self) -> CurvePoint:
        """Measure the held-out text, extend the curve, keep the weights if they are the best so far."""
        started, at = self._clock(), self.position
        kept = self.trainable.flat.copy()
        self._set(kept.astype(self._stored_as))
        bits = self._likelihood.bits_per_character(self._held_out) if self._likelihood else math.nan
        # Without held-out text the last weights are the best; with it, weights that give NaN never are.
        better = self._likelihood is None or bits < self.best_bits
        if better:
            self.best_bits = bits if self._likelihood is not None else math.inf
            self.best[...] = self.trainable.flat
        self._set(kept)
        self.evaluation_seconds = self._clock() - started
        seconds = at.seconds + self.evaluation_seconds
        train_bits = at.train_nats / max(1, at.train_updates) / LOG2
        point = CurvePoint(at.characters, round(seconds, 2), train_bits, bits)
        self.curve.append(point)
        self.position = replace(
            at,
            seconds=seconds,
            evaluations_without_gain=0 if better else at.evaluations_without_gain + 1,
            train_nats=0.0,
            train_updates=0,
        )
        return point

    def run(self) -> Iterator[CurvePoint | None]:
        """Continue to the goal; yields after every update: None, or the evaluation that it led to."""
        while not self.finished:
            before = self.position.characters
            every = self.goal / self.evaluations_in(self.goal)  # the goal may change
            self.update()
            due = int(before / every) != int(self.position.characters / every)
            yield self.evaluate() if due or self.position.characters >= self.goal else None

    def take_best(self) -> None:
        """End the run with the best weights."""
        self._set(self.best)

    def _set(self, flat: FloatArray) -> None:
        self.trainable.flat[...] = flat
        self.trainable.apply()

    def checkpoint(self, extra: dict[str, Any] | None = None) -> bytes:
        """All that the future of the run depends on, as safetensors bytes; ``extra`` is kept for the caller."""
        tensors: dict[str, FloatArray] = {
            "parameters": self.trainable.flat,
            "best": self.best,
            "hidden": self.state.hidden,
            "cell": self.state.cell,
        }
        tensors |= {f"moment.{name}": moment for name, moment in self.optimiser.moments.items()}
        run = {
            "plan": self.goal,
            "position": asdict(self.position),
            "optimiser_steps": self.optimiser.steps,
            "curve": [asdict(point) for point in self.curve],
            "best_bits": self.best_bits,
            "extra": extra or {},
        }
        return dump_tensors(tensors, {"run": json.dumps(run)})

    def restore(self, data: bytes) -> dict[str, Any]:
        """Go back to where `checkpoint` was called, on the same text, settings and shape; returns its ``extra``.

        Raises:
            ModelFileError: the bytes are cut short or damaged.
            ValueError: they belong to a run of another shape.
        """
        tensors, metadata = read_tensors(data)
        try:
            run = json.loads(metadata["run"])
            arrays = {
                "parameters": self.trainable.flat,
                "best": self.best,
                **{f"moment.{name}": moment for name, moment in self.optimiser.moments.items()},
            }
            for name, array in arrays.items():
                if tensors[name].shape != array.shape:
                    raise ValueError(f"the checkpoint's {name} has another shape")
                array[...] = tensors[name]
            if not tensors["hidden"].shape == tensors["cell"].shape == self.state.hidden.shape:
                raise ValueError("the checkpoint's state has another shape")
            self.state = State(tensors["hidden"], tensors["cell"])
            self.goal, self.position = run["plan"], Position(**run["position"])
            self.trainable.apply()
            self.optimiser.steps = run["optimiser_steps"]
            self.curve = [CurvePoint(**point) for point in run["curve"]]
            self.best_bits = run["best_bits"]
            extra: dict[str, Any] = run["extra"]
        except KeyError as error:
            raise ValueError(f"it is of another version and lacks {error}") from None
        except TypeError:
            raise ValueError("it is of another version") from None
        return extra


def peek_checkpoint(data: bytes) -> dict[str, Any]:
    """The ``extra`` of a checkpoint, without restoring it.

    Raises:
        ModelFileError: the bytes are cut short or damaged.
        ValueError: they are no checkpoint.
    """
    _, metadata = read_tensors(data)
    try:
        extra: dict[str, Any] = json.loads(metadata["run"])["extra"]
    except (KeyError, TypeError, ValueError):
        raise ValueError("this file is not a checkpoint") from None
    if not isinstance(extra, dict):
        raise ValueError("this file is not a checkpoint")
    return extra
