"""Products of int8, which are exact in int32."""

import numpy as np
import pytest

import keras
from keras import ops

SHAPES = [
    ((3, 5), (5, 4)),
    ((2, 3, 1024), (1024, 4)),
    ((2, 3, 2500), (2500, 4)),
    ((2, 3, 1025), (2, 1025, 4)),
    ((7,), (7, 3)),
    ((3, 7), (7,)),
    ((3, 0), (0, 2)),
]


def bytes_of(shape, fill):
    if fill is not None:
        return np.full(shape, fill, "int8")
    return np.random.default_rng(0).integers(-128, 128, shape).astype("int8")


@pytest.mark.parametrize("fill", [None, -128, 127])
@pytest.mark.parametrize("shapes", SHAPES)
def test_products_of_bytes_are_exact(shapes, fill):
    x1, x2 = (bytes_of(shape, fill) for shape in shapes)
    result = ops.convert_to_numpy(ops.matmul(x1, x2))
    assert result.dtype == np.int32
    np.testing.assert_array_equal(result, np.matmul(x1.astype("int32"), x2.astype("int32")))


def test_products_of_bytes_are_exact_in_a_model():
    x2 = bytes_of((2500, 4), -127)
    inputs = keras.Input((2500,), dtype="int8")
    model = keras.Model(inputs, ops.matmul(inputs, x2))
    x1 = bytes_of((3, 2500), -127)
    np.testing.assert_array_equal(model.predict(x1, verbose=0), np.full((3, 4), 2500 * 127 * 127, "int32"))


@pytest.mark.parametrize("fill", [None, -128])
def test_sums_of_bytes_are_exact(fill):
    x1, x2 = bytes_of((2, 3, 1030), fill), bytes_of((1030, 2, 3), fill)
    result = ops.convert_to_numpy(ops.einsum("abc,cde->abde", x1, x2))
    np.testing.assert_array_equal(result, np.einsum("abc,cde->abde", x1.astype("int32"), x2.astype("int32")))
