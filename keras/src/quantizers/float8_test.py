"""Numbers are those of Keras 3.15.1 on PyTorch, or follow from the formula."""

import ml_dtypes
import numpy as np
import pytest

from keras.src import backend, layers, models, ops
from keras.src.quantizers import compute_float8_amax_history, compute_float8_scale, quantize_and_dequantize
from keras.src.testing import engine

X = np.array([[0.1, -2, 3], [0.5, 1, -1.5]], "float32")
STEPS = np.array([1, 2, 3.3, 5.7, 11, 17, 100, 333], "float32")


def array(x):
    return np.array(ops.convert_to_numpy(ops.cast(x, "float32")))


@pytest.mark.parametrize(
    "x, scale, dtype, expected",
    [
        (X * 300, 1.0, "float8_e4m3fn", [[30, -448, 448], [144, 288, -448]]),
        (X * 300, 0.5, "float8_e4m3fn", [[30, -224, 224], [144, 224, -224]]),
        (X * 300, np.float32(0.01), "float8_e4m3fn", [[4.48, -4.48, 4.48], [4.48, 4.48, -4.48]]),
        (X * 300, np.array([[1.0], [2.0]], "float32"), "float8_e4m3fn", [[30, -448, 448], [144, 288, -448]]),
        (X * 300, np.array([1, 2, 4.0], "float32"), "float8_e4m3fn", [[30, -576, 896], [144, 288, -448]]),
        (X * 300, 1.0, "float8_e5m2", [[32, -640, 896], [160, 320, -448]]),
        (X * 300, np.float32(0.01), "float8_e5m2", [[30.72, -573.44, 573.44], [143.36, 286.72, -409.6]]),
        (X * 300, np.float32(0.01), "float16", [[30, -600, 655.04], [150, 300, -449.92]]),
        (X, 0.0, "float8_e4m3fn", np.zeros((2, 3))),
        (np.array([1e6, -1e6, np.inf], "float32"), 1.0, "float8_e4m3fn", [448, -448, 448]),
        (
            np.array([1e-3, 2**-9, 2**-10, 3 * 2**-10, 1.0625, 1.1875, 17, 19, 440, 460], "float32"),
            1.0,
            "float8_e4m3fn",
            [2**-9, 2**-9, 0, 2**-8, 1, 1.25, 16, 20, 448, 448],
        ),
    ],
)
def test_rounding(x, scale, dtype, expected):
    with np.errstate(divide="ignore", invalid="ignore"):
        found = quantize_and_dequantize(x, scale, dtype, "float32")
    assert backend.standardize_dtype(found.dtype) == "float32"
    np.testing.assert_allclose(array(found), expected, rtol=1e-6)


@pytest.mark.parametrize(
    "scale, expected",
    [
        (1.0625, [0.99609375, 1.9921875, 3.1875, 5.84375, 10.625, 17.0, 102.0, 340.0]),
        (0.9, [1.0078125, 2.015625, 3.375, 5.84375, 10.75, 16.125, 100.5, 344.0]),
    ],
)
def test_the_dtype_of_the_result(scale, expected):
    for x in (STEPS, ops.cast(STEPS, "bfloat16")):
        found = quantize_and_dequantize(x, np.float32(scale), "float8_e4m3fn", "bfloat16")
        assert backend.standardize_dtype(found.dtype) == "bfloat16"
        np.testing.assert_allclose(array(found), expected, rtol=1e-2)


def test_rounding_refuses_integers():
    for dtype in ("int8", "nothing"):
        with pytest.raises(ValueError, match="dtype"):
            quantize_and_dequantize(X, 1.0, dtype, "float32")


@pytest.mark.parametrize(
    "amax, expected", [(0.0, 3), (1.0, 1 / 448), (-1.0, 3), (448.0, 1), (1e-10, 1e-10 / 448), (np.inf, 3), (np.nan, 3)]
)
def test_scales(amax, expected):
    found = compute_float8_scale(np.float32(amax), np.float32(3), 448.0)
    assert backend.standardize_dtype(found.dtype) == "float32"
    np.testing.assert_allclose(array(found), expected, rtol=1e-6)


