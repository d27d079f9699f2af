"""Models whose output is a list of one."""

import numpy as np
import pytest

import keras
from keras.src import backend, layers, models

A = np.ones((4, 3), "float32")


@pytest.mark.parametrize("container", [list, tuple])
def test_calls_on_tensors_give_the_output_alone(container):
    x = layers.Input((3,))
    y = layers.Dense(2)(x)
    model = models.Model([x], container([y]))
    assert backend.is_tensor(model(A)) and model(A).shape == (4, 2)
    found = model.predict(A, verbose=0)
    assert isinstance(found, np.ndarray) and found.shape == (4, 2)
    assert isinstance(model.predict_on_batch(A), np.ndarray)
    assert models.Model(x, model(x)).predict(A, verbose=0).shape == (4, 2)


def test_symbolic_calls_give_the_list():
    x = layers.Input((3,))
    model = models.Model(x, [layers.Dense(2)(x)])
    assert isinstance(model.output, list) and isinstance(model(x), list)
    assert model.get_config()["output_layers"] == [[model.layers[-1].name, 0, 0]]
    outer = models.Model(x, layers.Dense(1)(model(x)[0]))
    assert outer(A).shape == (4, 1)


def test_after_a_file(tmp_path):
    x = layers.Input((3,))
    model = models.Model(x, [layers.Dense(2)(x)])
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(loaded.predict(A, verbose=0), model.predict(A, verbose=0), rtol=1e-6)


@pytest.mark.skipif(not backend.CAN_TRAIN, reason="The engine does not train.")
def test_trained_on_a_list_of_targets():
    x = layers.Input((3,))
    model = models.Model(x, [layers.Dense(2)(x)])
    model.compile("sgd", ["mse"], metrics=["mae"])
    targets = np.ones((4, 2), "float32")
    assert set(model.fit(A, [targets], verbose=0).history) == {"loss", "mae"}
    np.testing.assert_allclose(
        model.evaluate(A, [targets], verbose=0), model.evaluate(A, targets, verbose=0), rtol=1e-6
    )
