"""`Function`: chains of operations and other graphs give what the operations give one by one."""

import weakref

import numpy as np
import pytest

from keras.src import ops
from keras.src.backend import KerasTensor
from keras.src.graph.function import Function
from keras.src.graph.operation import Operation
from keras.src.layers import Input

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


def test_outputs_that_are_inputs_keep_their_origin():
    x, y = Input((3,)), Input((3,))
    inner = Function([x, y], [ops.square(x), y])
    a, b = Input((3,)), Input((3,))
    squared, same = inner([a, b])
    outer = Function([a, b], [squared, ops.negative(same)])
    found = outer([ops.convert_to_tensor(X), ops.convert_to_tensor(X + 1)])
    np.testing.assert_allclose(ops.convert_to_numpy(found[0]), X * X)
    np.testing.assert_allclose(ops.convert_to_numpy(found[1]), -X - 1)


def test_an_operation_that_describes_its_output_by_its_input():
    class Same(Operation):
        def call(self, x):
            return x + 0.0

        def compute_output_spec(self, x):
            return x

    x = KerasTensor((None, 3))
    function = Function(x, ops.negative(Same()(Same()(x))))
    np.testing.assert_allclose(ops.convert_to_numpy(function(ops.convert_to_tensor(X))), -X)
    assert [type(operation) for operation in function.operations[1:3]] == [Same, Same]


def test_what_no_later_step_needs_is_let_go():
    """Memory is that of a few values at a time, however deep the graph is."""
    seen, alive = [], []

    class Watched(Operation):
        def call(self, x):
            alive.append(sum(reference() is not None for reference in seen))
            seen.append(weakref.ref(x))
            return x + 1.0

        def compute_output_spec(self, x):
            return KerasTensor(x.shape, x.dtype)

    x = KerasTensor((None, 3))
    first = y = Watched()(x)
    for _ in range(8):
        y = ops.add(y, Watched()(y))
    function = Function(x, [y, ops.add(first, 0.0)])
    results = function(ops.convert_to_tensor(X))
    np.testing.assert_allclose(ops.convert_to_numpy(results[1]), X + 1)
    assert len(alive) == 9 and max(alive[2:]) <= 3
