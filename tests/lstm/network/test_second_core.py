"""Products that two cores share are those of one: in tiles to the bit, as a whole up to rounding."""

import threading

import numpy as np
import pytest

from lstm.network import gemm, second_core
from lstm.network.gemm import Product, Weights


@pytest.fixture(params=["tiles", "whole"])
def layout(monkeypatch, request):
    monkeypatch.setattr(gemm, "layout", lambda: request.param)
    monkeypatch.setattr(gemm, "SHARED", 1)
    monkeypatch.setattr(second_core, "cores", lambda: 2)
    return request.param


@pytest.mark.parametrize("B", [1, 2, 4, 5, 12, 64])
@pytest.mark.parametrize(("M", "K"), [(64, 8), (129, 40), (4607, 640), (5120, 640)])
def test_the_same_product(layout, B, M, K):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((B, K), np.float32)
    product = Product(Weights(rng.standard_normal((M, K), np.float32)), B)
    product.rows[:B] = x
    product()
    alone = product.out[:B, :M].copy()
    product.out[...] = np.nan
    with second_core.using_second_core():
        product()
    if layout == "tiles":
        np.testing.assert_array_equal(product.out[:B, :M], alone)
    else:  # with a different number of rows BLAS adds in a different order
        np.testing.assert_allclose(product.out[:B, :M], alone, rtol=1e-4, atol=1e-4)


@pytest.mark.usefixtures("layout")
def test_the_second_core_takes_part_and_is_given_back(monkeypatch):
    product = Product(Weights(np.ones((256, 16), np.float32)), 8)
    done = []
    monkeypatch.setattr(second_core, "_multiply", lambda factors: done.append(threading.current_thread()))
    before = threading.active_count()
    with second_core.using_second_core():
        product()
        assert {type(thread) for thread in done} == {second_core.SecondCore, type(threading.current_thread())}
        assert threading.active_count() == before + 1
        helped = []
        other = threading.Thread(target=lambda: helped.append(second_core.second_core()))
        other.start()
        other.join()
        assert helped == [None]  # each thread has its own
    assert second_core.second_core() is None
    assert threading.active_count() == before


def test_one_core_is_left_to_itself(monkeypatch):
    monkeypatch.setattr(second_core, "cores", lambda: 1)
    with second_core.using_second_core():
        assert second_core.second_core() is None


def test_small_products_are_not_shared():
    assert Product(Weights(np.ones((512, 128), np.float32)), 4)._halves is None
    assert Product(Weights(np.ones((5120, 640), np.float32)), 6)._halves is not None
