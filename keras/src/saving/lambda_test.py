"""Lambdas in files: written with a warning, refused unless the reader trusts the file."""

import numpy as np
import pytest

import keras
from keras import layers

X = np.array([[1.0, -2.0, 3.0]], "float32")


def dense():
    return keras.Sequential([keras.Input((3,)), layers.Dense(2, activation=lambda x: x * x)])


def activation():
    inputs = keras.Input((3,))
    return keras.Model(inputs, layers.Activation(lambda x: x + 1.0)(inputs))


def cell():
    recurrent = layers.SimpleRNN(2, activation=lambda x: 0.5 * x)
    return keras.Sequential([keras.Input((3,)), layers.Reshape((3, 1)), layers.Bidirectional(recurrent)])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("make", [dense, activation, cell])
@pytest.mark.parametrize("name", ["m.keras", "m.h5", "m"])
def test_lambda_activations_load_where_they_are_trusted(make, name, tmp_path):
    model = make()
    saving = {"zipped": False} if "." not in name else {}
    model.save(tmp_path / name, **saving)
    with pytest.raises(ValueError, match="safe_mode=False"):
        keras.models.load_model(tmp_path / name)
    loaded = keras.models.load_model(tmp_path / name, safe_mode=False)
    expected = model.predict(X, verbose=0)
    np.testing.assert_allclose(loaded.predict(X, verbose=0), expected, rtol=1e-6)
    assert np.abs(expected).max() > 0


@pytest.mark.filterwarnings("ignore")
def test_saving_a_lambda_warns(tmp_path):
    with pytest.warns(UserWarning, match="lambda"):
        dense().save(tmp_path / "m.keras")
