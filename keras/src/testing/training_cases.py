"""Models and data of the tests of training, with weights that are always the same."""

import numpy as np
import pytest

import keras
from keras import layers
from keras.src import backend

trains = pytest.mark.xfail(
    not backend.CAN_TRAIN, raises=NotImplementedError, strict=True, reason="this engine computes no gradients"
)
RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 4)).astype("float32")
LABELS = RNG.integers(0, 3, 50)
Y = RNG.normal(size=(50, 1)).astype("float32")
SAMPLE_WEIGHT = RNG.uniform(0.2, 2, 50).astype("float32")
WEIGHTS = [(RNG.normal(size=s) * 0.5).astype("float32") for s in [(4, 5), (5,), (5, 3), (3,)]]
FIT = {"batch_size": 16, "epochs": 2, "shuffle": False, "verbose": 0}
CLASS_WEIGHT = {0: 1.0, 1: 3.0, 2: 0.5}


def classifier(**compile_arguments):
    model = keras.Sequential(
        [layers.Input((4,)), layers.Dense(5, activation="tanh"), layers.Dense(3, activation="softmax")]
    )
    model.set_weights(WEIGHTS)
    model.compile(
        **{
            "optimizer": keras.optimizers.SGD(0.5),
            "loss": "sparse_categorical_crossentropy",
            "metrics": ["accuracy"],
            **compile_arguments,
        }
    )
    return model


def two_outputs(nest=lambda a, b: {"a": a, "b": b}):
    inputs = layers.Input((4,))
    hidden = layers.Dense(5, activation="tanh", name="h")(inputs)
    a = layers.Dense(3, activation="softmax", name="a")(hidden)
    b = layers.Dense(1, name="b")(hidden)
    model = keras.Model(inputs, nest(a, b))
    model.get_layer("h").set_weights(WEIGHTS[:2])
    model.get_layer("a").set_weights(WEIGHTS[2:])
    model.get_layer("b").set_weights([WEIGHTS[2][:, :1], WEIGHTS[3][:1]])
    return model


def size_of(model):
    return sum(float(np.abs(w).sum()) for w in model.get_weights())


def assert_history(history, expected):
    assert list(history.history) == sorted(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(history.history[name], values, atol=3e-5, err_msg=name)
