"""The weights of a trained model packed for decoding, and the state that a stream continues from."""

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

import numpy as np
import numpy.typing as npt

from lstm.arrays import BoolArray, FloatArray, IntArray
from lstm.model.adapted import Adapted, Base
from lstm.model.model_file import Model
from lstm.model.preferred import preferred_of
from lstm.network.adapters import Adapters
from lstm.network.gemm import Weights
from lstm.network.layer import pack_gates
from lstm.network.parameters import Parameters
from lstm.text.vocabulary import Vocabulary

LARGE_TABLE = 512
"""Vocabulary size from which a whole model has no table. At 1,024 units and H = 640 it would be as large as all other
weights together (10 MB); multiplying the embedding instead costs 14-20 % of a step. A base has one, whatever its size:
all its artists share it, and without it each of them has input weights of 2.6 MB."""
LARGEST = np.iinfo(np.int16).max
COLUMNS_AT_ONCE = 256
"""How many columns of a base's table are computed at a time: 2 MB at 2,047 units."""


class CompactTable:
    """A base's table (V, 4H) in 16-bit integers with a scale for each column: 10 instead of 21 MB at 2,047 units.

    It is at most 1/65,534 of the largest number of a column off, which costs 0.5 % of a step at 89 streams.
    """

    def __init__(self, embedding: FloatArray, weights: FloatArray) -> None:
        """``embedding`` (V, E + 1) times ``weights`` (4H, E + 1)."""
        V, width = len(embedding), len(weights)
        self.rows: npt.NDArray[np.int16] = np.empty((V, width), np.int16)
        self.scale: FloatArray = np.empty(width, np.float32)
        for start in range(0, width, COLUMNS_AT_ONCE):
            some = slice(start, start + COLUMNS_AT_ONCE)
            table = embedding @ weights[some].T
            self.scale[some] = np.maximum(np.abs(table).max(axis=0), np.finfo(np.float32).tiny) / LARGEST
            self.rows[:, some] = np.rint(table / self.scale[some])

    def look_up(self, ids: IntArray, integers: npt.NDArray[np.int16], out: FloatArray) -> None:
        """Write the rows of some units to ``out``, (N, 4H); ``integers`` (N, 4H) is needed for that."""
        self.rows.take(ids, axis=0, out=integers, mode="wrap")
        np.multiply(integers, self.scale, out=out)

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        return self.rows.nbytes + self.scale.nbytes


class PackedWeights:
    """The weights of a network in the layout of the time loop, without its biases.

    ``products``: for each layer, the weights that its hidden state is multiplied by, in one matrix: its own recurrent
    ones, then those of the layer above, or the output's at the top (4H + 4H or 4H + V, H). Gates stand in the order
    o, i, f, g, the first three halved, as in `lstm.network.layer`.

    The first layer's input, its bias included, is one of three: ``table`` (V, 4H) of a small vocabulary; ``compact``,
    the table of a base; or ``input`` (4H, E + 1), what multiplies the rows of ``embedding`` (V, E + 1), each of which
    ends with a 1. ``bias`` (4H,) is the first layer's.
    """

    def __init__(self, parameters: Parameters, *, is_base: bool = False) -> None:
        """``is_base``: whether all voices with these weights are adapters of them."""
        p, V, L = parameters, parameters.shape.V, parameters.shape.L
        self.shape = parameters.shape
        ones = np.ones((V, 1), np.float32)  # what biases are multiplied by
        self.embedding: FloatArray = np.concatenate([p["embedding.weight"], ones], axis=1)
        self.bias = pack_rows(bias_of(p, 0))
        self.table: FloatArray | None = None
        self.input: Weights | None = None
        from_embedding = np.concatenate([pack_rows(p["lstm.weight_ih_l0"]), self.bias[:, None]], axis=1)
        self.compact: CompactTable | None = None
        if is_base:
            self.compact = CompactTable(self.embedding, from_embedding)
        elif V < LARGE_TABLE:
            self.table = self.embedding @ from_embedding.T
        else:
            self.input = Weights(from_embedding)
        above = [*(pack_rows(p[f"lstm.weight_ih_l{k}"]) for k in range(1, L)), p["output.weight"]]
        self.products = [
            Weights(np.concatenate([pack_rows(p[f"lstm.weight_hh_l{k}"]), upper])) for k, upper in enumerate(above)
        ]
        self._by_columns: FloatArray | None = None

    def lookup(self, by_columns: bool) -> FloatArray:
        """The table, or the embedding where there is none: (V, 4H) or (V, E + 1), or transposed."""
        by_rows = self.embedding if self.table is None else self.table
        if not by_columns:
            return by_rows
        if self._by_columns is None:
            self._by_columns = np.ascontiguousarray(by_rows.T)
        return self._by_columns

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        weights = [*self.products, *([] if self.input is None else [self.input])]
        others = [each for each in (self.table, self.compact, self._by_columns) if each is not None]
        return sum(each.nbytes for each in [self.embedding, *others, *(each.array for each in weights)])


