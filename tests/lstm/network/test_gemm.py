"""Products in tiles, with vectors and by columns give the same numbers as one plain product."""

import itertools

import numpy as np
import pytest

from lstm.network import gemm
from lstm.network.gemm import Product, Weights, matrix_in_tiles


@pytest.fixture(params=[True, False], ids=["tiles", "whole"])
def pays(monkeypatch, request):
    monkeypatch.setattr(gemm, "layout", lambda: "tiles" if request.param else "whole")
    return request.param


def test_rows_are_taken_out_of_either_layout(pays):
    matrix = np.random.default_rng(0).standard_normal((129, 40), np.float32)
    ids = np.array([128, 0, 63, 64, 5])
    np.testing.assert_array_equal(Weights(matrix).rows(ids), matrix[ids])


@pytest.mark.parametrize("B", [0, 1, 2, 4, 5, 8, 9, 23, 64])
@pytest.mark.parametrize(("M", "K"), [(1, 1), (63, 5), (64, 8), (129, 40), (500, 700)])
def test_rows_times_weights(pays, B, M, K):
    rng = np.random.default_rng(0)
    matrix, x = rng.standard_normal((M, K), np.float32), rng.standard_normal((B, K), np.float32)
    weights = Weights(matrix)
    product = Product(weights, B)
    for factor in (1, -2):  # the second time over what the first left
        product.rows[:B] = factor * x
        product()
        np.testing.assert_allclose(product.out[:B, :M], factor * x @ matrix.T, rtol=1e-4, atol=1e-4)
        assert not product.out[:B, M:].any()
    assert len(product.out) == len(product.rows) < B + 6
    assert weights.width < M + (gemm.TILE if pays else 1)


@pytest.mark.parametrize("B", [1, 2, 25, 64, 1000])
@pytest.mark.parametrize("K", [8, 512, 640, 1024])
def test_no_tile_is_too_large_and_no_row_is_missing(monkeypatch, B, K):
    monkeypatch.setattr(gemm, "layout", lambda: "tiles")
    groups, each = Weights(np.ones((64, K), np.float32)).groups(B)
    assert groups * each >= B
    assert groups * (each - 2) < B
    assert gemm.TILE * K * each <= gemm.SMALL


@pytest.mark.parametrize("B", [1, 32, 64, 5000])
@pytest.mark.parametrize(("M", "K"), [(7, 3), (48, 10), (512, 128), (1024, 512)])
def test_weights_times_columns(pays, B, M, K):
    rng = np.random.default_rng(0)
    matrix, x = rng.standard_normal((M, K), np.float32), rng.standard_normal((K, B), np.float32)
    tiles, out = matrix_in_tiles(matrix, B), np.empty((M, B), np.float32)
    assert np.shares_memory(tiles, matrix)
    np.matmul(tiles, x, out=out.reshape(*tiles.shape[:2], B))
    np.testing.assert_allclose(out, matrix @ x, rtol=1e-4, atol=1e-3)
    assert len(tiles) == 1 or (pays and tiles.shape[1] * K * B <= gemm.SMALL)


@pytest.mark.parametrize("B", [1, 4, 5, 64])
def test_rows_and_result_lie_in_the_order_that_is_reported(pays, B):
    product = Product(Weights(np.ones((500, 64), np.float32)), B)
    assert product.by_columns == (not pays and B > gemm.FEW)
    for array in (product.rows, product.out):
        assert (array.T if product.by_columns else array).flags.c_contiguous


@pytest.mark.parametrize(("whole", "pays"), [(0.8, False), (1.2, False), (1.7, False), (1.9, True), (4.0, True)])
def test_tiles_pay_where_they_are_much_faster(monkeypatch, whole, pays):
    # Of each pair the first look is before the product in tiles, which takes 1, the other's takes `whole`.
    ticks = itertools.accumulate(itertools.cycle([0.0, 1.0, 0.0, whole]))
    monkeypatch.setattr(gemm.time, "perf_counter", lambda: next(ticks))
    assert gemm.tiles_pay() is pays


@pytest.fixture
def measured(monkeypatch):
    """Allows the layout to be chosen again; counts how often it was measured."""
    times = []
    monkeypatch.setattr(gemm, "tiles_pay", lambda: bool(times.append(1)) or True)
    gemm.layout.cache_clear()
    yield times
    gemm.layout.cache_clear()


@pytest.mark.parametrize("value", [None, "", "auto"])
def test_the_layout_is_measured_once_and_logged(monkeypatch, measured, caplog, value):
    monkeypatch.delenv("LSTM_GEMM", raising=False) if value is None else monkeypatch.setenv("LSTM_GEMM", value)
    with caplog.at_level("INFO"):
        assert [gemm.layout(), gemm.layout()] == ["tiles", "tiles"]
    assert measured == [1]
    assert caplog.messages == ["Matrix products: tiles (measured; LSTM_GEMM=tiles pins it)"]


@pytest.mark.parametrize("value", ["tiles", "whole", " Whole "])
def test_the_layout_can_be_pinned(monkeypatch, measured, caplog, value):
    monkeypatch.setenv("LSTM_GEMM", value)
    with caplog.at_level("INFO"):
        assert gemm.layout() == value.strip().lower()
    assert measured == []
    assert "(LSTM_GEMM)" in caplog.text


def test_a_layout_that_does_not_exist_is_warned_of(monkeypatch, measured, caplog):
    monkeypatch.setenv("LSTM_GEMM", "bricks")
    assert gemm.layout() == "tiles"
    assert measured == [1]
    assert "LSTM_GEMM is 'bricks', not tiles, whole or auto" in caplog.text