def test_scales_with_a_margin_and_of_vectors():
    for margin, expected in ((2, 0.0892857164), (-1, 0.0111607146), (0.5, 0.0315672681)):
        found = compute_float8_scale(np.float32(10), np.float32(3), 448.0, margin)
        np.testing.assert_allclose(array(found), expected, rtol=1e-6)
    found = compute_float8_scale(np.array([0, 1, np.inf, 3], "float32"), np.array([1, 2, 3, 4], "float32"), 57344.0)
    np.testing.assert_allclose(array(found), [1, 1 / 57344, 3, 3 / 57344], rtol=1e-6)
    found = compute_float8_scale(ops.cast([10.0], "float16"), ops.cast([1.0], "float16"), 448.0)
    assert backend.standardize_dtype(found.dtype) == "float16"
    np.testing.assert_allclose(array(found), [10 / 448], rtol=1e-3)
    found = compute_float8_scale([1.0, 2.0], [1.0, 1.0], 448.0)
    np.testing.assert_allclose(array(found), [1 / 448, 2 / 448], rtol=1e-6)


@pytest.mark.parametrize(
    "x, history, expected",
    [
        (X, [5, 6, 7, 8], [3, 7, 8, 5]),
        (X, [5], [3]),
        (X.astype("float16"), [5, 6], [3, 5]),
        (np.float32(-3), [1, 2], [3, 1]),
        (np.array([1, -300]), [1, 2], [300, 1]),
        ([1.0, -3.0], [1, 2], [3, 1]),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_histories(x, history, expected, dtype):
    found = compute_float8_amax_history(x, np.array(history, dtype))
    assert backend.standardize_dtype(found.dtype) == dtype
    np.testing.assert_array_equal(array(found), expected)


def test_misuse_of_histories():
    for shape in ((0,), (2, 2), ()):
        with pytest.raises(ValueError, match="amax_history"):
            compute_float8_amax_history(X, np.ones(shape, "float32"))


def test_symbolic():
    x, scalar = backend.KerasTensor((None, 3)), backend.KerasTensor(())
    assert quantize_and_dequantize(x, 1.0, "float8_e4m3fn", "float16").dtype == "float16"
    assert quantize_and_dequantize(x, scalar, "float8_e4m3fn", "float16").shape == (None, 3)
    assert compute_float8_scale(scalar, scalar, 448.0).shape == ()
    assert compute_float8_amax_history(x, backend.KerasTensor((4,))).shape == (4,)


@pytest.mark.skipif(not engine.CAN_COMPILE, reason="compiles")
def test_compiled():
    def step(x, scale, history):
        history = compute_float8_amax_history(x, history)
        scale = compute_float8_scale(ops.max(history), scale, 448.0)
        return quantize_and_dequantize(x, scale, "float8_e4m3fn", "float32")

    function, _ = engine.compiled(step)
    found = function(*map(ops.convert_to_tensor, (X, np.float32(1), np.array([0, 1.0], "float32"))))
    np.testing.assert_allclose(array(found), X, rtol=0.07)
    np.testing.assert_allclose(array(found).max(), 3, rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float8_e4m3fn", "float8_e5m2"])
def test_compiled_programs_round_once_too(dtype):
    rng = np.random.default_rng(0)
    halves = 1 + np.arange(1, 16, 2) / (16 if dtype == "float8_e4m3fn" else 8)
    near = np.concatenate([halves * (1 + sign * 2.0**-14) for sign in (-1, 0, 1)])
    wide = rng.normal(size=1000) * np.exp(3 * rng.normal(size=1000))
    small = np.array([0.0, 2.0**-10, 2.0**-9, 1.5 * 2.0**-16, 1.5 * 2.0**-17])
    x = np.clip(np.concatenate([near, wide, small]), -448, 448).astype("float32")[None]

    class Rounding(layers.Layer):
        def call(self, x):
            return quantize_and_dequantize(x, ops.ones(()), dtype, "float32")

    model = models.Sequential([layers.Input((x.shape[1],)), Rounding()])
    model.compile(jit_compile="auto")
    expected = x.astype(getattr(ml_dtypes, dtype)).astype("float32")
    np.testing.assert_array_equal(model.predict(x, verbose=0), expected)
