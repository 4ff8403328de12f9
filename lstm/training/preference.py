"""Teaching a network to prefer the lines that readers liked, where it samples and not only where songs are chosen.

For candidates of one place in a song with marks m, let d = log p(line) - log p0(line), p0 being the network before. The
loss is the mean, over candidates, of

    ((d - mean d) / eta - (m - mean m))^2                        means over the candidates of a place

which is the regression of relative rewards of REBEL (Z. Gao et al. 2024, arXiv 2404.16767, algorithm 1), for all pairs
of a place at once. Where it is zero, p is p0 exp(eta m), up to a factor: of all networks at its distance (KL) from the
first, the one whose lines would be marked best. Beside it the network reads songs as before (cross-entropy), so that it
keeps their language. Only the matrices that adapters change are learned, so that what was learned can be kept as
low-rank differences and be added to an artist's.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from lstm.arrays import BoolArray, FloatArray, IntArray
from lstm.network.adapters import adapted_matrices
from lstm.network.dropout import Dropout
from lstm.network.network import Network, State
from lstm.network.optimiser import Adam, Schedule, clip_by_global_norm
from lstm.network.parameters import Parameters
from lstm.training.marks import within

LARGEST_NORM = 3.0
LINES_AT_ONCE = 192
"""Lines that are read side by side."""
LONGEST = 40
"""Units of a line; a longer one is left out, because all others would wait for it."""


@dataclass(frozen=True)
class Choice:
    """Candidates for one place in a song."""

    song: int
    """Which song: of one song's places, each begins as the later ones do."""
    before: IntArray
    """The song up to there, (N,)."""
    lines: Sequence[IntArray]
    """The candidates, line ends included."""
    marks: FloatArray
    """What a reader gave each, (n,)."""


@dataclass(frozen=True)
class PreferenceSettings:
    """How to teach it."""

    eta: float = 3.0
    """By how many nats a line is to become likelier for each mark that it has more than another."""
    passes: float = 1.5
    """Over all choices."""
    choices: int = 64
    """In an update."""
    streams: int = 12
    """Streams of songs that are read in each update."""
    unroll: int = 96
    """Units of each."""
    songs_weight: float = 1.0
    """What their loss is multiplied by."""
    dropout: Dropout = field(default_factory=lambda: Dropout(output=0.2))
    """For songs alone: a difference from p0 under dropout would be noise."""
    learning_rate: float = 1e-3
    warm_up: float = 0.03
    beta2: float = 0.99
    random_seed: int = 0


Report: TypeAlias = Callable[[int, int, float, float], None]
"""Called after each update with the number done, of all, and the two losses."""


@dataclass(frozen=True)
class Batch:
    """Lines for some choices as arrays, padded to the longest."""

    choices: Sequence[int]
    """Numbers of the choices."""
    inputs: IntArray
    """(T, B): the last unit of what is before the line, then the line's."""
    targets: IntArray
    """(T, B): the line's units."""
    holds: BoolArray
    """Which targets belong to a line, (T, B)."""
    state: State
    group_of: IntArray
    """The number of each line's choice within the batch, (B,); -1 of streams without a line."""


