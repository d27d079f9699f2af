"""Numbers are those of Keras 3.15.1 on PyTorch, or follow from the formula."""

import numpy as np
import pytest

from keras.src import backend, ops
from keras.src.quantizers import AbsMaxQuantizer, abs_max_quantize
from keras.src.testing import engine

X = np.array([[0.1, -2, 3], [0.5, 1, -1.5]], "float32")
RNG = np.random.default_rng(0)
both = pytest.mark.parametrize("to_numpy", [False, True])


def array(x):
    return np.array(ops.convert_to_numpy(x))


@both
@pytest.mark.parametrize(
    "options, quantized, scale",
    [
        ({"axis": 0}, [[25, -127, 127], [127, 64, -64]], [[253.99993896484375, 63.5, 42.33333206176758]]),
        ({"axis": -1}, [[4, -85, 127], [42, 85, -127]], [[42.33333206176758], [84.66665649414062]]),
        ({"axis": (0, -1)}, [[4, -85, 127], [21, 42, -64]], [[42.33333206176758]]),
        ({"axis": [0, 1]}, [[4, -85, 127], [21, 42, -64]], [[42.33333206176758]]),
        ({"axis": None}, [[4, -85, 127], [21, 42, -64]], [[42.33333206176758]]),
        (
            {"axis": ()},
            [[127, -127, 127], [127, 127, -127]],
            [[1269.998779296875, 63.5, 42.33333206176758], [253.99993896484375, 126.99998474121094, 84.66665649414062]],
        ),
        ({"axis": 0, "value_range": (-8, 7)}, [[1, -7, 7], [7, 4, -4]], [[13.99999713897705, 3.5, 2.3333332538604736]]),
        (
            {"axis": 0, "value_range": (0, 255), "dtype": "uint8"},
            [[51, 0, 255], [255, 128, 0]],
            [[509.9998779296875, 127.5, 85.0]],
        ),
        ({"axis": 0, "epsilon": 1.0}, [[8, -85, 95], [42, 42, -48]], [[84.66666412353516, 42.33333206176758, 31.75]]),
        ({"axis": 0, "epsilon": 0.0}, [[25, -127, 127], [127, 64, -64]], [[254.0, 63.5, 42.33333206176758]]),
    ],
)
def test_against_the_reference(options, quantized, scale, to_numpy):
    found, factors = abs_max_quantize(X, **options, to_numpy=to_numpy)
    assert backend.is_tensor(found) and backend.is_tensor(factors)
    assert backend.standardize_dtype(found.dtype) == options.get("dtype", "int8")
    assert backend.standardize_dtype(factors.dtype) == "float32"
    np.testing.assert_array_equal(array(found), quantized)
    np.testing.assert_allclose(array(factors), scale, rtol=1e-6)
    assert factors.shape == np.shape(scale)


@both
@pytest.mark.parametrize(
    "shape, axis", [((7, 5), 0), ((3, 1, 5), (0, 2)), ((2, 3, 4, 5), (-1, 1)), ((1,), 0), ((), None)]
)
def test_by_the_formula(shape, axis, to_numpy):
    x = RNG.normal(size=shape).astype("float32")
    quantized, scale = abs_max_quantize(x, axis, to_numpy=to_numpy)
    expected = 127 / (np.max(np.abs(x.astype("float64")), axis=axis, keepdims=True) + 1e-7)
    np.testing.assert_allclose(array(scale), expected, rtol=1e-6)
    assert np.abs(array(quantized) - x * expected).max() <= 0.5 + 1e-4
    np.testing.assert_allclose(array(quantized) / array(scale), x, atol=np.abs(x).max() / 127)


@both
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_zeros_have_a_finite_scale(dtype, to_numpy):
    zeros = ops.zeros((2, 3), dtype)
    quantized, scale = abs_max_quantize(zeros, 0, epsilon=0.0, to_numpy=to_numpy)
    assert not array(quantized).any()
    assert np.isfinite(array(ops.cast(scale, "float32"))).all()
    quantized, scale = abs_max_quantize(zeros, 0, to_numpy=to_numpy)
    assert np.isfinite(array(ops.cast(scale, "float32"))).all() and not array(quantized).any()


@both
@pytest.mark.parametrize("dtype, scale", [("float16", [4.234375, 8.46875]), ("bfloat16", [4.21875, 8.4375])])
def test_scales_have_the_dtype_of_the_inputs(dtype, scale, to_numpy):
    quantized, factors = abs_max_quantize(ops.cast(X * 10, dtype), -1, to_numpy=to_numpy)
    assert backend.standardize_dtype(factors.dtype) == dtype
    np.testing.assert_array_equal(array(ops.cast(factors, "float32")).ravel(), scale)
    np.testing.assert_array_equal(array(quantized), np.round(X * 10 * np.array(scale)[:, None]))


@both
def test_doubles(to_numpy):
    x = ops.cast(X, "float64")
    quantized, scale = abs_max_quantize(x, -1, to_numpy=to_numpy)
    assert scale.dtype == x.dtype
    np.testing.assert_array_equal(array(quantized), [[4, -85, 127], [42, 85, -127]])
    if backend.standardize_dtype(x.dtype) == "float64":  # On JAX without 64 bits it is no such dtype.
        np.testing.assert_allclose(
            array(scale), 127 / (np.abs(X.astype("float64")).max(-1, keepdims=True) + 1e-7), rtol=1e-12
        )


@both
def test_integers_and_lists(to_numpy):
    quantized, scale = abs_max_quantize(np.array([[1, 2], [3, -4]], "int32"), -1, to_numpy=to_numpy)
    np.testing.assert_array_equal(array(quantized), [[64, 127], [95, -127]])
    np.testing.assert_allclose(array(scale), [[63.5], [31.75]], rtol=1e-6)
    quantized, scale = abs_max_quantize(X.tolist(), 0, to_numpy=to_numpy)
    np.testing.assert_array_equal(array(quantized), [[25, -127, 127], [127, 64, -64]])


def test_symbolic():
    quantized, scale = abs_max_quantize(backend.KerasTensor((None, 3), "float16"), -1)
    assert (quantized.shape, quantized.dtype) == ((None, 3), "int8")
    assert (scale.shape, scale.dtype) == ((None, 1), "float16")


@pytest.mark.skipif(not engine.CAN_COMPILE, reason="compiles")
def test_compiled():
    function, _ = engine.compiled(lambda x: abs_max_quantize(x, 0))
    quantized, scale = function(ops.convert_to_tensor(X))
    np.testing.assert_array_equal(array(quantized), [[25, -127, 127], [127, 64, -64]])
    np.testing.assert_allclose(array(scale), [[254, 63.5, 42.333333]], rtol=1e-6)


@pytest.mark.parametrize("value_range", [(7, -8), (1,), (3, 3), (-5, 0), (1, 2, 3)])
def test_misuse(value_range):
    with pytest.raises(ValueError, match="value_range"):
        abs_max_quantize(X, 0, value_range)
    with pytest.raises(ValueError, match="value_range"):
        AbsMaxQuantizer(0, value_range)


@both
def test_misuse_of_axes(to_numpy):
    with pytest.raises(ValueError, match="axis"):
        abs_max_quantize(X, 2, to_numpy=to_numpy)
    with pytest.raises(ValueError, match="axis"):
        abs_max_quantize(X, (0, 0), to_numpy=to_numpy)
