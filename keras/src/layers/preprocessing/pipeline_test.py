"""Pipeline."""

import numpy as np
import pytest

import keras
from keras.src import layers, models, ops
from keras.src.saving import deserialize_keras_object, serialize_keras_object

IMAGES = np.random.default_rng(0).uniform(0, 255, size=(4, 6, 8, 3)).astype("float32")


def array(x):
    return np.array(ops.convert_to_numpy(x))


def pipeline():
    return layers.Pipeline([layers.RandomBrightness((0.2, 0.2)), layers.CenterCrop(4, 4), layers.Rescaling(1 / 255)])


def expected(images=IMAGES, training=True):
    return np.clip(images + 51 * training, 0, 255)[:, 1:5, 2:6] / 255


@pytest.mark.parametrize("training", [True, False])
def test_one_after_the_other(training):
    layer = pipeline()
    np.testing.assert_allclose(array(layer(IMAGES, training=training)), expected(training=training), rtol=1e-5)
    assert layer.compute_output_shape((None, 6, 8, 3)) == (None, 4, 4, 3)
    assert [type(x).__name__ for x in layer.layers] == ["RandomBrightness", "CenterCrop", "Rescaling"]


def test_in_models_and_after_reload(tmp_path):
    inputs = keras.Input((6, 8, 3))
    model = models.Model(inputs, layers.GlobalAveragePooling2D()(pipeline()(inputs)))
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    for found in (model, again):
        np.testing.assert_allclose(found.predict(IMAGES, verbose=0), expected(training=False).mean((1, 2)), rtol=1e-5)
        np.testing.assert_allclose(array(found(IMAGES, training=True)), expected().mean((1, 2)), rtol=1e-5)


def test_dicts_masks_weights_and_configs():
    data = {"images": IMAGES, "labels": np.arange(4)}
    found = layers.Pipeline([layers.RandomBrightness((0.2, 0.2)), layers.CenterCrop(4, 4)])(data)
    np.testing.assert_allclose(array(found["images"]), expected() * 255, rtol=1e-5)
    np.testing.assert_array_equal(array(found["labels"]), np.arange(4))
    dense = layers.Pipeline([layers.Dense(2, name="d")], name="p")
    assert array(dense(np.ones((2, 3), "float32"))).shape == (2, 2) and len(dense.weights) == 2
    config = dense.get_config()
    assert set(config) == {"layers", "name"} and config["name"] == "p"
    again = deserialize_keras_object(serialize_keras_object(dense))
    assert again.layers[0].name == "d" and again.get_config() == config
    np.testing.assert_array_equal(array(layers.Pipeline([])(IMAGES)), IMAGES)


def test_the_mask_of_the_inputs_reaches_the_layers():
    x = layers.Masking(0.0)(np.array([[[1.0], [0.0]]], "float32"))
    found = array(layers.Pipeline([layers.ReLU(), layers.GlobalAveragePooling1D()])(x))
    np.testing.assert_allclose(found, [[1.0]], atol=1e-6)


def test_in_pipelines_of_tensorflow():
    tf = pytest.importorskip("tensorflow")
    dataset = tf.data.Dataset.from_tensor_slices(IMAGES)
    for found in (dataset.batch(2).map(pipeline()), dataset.map(pipeline()).batch(2)):
        np.testing.assert_allclose(np.concatenate(list(found.as_numpy_iterator())), expected(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("wrong", [layers.Dense(2), [1], [np.tanh], None, "x"])
def test_mistakes(wrong):
    with pytest.raises(ValueError, match="layers"):
        layers.Pipeline(wrong)