def pack_rows(array: FloatArray) -> FloatArray:
    """Rows by gate, (4H, ...), in the order o, i, f, g with the first three halved (a copy)."""
    packed = pack_gates(array)
    packed[: 3 * len(array) // 4] *= 0.5
    return packed


def bias_of(parameters: Parameters, layer: int) -> FloatArray:
    """The sum of a layer's two biases, (4H,)."""
    return parameters[f"lstm.bias_ih_l{layer}"] + parameters[f"lstm.bias_hh_l{layer}"]


@dataclass(frozen=True)
class LowRank:
    """What an artist's adapters add to a layer's product: ``up @ (down @ h)`` for each of its two parts."""

    down: FloatArray
    """(H, 2r): of the recurrent part, then of the layer above or the output."""
    recurrent: FloatArray
    """(r, 4H)."""
    above: FloatArray
    """(r, 4H), or (r, V) at the top."""


@dataclass(frozen=True)
class LowRankInput:
    """What an artist adds to the first layer's input of each unit: ``down[unit] @ up``."""

    down: FloatArray
    """(V, r + 1): the embeddings multiplied by the adapter's right factor, and a 1."""
    up: FloatArray
    """(r + 1, 4H): its left factor, and the difference from the base's bias."""


def low_rank_input_of(adapters: Adapters, base: PackedWeights) -> LowRankInput:
    """The adapter of the first layer's input."""
    left, right = adapters.left("lstm.weight_ih_l0"), adapters.right("lstm.weight_ih_l0")
    bias = pack_rows(adapters.bias("lstm.bias_ih_l0") + adapters.bias("lstm.bias_hh_l0")) - base.bias
    embedding, ones = base.embedding[:, :-1], base.embedding[:, -1:]
    return LowRankInput(
        np.concatenate([embedding @ right.T, ones], axis=1),
        np.ascontiguousarray(np.concatenate([pack_rows(left), bias[:, None]], axis=1).T),
    )


def low_rank_of(adapters: Adapters) -> list[LowRank]:
    """The adapters of each layer's product."""
    L, found = adapters.shape.L, []
    for k in range(L):
        recurrent, top = f"lstm.weight_hh_l{k}", k + 1 == L
        above = "output.weight" if top else f"lstm.weight_ih_l{k + 1}"
        down = np.concatenate([adapters.right(recurrent), adapters.right(above)]).T
        left = adapters.left(above)
        found.append(
            LowRank(
                np.ascontiguousarray(down),
                np.ascontiguousarray(pack_rows(adapters.left(recurrent)).T),
                np.ascontiguousarray((left if top else pack_rows(left)).T),
            )
        )
    return found


_shared: weakref.WeakValueDictionary[str, PackedWeights] = weakref.WeakValueDictionary()
"""Packed weights of bases in use, by hash."""


_packing = Lock()
"""Voices are loaded in several threads; those of one base must not pack it twice."""


def _packed_base(base: Base) -> PackedWeights:
    with _packing:
        if (packed := _shared.get(base.sha256)) is None:
            parameters = base.read_parameters()
            if (preferred := preferred_of(base.sha256)) is not None:
                preferred.add_to(parameters)
            _shared[base.sha256] = packed = PackedWeights(parameters, is_base=True)
        return packed


class Voice:
    """A model packed for sampling; shared by all songs, and immutable except for its caches.

    A base sings with what marked lines taught it (`lstm.model.preferred`), and so do its artists.

    All artists that are adapters of one base share its packed weights and its vocabulary: of each artist only the
    adapters and the biases are held. Streams of such voices can be stepped together
    (`lstm.decoding.stream_batch.StreamBatch`).

    ``biases``: (4, 1, H) for each layer but the first; ``output_bias``: (V,).
    """

    def __init__(self, model: Model) -> None:
        """Pack a model.

        Raises:
            ValueError: the model is adapters of a base with another vocabulary.
        """
        weights = model.weights
        self.vocabulary: Vocabulary = model.vocabulary
        self.shape = model.shape
        self.low_rank: list[LowRank] = []
        """By layer; empty for a whole model."""
        self.low_rank_input: LowRankInput | None = None
        """None for a whole model."""
        if isinstance(weights, Adapted):
            if self.vocabulary != weights.base.vocabulary:
                raise ValueError("the vocabulary of a model of adapters must be that of its base")
            self.packed, adapters = _packed_base(weights.base), weights.adapters
            self.low_rank, self.low_rank_input = low_rank_of(adapters), low_rank_input_of(adapters, self.packed)
            bias: Callable[[str], FloatArray] = adapters.bias
        else:
            preferred = preferred_of(model.sha256) if model.is_base else None
            if preferred is not None:
                weights = weights.copy()
                preferred.add_to(weights)
            self.packed = PackedWeights(weights)
            bias = weights.__getitem__
        L, H = self.shape.L, self.shape.H
        further = (pack_rows(bias(f"lstm.bias_ih_l{k}") + bias(f"lstm.bias_hh_l{k}")) for k in range(1, L))
        self.biases = [each.reshape(4, 1, H) for each in further]
        self.output_bias = bias("output.bias").copy()
        self.newline = self.vocabulary.id_of("\n")
        self.sung = self._sung(model.profile.alphabet)
        self.begins_word: BoolArray = np.array([unit[0] == " " for unit in self.vocabulary.units])
        """Which units begin with a space, (V,)."""
        self._biases_for: dict[Callable[[str], bool], FloatArray] = {}
        self._bias_of_sung = np.where(self.sung, 0, -np.inf).astype(np.float32)

    def _sung(self, alphabet: str | None) -> BoolArray:
        """Which units may be sung, (V,): those of the artist's own corpus; never the unknown one or a mark."""
        units = self.vocabulary.units
        sung = np.ones(len(units), bool)
        if alphabet is not None and not set(units[1:]).isdisjoint(alphabet):
            letters = frozenset(alphabet)
            sung[:] = [letters.issuperset(unit) for unit in units]
        sung[0] = False
        sung[[k for k, unit in enumerate(units) if unit < " " and unit != "\n"]] = False
        return sung

    @property
    def reads_subwords(self) -> bool:
        """Whether units may be longer than a character."""
        return bool(self.vocabulary.merges)

    @property
    def sung_bias(self) -> FloatArray:
        """0 for units that may be sung, minus infinity for the others, (V,)."""
        return self._bias_of_sung

    def bias_for(self, fits: Callable[[str], bool]) -> FloatArray:
        """`sung_bias` without the units that do not fit; `sung_bias` itself if none does, (V,).

        Units are compared once per function; pass the same one each time.
        """
        if (bias := self._biases_for.get(fits)) is None:
            units = self.vocabulary.units
            fitting = self.sung & np.fromiter((fits(unit) for unit in units), bool, len(units))
            bias = np.where(fitting, 0, -np.inf).astype(np.float32) if fitting.any() else self.sung_bias
            self._biases_for[fits] = bias
        return bias

    def logits(self, hidden: FloatArray, units: IntArray) -> FloatArray:
        """Logits of some units in some of the top layer's hidden states, (N, H), (K,) -> (N, K)."""
        rows = self.packed.products[-1].rows(4 * self.shape.H + units)
        logits: FloatArray = hidden @ rows.T + self.output_bias[units]
        if self.low_rank:
            top = self.low_rank[-1]
            logits += (hidden @ top.down[:, -len(top.above) :]) @ top.above[:, units]
        return logits

    @property
    def nbytes(self) -> int:
        """Bytes in memory, without the packed weights of a base, which all its artists share."""
        adapters = [array for low in self.low_rank for array in (low.down, low.recurrent, low.above)]
        if self.low_rank_input is not None:
            adapters += [self.low_rank_input.down, self.low_rank_input.up]
        own = sum(array.nbytes for array in [*adapters, *self.biases, self.output_bias, self._bias_of_sung])
        return own if self.low_rank else own + self.packed.nbytes

    def start(self) -> "Memory":
        """The state before a song: zeros, and a line break that has not been read yet."""
        L, H = self.shape.L, self.shape.H
        zeros = np.zeros((L, H), np.float32)
        return Memory(self, zeros, zeros, self.newline, np.zeros((L, 4 * H), np.float32))


@dataclass(frozen=True, eq=False)
class Memory:
    """A point that any number of streams can continue from: the state after some text, and the text's last unit.

    ``hidden`` and ``cell`` (L, H) have read the text up to, not including, ``pending``: the id of its last unit.
    """

    voice: Voice
    """Who has read the text, and goes on."""
    hidden: FloatArray
    cell: FloatArray
    pending: int
    recurrent: FloatArray | None = None
    """W_h h of each layer, (L, 4H), gates as in `PackedWeights`; computed for the next step if it is missing."""
