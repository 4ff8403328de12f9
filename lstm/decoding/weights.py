"""The weights of a trained model packed for decoding, and the state that a stream continues from."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lstm.arrays import BoolArray, FloatArray
from lstm.model.model_file import Model
from lstm.network.gemm import Weights
from lstm.network.layer import pack
from lstm.text.plans import LINE_MARK
from lstm.text.vocabulary import Vocabulary
from lstm.text.words import last_word

LARGE_TABLE = 512
"""Vocabulary size from which there is no table. At 1,024 units and H = 640 it would be as large as all other weights
together (10 MB); multiplying the embedding instead costs 14-20 % of a step."""


class Voice:
    """A model packed for sampling; shared by all songs, and immutable except for its caches.

    Holds the weights once, in the layout of the time loop, and for small vocabularies the table of the first layer:
    about as many bytes as the weights have in single precision.

    ``products``: for each layer, the weights that its hidden state is multiplied by, in one matrix: its own recurrent
    ones, then those of the layer above, or the output's at the top (4H + 4H or 4H + V, H). ``table`` (V, 4H): the first
    layer's input for each unit; where that would be large, ``embedding`` (V, E + 1) with a 1 at the end of each row,
    and ``input`` (4H, E + 1) to multiply it. ``biases``: (4, 1, H) for each further layer; ``output_bias``: (V,). Gates
    stand in the order o, i, f, g, the first three halved, as in `lstm.network.layer`.
    """

    def __init__(self, model: Model) -> None:
        p, L, H = model.parameters, model.shape.L, model.shape.H
        self.vocabulary: Vocabulary = model.vocabulary
        self.shape = model.shape
        has_table = len(self.vocabulary) < LARGE_TABLE
        layers = [
            pack(
                p[f"lstm.weight_ih_l{k}"],
                p[f"lstm.weight_hh_l{k}"],
                p[f"lstm.bias_ih_l{k}"] + p[f"lstm.bias_hh_l{k}"],
                p["embedding.weight"] if k == 0 and has_table else None,
                forward_only=True,
            )
            for k in range(L)
        ]
        table = layers[0].table
        self.table = None if table is None else np.ascontiguousarray(table.T)
        self.embedding: FloatArray | None = None
        self.input: Weights | None = None
        self._by_columns: FloatArray | None = None
        if table is None:
            ones = np.ones((len(self.vocabulary), 1), np.float32)  # what the bias is multiplied by
            self.embedding = np.concatenate([p["embedding.weight"], ones], axis=1)
            self.input = Weights(np.concatenate([layers[0].forward[:, :-H], layers[0].bias], axis=1))
        self.biases = [weights.bias.reshape(4, 1, H) for weights in layers[1:]]
        above = [*(weights.forward[:, :H] for weights in layers[1:]), p["output.weight"]]
        self.products = [
            Weights(np.concatenate([weights.forward[:, -H:], upper]))
            for weights, upper in zip(layers, above, strict=True)
        ]
        self.output_bias = p["output.bias"].copy()
        self.newline = self.vocabulary.id_of("\n")
        self.line_mark = self.vocabulary.id_of(LINE_MARK) or None
        """The unit behind a line's plan (`lstm.text.plans`); None if the network reads no plans."""
        self.sung = self._sung(model.profile.alphabet)
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
    def sung_bias(self) -> FloatArray:
        """0 for units that may be sung, minus infinity for the others, (V,)."""
        return self._bias_of_sung

    def plan_bias(self, *, first: bool) -> FloatArray:
        """`sung_bias` for a plan, a word behind a space: for its first unit, or for the others and the mark, (V,)."""
        bias = self.bias_for(_begins_plan if first else _continues_plan)
        if not first and self.line_mark is not None:
            bias = bias.copy()
            bias[self.line_mark] = 0
        return bias

    @property
    def plan_or_break_bias(self) -> FloatArray:
        """`sung_bias` where a plan or a blank line comes next, (V,)."""
        bias = self.plan_bias(first=True).copy()
        bias[self.newline] = 0
        return bias

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

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        weights = [*self.products, *([] if self.input is None else [self.input])]
        arrays = [*(each.array for each in weights), *self.biases, self.output_bias, self._bias_of_sung]
        lookups = [self.table, self.embedding, self._by_columns]
        return sum(array.nbytes for array in [*arrays, *lookups] if array is not None)

    def lookup(self, by_columns: bool) -> FloatArray:
        """The table, or the embedding where there is none: (V, 4H) or (V, E + 1), or transposed."""
        by_rows = self.embedding if self.table is None else self.table
        assert by_rows is not None
        if not by_columns:
            return by_rows
        if self._by_columns is None:
            self._by_columns = np.ascontiguousarray(by_rows.T)
        return self._by_columns

    def start(self) -> "Memory":
        """The state before a song: zeros, and a line break that has not been read yet."""
        L, H = self.shape.L, self.shape.H
        zeros = np.zeros((L, H), np.float32)
        return Memory(zeros, zeros, self.newline, np.zeros((L, 4 * H), np.float32))


def _begins_plan(unit: str) -> bool:
    return unit[0] == " " and len(unit) > 1 and last_word(unit) == unit[1:]


def _continues_plan(unit: str) -> bool:
    return all(character in "'-" or last_word(character) for character in unit)


@dataclass(frozen=True)
class Memory:
    """A point that any number of streams can continue from: the state after some text, and the text's last unit.

    ``hidden`` and ``cell`` (L, H) have read the text up to, not including, ``pending``: the id of its last unit.
    """

    hidden: FloatArray
    cell: FloatArray
    pending: int
    recurrent: FloatArray | None = None
    """W_h h of each layer, (L, 4H), gates as in `Voice`: needed by the next step, and computed if it is missing."""
