"""`keras.ops.slice` up to the end."""

import numpy as np
import pytest

import keras
from keras.src import ops
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.testing import engine

X = np.arange(24.0, dtype="float32").reshape(4, 6)
SIZES = [(-1, 2), (2, -1), (-1, -1)]


def block(starts, sizes):
    return X[tuple(slice(a, None if n == -1 else a + n) for a, n in zip(starts, sizes))]


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("convert", [tuple, list, np.array, ops.convert_to_tensor])
def test_values(sizes, convert):
    for starts in ((0, 2), (1, 3)):
        for x in (X, ops.convert_to_tensor(X)):
            result = ops.slice(x, convert(starts), sizes)
            np.testing.assert_array_equal(ops.convert_to_numpy(result), block(starts, sizes))


@pytest.mark.parametrize("sizes", SIZES)
def test_symbolic_shapes(sizes):
    """Known starts and sizes give sizes, unknown ones `None`."""
    assert ops.slice(KerasTensor((4, 6)), (1, 2), sizes).shape == block((1, 2), sizes).shape
    known = tuple(None if n == -1 else n for n in sizes)
    assert ops.slice(KerasTensor((4, 6)), KerasTensor((2,), "int32"), sizes).shape == known
    without_batch = (known[0], block((1, 2), sizes).shape[1])
    assert ops.slice(KerasTensor((None, 6)), (1, 2), sizes).shape == without_batch


def test_in_a_graph():
    inputs = keras.Input((6,))
    model = keras.Model(inputs, ops.slice(inputs, (1, 2), (-1, 3)))
    for each in (model, keras.Model.from_config(model.get_config())):
        np.testing.assert_array_equal(each.predict(X, verbose=0), X[1:, 2:5])


@pytest.mark.skipif(not engine.CAN_COMPILE, reason="this engine compiles nothing")
def test_in_compiled_code():
    compiled, _ = engine.compiled(lambda x: ops.slice(x, [1, 2], (-1, -1)))
    np.testing.assert_array_equal(ops.convert_to_numpy(compiled(ops.convert_to_tensor(X))), X[1:, 2:])


@pytest.mark.parametrize("sizes", [(-2, 3), (4, 6, 1)])
def test_wrong_sizes(sizes):
    with pytest.raises(ValueError):
        ops.slice(X, (0, 0), sizes)
    with pytest.raises(ValueError):
        ops.slice(KerasTensor((4, 6)), (0, 0), sizes)
