"""A `Stream`: one continuation of a text in progress, and how the network read it (`Study`).

It first reads what it is given (a seed, a candidate word to be scored), then samples until its stop rule holds. Streams
are run in a batch (`lstm.decoding.stream_batch`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from lstm.arrays import FloatArray, IntArray
from lstm.decoding.weights import Memory, Voice

UNIFORMS = 128
"""Random numbers that a stream draws at a time."""


@dataclass(frozen=True)
class Study:
    """How the network read some units, for the reader of lines and the cache (`lstm.song`)."""

    units: IntArray
    """Their ids, (N,)."""
    hidden: FloatArray
    """The top layer's hidden state before each unit, (N, H)."""
    log_likelihoods: FloatArray
    """Of each unit, in nats, (N,)."""
    entropies: FloatArray
    """Of the prediction of each unit, in nats, (N,)."""

    def part(self, start: int, end: int) -> "Study":
        """How some of the units were read, views."""
        some = slice(start, end)
        return Study(self.units[some], self.hidden[some], self.log_likelihoods[some], self.entropies[some])


def joined(parts: Sequence[Study]) -> Study:
    """How units were read that stand in several parts, one after another."""
    return Study(
        np.concatenate([part.units for part in parts]),
        np.concatenate([part.hidden for part in parts]),
        np.concatenate([part.log_likelihoods for part in parts]),
        np.concatenate([part.entropies for part in parts]),
    )


@dataclass(eq=False)
class Stream:
    """One continuation of a memory: first ``given``, then sampled until its stop rule holds.

    It stops when it has sampled a line end (or the unit ``last`` in its place) or ``limit`` units; with ``limit`` 0 it
    only reads what is given.
    """

    memory: Memory
    """Where it continues; says in which voice."""
    given: IntArray
    """Ids to continue with, (N,): a seed, or a word whose likelihood is wanted."""
    rng: np.random.Generator | None = None
    temperature: float = 1.0
    top_p: float = 1.0
    limit: int = 0
    last: int | None = None
    """The unit that ends the stream as soon as it is sampled; None for a line end."""
    bias: FloatArray | None = None
    """What is added to the logits of sampled units, (V,), in place of `Voice.sung_bias`."""
    first_bias: FloatArray | None = None
    """The same for the first sampled unit alone."""
    is_scored: bool = True
    """Whether ``nats`` is wanted."""
    is_studied: bool = False
    """Whether `study` is wanted; such a stream must be scored."""
    keeps_states: bool = False
    """Whether `memory_before` is wanted."""
    sampled: list[int] = field(default_factory=list)
    nats: float = 0.0
    """Log-likelihood, at temperature 1, of everything given and sampled."""
    taken: int = 0
    """How many of ``given`` have been read."""
    _uniforms: FloatArray = field(default_factory=lambda: np.empty(0, np.float32), repr=False)
    """Random numbers drawn but not used yet."""
    studies: list[Study] = field(default_factory=list, repr=False)
    """How its units were read, in pieces."""
    states: list[FloatArray] = field(default_factory=list, repr=False)
    """Before each unit given or sampled: hidden and cell states, (2, L, H); 10 KB for two layers of 640."""

    def study(self) -> Study:
        """How everything given and sampled was read; nothing of a stream that had nothing to do."""
        none = np.empty(0, np.float32)
        nothing = Study(np.empty(0, np.intp), none.reshape(0, self.voice.shape.H), none, none)
        return joined([nothing, *self.studies])

    def memory_before(self, place: int) -> Memory:
        """The memory from which to continue in place of unit ``place``, which is at least 1."""
        hidden, cell = self.states[place - 1]
        pending = self.given[place - 1] if place <= len(self.given) else self.sampled[place - 1 - len(self.given)]
        return Memory(self.voice, hidden, cell, int(pending))

    @property
    def voice(self) -> Voice:
        """The voice that it is read and sampled by."""
        return self.memory.voice

    @property
    def wants_more(self) -> bool:
        """Whether there is anything left to read or sample."""
        return self.taken < len(self.given) or self.limit > len(self.sampled)

    @property
    def given_left(self) -> int:
        """How many of ``given`` are still to be read."""
        return len(self.given) - self.taken

    @property
    def sung_bias(self) -> FloatArray:
        """What is added to the logits of all sampled units but the first: minus infinity excludes a unit, (V,)."""
        return self.voice.sung_bias if self.bias is None else self.bias

    @property
    def has_first_bias(self) -> bool:
        """Whether the next unit to be sampled has a bias of its own."""
        return self.first_bias is not None and not self.sampled

    @property
    def next_bias(self) -> FloatArray:
        """What is added to the logits of the next sampled unit, (V,)."""
        return self.sung_bias if self.first_bias is None or self.sampled else self.first_bias

    def uniforms(self, count: int) -> FloatArray:
        """The next random numbers in [0, 1), at least ``count`` (up to `UNIFORMS`); `advance` marks them as used.

        Raises:
            ValueError: the stream has no random generator.
        """
        if len(self._uniforms) < count:
            if self.rng is None:
                raise ValueError("a stream that samples needs a random generator")
            self._uniforms = np.concatenate([self._uniforms, self.rng.random(UNIFORMS, dtype=np.float32)])
        return self._uniforms

    def advance(self, units: list[int]) -> None:
        """Append units: first those that were given, then those that were sampled."""
        given = min(len(units), self.given_left)
        self.taken += given
        sampled = units[given:]
        self.sampled += sampled
        self._uniforms = self._uniforms[len(sampled) :]
