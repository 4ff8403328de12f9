"""The recurrence and its gradient against the plain reference; what the kernels promise about layout and memory."""

import tracemalloc

import numpy as np
import pytest

from lstm.network import layer
from tests.lstm import reference

TOLERANCE = {np.float64: 1e-10, np.float32: 1e-5}


def pack(w_x, w_h, bias, embedding=None):
    """Weights packed into new memory."""
    D, units = (w_x.shape[1], 0) if embedding is None else (0, len(embedding))
    packed = layer.LayerWeights(D, w_h.shape[1], w_h.dtype, units)
    packed.pack(w_x, w_h, bias, embedding)
    return packed


class Case:
    """A layer with random weights, input and state, run by the kernels in a workspace longer than the chunk."""

    def __init__(self, dtype, D, H, B, T, V=None, longest=None):
        rng = np.random.default_rng([D, H, B, T])

        def draw(*shape):
            return rng.normal(size=shape).astype(dtype)

        self.D, self.H, self.B, self.T = D, H, B, T
        self.w_x, self.w_h, self.bias = draw(4 * H, D), draw(4 * H, H), draw(4 * H)
        self.embedding = draw(V, D) if V else None
        self.characters = rng.integers(V, size=(T, B)) if V else None
        self.x = self.embedding[self.characters].transpose(0, 2, 1) if V else draw(T, D, B)
        self.hidden, self.cell, self.d_hidden = draw(H, B), draw(H, B), draw(T, H, B)
        self.packed = pack(self.w_x, self.w_h, self.bias, self.embedding)
        self.space = layer.Workspace(longest or T, B, 0 if V else D, H, np.dtype(dtype))

    def forward(self):
        self.space.set_state(self.hidden, self.cell)
        if self.characters is None:
            self.space.below[: self.T, : self.D] = self.x
        layer.forward(self.packed, self.space, self.T, self.characters)

    def expected(self):
        """h and c (T, H, B), dz (T, 4H, B) in the order i, f, g, o, dx (T, D, B), and dL/d of the first h and c."""
        weights = reference.LayerWeights.of(self.w_x, self.w_h, self.bias)
        T, B, H = self.T, self.B, self.H
        h, c, dz = np.empty((T, H, B)), np.empty((T, H, B)), np.empty((T, 4 * H, B))
        dx, dh0, dc0 = np.empty((T, self.D, B)), np.empty((H, B)), np.empty((H, B))
        for b in range(B):
            steps, h_now, c_now = [], self.hidden[:, b].astype(float), self.cell[:, b].astype(float)
            for t in range(T):
                steps.append(reference.step(weights, self.x[t, :, b].astype(float), h_now, c_now))
                h_now, c_now = steps[-1].h, steps[-1].c
                h[t, :, b], c[t, :, b] = h_now, c_now
            dh, dc = np.zeros(H), np.zeros(H)
            for t in reversed(range(T)):
                gates, dx[t, :, b], dh, dc = reference.step_backward(weights, steps[t], dh + self.d_hidden[t, :, b], dc)
                dz[t, :, b] = np.concatenate(gates)
            dh0[:, b], dc0[:, b] = dh, dc
        return h, c, dz, dx, dh0, dc0


def assert_close(actual, expected, dtype):
    np.testing.assert_allclose(actual, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype] * np.abs(expected).max())


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("V", [None, 7], ids=["vectors", "characters"])
@pytest.mark.parametrize(("B", "T", "longest"), [(3, 5, 5), (1, 5, 5), (3, 1, 1), (2, 4, 9)])
@pytest.mark.parametrize("cached_table", [0, layer.CACHED_TABLE])
def test_forward_and_backward_equal_the_reference(monkeypatch, dtype, V, B, T, longest, cached_table):
    monkeypatch.setattr(layer, "CACHED_TABLE", cached_table)
    monkeypatch.setattr(layer, "LOOKED_UP_AT_ONCE", 50)  # some rows of these tables, not all of them
    case = Case(dtype, D=3, H=4, B=B, T=T, V=V, longest=longest)
    h, c, dz, dx, dh0, dc0 = case.expected()
    case.forward()
    assert_close(case.space.hidden(T), h, dtype)
    assert_close(case.space.cell, c[-1], dtype)

    rows = layer.backward(case.packed, case.space, T, case.d_hidden)
    assert rows.shape == (T * B, 4 * case.H)
    assert_close(layer.unpack_gates(rows.T), dz.transpose(1, 0, 2).reshape(4 * case.H, -1), dtype)
    if V is None:
        assert_close(case.space.below[:T, : case.D], dx, dtype)
    assert_close(case.space.d_below[case.space.D :], dh0, dtype)
    assert_close(case.space.d_cell, dc0, dtype)


def test_a_workspace_holds_nothing_of_the_chunk_before():
    fresh, used = Case(np.float64, 3, 4, 2, 5), Case(np.float64, 3, 4, 2, 5)
    used.d_hidden *= 7
    used.forward()
    layer.backward(used.packed, used.space, 5, used.d_hidden)
    used.d_hidden /= 7
    for case in (fresh, used):
        case.forward()
    np.testing.assert_array_equal(used.space.hidden(5), fresh.space.hidden(5))
    rows = [layer.backward(case.packed, case.space, 5, fresh.d_hidden) for case in (fresh, used)]
    np.testing.assert_array_equal(*rows)


def test_gates_are_packed_as_o_i_f_g_and_back():
    gates = np.repeat(["i", "f", "g", "o"], 3)[:, None]
    packed = layer.pack_gates(gates)
    assert "".join(packed[::3, 0]) == "oifg"
    np.testing.assert_array_equal(layer.unpack_gates(packed), gates)


def test_packing_copies():
    w_x, w_h, bias = np.ones((8, 3)), np.ones((8, 2)), np.ones(8)
    pack(w_x, w_h, bias)
    for array in (w_x, w_h, bias):
        np.testing.assert_array_equal(array, 1)


@pytest.mark.parametrize("V", [None, 50], ids=["vectors", "characters"])
def test_the_time_loops_allocate_no_arrays(V):
    case = Case(np.float32, D=16, H=256, B=64, T=3, V=V)  # NumPy's own buffer, of a fixed 32 KB, is smaller than h
    tracemalloc.start()
    try:
        case.forward()
        layer.backward(case.packed, case.space, case.T, case.d_hidden)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < case.hidden.nbytes


@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 4), (700, 50), (2, 700, 50), (1, 1)])
def test_transpose(shape):
    matrix = np.random.default_rng(0).normal(size=shape)
    out = np.empty((*shape[:-2], shape[-1], shape[-2]))
    layer.transpose(matrix, out=out)
    np.testing.assert_array_equal(out, np.swapaxes(matrix, -1, -2))


def test_the_gradient_of_the_weights_has_the_gates_of_files():
    rng = np.random.default_rng(0)
    dz, inputs, out = rng.normal(size=(6, 8)), rng.normal(size=(6, 3)), np.empty((8, 3))
    layer.weight_gradient(dz, inputs, out=out)
    np.testing.assert_allclose(out, layer.unpack_gates(dz.T @ inputs), rtol=1e-12)
