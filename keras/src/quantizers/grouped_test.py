"""Numbers are those of Keras 3.15.1 on PyTorch, but for blocks of one number."""

import numpy as np
import pytest

from keras.src import backend, ops
from keras.src.quantizers import abs_max_quantize_grouped_with_zero_point
from keras.src.testing import engine

KERNEL = np.array([[1, -7], [2, 3], [-3, 5], [7, 0], [3, -1]], "float32")
IN_TWOS = (
    [[7, -8], [7, 6], [-8, 7], [6, -8], [7, -8]],
    [[0.06666667759418488, 0.6666666865348816], [0.6666666865348816, 0.3333333432674408], [0.2, 0.06666667759418488]],
    [[-8, 2], [-4, -8], [-8, 7]],
)
CASES = [
    (KERNEL, 2, {}, *IN_TWOS),
    (
        KERNEL,
        3,
        {},
        [[4, -8], [7, 5], [-8, 7], [7, 7], [-2, -8]],
        [[0.3333333432674408, 0.800000011920929], [0.46666666865348816, 0.06666667759418488]],
        [[1, 1], [-8, 7]],
    ),
    (
        KERNEL,
        4,
        {},
        [[-2, -8], [-1, 5], [-8, 7], [6, 1], [7, -8]],
        [[0.6666666865348816, 0.800000011920929], [0.2, 0.06666667759418488]],
        [[-4, 1], [-8, 7]],
    ),
    (KERNEL, 5, {}, [[-2, -8], [-1, 5], [-8, 7], [6, 1], [0, 0]], [[0.6666666865348816, 0.8]], [[-4, 1]]),
    (KERNEL, 128, {}, [[-2, -8], [-1, 5], [-8, 7], [6, 1], [0, 0]], [[0.6666666865348816, 0.8]], [[-4, 1]]),
    (
        KERNEL,
        2,
        {"value_range": (-128, 127)},
        [[127, -128], [127, 126], [-128, 127], [126, -128], [127, -128]],
        [[0.0039215693, 0.0392156877], [0.0392156877, 0.0196078438], [0.0117647061, 0.0039215693]],
        [[-128, 50], [-52, -128], [-128, 127]],
    ),
    (
        KERNEL,
        2,
        {"value_range": (0, 15), "dtype": "uint8"},
        [[15, 0], [15, 14], [0, 15], [14, 0], [15, 0]],
        IN_TWOS[1],
        [[0, 10], [4, 0], [0, 15]],
    ),
    (
        KERNEL,
        2,
        {"epsilon": 1.0},
        [[-1, -8], [7, 6], [-8, 4], [6, -8], [3, -8]],
        [[0.1333333403, 0.7333333492], [0.7333333492, 0.400000006], [0.2666666806, 0.1333333403]],
        [[-8, 2], [-4, -8], [-8, -1]],
    ),
    # Halves, whose zero point is odd
    (
        np.array([[-7], [8], [0.5], [1.5], [2.5], [-0.5], [-1.5], [-2.5], [3.5]], "float32"),
        9,
        {},
        [[-8], [7], [-1], [1], [1], [-1], [-3], [-3], [3]],
        [[1.0]],
        [[-1]],
    ),
    (np.array([[0], [1e-6]], "float32"), 2, {}, [[-8], [6]], [[7.333333229553318e-08]], [[-8]]),
    # One number
    (np.zeros((3, 1), "float32"), 2, {}, [[-1]] * 3, [[0.1333333403], [0.1333333403]], [[-1], [-1]]),
    (np.full((2, 1), 0.5, "float32"), 2, {}, [[0], [0]], [[0.1333333403]], [[-4]]),
    (np.full((2, 1), -0.25, "float32"), 2, {}, [[-1], [-1]], [[0.1333333403]], [[1]]),
]


def array(x):
    return np.array(ops.convert_to_numpy(x))


@pytest.mark.parametrize("to_numpy", [False, True])
@pytest.mark.parametrize("x, size, options, quantized, scale, zero", CASES)
def test_against_the_reference(x, size, options, quantized, scale, zero, to_numpy):
    found = abs_max_quantize_grouped_with_zero_point(x, size, **options, to_numpy=to_numpy)
    assert all(backend.is_tensor(part) for part in found)
    dtypes = [backend.standardize_dtype(part.dtype) for part in found]
    assert dtypes == [options.get("dtype", "int8"), "float32", "int8"]
    np.testing.assert_array_equal(array(found[0]), quantized)
    np.testing.assert_allclose(array(found[1]), scale, rtol=1e-6)
    np.testing.assert_array_equal(array(found[2]), zero)


