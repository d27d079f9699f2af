"""Numbers and gradients are those of Keras 3.15.1 on PyTorch, or follow from the formula."""

import numpy as np
import pytest

from keras.src import backend, layers, models, ops
from keras.src.quantizers import fake_quant_with_min_max_vars
from keras.src.testing import engine

X = np.array([[-12, -3.3, 0], [0.4, 2.6, 9]], "float32")
BY_COLUMN = {"min_vals": [-6.0, -1.0, -2.0], "max_vals": [6.0, 3.0, 9.0]}
SIX = {"min_vals": -6.0, "max_vals": 6.0}


def array(x):
    return np.array(ops.convert_to_numpy(ops.cast(x, "float32")))


@pytest.mark.parametrize(
    "options, expected",
    [
        (SIX, [[-6.02352953, -3.29411769, 0], [0.42352942, 2.58823538, 5.97647047]]),
        ({**SIX, "num_bits": 4}, [[-6.4, -3.2, 0], [0.8, 2.4, 5.6]]),
        ({**SIX, "num_bits": 4, "narrow_range": True}, [[-6, -3.42857146, 0], [0, 2.57142854, 6]]),
        ({**SIX, "num_bits": 1}, [[0, 0, 0], [0, 0, 12]]),
        ({**SIX, "num_bits": 2}, [[-8, -4, 0], [0, 4, 4]]),
        ({**SIX, "num_bits": 16}, [[-6.00009155, -3.29997706, 0], [0.40009159, 2.59995413, 5.99990845]]),
        ({**SIX, "num_bits": 32}, [[-6, -3.3, 0], [0.4, 2.6, 6]]),
        (
            {"min_vals": -1.0, "max_vals": 5.0, "num_bits": 3},
            [[-0.85714287, -0.85714287, 0], [0, 2.57142854, 5.14285707]],
        ),
        ({"min_vals": 1.0, "max_vals": 5.0, "num_bits": 3}, [[0, 0, 0], [0.5714286, 2.85714293, 4]]),
        ({"min_vals": -5.0, "max_vals": -1.0, "num_bits": 3}, [[-4, -3.4285717, 0], [0, 0, 0]]),
        ({**BY_COLUMN, "axis": 1}, [[-6.02352953, -1.00392163, 0], [0.42352942, 2.60392165, 9.01568699]]),
        ({**BY_COLUMN, "axis": -1, "num_bits": 4}, [[-6.4, -1.06666672, 0], [0.8, 2.66666675, 8.8]]),
        (BY_COLUMN, [[-6.02352953, -1.00392163, 0], [0.42352942, 2.60392165, 9.01568699]]),
        # The reference broadcasts along the last axis whatever `axis` says.
        (
            {"min_vals": [-6.0, -1.0], "max_vals": [6.0, 3.0], "axis": 0},
            [[-6.02352953, -3.29411769, 0], [0.40784314, 2.60392165, 2.9960785]],
        ),
        (
            {"min_vals": [-6.0], "max_vals": 6.0, "axis": 1},
            [[-6.02352953, -3.29411769, 0], [0.42352942, 2.58823538, 5.97647047]],
        ),
        # The reference gives NaN.
        ({"min_vals": 0.0, "max_vals": 0.0}, np.zeros((2, 3))),
        ({"min_vals": 3.0, "max_vals": 1.0}, np.zeros((2, 3))),
    ],
)
def test_against_the_reference(options, expected):
    found = fake_quant_with_min_max_vars(X, **options)
    assert backend.standardize_dtype(found.dtype) == "float32"
    np.testing.assert_allclose(array(found), expected, rtol=2e-6, atol=1e-7)


def test_halves_are_rounded_up():
    halves = np.array([0.5, 1.5, 2.5, 3.5, -0.5, -1.5, -2.5], "float32")
    np.testing.assert_array_equal(array(fake_quant_with_min_max_vars(halves, -3.0, 12.0, 4)), [1, 2, 3, 4, 0, -1, -2])


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64", "int32"])
def test_dtypes(dtype):
    x = ops.cast(X, dtype)
    found = fake_quant_with_min_max_vars(x, -6.0, 6.0, num_bits=4)
    assert found.dtype == x.dtype
    expected = [[-6, -3, 0], [0, 2, 5]] if dtype == "int32" else [[-6.4, -3.2, 0], [0.8, 2.4, 5.6]]
    if dtype == "float16":  # 0.4 is below the half there.
        expected[1][0] = 0
    np.testing.assert_allclose(array(found), expected, rtol=5e-3)


