import inspect
import math

import numpy as np
import pytest
import scipy.special

from keras.src import activations, backend, ops
from keras.src.activations import MEMBERS
from keras.src.backend.common.keras_tensor import KerasTensor

X = np.array([-3.5, -1.0, -0.2, 0.0, 0.3, 1.0, 2.5, 7.0], "float32")
SIGMOID = scipy.special.expit(X)
SOFTPLUS = np.log1p(np.exp(X))
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772

# name, arguments, values at X by SciPy and NumPy
VALUES = [
    ("celu", {"alpha": 2.0}, np.where(X > 0, X, 2 * np.expm1(X / 2))),
    ("elu", {"alpha": 0.5}, np.where(X > 0, X, 0.5 * np.expm1(X))),
    ("exponential", {}, np.exp(X)),
    ("gelu", {}, X * scipy.special.ndtr(X)),
    ("gelu", {"approximate": True}, 0.5 * X * (1 + np.tanh(math.sqrt(2 / math.pi) * (X + 0.044715 * X**3)))),
    ("glu", {}, X[:4] * SIGMOID[4:]),
    ("hard_shrink", {}, np.where(np.abs(X) > 0.5, X, 0)),
    ("hard_sigmoid", {}, np.clip(X / 6 + 0.5, 0, 1)),
    ("hard_silu", {}, X * np.clip(X / 6 + 0.5, 0, 1)),
    ("hard_tanh", {}, np.clip(X, -1, 1)),
    ("leaky_relu", {}, np.where(X > 0, X, 0.2 * X)),
    ("linear", {}, X),
    ("log_sigmoid", {}, np.log(SIGMOID)),
    ("log_softmax", {}, scipy.special.log_softmax(X)),
    ("mish", {}, X * np.tanh(SOFTPLUS)),
    ("relu", {}, np.maximum(X, 0)),
    ("relu", {"negative_slope": 0.1, "max_value": 2.0}, np.minimum(np.where(X > 0, X, 0.1 * X), 2)),
    ("relu", {"threshold": 0.5, "negative_slope": 0.1}, np.where(X > 0.5, X, 0.1 * (X - 0.5))),
    ("relu", {"threshold": -1.0}, np.where(X > -1, X, 0)),
    ("relu6", {}, np.clip(X, 0, 6)),
    ("selu", {}, SELU_SCALE * np.where(X > 0, X, SELU_ALPHA * np.expm1(X))),
    ("sigmoid", {}, SIGMOID),
    ("silu", {}, X * SIGMOID),
    ("soft_shrink", {}, np.sign(X) * np.maximum(np.abs(X) - 0.5, 0)),
    ("softmax", {}, scipy.special.softmax(X)),
    ("softplus", {}, SOFTPLUS),
    ("softsign", {}, X / (1 + np.abs(X))),
    ("sparse_plus", {}, np.where(X <= -1, 0, np.where(X < 1, (X + 1) ** 2 / 4, X))),
    ("sparse_sigmoid", {}, np.clip((X + 1) / 2, 0, 1)),
    ("sparsemax", {}, np.array([0, 0, 0, 0, 0, 0, 0, 1.0])),
    ("squareplus", {}, (X + np.sqrt(X**2 + 4)) / 2),
    ("tanh", {}, np.tanh(X)),
    ("tanh_shrink", {}, X - np.tanh(X)),
    ("threshold", {"threshold": 0.5, "default_value": 9.0}, np.where(X > 0.5, X, 9)),
]


@pytest.mark.parametrize("name, arguments, expected", VALUES)
class TestEachActivation:
    def test_values(self, name, arguments, expected):
        result = getattr(activations, name)(backend.convert_to_tensor(X), **arguments)
        np.testing.assert_allclose(backend.convert_to_numpy(result), expected, rtol=1e-5, atol=1e-5)

    def test_symbolic_form(self, name, arguments, expected):
        result = getattr(activations, name)(KerasTensor((None, 3, 8), "float32"), **arguments)
        assert result.shape == ((None, 3, 4) if name == "glu" else (None, 3, 8)) and result.dtype == "float32"


def test_every_activation_is_in_the_table():
    assert {f.__name__ for f in MEMBERS} == {name for name, _, _ in VALUES}


@pytest.mark.parametrize("function", MEMBERS, ids=lambda f: f.__name__)
def test_names_and_configs(function):
    assert activations.get(function.__name__) is function
    assert activations.serialize(function) == function.__name__
    assert activations.deserialize(activations.serialize(function)) is function
    same = getattr(ops, function.__name__, None)
    if inspect.isfunction(same):
        assert activations.serialize(same) == function.__name__


def test_get():
    assert activations.get(None) is activations.linear
    assert activations.get("swish") is activations.silu and activations.get("hard_swish") is activations.hard_silu
    assert activations.get(ops.tanh) is ops.tanh
    config = {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "function"}
    assert activations.get(config) is activations.relu
    for bad in ("ReLU", "max", "get", 3):
        with pytest.raises(ValueError, match="activation function"):
            activations.get(bad)
    with pytest.raises(ValueError, match="Did you mean 'relu'"):
        activations.get("rely")


def test_softmax_over_several_axes():
    x = np.arange(8, dtype="float32").reshape(2, 2, 2)
    result = backend.convert_to_numpy(activations.softmax(backend.convert_to_tensor(x), axis=(1, 2)))
    np.testing.assert_allclose(result, scipy.special.softmax(x, axis=(1, 2)), rtol=1e-5)


def test_logits_are_remembered():
    x = KerasTensor((None, 3), "float32")
    assert activations.softmax(x)._keras_logits is x
    assert activations.sigmoid(x)._keras_logits is x


def test_relu_in_a_graph():
    operation = activations.relu(KerasTensor((None, 3)), negative_slope=0.1)._keras_history.operation
    assert type(operation).__module__ == "keras.src.activations.activations"
    config = operation.get_config()
    assert {k: v for k, v in config.items() if k != "name"} == {
        "negative_slope": 0.1,
        "max_value": None,
        "threshold": 0.0,
    }
    again = type(operation).from_config(config)
    np.testing.assert_allclose(
        backend.convert_to_numpy(again(backend.convert_to_tensor(X))), np.where(X > 0, X, 0.1 * X)
    )
