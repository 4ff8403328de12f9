import numpy as np
import pytest

from lstm.network.adapters import Adapters, adapted_matrices
from lstm.network.network import Network, State
from lstm.network.parameters import Parameters, Shape, initial_parameters

SHAPE = Shape(7, 3, 4, 2)


def base() -> Parameters:
    return initial_parameters(SHAPE, np.random.default_rng(1), dtype=np.float64)


def random_adapters(rank: int = 2) -> Adapters:
    adapters = Adapters(SHAPE, rank, np.float64)
    adapters.flat[...] = 0.3 * np.random.default_rng(2).standard_normal(len(adapters.flat))
    return adapters


def test_initial_adapters_leave_the_base_as_it_is() -> None:
    parameters = initial_parameters(SHAPE, np.random.default_rng(1))
    adapters = Adapters.initial(parameters, 2, np.random.default_rng(3))
    np.testing.assert_array_equal(adapters.merged(parameters).flat, parameters.flat)


def test_merged_weights_are_the_bases_and_the_product_of_the_factors() -> None:
    parameters, adapters = base(), random_adapters()
    merged = adapters.merged(parameters)
    for name in adapted_matrices(SHAPE):
        np.testing.assert_allclose(merged[name], parameters[name] + adapters.left(name) @ adapters.right(name))
    np.testing.assert_array_equal(merged["output.bias"], adapters.bias("output.bias"))
    np.testing.assert_array_equal(merged["embedding.weight"], parameters["embedding.weight"])


def test_the_gradient_of_every_factor_and_bias_is_the_numeric_one() -> None:
    parameters, adapters = base(), random_adapters()
    network = Network(adapters.merged(parameters), T=5, B=2)
    ids = np.random.default_rng(4).integers(0, SHAPE.V, (6, 2))

    def loss() -> float:
        adapters.apply(parameters, network.parameters)
        nats, _ = network.loss(ids[:-1], ids[1:], State.zeros(SHAPE, 2, np.dtype(np.float64)))
        return nats / ids[1:].size

    adapters.apply(parameters, network.parameters)
    network.loss_and_gradients(ids[:-1], ids[1:], State.zeros(SHAPE, 2, np.dtype(np.float64)))
    gradient = Adapters(SHAPE, adapters.rank, np.float64)
    adapters.gradient(network.gradients, gradient)
    numeric = np.empty_like(gradient.flat)
    for k, value in enumerate(adapters.flat.copy()):
        step = 1e-5
        adapters.flat[k] = value + step
        above = loss()
        adapters.flat[k] = value - step
        numeric[k] = (above - loss()) / (2 * step)
        adapters.flat[k] = value
    np.testing.assert_allclose(gradient.flat, numeric, atol=1e-8)


def test_a_rank_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        Adapters(SHAPE, 0)