@pytest.mark.parametrize("to_numpy", [False, True])
@pytest.mark.parametrize("value", [3.0, -40.0, 1.0])
def test_blocks_of_one_large_number(value, to_numpy):
    # The reference gives 2, -1 and 1: a range of one on each side, of which zero is no part.
    x = np.full((4, 2), value, "float32")
    quantized, scale, zero = map(array, abs_max_quantize_grouped_with_zero_point(x, 2, to_numpy=to_numpy))
    found = (quantized.astype("float32") - np.repeat(zero, 2, 0)) * np.repeat(scale, 2, 0)
    np.testing.assert_allclose(found, x, atol=(abs(value) + 1) / 15 / 2 + 1e-6)


@pytest.mark.parametrize("rows, size", [(8, 4), (9, 4), (7, 1), (5, 16)])
def test_each_number_is_near(rows, size):
    x = np.random.default_rng(0).uniform(-1, 1, (rows, 3)).astype("float32")
    x[::size] = np.abs(x[::size])
    x[1::size] = -np.abs(x[1::size])
    quantized, scale, zero = map(array, abs_max_quantize_grouped_with_zero_point(x, size))
    groups = np.arange(rows) // size
    assert scale.shape == zero.shape == (groups[-1] + 1, 3)
    assert (np.abs((quantized.astype("float32") - zero[groups]) * scale[groups] - x) <= scale[groups] * 1.01).all()


@pytest.mark.parametrize("dtype, scale", [("float16", 0.066650390625), ("bfloat16", 0.06689453125)])
def test_scales_have_the_dtype_of_the_inputs(dtype, scale):
    found = abs_max_quantize_grouped_with_zero_point(ops.cast(KERNEL, dtype), 2)
    assert backend.standardize_dtype(found[1].dtype) == dtype
    np.testing.assert_array_equal(array(found[0]), IN_TWOS[0])
    assert array(ops.cast(found[1], "float32"))[0, 0] == scale
    integers = abs_max_quantize_grouped_with_zero_point(KERNEL.astype("int32"), 2)
    np.testing.assert_allclose(array(integers[1]), IN_TWOS[1], rtol=1e-6)


def test_zero_points_of_a_wide_range():
    quantized, _, zero = abs_max_quantize_grouped_with_zero_point(KERNEL, 2, (0, 255), "uint8")
    assert backend.standardize_dtype(zero.dtype) == "uint8"
    np.testing.assert_array_equal(array(zero), [[0, 178], [76, 0], [0, 255]])


def test_symbolic():
    shapes = [x.shape for x in abs_max_quantize_grouped_with_zero_point(backend.KerasTensor((5, 2)), 2)]
    assert shapes == [(5, 2), (3, 2), (3, 2)]
    shapes = [x.shape for x in abs_max_quantize_grouped_with_zero_point(backend.KerasTensor((4, None)), 2)]
    assert shapes == [(4, None), (2, None), (2, None)]


@pytest.mark.skipif(not engine.CAN_COMPILE, reason="compiles")
def test_compiled():
    function, _ = engine.compiled(lambda x: abs_max_quantize_grouped_with_zero_point(x, 2))
    quantized, _, zero = function(ops.convert_to_tensor(KERNEL))
    np.testing.assert_array_equal(array(quantized), IN_TWOS[0])
    np.testing.assert_array_equal(array(zero), IN_TWOS[2])


@pytest.mark.parametrize("size", [0, -1, None, 1.5, True])
def test_misuse_of_blocks(size):
    with pytest.raises(ValueError, match="block_size"):
        abs_max_quantize_grouped_with_zero_point(KERNEL, size)


@pytest.mark.parametrize("shape", [(5,), (1, 5, 2), (0, 2)])
def test_misuse_of_shapes(shape):
    with pytest.raises(ValueError, match="`inputs` must be a matrix"):
        abs_max_quantize_grouped_with_zero_point(np.zeros(shape, "float32"), 2)
    with pytest.raises(ValueError, match="known number of rows"):
        abs_max_quantize_grouped_with_zero_point(backend.KerasTensor((None, 2)), 2)
    with pytest.raises(ValueError, match="value_range"):
        abs_max_quantize_grouped_with_zero_point(KERNEL, 2, (7, -8))