WEIGHTS = np.arange(1.0, 7.0, dtype="float32").reshape(2, 3)


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="gradients")
@pytest.mark.parametrize(
    "options, low, high, of_x, of_low, of_high",
    [
        ({}, -6.0, 6.0, [[0, 2, 3], [4, 5, 0]], 1, 6),
        ({"num_bits": 4, "narrow_range": True}, -6.0, 6.0, [[0, 2, 3], [4, 5, 0]], 1, 6),
        ({}, -1.0, 2.6, [[0, 0, 3], [4, 0, 0]], 3, 11),
        # Zero is the end of the range here: the reference counts it twice, inside and below.
        ({}, 1.0, 5.0, [[0, 0, 3], [4, 5, 0]], 3, 6),
        ({}, 0.0, 0.0, np.zeros((2, 3)), 0, 0),
        ({"axis": 1}, [-6.0, -1.0, -2.0], [6.0, 3.0, 9.0], [[0, 0, 3], [4, 5, 6]], [1, 2, 0], [0, 0, 0]),
        ({"axis": 1}, [-6.0, 0.0, 0.0], [6.0, 0.0, 0.0], [[0, 0, 0], [4, 0, 0]], [1, 0, 0], [0, 0, 0]),
        ({"axis": 0}, [-6.0, -1.0], [6.0, 3.0], [[0, 2, 3], [4, 5, 0]], [1, 0], [0, 6]),
        ({}, [-6.0], [6.0], [[0, 2, 3], [4, 5, 0]], [1], [6]),
    ],
)
def test_gradients(options, low, high, of_x, of_low, of_high):
    def loss(x, low, high):
        return ops.sum(ops.multiply(fake_quant_with_min_max_vars(x, low, high, **options), WEIGHTS))

    arguments = [ops.convert_to_tensor(np.array(x, "float32")) for x in (X, low, high)]
    found = engine.gradients(loss, arguments)
    for gradient, expected in zip(found, (of_x, of_low, of_high)):
        np.testing.assert_allclose(array(gradient), expected)


class Rounded(layers.Layer):
    """Rounds its inputs to four bits in a range that is trained."""

    def build(self, input_shape):
        self.low = self.add_weight(shape=(), initializer="zeros", name="low")
        self.high = self.add_weight(shape=(), initializer="ones", name="high")

    def call(self, x):
        return fake_quant_with_min_max_vars(x, self.low, self.high, num_bits=4)


def test_within_models():
    inputs = layers.Input((3,))
    layer = Rounded()
    model = models.Model(inputs, layer(inputs))
    ends = model.predict(X, verbose=0)
    np.testing.assert_allclose(ends, [[0, 0, 0], [0.4, 1, 1]], atol=1e-6)
    outputs = fake_quant_with_min_max_vars(inputs, -6.0, 6.0, num_bits=4)
    functional = models.Model(inputs, outputs)
    np.testing.assert_allclose(functional.predict(X, verbose=0), [[-6.4, -3.2, 0], [0.8, 2.4, 5.6]], rtol=1e-6)


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="training")
def test_training_widens_the_range():
    layer = Rounded()
    model = models.Sequential([layers.Input((3,)), layer])
    model.compile("sgd", "mse")
    model.fit(X, X, epochs=10, verbose=0)
    assert array(layer.low) < -0.1
    assert array(layer.high) > 1.1


def test_symbolic():
    x, ends = backend.KerasTensor((None, 3), "float16"), backend.KerasTensor((3,))
    found = fake_quant_with_min_max_vars(x, ends, ends, axis=1)
    assert (found.shape, found.dtype) == ((None, 3), "float16")


@pytest.mark.parametrize("bits", [0, 33, 8.5, "8"])
def test_misuse_of_bits(bits):
    with pytest.raises(ValueError, match="num_bits"):
        fake_quant_with_min_max_vars(X, -6.0, 6.0, num_bits=bits)


def test_misuse_of_axes():
    with pytest.raises(ValueError, match="axis"):
        fake_quant_with_min_max_vars(X, -6.0, 6.0, axis=7)
    with pytest.raises(ValueError, match="`max_vals` must be a scalar or have one value for each of the 3 places"):
        fake_quant_with_min_max_vars(X, [-6.0, -1.0, 0.0], [6.0, 3.0], axis=1)
