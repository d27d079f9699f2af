"""Layers of `tf.keras` alone."""

import numpy as np
import pytest

from keras.src import layers, models, ops, saving
from keras.src.legacy.layers import AlphaDropout, RandomHeight, RandomWidth, ThresholdedReLU
from keras.src.saving.saving_api import load_model

IMAGES = np.random.default_rng(0).random((2, 10, 8, 3)).astype("float32")


def array(x):
    return ops.convert_to_numpy(x)


@pytest.mark.parametrize("layer", [AlphaDropout(0.5), ThresholdedReLU(0.5), RandomHeight(0.2), RandomWidth((0.1, 0.2))])
def test_configs_and_files(layer, tmp_path):
    config = saving.serialize_keras_object(layer)
    assert config["module"] == "keras._legacy.layers"
    again = saving.deserialize_keras_object(config)
    assert type(again) is type(layer) and again.get_config() == layer.get_config()
    model = models.Sequential([layers.Input((10, 8, 3)), again])
    model.save(tmp_path / "model.keras")
    assert type(load_model(tmp_path / "model.keras").layers[-1]) is type(layer)


def test_alpha_dropout():
    dropped = array(AlphaDropout(0.5, seed=1)(np.ones((200, 5), "float32"), training=True))
    assert np.allclose(np.unique(dropped), [-0.7791938, 1.6655989], atol=1e-6)
    rows = array(AlphaDropout(0.5, noise_shape=(200, 1), seed=1)(np.ones((200, 5), "float32"), training=True))
    assert (rows == rows[:, :1]).all()
    assert set(AlphaDropout(0.5).get_config()) == {"name", "trainable", "dtype", "rate", "seed"}
    assert AlphaDropout(0.5, noise_shape=(2, 1)).get_config()["noise_shape"] == (2, 1)


def test_thresholded_relu():
    x = np.array([-2.0, 0.5, 1.0, 1.5], "float32")
    assert np.array_equal(array(ThresholdedReLU()(x)), [0, 0, 0, 1.5])
    assert np.array_equal(array(ThresholdedReLU(0.4)(x)), [0, 0.5, 1.0, 1.5])
    for theta, message in ((None, "cannot be None"), (-1, "should be >=0")):
        with pytest.raises(ValueError, match=message):
            ThresholdedReLU(theta)


@pytest.mark.parametrize("cls, axis", [(RandomHeight, 1), (RandomWidth, 2)])
class TestSizes:
    def test_the_size_is_drawn(self, cls, axis):
        for factor, sizes in ((0.5, range(4, 16)), ((0.5, 0.5), {8: [12], 10: [15]}[IMAGES.shape[axis]])):
            layer = cls(factor, seed=3)
            drawn = [layer(IMAGES, training=True).shape for _ in range(8)]
            assert {shape[axis] for shape in drawn} <= set(sizes)
            assert all(shape[3 - axis] == IMAGES.shape[3 - axis] for shape in drawn)
            assert len(set(drawn)) > 1 or factor != 0.5
        assert np.array_equal(array(layer(IMAGES, training=False)), IMAGES)
        assert len(layer(IMAGES[0], training=True).shape) == 3

    def test_pixels_are_those_of_a_resize(self, cls, axis):
        size = tuple(2 * n if i == axis else n for i, n in enumerate(IMAGES.shape))[1:3]
        for interpolation in ("bilinear", "nearest"):
            expected = ops.image.resize(IMAGES, size, interpolation=interpolation, data_format="channels_last")
            layer = cls((1.0, 1.0), interpolation=interpolation)
            assert np.allclose(array(layer(IMAGES, training=True)), array(expected))

    def test_in_a_model(self, cls, axis):
        inputs = layers.Input((10, 8, 3))
        outputs = cls((0.5, 0.5))(inputs)
        assert outputs.shape == tuple(None if i == axis else n for i, n in enumerate((None, 10, 8, 3)))
        model = models.Model(inputs, layers.GlobalAveragePooling2D()(outputs))
        assert model.predict(IMAGES, verbose=0).shape == (2, 3)
        assert model(IMAGES, training=True).shape == (2, 3)

    @pytest.mark.parametrize("factor", [-0.3, (0.5, 0.2), (-1.5, 0), 1.5])
    def test_intervals_that_are_none(self, cls, axis, factor):
        with pytest.raises(ValueError, match="`factor` argument"):
            cls(factor)

    def test_in_pipelines_of_tensorflow(self, cls, axis):
        tf = pytest.importorskip("tensorflow")
        layer = cls((0.5, 0.5))
        dataset = tf.data.Dataset.from_tensor_slices(IMAGES).batch(2).map(lambda x: layer(x, training=True))
        assert next(iter(dataset)).shape == layer(IMAGES, training=True).shape


@pytest.mark.parametrize("cls", [RandomHeight, RandomWidth])
def test_a_size_is_never_none_at_all(cls):
    layer = cls((-1.0, -0.9), seed=1)
    sizes = {tuple(layer(np.ones((1, 4, 4, 3), "float32"), training=True).shape[1:3]) for _ in range(5)}
    assert sizes == {(1, 4) if cls is RandomHeight else (4, 1)}
