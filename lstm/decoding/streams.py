"""Sampling: a batch of streams of one model, stepped together, each unit by unit.

A `Stream` is one continuation in progress: it first reads what it is given
(a seed, a candidate word to be scored), then samples until its stop rule holds. A `Chorus` steps all streams of a voice
at once, whoever they belong to; streams come and go at any step, so that songs, candidate lines and the reading of
seeds share each matrix product.

A step does nothing stream by stream in Python: units and logits are noted in arrays, and streams hear of them when one
of them stops, or the notes are full. That took a fifth of a step at 64 streams and H = 128; likelihoods, summed for
many steps at once, cost 3 % where they took a quarter of a step at one stream.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from lstm.arrays import FloatArray, IntArray
from lstm.decoding.nucleus import pick_each, pick_one
from lstm.decoding.step import Recurrence
from lstm.decoding.weights import Memory, Voice

UNIFORMS = 128
"""Random numbers that a stream draws at a time."""
NOTED_STEPS = 64
"""Steps that are noted at most before the streams hear of them."""
NOTED_LOGITS = 32_768
"""Logits that are noted at most: 128 KB, a small part of the cache."""


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
    """What the sampled units must begin with: the open end of a seed (`Voice.spelling_bias`)."""
    is_scored: bool = True
    """Whether ``nats`` is wanted."""
    sampled: list[int] = field(default_factory=list)
    nats: float = 0.0
    """Log-likelihood, at temperature 1, of all that is given and sampled."""
    taken: int = 0
    """How many of `given` were taken in."""
    _uniforms: FloatArray = field(default_factory=lambda: np.empty(0, np.float32), repr=False)
    """Random numbers that were drawn and not used."""

    @property
    def wants_more(self) -> bool:
        """Whether there is anything to step for."""
        return self.taken < len(self.given) or self.limit > len(self.sampled)

    @property
    def given_left(self) -> int:
        """How many of `given` are still to come."""
        return len(self.given) - self.taken

    @property
    def has_own_bias(self) -> bool:
        """Whether it matters to this stream alone what may be sampled next."""
        return bool(self.to_spell) or (self.not_empty and not self.sampled)

    def uniforms(self, count: int) -> FloatArray:
        """The next random numbers in [0, 1), at least ``count`` up to `UNIFORMS`; they count as used when heard."""
        if len(self._uniforms) < count:
            if self.rng is None:
                raise ValueError("a stream that samples needs a random generator")
            self._uniforms = np.concatenate([self._uniforms, self.rng.random(UNIFORMS, dtype=np.float32)])
        return self._uniforms

    def hear(self, units: list[int], voice: Voice) -> None:
        """Go on by some units: the given ones, then sampled ones."""
        given = min(len(units), self.given_left)
        self.taken += given
        sampled = units[given:]
        self.sampled += sampled
        self._uniforms = self._uniforms[len(sampled) :]
        for unit in sampled if self.to_spell else ():
            self.to_spell = self.to_spell[len(voice.vocabulary.units[unit]) :]


class Chorus:
    """The streams of one voice that are in progress, stepped together."""

    _streams: list[Stream]
    _pending: IntArray
    """The unit that each has taken and not read, (B,)."""
    _recurrence: Recurrence
    _units: IntArray
    """Notes of the units taken by step, (steps, B), of which the first ``_noted`` steps are written."""
    _noted: int
    _logits: FloatArray
    """Notes of the logits, (steps, B, V), where a stream is scored; else those of the last step, (1, B, V)."""
    _given: IntArray
    """What is to be given by step of these notes, (steps or fewer, B); -1 where a stream samples."""
    _uniforms: FloatArray
    """Random numbers by step, (steps, B)."""
    _given_left: list[int]
    """Steps of these notes before each stream samples."""
    _ends: list[int]
    """Steps after which each has all that it wants."""

    def __init__(self, voice: Voice) -> None:
        self.voice = voice
        self._go_on([], np.empty(0, np.intp), Recurrence.none(voice))

    def __len__(self) -> int:
        return len(self._streams)

    def add(self, streams: Iterable[Stream]) -> None:
        """Take streams in; they take part from the next step on. One that wants nothing is left out."""
        new = [stream for stream in streams if stream.wants_more]
        if not new:
            return
        self._tell()
        memories = [stream.memory for stream in new]
        pending = np.concatenate([self._pending, [memory.pending for memory in memories]])
        self._go_on([*self._streams, *new], pending, self._recurrence.joined_by(memories))

    def drop(self, streams: Iterable[Stream]) -> None:
        """Let streams go, unfinished as they are."""
        gone = set(streams)
        self._tell()
        self._keep([k for k, stream in enumerate(self._streams) if stream not in gone])

    def run(self, streams: Iterable[Stream]) -> None:
        """Take streams in and step until all that are in progress have finished."""
        self.add(streams)
        while self._streams:
            self.step()

    def step(self) -> list[Stream]:
        """Every stream takes one unit more, given or sampled; returns those that finished by it.

        The others may hear later what they took: their ``sampled`` and ``nats`` lag behind.
        """
        if not self._streams:
            return []
        if self._noted == self._steps:
            self._tell()
            self._note_anew()
        n = self._noted
        units, logits = self._units[n], self._logits[n if self._any_is_scored else 0]
        alone = len(units) == 1
        if alone:
            logits = logits[0]
        self._recurrence.read(self._pending, logits)
        if n < len(self._given):
            units[:] = self._given[n]
            if len(sampling := np.flatnonzero(units < 0)):
                self._sample(logits, units, sampling)
        elif alone:
            units[0] = self._sample_one(logits)
        else:
            self._sample(logits, units)
        self._pending = units
        self._noted = n + 1
        # Both are the same question; asked of one unit by way of arrays it costs 2 microseconds.
        any_line_end = units[0] == self.voice.newline if alone else (units == self.voice.newline).any()
        if not any_line_end and n + 1 < self._next_end:
            return []
        line_ends = np.flatnonzero(units == self.voice.newline).tolist()
        finished = {k for k in line_ends if n >= self._given_left[k] and self._was_last_line(k)}
        finished |= {k for k, end in enumerate(self._ends) if n + 1 >= end}
        return self._finish(sorted(finished)) if finished else []

    def _sample_one(self, logits: FloatArray) -> int:
        """The next unit of a single stream, from its logits (V,)."""
        stream = self._streams[0]
        bias = self._bias_of(stream) if self._any_has_own_bias else self.voice.sung_bias
        uniform = float(self._uniforms[self._noted, 0])
        return pick_one(logits + bias, 1 / stream.temperature, stream.top_p, uniform)

    def _sample(self, logits: FloatArray, units: IntArray, rows: IntArray | None = None) -> None:
        """Write the next units of all streams, or of those in some rows, into ``units`` (B,); ``logits`` (B, V)."""
        some = slice(None) if rows is None else rows
        sung = logits[some] + self.voice.sung_bias
        if self._any_has_own_bias:
            for place, k in enumerate(range(len(units)) if rows is None else rows.tolist()):
                if self._streams[k].has_own_bias:
                    sung[place] = logits[k] + self._bias_of(self._streams[k])
        uniform = self._uniforms[self._noted]
        units[some] = pick_each(sung, self._inverse_temperature[some], self._top_p[some], uniform[some])

    def _bias_of(self, stream: Stream) -> FloatArray:
        """0 for units that a stream may sample next, minus infinity for the others, (V,)."""
        bias = self.voice.spelling_bias(stream.to_spell) if stream.to_spell else self.voice.sung_bias
        if stream.not_empty and not stream.sampled:
            bias = bias.copy()
            bias[self.voice.newline] = -np.inf
        return bias

    def _was_last_line(self, k: int) -> bool:
        """Count a line end that a stream has just sampled; whether it was the last that it wants."""
        stream, n, newline = self._streams[k], self._noted, self.voice.newline
        stream.lines -= 1
        if stream.lines <= 0:
            return True
        noted = self._units[min(n, max(self._given_left[k], n - 3)) : n, k].tolist()
        return [*stream.sampled[-3:], *noted][-3:] == [newline] * 3

    def _finish(self, rows: list[int]) -> list[Stream]:
        self._tell()
        done, gone = [self._streams[k] for k in rows], set(rows)
        for k, stream in zip(rows, done, strict=True):
            stream.memory = self._recurrence.memory(k, int(self._pending[k]))
        self._keep([k for k in range(len(self._streams)) if k not in gone])
        return done

    def _keep(self, rows: list[int]) -> None:
        self._go_on([self._streams[k] for k in rows], self._pending[rows], self._recurrence.only(rows))

    def _go_on(self, streams: list[Stream], pending: IntArray, recurrence: Recurrence) -> None:
        """Go on with other streams, and note what is the same at every step."""
        self._streams, self._pending, self._recurrence = streams, pending, recurrence
        B, V = len(streams), self.voice.shape.V
        self._inverse_temperature = np.array([1 / stream.temperature for stream in streams], np.float32)
        self._top_p = np.array([stream.top_p for stream in streams], np.float32)
        self._any_is_scored = any(stream.is_scored for stream in streams)
        steps = max(1, min(NOTED_STEPS, NOTED_LOGITS // max(1, B * V))) if self._any_is_scored else NOTED_STEPS
        self._units = np.empty((steps, B), np.intp)
        self._logits = np.empty((steps if self._any_is_scored else 1, B, V), np.float32)
        self._note_anew()

    def _note_anew(self) -> None:
        """Begin notes: lay out what each stream will be given, and its random numbers, by step."""
        streams = self._streams
        self._noted = 0
        self._any_has_own_bias = any(stream.has_own_bias for stream in streams)
        # Spelling and the rule about the first unit ask at every step what was sampled until then.
        self._steps = steps = 1 if self._any_has_own_bias else len(self._units)
        self._given_left = [stream.given_left for stream in streams]
        self._ends = [
            left + max(0, stream.limit - len(stream.sampled))
            for stream, left in zip(streams, self._given_left, strict=True)
        ]
        self._next_end = min(self._ends, default=0)
        self._given = np.full((min(steps, max(self._given_left, default=0)), len(streams)), -1, np.intp)
        self._uniforms = np.empty((steps, len(streams)), np.float32)
        for k, (stream, left) in enumerate(zip(streams, self._given_left, strict=True)):
            if left:
                self._given[:left, k] = stream.given[stream.taken : stream.taken + steps]
            if stream.limit and left < steps:
                self._uniforms[left:, k] = stream.uniforms(steps - left)[: steps - left]

    def _tell(self) -> None:
        """Let the streams hear what was noted."""
        n, self._noted = self._noted, 0
        if not n:
            return
        units = self._units[:n]
        for stream, column in zip(self._streams, units.T.tolist(), strict=True):
            stream.hear(column, self.voice)
        if self._any_is_scored:
            logits = self._logits[:n]
            np.subtract(logits, np.maximum.reduce(logits, axis=2, keepdims=True), out=logits)
            chosen = np.take_along_axis(logits, units[:, :, None], axis=2)[:, :, 0]
            np.exp(logits, out=logits)
            nats = (chosen - np.log(logits.sum(axis=2))).sum(axis=0, dtype=np.float64).tolist()
            for stream, its in zip(self._streams, nats, strict=True):
                if stream.is_scored:
                    stream.nats += its
