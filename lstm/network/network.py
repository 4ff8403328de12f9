"""The network: embedding, LSTM layers, softmax; its loss and the gradient of every parameter.

    x_t = embedding[unit_t]    h_t = LSTM_L(... LSTM_1(x_t))    p_t = softmax(W_out h_t + b_out)

The loss is the mean cross-entropy of the next unit, in nats. The gradient is that of truncated backpropagation through
time (Williams & Peng 1990): the state is carried from chunk to chunk, the gradient is not.

Both of PyTorch's biases are kept (`lstm.network.parameters`); their gradients are equal.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lstm.arrays import BoolArray, FloatArray, IntArray
from lstm.network import layer
from lstm.network.dropout import NO_DROPOUT, Dropout, Masks
from lstm.network.parameters import Parameters, Shape

ROWS_AT_ONCE = 64
"""How many rows of dL/dz are summed at a time per unit: at H = 512 they fill half a megabyte of cache."""


@dataclass(frozen=True)
class State:
    """Hidden and cell states between chunks, each (L, H, B)."""

    hidden: FloatArray
    cell: FloatArray

    @classmethod
    def zeros(cls, shape: Shape, B: int, dtype: np.dtype[np.floating] | type[np.floating] = np.float32) -> "State":
        """The state before a text: zeros."""
        return cls(np.zeros((shape.L, shape.H, B), dtype), np.zeros((shape.L, shape.H, B), dtype))


class Network:
    """Loss and gradient over chunks of up to T steps of B streams; owns the arrays that they need."""

    def __init__(self, parameters: Parameters, T: int, B: int) -> None:
        self.parameters, self.T, self.B = parameters, T, B
        shape, dtype = parameters.shape, parameters.flat.dtype
        self.shape = shape
        V, H, L = shape.V, shape.H, shape.L
        self._spaces = [layer.Workspace(T, B, H if k else 0, H, dtype) for k in range(L)]
        self._packed = [layer.LayerWeights(H if k else 0, H, dtype, 0 if k else min(V, T * B)) for k in range(L)]
        self._logits, self._row = np.empty((T * B, V), dtype), np.empty((T * B, 1), dtype)
        self._hidden_rows = [np.empty((T + 1, B, H), dtype) for _ in range(L)]
        self._other_rows = np.empty((T, B, H), dtype)
        self.gradients = Parameters(shape, dtype)

    def _pack(self, masks: Masks, present: IntArray) -> None:
        """Pack the layers' weights; the first one's table holds the units that are ``present`` in the chunk."""
        p = self.parameters
        for k, packed in enumerate(self._packed):
            w_h = p[f"lstm.weight_hh_l{k}"]
            if masks.recurrent_weights is not None:
                w_h = w_h * masks.recurrent_weights[k]
            embedding = None
            if k == 0:
                embedding = p["embedding.weight"][present]
                if masks.embedding is not None:
                    embedding = embedding * masks.embedding[present]
            bias = p[f"lstm.bias_ih_l{k}"] + p[f"lstm.bias_hh_l{k}"]
            packed.pack(p[f"lstm.weight_ih_l{k}"], w_h, bias, embedding)

    def _forward(self, inputs: IntArray, state: State, masks: Masks) -> State:
        """Run the layers over ``inputs`` (T, B)."""
        T, H = len(inputs), self.shape.H
        for k, (weights, space) in enumerate(zip(self._packed, self._spaces, strict=True)):
            space.set_state(state.hidden[k], state.cell[k])
            if k:
                below, hidden = space.below[:T, :H], self._spaces[k - 1].hidden(T)
                if masks.output is None:
                    below[...] = hidden
                else:
                    np.multiply(hidden, masks.output[k - 1], out=below)
            layer.forward(weights, space, T, inputs if k == 0 else None)
        return State(
            np.stack([space.hidden(T)[-1] for space in self._spaces]), np.stack([s.cell for s in self._spaces])
        )

    def _hidden_as_rows(self, k: int, T: int) -> FloatArray:
        """h_0 .. h_T of layer k, (T + 1, B, H), the layout for products over all T B rows.

        One copy per layer serves as h_t and as h_{t-1}.
        """
        space, rows = self._spaces[k], self._hidden_rows[k][: T + 1]
        layer.transpose(space.below[: T + 1, space.D :], out=rows)
        return rows

    def _as_read_above(self, hidden_rows: FloatArray, masks: Masks, k: int) -> FloatArray:
        """What the layer above layer k, or the softmax, reads: h_1 .. h_T as rows (T B, H), after dropout."""
        rows = hidden_rows[1:]
        if masks.output is not None:
            rows = np.multiply(rows, masks.output[k].T, out=self._other_rows[: len(rows)])
        return rows.reshape(-1, self.shape.H)

    def _softmax(self, top: FloatArray, places: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The numerators of the softmax over ``top`` (N, H): (N, V); the denominators (N, 1); each target's nats (N,).

        Works on rows: at V = 1024, maximum and sum take a third of the time that they take on columns.
        """
        N = len(top)
        logits, row = self._logits[:N], self._row[:N]
        np.matmul(top, self.parameters["output.weight"].T, out=logits)
        np.add(logits, self.parameters["output.bias"], out=logits)
        np.max(logits, axis=1, keepdims=True, out=row)
        np.subtract(logits, row, out=logits)
        wanted = logits.ravel().take(places)
        np.exp(logits, out=logits)
        np.sum(logits, axis=1, keepdims=True, out=row)
        return logits, row, np.log(row[:, 0]) - wanted

    def _places(self, targets: IntArray) -> IntArray:
        """Where the logits of ``targets`` (T, B) are in the flat array of all logits: (T B,)."""
        places: IntArray = np.arange(0, targets.size * self.shape.V, self.shape.V) + targets.ravel()
        return places

    def loss(
        self, inputs: IntArray, targets: IntArray, state: State, counted: BoolArray | None = None
    ) -> tuple[float, State]:
        """Summed cross-entropy in nats of ``targets`` given ``inputs``, both (T, B), and the state after them.

        Counts only targets where ``counted`` (T, B) is true, if it is given.
        """
        nats, state = self.nats(inputs, targets, state)
        return float(np.sum(nats, dtype=np.float64, where=True if counted is None else counted)), state

    def nats(self, inputs: IntArray, targets: IntArray, state: State) -> tuple[FloatArray, State]:
        """Cross-entropy in nats of each of ``targets`` given ``inputs``, all (T, B), and the state after them."""
        masks, L = Masks(), self.shape.L
        present, inputs = _present(inputs)
        self._pack(masks, present)
        state = self._forward(inputs, state, masks)
        top = self._as_read_above(self._hidden_as_rows(L - 1, len(inputs)), masks, L - 1)
        _, _, nats = self._softmax(top, self._places(targets))
        return nats.reshape(targets.shape), state

    def loss_and_gradients(
        self,
        inputs: IntArray,
        targets: IntArray,
        state: State,
        dropout: Dropout = NO_DROPOUT,
        rng: np.random.Generator | None = None,
        slopes: Callable[[FloatArray], FloatArray] | None = None,
    ) -> tuple[float, State]:
        """Mean cross-entropy in nats of ``targets`` given ``inputs``, both (T, B), and the state after them.

        The gradients are in `self.gradients` afterwards. ``rng`` draws the dropout masks. Another loss than the mean is
        given by its ``slopes``: from the nats of each target (T, B), its derivative by each of them, (T, B).
        """
        T, H, L = len(inputs), self.shape.H, self.shape.L
        count = inputs.size
        p, grad = self.parameters, self.gradients
        masks = Masks.draw(self.shape, inputs.shape[1], dropout, rng, p.flat.dtype)
        present, inputs = _present(inputs)
        self._pack(masks, present)
        state = self._forward(inputs, state, masks)
        hidden_rows = [self._hidden_as_rows(k, T) for k in range(L)]
        top, places = self._as_read_above(hidden_rows[-1], masks, L - 1), self._places(targets)

        d_logits, total, nats = self._softmax(top, places)
        # d(nats of a target)/d(logits) = p - 1 at the target
        slope = 1 / count if slopes is None else slopes(nats.reshape(T, -1)).reshape(count, 1)
        np.divide(slope, total, out=total)
        np.multiply(d_logits, total, out=d_logits)
        d_logits.ravel()[places] -= np.ravel(slope)
        np.matmul(d_logits.T, top, out=grad["output.weight"])
        np.sum(d_logits, axis=0, out=grad["output.bias"])
        d_hidden_rows = self._other_rows[:T]  # `top` is no longer needed
        np.matmul(d_logits, p["output.weight"], out=d_hidden_rows.reshape(count, H))
        # Nor are the hidden states, except as rows: their gradient overwrites them.
        d_hidden = self._spaces[-1].hidden(T)
        layer.transpose(d_hidden_rows, out=d_hidden)

        for k in range(L - 1, -1, -1):
            space = self._spaces[k]
            if masks.output is not None:
                np.multiply(d_hidden, masks.output[k], out=d_hidden)
            dz = layer.backward(self._packed[k], space, T, d_hidden)
            dw_h = grad[f"lstm.weight_hh_l{k}"]
            layer.weight_gradient(dz, hidden_rows[k][:T].reshape(count, H), out=dw_h)
            if masks.recurrent_weights is not None:
                np.multiply(dw_h, masks.recurrent_weights[k], out=dw_h)
            if k:
                read = self._as_read_above(hidden_rows[k - 1], masks, k - 1)
                layer.weight_gradient(dz, read, out=grad[f"lstm.weight_ih_l{k}"])
                d_bias = layer.unpack_gates(dz.sum(axis=0))
                d_hidden = space.below[:T, :H]
            else:
                d_bias = self._first_layer(dz, inputs, present, masks)
            grad[f"lstm.bias_ih_l{k}"] = grad[f"lstm.bias_hh_l{k}"] = d_bias
        return float(np.sum(nats, dtype=np.float64)) / count, state

    def first_state_gradients(self) -> State:
        """dL/d(first state) of the last `loss_and_gradients`; for tests, since training cuts the gradient there."""
        return State(
            np.stack([space.d_below[space.D :] for space in self._spaces]), np.stack([s.d_cell for s in self._spaces])
        )

    def _first_layer(self, dz: FloatArray, inputs: IntArray, present: IntArray, masks: Masks) -> FloatArray:
        """Compute the gradients of embedding and W_ih from the table's, a row per unit; returns the bias's, (4H,)."""
        d_table = _sum_by_unit(dz, inputs.ravel(), len(present))
        embedding, w_x = self.parameters["embedding.weight"][present], self.parameters["lstm.weight_ih_l0"]
        d_embedding = d_table @ layer.pack_gates(w_x)
        if masks.embedding is not None:
            embedding *= masks.embedding[present]
            d_embedding *= masks.embedding[present]
        self.gradients["embedding.weight"] = 0.0
        self.gradients["embedding.weight"][present] = d_embedding
        layer.weight_gradient(d_table, embedding, out=self.gradients["lstm.weight_ih_l0"])
        return layer.unpack_gates(d_table.sum(axis=0))


