"""What only TensorFlow can show of functions of JAX and SavedModels: platforms, SavedModels within SavedModels."""

import numpy as np
import pytest

from keras.src import backend, layers

if backend.backend() != "tensorflow":
    pytest.skip("needs the tensorflow backend", allow_module_level=True)

import tensorflow as tf

import keras

pytest.importorskip("jax")
X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")


def scaled(params, inputs):
    return inputs * params


def test_functions_are_compiled_for_the_platforms_that_are_named():
    x = tf.constant(X)
    for platforms in (None, ["cpu"], ["cpu", "cuda"]):
        layer = layers.JaxLayer(scaled, params=np.float32(2), native_serialization_platforms=platforms)
        np.testing.assert_allclose(layer(x), 2 * X)
    layer = layers.JaxLayer(scaled, params=np.float32(2), native_serialization_platforms=["tpu"])
    with pytest.raises(tf.errors.NotFoundError, match="TPU"):
        layer(x)


def test_sizes_that_are_not_known_are_symbols():
    def joined(inputs):
        first, second = inputs
        return first.sum(1) + second.sum(1)

    layer = layers.JaxLayer(joined)
    outputs = layer([keras.Input((None, 3)), keras.Input((None, 3))])
    assert outputs.shape == (None, 3)
    specs = [tf.TensorSpec((None, None, 3))] * 2
    function = tf.function(lambda *x: layer(list(x)), input_signature=specs)
    np.testing.assert_allclose(function(tf.ones((2, 4, 3)), tf.ones((2, 5, 3))), np.full((2, 3), 9.0))


def test_one_program_for_each_shape():
    calls = []

    def noted(inputs, training):
        calls.append((inputs.shape, training))
        return inputs + 1

    layer = layers.JaxLayer(noted)
    for training in (True, False, True, False):
        layer(tf.constant(X), training=training)
    assert sorted(set(calls)) == [((8, 3), False), ((8, 3), True)]
    before = len(calls)
    layer(tf.constant(X))
    assert len(calls) == before
    layer(tf.constant(X[:2]))
    assert calls[-1] == ((2, 3), False)


def test_functions_go_into_saved_models(tmp_path):
    model = keras.Sequential([keras.Input((3,)), layers.JaxLayer(scaled, params=np.float32(2))])
    tf.saved_model.save(model, str(tmp_path / "saved"))
    layer = layers.TFSMLayer(str(tmp_path / "saved"), call_endpoint="serving_default")
    assert [w.shape for w in layer.weights] == [()]
    (outputs,) = layer(tf.constant(X)).values()
    np.testing.assert_allclose(outputs, 2 * X)


def test_saved_models_go_into_saved_models(tmp_path):
    first = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    tf.saved_model.save(first, str(tmp_path / "first"))
    inner = layers.TFSMLayer(str(tmp_path / "first"), call_endpoint="serving_default")
    tf.saved_model.save(keras.Sequential([keras.Input((3,)), inner]), str(tmp_path / "second"))
    again = tf.saved_model.load(str(tmp_path / "second")).signatures["serving_default"]
    (outputs,) = again(tf.constant(X)).values()
    np.testing.assert_allclose(outputs, first(tf.constant(X)), rtol=1e-6)
