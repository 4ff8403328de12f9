"""Sampling: a batch of streams of one model, stepped together, each character by character.

A `Voice` is a trained model ready to speak. A `Stream` is one continuation in progress: it first reads what it is given
(a seed, a candidate word to be scored), then samples until its stop rule holds. A `Chorus` steps all streams of a voice
at once, whoever they belong to; streams come and go at any step, so that songs, candidate lines and the reading of
seeds share each matrix product.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from lstm.arrays import BoolArray, FloatArray, IntArray
from lstm.layer import PackedWeights, pack
from lstm.model_file import Model
from lstm.nucleus import pick_each, pick_one
from lstm.style import Style
from lstm.vocabulary import Vocabulary

UNIFORMS = 128
"""Random numbers that a stream draws at a time."""


GEMV_SIZE = 500_000
"""Elements of a weight matrix from which matrix-vector products beat a matrix product of two or three columns."""


class Voice:
    """A model packed for sampling; shared by all songs, never changed.

    Holds the weights once, in the layout of the time loop, and the table of the first layer: some 1.2 times the bytes
    of the model file.
    """

    def __init__(self, model: Model) -> None:
        p, L = model.parameters, model.shape.L
        self.vocabulary: Vocabulary = model.vocabulary
        self.config: dict[str, Any] = model.config
        self.training: dict[str, Any] = model.training
        self.shape = model.shape
        self.layers: list[PackedWeights] = []
        for k in range(L):
            bias = p[f"lstm.bias_ih_l{k}"] + p[f"lstm.bias_hh_l{k}"]
            embedding = None if k else p["embedding.weight"]
            packed = pack(p[f"lstm.weight_ih_l{k}"], p[f"lstm.weight_hh_l{k}"], bias, embedding, forward_only=True)
            self.layers.append(packed)
        self.output, self.output_bias = p["output.weight"].copy(), p["output.bias"][:, None].copy()
        self.newline = self.vocabulary.id_of("\n")
        self.sung = self._sung()
        self._bias_of_sung = np.where(self.sung, 0, -np.inf).astype(np.float32)

    def _sung(self) -> BoolArray:
        """Which characters may be sung, (V,): those of the artist's own corpus, never the unknown one."""
        alphabet = self.config.get("alphabet")
        sung = np.ones(len(self.vocabulary), bool)
        if isinstance(alphabet, str) and not set(self.vocabulary.units[1:]).isdisjoint(alphabet):
            sung[:] = [unit in alphabet for unit in self.vocabulary.units]
        sung[0] = False
        return sung

    @cached_property
    def style(self) -> Style:
        """The artist's style; that of nobody if the model tells none."""
        stored = self.config.get("style")
        return Style.from_json(stored) if isinstance(stored, dict) else Style.of("")

    @property
    def sung_bias(self) -> FloatArray:
        """0 for characters that may be sung, minus infinity for the others, (V,)."""
        return self._bias_of_sung

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        arrays = [self.output, self.output_bias, self._bias_of_sung]
        for weights in self.layers:
            arrays += [a for a in (weights.forward, weights.bias, weights.table) if a is not None]
        return sum(array.nbytes for array in arrays)

    def start(self) -> Memory:
        """What a stream remembers before a song: nothing, and a line break that it has not read yet."""
        zeros = np.zeros((self.shape.L, self.shape.H), np.float32)
        return Memory(zeros, zeros, self.newline)


@dataclass(frozen=True)
class Memory:
    """Where any number of streams may go on from: the state after some text, and the text's last character.

    ``hidden`` and ``cell`` (L, H) have read the text up to, not including, ``pending``: the id of its last character.
    """

    hidden: FloatArray
    cell: FloatArray
    pending: int