def _present(inputs: IntArray) -> tuple[IntArray, IntArray]:
    """The sorted units of a chunk, and the chunk (T, B) with each unit replaced by its place among them.

    Of 1,024 units about 260 occur in 640 steps: with a table of these alone an update takes 15 % less time.
    """
    present, places = np.unique(inputs, return_inverse=True)
    return present, places.reshape(inputs.shape)


def _sum_by_unit(rows: FloatArray, ids: IntArray, V: int) -> FloatArray:
    """Sums of the ``rows`` (N, F) that belong to each unit of ``ids`` (N,): (V, F).

    Rows are sorted, gathered a few at a time and summed in cache. At V = 97 and H = 256 a product with one-hot rows
    took 3 times as long with AVX2 and 8 times with AVX-512, `np.add.reduceat` 11 and 20 times, and one-hot products of
    a few sorted rows, which contain only a few units, 1.7 times (AVX2).
    """
    order = np.argsort(ids, kind="stable")
    present, starts = np.unique(ids[order], return_index=True)
    sums = np.zeros((V, rows.shape[1]), rows.dtype)
    gathered = np.empty((ROWS_AT_ONCE, rows.shape[1]), rows.dtype)
    for unit, start, end in zip(present, starts, [*starts[1:], len(ids)], strict=True):
        for first in range(start, end, ROWS_AT_ONCE):
            places = order[first : min(end, first + ROWS_AT_ONCE)]
            part = np.take(rows, places, axis=0, out=gathered[: len(places)], mode="wrap")
            sums[unit] += part.sum(axis=0)
    return sums
