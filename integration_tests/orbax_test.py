"""Checkpoints of Orbax that Keras 3.15.1 wrote are read on every engine; `fixtures/README.md` says what they hold."""

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

import keras
from keras import layers
from keras.src.utils.module_utils import LazyModule

FOLDER = Path(__file__).parent / "fixtures"

pytestmark = pytest.mark.skipif(
    not LazyModule("orbax.checkpoint").available, reason="`orbax-checkpoint` is not installed"
)


@keras.saving.register_keras_serializable("orbax")
class WithAssets(layers.Layer):
    def call(self, x):
        return x

    def load_assets(self, folder):
        parts = ("a.txt", os.path.join("sub", "b.bin"))
        self.found = [Path(folder, part).read_bytes() for part in parts]


@pytest.fixture(params=["sequential", "functional"])
def checkpoint(request, tmp_path):
    with zipfile.ZipFile(FOLDER / f"orbax_{request.param}.zip") as file:
        file.extractall(tmp_path / "checkpoints")
    with np.load(FOLDER / f"orbax_{request.param}.npz") as file:
        return tmp_path / "checkpoints", dict(file), request.param


def made(kind):
    """The model of a fixture, as somebody else would make it."""
    if kind == "functional":
        inputs = keras.Input((4,))
        x = layers.Dropout(0.2)(layers.Dense(3, activation="relu")(inputs))
        return keras.Model(inputs, layers.Dense(1)(x))
    dense = layers.Dense(3, activation="tanh", name="dense")
    inner = keras.Sequential([dense, layers.BatchNormalization(name="norm")], name="inner")
    other = keras.Sequential([layers.Dense(2, name="dense"), layers.Dropout(0.2, name="drop")], name="other")
    return keras.Sequential([keras.Input((4,)), inner, other, layers.Dense(1, name="out")], name="outer")


def part(expected, kind):
    return [value for name, value in expected.items() if name.startswith(f"{kind}:")]


def assert_same(variables, values):
    assert len(variables) == len(values)
    for variable, value in zip(variables, values):
        np.testing.assert_allclose(keras.ops.convert_to_numpy(variable), value, rtol=1e-6, err_msg=variable.path)


def test_a_model(checkpoint):
    folder, expected, kind = checkpoint
    model = keras.saving.load_model(folder)
    assert_same(model.weights, part(expected, "weight"))
    assert_same(model.optimizer.variables, part(expected, "optimizer"))
    np.testing.assert_allclose(model.predict(expected["x"], verbose=0), expected["prediction"], rtol=1e-4, atol=1e-5)
    if kind == "sequential":
        assert model.get_layer("with_assets").found == [b"hello", b"\0\1\2"]


def test_a_model_that_is_not_compiled(checkpoint):
    folder, expected, _ = checkpoint
    model = keras.saving.load_model(folder, compile=False)
    assert not model.compiled
    assert_same(model.weights, part(expected, "weight"))


def test_weights(checkpoint):
    folder, expected, kind = checkpoint
    model = made(kind)
    model.load_weights(folder)
    assert_same(model.weights, part(expected, "weight"))