class Preference:
    """The loss, its gradient, and the states in which lines begin."""

    def __init__(self, parameters: Parameters, choices: Sequence[Choice]) -> None:
        """``parameters`` as they are now are the network before, p0; they may be changed afterwards.

        Raises:
            ValueError: a choice has more than `LINES_AT_ONCE` candidates.
        """
        if any(len(choice.lines) > LINES_AT_ONCE for choice in choices):
            raise ValueError(f"a choice is among at most {LINES_AT_ONCE} lines")
        self.parameters = parameters
        self.choices = [_short_lines(choice) for choice in choices]
        self.network = Network(parameters, LONGEST, LINES_AT_ONCE)
        self.states = self.read()
        self.reference = [np.zeros(len(choice.lines), np.float32) for choice in self.choices]
        """log p0 of each candidate, by choice."""
        self.reference = self.differences(range(len(self.choices)))

    def read(self) -> list[State]:
        """Read every song up to its choices: the states before the last unit there, (L, H, 1) each.

        The states are kept while the network changes: reading is as much work as a third of a pass, and a song's states
        change more slowly than what is said in them.
        """
        of_song: defaultdict[int, list[int]] = defaultdict(list)
        for k, choice in enumerate(self.choices):
            of_song[choice.song].append(k)
        songs = [(max((self.choices[k].before for k in its), key=len), its) for its in of_song.values()]
        songs.sort(key=lambda song: len(song[0]))
        found: dict[int, State] = {}
        for first in range(0, len(songs), LINES_AT_ONCE):
            some = songs[first : first + LINES_AT_ONCE]
            units = np.zeros((len(some[-1][0]), len(some)), np.int32)
            due: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
            for column, (text, its) in enumerate(some):
                units[: len(text), column] = text
                for k in its:
                    due[len(self.choices[k].before) - 1].append((column, k))
            network, state = Network(self.parameters, 1, len(some)), State.zeros(self.parameters.shape, len(some))
            for n, now in enumerate(units):
                for column, k in due[n]:
                    found[k] = State(state.hidden[:, :, [column]], state.cell[:, :, [column]])
                _, state = network.nats(now[None], now[None], state)
        return [found[k] for k in range(len(self.choices))]

    def batches(self, chosen: Sequence[int]) -> Iterator[Batch]:
        """Lines of some choices, those of similar length together."""
        in_order = sorted(chosen, key=lambda k: max(map(len, self.choices[k].lines)))
        some: list[int] = []
        for k in in_order:
            if sum(len(self.choices[each].lines) for each in [*some, k]) > LINES_AT_ONCE:
                yield self._batch(some)
                some = []
            some.append(k)
        if some:
            yield self._batch(some)

    def _batch(self, chosen: Sequence[int]) -> Batch:
        shape = self.parameters.shape
        T = max(len(line) for k in chosen for line in self.choices[k].lines)
        inputs, targets = np.zeros((T, LINES_AT_ONCE), np.int32), np.zeros((T, LINES_AT_ONCE), np.int32)
        holds, group_of = np.zeros((T, LINES_AT_ONCE), np.bool_), np.full(LINES_AT_ONCE, -1)
        state = State.zeros(shape, LINES_AT_ONCE)
        column = 0
        for group, k in enumerate(chosen):
            choice = self.choices[k]
            for line in choice.lines:
                N = len(line)
                inputs[0, column], inputs[1:N, column] = choice.before[-1], line[:-1]
                targets[:N, column], holds[:N, column] = line, True
                state.hidden[:, :, column] = self.states[k].hidden[:, :, 0]
                state.cell[:, :, column] = self.states[k].cell[:, :, 0]
                group_of[column] = group
                column += 1
        return Batch(chosen, inputs, targets, holds, state, group_of)

    def differences(self, chosen: Sequence[int]) -> list[FloatArray]:
        """d of each candidate of some choices, in their order."""
        found: dict[int, FloatArray] = {}
        for batch in self.batches(chosen):
            nats, _ = self.network.nats(batch.inputs, batch.targets, batch.state)
            log_likelihoods = -np.where(batch.holds, nats, 0).sum(axis=0)
            for group, k in enumerate(batch.choices):
                found[k] = log_likelihoods[batch.group_of == group] - self.reference[k]
        return [found[k] for k in chosen]

    def loss_and_gradients(self, batch: Batch, eta: float, lines: int) -> float:
        """The batch's part of the loss, whose mean is over so many ``lines``; leaves the gradient in `network`."""
        has_line = batch.group_of >= 0
        group_of = batch.group_of[has_line]
        reference = np.concatenate([self.reference[k] for k in batch.choices])
        marks = np.concatenate([self.choices[k].marks for k in batch.choices])
        loss = 0.0

        def slopes(nats: FloatArray) -> FloatArray:
            nonlocal loss
            differences = -np.where(batch.holds, nats, 0).sum(axis=0)[has_line] - reference
            error = within(differences / eta - marks, group_of)
            loss = float(np.sum(error**2)) / lines
            # The derivative by a group's mean is zero: its errors add up to zero. Nats are minus log p.
            by_line = np.zeros(len(has_line), nats.dtype)
            by_line[has_line] = -2 * error / eta / lines
            each: FloatArray = np.where(batch.holds, by_line, 0).astype(nats.dtype)
            return each

        self.network.loss_and_gradients(batch.inputs, batch.targets, batch.state, slopes=slopes)
        return loss


def _short_lines(choice: Choice) -> Choice:
    short = [k for k, line in enumerate(choice.lines) if len(line) <= LONGEST]
    return Choice(choice.song, choice.before, [choice.lines[k] for k in short], choice.marks[short])


def teach(
    preference: Preference,
    chosen: Sequence[int],
    songs: Sequence[IntArray],
    settings: PreferenceSettings,
    report: Report = lambda *_: None,
) -> None:
    """Teach it some of the choices; changes the parameters of ``preference``. ``songs`` are read beside them."""
    rng = np.random.default_rng(settings.random_seed)
    parameters = preference.parameters
    reader = Network(parameters, settings.unroll, settings.streams)
    optimiser = Adam(len(parameters.flat), parameters.flat.dtype, beta2=settings.beta2)
    schedule = Schedule(settings.learning_rate, settings.warm_up, 1 - settings.warm_up)
    per_pass = max(1, len(chosen) // settings.choices)
    updates = max(1, round(settings.passes * per_pass))
    order: list[IntArray] = []
    total = Parameters(parameters.shape, parameters.flat.dtype)
    fixed = [name for name in parameters.shape.parameters() if name not in adapted_matrices(parameters.shape)]
    for update in range(updates):
        if not order:
            if update:
                preference.states = preference.read()
            order = np.array_split(rng.permutation(np.asarray(chosen)), per_pass)
        some = order.pop().tolist()
        lines = sum(len(preference.choices[k].lines) for k in some)
        total.flat[...], loss = 0.0, 0.0
        for batch in preference.batches(some):
            loss += preference.loss_and_gradients(batch, settings.eta, lines)
            total.flat[...] += preference.network.gradients.flat
        units = _songs_side_by_side(songs, settings, rng)
        state = State.zeros(parameters.shape, settings.streams)
        nats, _ = reader.loss_and_gradients(units[:-1], units[1:], state, settings.dropout, rng)
        total.flat[...] += settings.songs_weight * reader.gradients.flat
        for name in fixed:
            total[name] = 0.0
        clip_by_global_norm(total.flat, LARGEST_NORM)
        optimiser.step(parameters.flat, total.flat, schedule.rate(update / updates))
        report(update + 1, updates, loss, nats)


def _songs_side_by_side(songs: Sequence[IntArray], settings: PreferenceSettings, rng: np.random.Generator) -> IntArray:
    """Songs drawn at random, one after the other, from each stream's first unit on, (T + 1, B)."""
    T = settings.unroll + 1
    units = np.empty((T, settings.streams), np.int32)
    for stream in range(settings.streams):
        read: list[IntArray] = []
        while sum(map(len, read)) < T:
            read.append(songs[int(rng.integers(len(songs)))])
        units[:, stream] = np.concatenate(read)[:T]
    return units
