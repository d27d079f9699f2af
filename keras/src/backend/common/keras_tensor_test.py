"""Symbolic tensors as Python sees them."""

import operator

import numpy as np
import pytest

import keras
from keras.src import backend, layers, ops

KerasTensor = backend.KerasTensor


def test_a_symbolic_tensor_equals_itself_only():
    a, b = KerasTensor((2, 5)), KerasTensor((2, 5))
    assert (a == b) is False and (a == a) is True and (a == 3) is False
    assert b not in [a] and [a, b].index(b) == 1 and len({a, b, a}) == 2
    assert isinstance(a != b, KerasTensor) and (a != b).dtype == "bool"


def test_a_symbolic_tensor_has_no_elements():
    x = KerasTensor((3, 2))
    for use in (list, iter, lambda x: 3 in x):
        with pytest.raises(NotImplementedError, match="unstack"):
            use(x)
    for use in (len, bool, operator.index):
        with pytest.raises(TypeError):
            use(x)


class Compares(layers.Layer):
    """Does with its inputs what tensors of every engine allow."""

    def call(self, x):
        first, second = x
        return ops.where(x[0] == 0, first, second) + float(len(x))


def test_calls_may_compare_and_unpack():
    x = np.array([[0.0, 1.0], [2.0, 3.0]], "float32")
    assert Compares()(keras.Input(batch_shape=(2, 2))).shape == (2,)
    np.testing.assert_allclose(ops.convert_to_numpy(Compares()(x)), [2.0, 5.0])


@pytest.mark.parametrize("shape", [(-2, 3), (2.0, 3), (2, "a"), 3, "ab"])
def test_shapes_are_checked(shape):
    with pytest.raises(ValueError, match="shape"):
        KerasTensor(shape)


def test_shapes_hold_python_integers():
    shape = KerasTensor([np.int64(2), None]).shape
    assert shape == (2, None) and type(shape[0]) is int


VALUES = {"float32": [2.0, 0.0, 0.5, 0.0], "int32": [4, 4, 0, 0], "bool": [True, False, True, False]}
LOGICAL = {operator.and_: np.logical_and, operator.or_: np.logical_or, operator.xor: np.logical_xor}


@pytest.mark.parametrize("function", LOGICAL)
@pytest.mark.parametrize("left", VALUES)
@pytest.mark.parametrize("right", [*VALUES, 3, 0, 1.5, True])
def test_bit_operators_are_logical(function, left, right):
    def variable(dtype):
        return backend.Variable(VALUES[dtype], dtype=dtype, trainable=False)

    other, expected = (variable(right), VALUES[right]) if right in VALUES else (right, right)
    described = KerasTensor((4,), right) if right in VALUES else right
    expected = LOGICAL[function](VALUES[left], expected)
    for result in (function(variable(left), other), function(other, variable(left))):
        assert backend.standardize_dtype(result.dtype) == "bool"
        np.testing.assert_array_equal(ops.convert_to_numpy(result), expected)
    for result in (function(KerasTensor((4,), left), described), function(described, KerasTensor((4,), left))):
        assert (result.shape, result.dtype) == ((4,), "bool")


@pytest.mark.parametrize("dtype", VALUES)
def test_inversion_is_logical(dtype):
    assert (~KerasTensor((2,), dtype)).dtype == "bool"