@dataclass(eq=False)
class Stream:
    """One continuation of a memory: first ``given``, then sampled until its stop rule holds.

    It stops after ``lines`` line ends, at the end of a song (two blank lines) or after ``limit`` sampled characters;
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


class Chorus:
    """The streams of one voice that are in progress, stepped together."""

    def __init__(self, voice: Voice) -> None:
        self.voice = voice
        self._streams: list[Stream] = []
        shape = voice.shape
        self._hidden: list[FloatArray] = [np.empty((shape.H, 0), np.float32) for _ in range(shape.L)]
        self._cell: list[FloatArray] = [np.empty((shape.H, 0), np.float32) for _ in range(shape.L)]
        self._pending: IntArray = np.empty(0, np.intp)
        self._resize()

    def __len__(self) -> int:
        return len(self._streams)

    def add(self, streams: Iterable[Stream]) -> None:
        """Take streams in; they take part from the next step on. One that wants nothing is left out."""
        new = [stream for stream in streams if stream.wants_more]
        if not new:
            return
        self._streams += new
        for k in range(self.voice.shape.L):
            self._hidden[k] = np.column_stack([self._hidden[k], *(s.memory.hidden[k] for s in new)])
            self._cell[k] = np.column_stack([self._cell[k], *(s.memory.cell[k] for s in new)])
        self._pending = np.concatenate([self._pending, [s.memory.pending for s in new]])
        self._resize()

    def drop(self, streams: Iterable[Stream]) -> None:
        """Let streams go, unfinished as they are."""
        gone = {id(stream) for stream in streams}
        self._keep([k for k, stream in enumerate(self._streams) if id(stream) not in gone])

    def _keep(self, columns: list[int]) -> None:
        self._streams = [self._streams[k] for k in columns]
        self._hidden = [np.ascontiguousarray(h[:, columns]) for h in self._hidden]
        self._cell = [np.ascontiguousarray(c[:, columns]) for c in self._cell]
        self._pending = self._pending[columns]
        self._resize()

    def _resize(self) -> None:
        """Arrays for as many streams as there are now."""
        B, H, V = len(self._streams), self.voice.shape.H, self.voice.shape.V
        self._z, self._looked_up = np.empty((4 * H, B), np.float32), np.empty((4 * H, B), np.float32)
        self._product, self._logits = np.empty((H, B), np.float32), np.empty((V, B), np.float32)
        self._below = [np.empty((2 * H, B), np.float32) for _ in self._hidden[1:]]
        self._inverse_temperature = np.array([1 / s.temperature for s in self._streams], np.float32)
        self._top_p = np.array([s.top_p for s in self._streams], np.float32)

    def step(self) -> list[Stream]:
        """Every stream takes one character more, given or sampled; returns those that finished by it."""
        streams, voice = self._streams, self.voice
        if not streams:
            return []
        self._recur(self._pending)
        logits = self._logits
        np.matmul(voice.output, self._hidden[-1], out=logits)
        np.add(logits, voice.output_bias, out=logits)
        np.subtract(logits, logits.max() if len(streams) == 1 else logits.max(axis=0), out=logits)
        characters = self._characters(logits)
        self._pending = np.array(characters, np.intp)
        finished = []
        for k, (stream, character, nats) in enumerate(zip(streams, characters, self._nats(logits), strict=True)):
            stream.nats += nats
            if stream.taken < len(stream.given):
                stream.taken += 1
                if not stream.wants_more:
                    finished.append(k)
            else:
                stream.sampled.append(character)
                if self._stops(stream, character):
                    finished.append(k)
        return self._finish(finished) if finished else []

    def _characters(self, logits: FloatArray) -> list[int]:
        """Each stream's next character, given or sampled from ``logits`` (V, B), whose maximum is 0."""
        streams, sung = self._streams, self.voice.sung_bias
        if len(streams) == 1:
            stream = streams[0]
            if stream.taken < len(stream.given):
                return [int(stream.given[stream.taken])]
            return [pick_one(logits[:, 0] + sung, 1 / stream.temperature, stream.top_p, stream.uniform())]
        sampling = [k for k, stream in enumerate(streams) if stream.taken == len(stream.given)]
        if not sampling:
            return [int(stream.given[stream.taken]) for stream in streams]
        uniform = np.array([streams[k].uniform() for k in sampling], np.float32)
        rows = logits.T if len(sampling) == len(streams) else logits.T[sampling]
        picked = pick_each(rows + sung, self._inverse_temperature[sampling], self._top_p[sampling], uniform)
        if len(sampling) == len(streams):
            return picked
        following = iter(picked)
        return [
            int(stream.given[stream.taken]) if stream.taken < len(stream.given) else next(following)
            for stream in streams
        ]

    def _nats(self, logits: FloatArray) -> list[float]:
        """Log-likelihood at temperature 1 of what is now pending, for each stream."""
        if len(self._streams) == 1:
            column = logits[:, 0]
            return [float(column[self._pending[0]]) - math.log(float(np.exp(column).sum()))]
        chosen = logits[self._pending, np.arange(len(self._streams))]
        nats: list[float] = (chosen - np.log(np.exp(logits).sum(axis=0))).tolist()
        return nats

    def _stops(self, stream: Stream, character: int) -> bool:
        newline = self.voice.newline
        if character == newline:
            stream.lines -= 1
            if stream.lines <= 0 or stream.sampled[-3:] == [newline] * 3:
                return True
        return len(stream.sampled) >= stream.limit

    def _finish(self, columns: list[int]) -> list[Stream]:
        done = [self._streams[k] for k in columns]
        for k, stream in zip(columns, done, strict=True):
            hidden, cell = np.stack([h[:, k] for h in self._hidden]), np.stack([c[:, k] for c in self._cell])
            stream.memory = Memory(hidden, cell, int(self._pending[k]))
        gone = set(columns)
        self._keep([k for k in range(len(self._streams)) if k not in gone])
        return done

    def _recur(self, ids: IntArray) -> None:
        """The layers' recurrence for one character a stream (see `lstm.layer` for equations and layout)."""
        H = self.voice.shape.H
        z, product = self._z, self._product
        sigmoids, o, i, f, g = z[: 3 * H], z[:H], z[H : 2 * H], z[2 * H : 3 * H], z[3 * H :]
        for k, weights in enumerate(self.voice.layers):
            hidden, cell = self._hidden[k], self._cell[k]
            if weights.table is not None:
                _product(weights.forward, hidden, z)
                weights.table.take(ids, axis=1, out=self._looked_up, mode="wrap")
                np.add(z, self._looked_up, out=z)
            else:
                below = self._below[k - 1]
                below[:H], below[H:] = self._hidden[k - 1], hidden
                _product(weights.forward, below, z)
                np.add(z, weights.bias, out=z)
            np.tanh(z, out=z)
            np.multiply(sigmoids, 0.5, out=sigmoids)
            np.add(sigmoids, 0.5, out=sigmoids)
            np.multiply(cell, f, out=cell)
            np.multiply(i, g, out=product)
            np.add(cell, product, out=cell)
            np.tanh(cell, out=product)
            np.multiply(o, product, out=hidden)

    def run(self, streams: Iterable[Stream]) -> None:
        """Take streams in and step until all that are in progress have finished."""
        self.add(streams)
        while self._streams:
            self.step()


def _product(weights: FloatArray, columns: FloatArray, out: FloatArray) -> None:
    """``weights @ columns`` into ``out``; two or three columns one by one, which is 2.4 times as fast at H = 512."""
    if columns.shape[1] in (2, 3) and weights.size > GEMV_SIZE:
        for k in range(columns.shape[1]):
            out[:, k] = weights @ columns[:, k]
    else:
        np.matmul(weights, columns, out=out)
