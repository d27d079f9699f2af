"""Labels and vectors."""

import numpy as np
import pytest

import keras


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("order", [1, 2, 3, np.inf])
def test_normalize(axis, order):
    x = np.random.default_rng(0).normal(size=(3, 4))
    norm = (
        (np.abs(x) ** order).sum(axis, keepdims=True) ** (1 / order)
        if order < np.inf
        else np.abs(x).max(axis, keepdims=True)
    )
    np.testing.assert_allclose(keras.utils.normalize(x, axis, order), x / norm)


@pytest.mark.parametrize("axis", [0, -1])
def test_normalize_makes_a_row_of_a_vector(axis):
    found = keras.utils.normalize(np.array([3.0, 4.0]), axis)
    assert found.tolist() == [[0.6, 0.8]]


def test_normalize_zeros_and_tensors():
    assert keras.utils.normalize(np.array([[0, 0], [3, 4]])).tolist() == [[0, 0], [0.6, 0.8]]
    for x in ([[0.0, 0.0], [3.0, 4.0]], keras.ops.convert_to_tensor([[0.0, 0.0], [3.0, 4.0]])):
        found = keras.utils.normalize(x)
        assert keras.ops.is_tensor(found)
        np.testing.assert_allclose(keras.ops.convert_to_numpy(found), [[0, 0], [0.6, 0.8]], rtol=1e-6)
    with pytest.raises(ValueError, match="order"):
        keras.utils.normalize([[3.0, 4.0]], order=np.inf)


@pytest.mark.parametrize("labels", [[0, 2], [[0], [2]]])
def test_to_categorical_of_a_tensor_is_a_tensor(labels):
    for classes in (3, None):
        found = keras.utils.to_categorical(keras.ops.convert_to_tensor(labels), classes)
        assert keras.ops.is_tensor(found)
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(found), [[1, 0, 0], [0, 0, 1]])


@pytest.mark.parametrize(
    "labels, classes, expected",
    [
        ([0, 2], None, [[1, 0, 0], [0, 0, 1]]),
        ([[0], [1]], 3, [[1, 0, 0], [0, 1, 0]]),
        ([-1], 3, [[0, 0, 1]]),
        (2, 3, [0, 0, 1]),
        ([1.7], 2, [[0, 1]]),
    ],
)
def test_to_categorical(labels, classes, expected):
    found = keras.utils.to_categorical(labels, classes)
    assert found.dtype == "float64" and found.tolist() == expected


def test_to_categorical_shapes():
    assert keras.utils.to_categorical(np.zeros((2, 3, 1), "int64"), 4).shape == (2, 3, 4)
    assert keras.utils.to_categorical([], 3).shape == (0, 3)
    with pytest.raises(IndexError):
        keras.utils.to_categorical([5], 3)
