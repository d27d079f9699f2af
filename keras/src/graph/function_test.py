"""`Function`: chains of operations and other graphs give what the operations give one by one."""

import numpy as np
import pytest

from keras.src import ops
from keras.src.backend import KerasTensor
from keras.src.graph.function import Function

X = np.arange(6, dtype="float32").reshape(2, 3)


def chain(x):
    return ops.negative(ops.square(ops.add(x, 1.0)))


def chain_through_a_list(x):
    return ops.negative(ops.split(ops.square(x), 1, axis=1)[0])


def with_a_branch(x):
    y = ops.square(x)
    return ops.add(y, ops.negative(x))


def taken_twice(x):
    y = ops.square(x)
    return ops.multiply(y, y)


def from_a_middle(x):
    ops.negative(y := ops.square(x))
    return y


@pytest.mark.parametrize("computation", [chain, chain_through_a_list, with_a_branch, taken_twice, from_a_middle])
def test_graphs_compute_what_the_operations_compute(computation):
    x = KerasTensor((None, 3))
    function = Function(x, computation(x))
    expected = ops.convert_to_numpy(computation(ops.convert_to_tensor(X)))
    np.testing.assert_allclose(ops.convert_to_numpy(function(ops.convert_to_tensor(X))), expected, rtol=1e-6)
    assert function.compute_output_shape((5, 3)) == (5, 3)


def test_an_output_in_a_list_comes_in_a_list():
    x = KerasTensor((None, 3))
    function = Function(x, [chain(x)])
    (y,) = function(ops.convert_to_tensor(X))
    np.testing.assert_allclose(ops.convert_to_numpy(y), -((X + 1) ** 2), rtol=1e-6)
