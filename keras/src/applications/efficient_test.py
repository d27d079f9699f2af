"""EfficientNets: what is done to images first, and how they are padded; the expected values are those of Keras 3.15.1."""

import numpy as np
import pytest

import keras
from keras.src.applications import published
from keras.src.backend.common.stateless_scope import take_uninitialized_variables

SMALLEST = ("EfficientNetB0", "EfficientNetV2B0")


@pytest.fixture
def make():
    """Makes networks without values, which costs no memory."""

    def made(name, **arguments):
        keras.utils.clear_session()
        with keras.StatelessScope(initialize_variables=False):
            return getattr(keras.applications, name)(weights=None, **arguments)

    yield made
    take_uninitialized_variables()


def kinds(model, count):
    return [type(layer).__name__ for layer in model.layers[1 : count + 1]]


class TestPreprocessing:
    @pytest.mark.parametrize("name", ["EfficientNetV2B0", "EfficientNetV2S"])
    def test_without(self, make, name):
        assert kinds(make(name, include_preprocessing=False), 1) == ["Conv2D"]

    @pytest.mark.parametrize("name", ["EfficientNetV2B0", "EfficientNetV2S"])
    def test_one_channel(self, make, name):
        model = make(name, input_shape=(64, 64, 1))
        assert kinds(model, 2) == ["Rescaling", "Conv2D"]
        assert (model.layers[1].scale, model.layers[1].offset) == (1 / 128, -1)

    @pytest.mark.parametrize("form", ["channels_last", "channels_first"])
    def test_basic_networks_take_the_statistics_of_imagenet(self, make, form):
        keras.config.set_image_data_format(form)
        try:
            model = make("EfficientNetV2B0", include_top=False)
            first = keras.Model(model.inputs, model.layers[2].output)
            pixels = np.array([0, 51, 255], "float32").reshape(
                (1, 1, 1, 3) if form == "channels_last" else (1, 3, 1, 1)
            )
            found = first.predict(pixels, verbose=0).ravel()
        finally:
            keras.config.set_image_data_format("channels_last")
        np.testing.assert_allclose(found, [-0.485 / 0.229, (0.2 - 0.456) / 0.224, (1 - 0.406) / 0.225], rtol=1e-5)


@pytest.mark.parametrize("include_top, ending", [(True, ".h5"), (False, "_notop.h5")])
def test_published_weights(monkeypatch, include_top, ending):
    paths = []
    monkeypatch.setattr(published, "_fetch", lambda path, *rest: path)
    monkeypatch.setattr(keras.Model, "load_weights", lambda self, path: paths.append(path))
    models = [getattr(keras.applications, name)(include_top=include_top) for name in SMALLEST]
    starts = ("keras-applications/efficientnetb0", "tensorflow/keras-applications/efficientnet_v2/efficientnetv2-b0")
    assert paths == [start + ending for start in starts]
    assert kinds(models[0], 4) == ["Rescaling", "Normalization", "Rescaling", "ZeroPadding2D"]
    np.testing.assert_allclose(models[0].layers[3].scale, [2.08969190, 2.11288564, 2.10818511], rtol=1e-8)
    assert kinds(models[1], 3) == ["Rescaling", "Normalization", "Conv2D"]


@pytest.mark.parametrize("form, shape", [("channels_last", (65, 64, 3)), ("channels_first", (3, 65, 64))])
def test_odd_sizes_are_padded_on_both_sides(make, form, shape):
    keras.config.set_image_data_format(form)
    try:
        model = make("EfficientNetB0", input_shape=shape)
    finally:
        keras.config.set_image_data_format("channels_last")
    small, large = ((1, 1), (0, 1)), ((2, 2), (1, 2))
    expected = {"stem_conv": small, "block2a_dwconv": small, "block3a_dwconv": large, "block4a_dwconv": small}
    assert {name: model.get_layer(f"{name}_pad").padding for name in expected} == expected


@pytest.mark.parametrize(
    "name, block, rate",
    [
        ("EfficientNetB0", "2b", 0.025),
        ("EfficientNetB7", "1b", 0.0036363636363636364),
        ("EfficientNetV2B0", "6h", 0.19047619047619047),
        ("EfficientNetV2B3", "6l", 0.29523809523809524),
        ("EfficientNetV2L", "7g", 0.19746835443037977),
    ],
)
def test_more_is_dropped_from_later_blocks(make, name, block, rate):
    layer = make(name, include_top=False).get_layer(f"block{block}_drop")
    assert layer.rate == pytest.approx(rate, rel=1e-12) and layer.noise_shape == (None, 1, 1, 1)
    half = layer.from_config({**layer.get_config(), "rate": 0.5})
    found = keras.ops.convert_to_numpy(half(np.ones((100, 2, 2, 3), "float32"), training=True)).reshape(100, -1)
    assert np.all(found == found[:, :1]) and set(found[:, 0]) == {0, 2}  # whole images


@pytest.mark.parametrize("name, least", [("EfficientNetB3", 32), ("EfficientNetV2M", 32)])
def test_least_size(make, name, least):
    make(name, input_shape=(least, least, 3))
    with pytest.raises(ValueError, match=f"at least {least}x{least}"):
        make(name, input_shape=(least, least - 1, 3))


@pytest.mark.parametrize("name, rate", [("EfficientNetB1", 0.2), ("EfficientNetB5", 0.4), ("EfficientNetV2B3", 0.2)])
def test_head(make, name, rate):
    model = make(name, classes=7, classifier_activation=None)
    assert model.get_layer("top_dropout").rate == rate and model.output_shape == (None, 7)
    assert model.layers[-1].activation is keras.activations.linear
    assert make(name, include_top=False, pooling="max").layers[-1].name == "max_pool"
