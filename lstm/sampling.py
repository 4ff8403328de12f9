"""Sampling: a batch of streams of one model, stepped together, each unit by unit.

A `Stream` is one continuation in progress: it first reads what it is given
(a seed, a candidate word to be scored), then samples until its stop rule holds. A `Chorus` steps all streams of a voice
at once, whoever they belong to; streams come and go at any step, so that songs, candidate lines and the reading of
seeds share each matrix product.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from lstm.arrays import FloatArray, IntArray
from lstm.nucleus import pick_each, pick_one
from lstm.recurrence import Recurrence
from lstm.voice import Memory, Voice

UNIFORMS = 128
"""Random numbers that a stream draws at a time."""
__all__ = ["Chorus", "Memory", "Stream", "Voice"]


@dataclass(eq=False)
class Stream:
    """One continuation of a memory: first ``given``, then sampled until its stop rule holds.

    It stops after ``lines`` line ends, at the end of a song (two blank lines) or after ``limit`` sampled units;
    with ``limit`` 0 it only takes in what is given.
    """

    memory: Memory
    given: IntArray
    """Ids to continue with, (N,): a seed, or a word whose likelihood is wanted."""
    rng: np.random.Generator | None = None
    temperature: float = 1.0
    top_p: float = 1.0
    lines: int = 1
    limit: int = 0
    not_empty: bool = False
    """Whether the first unit sampled must not be a line end: for a line that must come, whatever the network would
    rather do."""
    to_spell: str = ""
    """What the sampled units must begin with: the open end of a seed, of which any way to spell it is a part."""
    is_scored: bool = True
    """Whether ``nats`` is wanted."""
    sampled: list[int] = field(default_factory=list)
    nats: float = 0.0
    """Log-likelihood, at temperature 1, of all that is given and sampled."""
    taken: int = 0
    """How many of `given` were taken in."""
    _uniforms: list[float] = field(default_factory=list)

    @property
    def wants_more(self) -> bool:
        """Whether there is anything to step for."""
        return self.taken < len(self.given) or self.limit > len(self.sampled)

    def uniform(self) -> float:
        """The next random number in [0, 1)."""
        if not self._uniforms:
            if self.rng is None:
                raise ValueError("a stream that samples needs a random generator")
            self._uniforms = self.rng.random(UNIFORMS, dtype=np.float32).tolist()[::-1]
        return self._uniforms.pop()

    def take(self, unit: int, voice: Voice) -> bool:
        """Go on by a unit, the given one or a sampled one; whether that was the last."""
        if self.taken < len(self.given):
            self.taken += 1
            return not self.wants_more
        self.sampled.append(unit)
        if self.to_spell:
            self.to_spell = self.to_spell[len(voice.vocabulary.units[unit]) :]
        if unit == voice.newline:
            self.lines -= 1
            if self.lines <= 0 or self.sampled[-3:] == [unit] * 3:
                return True
        return len(self.sampled) >= self.limit


class Chorus:
    """The streams of one voice that are in progress, stepped together."""

    def __init__(self, voice: Voice) -> None:
        self.voice = voice
        self._streams: list[Stream] = []
        self._pending: IntArray = np.empty(0, np.intp)
        self._take(Recurrence.none(voice))

    def __len__(self) -> int:
        return len(self._streams)

    def add(self, streams: Iterable[Stream]) -> None:
        """Take streams in; they take part from the next step on. One that wants nothing is left out."""
        new = [stream for stream in streams if stream.wants_more]
        if not new:
            return
        self._streams += new
        self._pending = np.concatenate([self._pending, [stream.memory.pending for stream in new]])
        self._take(self._recurrence.joined_by([stream.memory for stream in new]))

    def drop(self, streams: Iterable[Stream]) -> None:
        """Let streams go, unfinished as they are."""
        gone = set(streams)
        self._keep([k for k, stream in enumerate(self._streams) if stream not in gone])

    def run(self, streams: Iterable[Stream]) -> None:
        """Take streams in and step until all that are in progress have finished."""
        self.add(streams)
        while self._streams:
            self.step()

    def step(self) -> list[Stream]:
        """Every stream takes one unit more, given or sampled; returns those that finished by it."""
        streams = self._streams
        if not streams:
            return []
        logits = self._recurrence.read(self._pending)
        if len(streams) == 1:
            return self._step_one(streams[0], logits)
        units = self._units(logits)
        self._pending = np.array(units, np.intp)
        chosen = logits[self._pending, np.arange(len(streams))]
        likelihoods = (chosen - np.log(np.exp(logits).sum(axis=0))).tolist() if self._any_is_scored else self._unscored
        finished = []
        for k, (stream, unit, nats) in enumerate(zip(streams, units, likelihoods, strict=True)):
            stream.nats += nats
            if stream.take(unit, self.voice):
                finished.append(k)
        return self._finish(finished) if finished else []

    def _step_one(self, stream: Stream, logits: FloatArray) -> list[Stream]:
        """`step` for a single stream with logits (V,): no lists, no arrays of one element."""
        if stream.taken < len(stream.given):
            unit = int(stream.given[stream.taken])
        else:
            sung = logits + self._bias_of(stream)
            if stream.not_empty and not stream.sampled:
                sung[self.voice.newline] = -np.inf
            unit = pick_one(sung, 1 / stream.temperature, stream.top_p, stream.uniform())
        self._pending[0] = unit
        if stream.is_scored:
            stream.nats += float(logits[unit]) - math.log(float(np.exp(logits).sum()))
        return self._finish([0]) if stream.take(unit, self.voice) else []

    def _units(self, logits: FloatArray) -> list[int]:
        """Each stream's next unit, given or sampled from ``logits`` (V, B), whose maximum is 0."""
        streams = self._streams
        sampling = [k for k, stream in enumerate(streams) if stream.taken == len(stream.given)]
        if not sampling:
            return [int(stream.given[stream.taken]) for stream in streams]
        uniform = np.array([streams[k].uniform() for k in sampling], np.float32)
        rows = (logits.T if len(sampling) == len(streams) else logits.T[sampling]) + self.voice.sung_bias
        for row, k in zip(rows, sampling, strict=True):
            if streams[k].to_spell:
                row[:] = logits[:, k] + self._bias_of(streams[k])
            if streams[k].not_empty and not streams[k].sampled:
                row[self.voice.newline] = -np.inf
        picked = pick_each(rows, self._inverse_temperature[sampling], self._top_p[sampling], uniform)
        if len(sampling) == len(streams):
            return picked
        following = iter(picked)
        return [
            int(stream.given[stream.taken]) if stream.taken < len(stream.given) else next(following)
            for stream in streams
        ]

    def _bias_of(self, stream: Stream) -> FloatArray:
        """0 for units that a stream may sample next, minus infinity for the others, (V,)."""
        return self.voice.spelling_bias(stream.to_spell) if stream.to_spell else self.voice.sung_bias

    def _finish(self, columns: list[int]) -> list[Stream]:
        done = [self._streams[k] for k in columns]
        for k, stream in zip(columns, done, strict=True):
            stream.memory = self._recurrence.memory(k, int(self._pending[k]))
        gone = set(columns)
        self._keep([k for k in range(len(self._streams)) if k not in gone])
        return done

    def _keep(self, columns: list[int]) -> None:
        self._streams = [self._streams[k] for k in columns]
        self._pending = self._pending[columns]
        self._take(self._recurrence.only(columns))

    def _take(self, recurrence: Recurrence) -> None:
        """Go on with other streams, and note what is the same at every step."""
        self._recurrence = recurrence
        self._inverse_temperature = np.array([1 / stream.temperature for stream in self._streams], np.float32)
        self._top_p = np.array([stream.top_p for stream in self._streams], np.float32)
        self._any_is_scored = any(stream.is_scored for stream in self._streams)
        self._unscored = [0.0] * len(self._streams)
