"""Sampling: a batch of streams, stepped together unit by unit.

A `StreamBatch` steps the streams (`lstm.decoding.stream`) of all voices that share their packed weights, such as
artists that are adapters of one base, whatever songs they belong to; streams join and leave at any step, so songs,
candidate lines and the reading of seeds share each matrix product.

A step does no work per stream in Python. Units and logits are collected in arrays, a block of steps at a time, and
delivered to the streams when one of them stops or the block is full. Delivery at each step took a fifth of a step at 64
streams and H = 128; likelihoods, summed for a block at once, cost 3 % instead of a quarter of a step at one stream.

Streams that continue the same memory, such as candidates for a line, all begin by reading its last unit. They share a
row for that step.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from lstm.arrays import FloatArray, IntArray
from lstm.decoding.nucleus import pick_each, pick_one
from lstm.decoding.step import Recurrence
from lstm.decoding.stream import Stream, Study
from lstm.decoding.weights import Voice

BLOCK_STEPS = 64
"""The longest block."""
BLOCK_LOGITS = 32_768
"""The most logits per block: 128 KB, a small part of the cache."""
SAVED_ROWS = 4
"""Rows that sharing must save at a step to pay for copying the states afterwards."""


def _by_voice(voices: Sequence[Voice]) -> list[int]:
    """An order of rows, by their voices: those of a voice stand together, and else stay in their order."""
    numbers: dict[Voice, int] = {}
    ranks = [numbers.setdefault(voice, len(numbers)) for voice in voices]
    return sorted(range(len(voices)), key=ranks.__getitem__)


class StreamBatch:
    """The streams in progress of all voices with the same packed weights, stepped together."""

    _streams: list[Stream]
    """Those of each voice stand together."""
    _pending: IntArray
    """The unit that each stream has taken but not read, (B,)."""
    _recurrence: Recurrence
    _row_of: IntArray | None
    """The row of the recurrence that each stream is in, ascending, (B,), for the one step in which new streams that
    continue the same memory share a row; None if each has its own."""
    _units: IntArray
    """The block's units, (steps, B), of which the first ``_position`` steps are filled."""
    _position: int
    _logits: FloatArray
    """The block's logits, (steps, B, V), if a stream is scored; else those of the last step, (1, B, V)."""
    _given: IntArray
    """The units to be given in this block, (steps or fewer, B); -1 where a stream samples."""
    _uniforms: FloatArray
    """The block's random numbers, (steps, B)."""
    _given_left: list[int]
    """Steps of the block before each stream samples."""
    _last: IntArray
    """The unit that ends each stream, (B,)."""
    _sung_bias: FloatArray
    """`Stream.sung_bias`: (V,) if it is the same for all streams, else of each, (B, V)."""
    _ends: list[int]
    """Steps of the block after which each stream is at its limit."""
    _studied: IntArray
    """Which streams are studied, (S,)."""
    _hidden: FloatArray
    """The block's hidden states of those, (steps, S, H)."""
    _keeping: IntArray
    """Which streams keep their states, (K,)."""
    _kept: FloatArray
    """The block's states of those, hidden and cell, (steps, K, 2, L, H)."""

    def __init__(self, voice: Voice) -> None:
        """No streams yet; ``voice`` is any of those that will be heard."""
        self.packed, self._vocabulary = voice.packed, voice.vocabulary
        self._newline = voice.newline
        self._continue_with([], np.empty(0, np.intp), Recurrence(voice.packed, []))

    def __len__(self) -> int:
        return len(self._streams)

    @property
    def pending_characters(self) -> int:
        """Characters of the units that the next step will read."""
        return int(self._vocabulary.lengths[self._pending].sum())

    def add(self, streams: Iterable[Stream]) -> None:
        """Add streams, from the next step on; those with nothing to do are left out.

        Raises:
            ValueError: a stream's voice has other packed weights.
        """
        new = [stream for stream in streams if stream.wants_more]
        if not new:
            return
        if any(stream.voice.packed is not self.packed for stream in new):
            raise ValueError("streams are stepped together only if their voices share their packed weights")
        self._deliver()
        if self._row_of is not None:
            self._keep(range(len(self._streams)))
        memories = list(dict.fromkeys(stream.memory for stream in new))
        if len(new) - len(memories) < SAVED_ROWS:
            memories = [stream.memory for stream in new]
            rows = list(range(len(new)))
        else:
            row_of = {memory: row for row, memory in enumerate(memories)}
            rows = [row_of[stream.memory] for stream in new]
        before = len(self._streams)
        order = _by_voice([*self._recurrence.voices, *(memory.voice for memory in memories)])
        place = np.empty(len(order), np.intp)
        place[order] = np.arange(len(order))
        streams = [*self._streams, *new]
        places = place[[*range(before), *(before + row for row in rows)]]
        pending = np.concatenate([self._pending, [stream.memory.pending for stream in new]])
        by_place = np.argsort(places, kind="stable")
        self._continue_with(
            [streams[k] for k in by_place.tolist()],
            pending[by_place],
            self._recurrence.joined_by(memories, order),
            places[by_place] if len(order) < len(streams) else None,
        )

    def drop(self, streams: Iterable[Stream]) -> None:
        """Remove streams that have not finished."""
        gone = set(streams)
        self._deliver()
        self._keep([k for k, stream in enumerate(self._streams) if stream not in gone])

    def run(self, streams: Iterable[Stream]) -> None:
        """Add streams and step until all in progress have finished."""
        self.add(streams)
        while self._streams:
            self.step()

    def step(self) -> list[Stream]:
        """Advance every stream by one unit, given or sampled; returns those that finished.

        The others get their units later: their ``sampled`` and ``nats`` lag behind.
        """
        if not self._streams:
            return []
        if self._position == self._steps:
            self._deliver()
            self._begin_block()
        n = self._position
        units, logits = self._units[n], self._logits[n if self._any_is_scored else 0]
        alone = len(units) == 1
        if alone:
            logits = logits[0]
        self._read(n, logits)
        if n < len(self._given):
            units[:] = self._given[n]
            if len(sampling := np.flatnonzero(units < 0)):
                self._sample(logits, units, sampling)
        elif alone:
            units[0] = self._sample_one(logits)
        else:
            self._sample(logits, units)
        self._pending = units
        self._position = n + 1
        # Both expressions say the same; for one unit the second costs 2 microseconds more.
        any_is_last = units[0] == self._last[0] if alone else (units == self._last).any()
        finished: set[int] = set()
        if any_is_last or n + 1 >= self._next_end:
            finished = {k for k in np.flatnonzero(units == self._last).tolist() if n >= self._given_left[k]}
            finished |= {k for k, end in enumerate(self._ends) if n + 1 >= end}
        if finished or self._row_of is not None:
            return self._finish(sorted(finished))
        return []

    def _read(self, n: int, logits: FloatArray) -> None:
        """Read the pending units, in step ``n`` of the block, and write the next logits: (B, V), or (V,) if B = 1."""
        row_of, studied, keeping = self._row_of, self._studied, self._keeping
        if row_of is None:
            self._recurrence.read(self._pending, logits)
        else:
            R = self._recurrence.B
            first = row_of.searchsorted(np.arange(R))
            of_rows: FloatArray = np.empty((R, logits.shape[1]), np.float32)
            self._recurrence.read(self._pending[first], of_rows[0] if R == 1 else of_rows)
            of_rows.take(row_of, axis=0, out=logits, mode="wrap")
            studied, keeping = row_of[studied], row_of[keeping]
        if len(studied):
            self._hidden[n] = self._recurrence.hidden[studied]
        if len(keeping):
            self._recurrence.copy_states(keeping, self._kept[n])

    def _sample_one(self, logits: FloatArray) -> int:
        """The next unit of a single stream, from its logits (V,)."""
        stream = self._streams[0]
        bias = stream.next_bias if self._any_has_first_bias else self._sung_bias
        uniform = float(self._uniforms[self._position, 0])
        return pick_one(logits + bias, 1 / stream.temperature, stream.top_p, uniform)

    def _sample(self, logits: FloatArray, units: IntArray, rows: IntArray | None = None) -> None:
        """Write the next units of all streams, or of those in some rows, into ``units`` (B,); ``logits`` (B, V)."""
        some = slice(None) if rows is None else rows
        sung = logits[some] + (self._sung_bias if self._sung_bias.ndim == 1 else self._sung_bias[some])
        if self._any_has_first_bias:
            for place, k in enumerate(range(len(units)) if rows is None else rows.tolist()):
                if self._streams[k].has_first_bias:
                    sung[place] = logits[k] + self._streams[k].next_bias
        uniform = self._uniforms[self._position]
        units[some] = pick_each(sung, self._inverse_temperature[some], self._top_p[some], uniform[some])

    def _finish(self, rows: list[int]) -> list[Stream]:
        self._deliver()
        done, gone = [self._streams[k] for k in rows], set(rows)
        for k, stream in zip(rows, done, strict=True):
            row = k if self._row_of is None else int(self._row_of[k])
            stream.memory = self._recurrence.memory(row, int(self._pending[k]))
        self._keep([k for k in range(len(self._streams)) if k not in gone])
        return done

    def _keep(self, places: Sequence[int]) -> None:
        """Keep some of the streams, each in a row of its own."""
        rows = list(places) if self._row_of is None else self._row_of[places].tolist()
        self._continue_with([self._streams[k] for k in places], self._pending[places], self._recurrence.only(rows))

    def _continue_with(
        self, streams: list[Stream], pending: IntArray, recurrence: Recurrence, row_of: IntArray | None = None
    ) -> None:
        """Continue with other streams, and compute what is the same at every step."""
        self._streams, self._pending, self._recurrence, self._row_of = streams, pending, recurrence, row_of
        B, V, H = len(streams), self.packed.shape.V, self.packed.shape.H
        self._inverse_temperature = np.array([1 / stream.temperature for stream in streams], np.float32)
        self._top_p = np.array([stream.top_p for stream in streams], np.float32)
        self._last = np.array([self._newline if stream.last is None else stream.last for stream in streams], np.intp)
        biases = [stream.sung_bias for stream in streams]
        is_mixed = any(bias is not biases[0] for bias in biases)
        self._sung_bias = np.array(biases) if is_mixed else biases[0] if biases else np.empty(0, np.float32)
        self._any_is_scored = any(stream.is_scored for stream in streams)
        steps = max(1, min(BLOCK_STEPS, BLOCK_LOGITS // max(1, B * V))) if self._any_is_scored else BLOCK_STEPS
        self._studied = np.array([k for k, stream in enumerate(streams) if stream.is_studied], np.intp)
        self._hidden = np.empty((steps, len(self._studied), H), np.float32)
        self._keeping = np.array([k for k, stream in enumerate(streams) if stream.keeps_states], np.intp)
        self._kept = np.empty((steps, len(self._keeping), 2, self.packed.shape.L, H), np.float32)
        self._units = np.empty((steps, B), np.intp)
        self._logits = np.empty((steps if self._any_is_scored else 1, B, V), np.float32)
        self._begin_block()

    def _begin_block(self) -> None:
        """Begin a block: lay out by step what each stream will be given, and its random numbers."""
        streams = self._streams
        self._position = 0
        self._any_has_first_bias = any(stream.has_first_bias for stream in streams)
        # A bias for the first sampled unit depends at every step on what was sampled until then.
        is_single = self._any_has_first_bias or self._row_of is not None
        self._steps = steps = 1 if is_single else len(self._units)
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

    def _deliver(self) -> None:
        """Deliver the block to the streams: units and likelihoods."""
        n, self._position = self._position, 0
        if not n:
            return
        units = self._units[:n]
        for stream, column in zip(self._streams, units.T.tolist(), strict=True):
            stream.advance(column)
        for row, k in enumerate(self._keeping.tolist()):
            self._streams[k].states.extend(self._kept[:n, row].copy())
        if self._any_is_scored:
            logits = self._logits[:n]
            np.subtract(logits, np.maximum.reduce(logits, axis=2, keepdims=True), out=logits)
            chosen = np.take_along_axis(logits, units[:, :, None], axis=2)[:, :, 0]
            below_largest = logits[:, self._studied]  # a copy
            np.exp(logits, out=logits)
            totals = logits.sum(axis=2)
            each = chosen - np.log(totals)
            self._note_studies(n, below_largest, logits, totals, each)
            for stream, nats in zip(self._streams, each.sum(axis=0, dtype=np.float64).tolist(), strict=True):
                if stream.is_scored:
                    stream.nats += nats

    def _note_studies(
        self, n: int, below_largest: FloatArray, shares: FloatArray, totals: FloatArray, nats: FloatArray
    ) -> None:
        """Deliver the block's studies.

        ``below_largest``: logits of studied streams, (n, S, V). Of all streams: ``shares``, their exponentials,
        (n, B, V), ``totals`` of these and ``nats``, (n, B).
        """
        some = self._studied
        if not len(some):
            return
        mean = np.einsum("nsv,nsv->ns", shares if len(some) == shares.shape[1] else shares[:, some], below_largest)
        entropies = np.log(totals[:, some]) - mean / totals[:, some]
        for place, k in enumerate(self._studied.tolist()):
            study = Study(
                self._units[:n, k].copy(),
                self._hidden[:n, place].copy(),
                nats[:, k].copy(),
                entropies[:, place].copy(),
            )
            self._streams[k].studies.append(study)
