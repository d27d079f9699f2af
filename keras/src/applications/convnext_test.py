"""The layers of ConvNeXt that files name, as Keras 3.15.1 writes them, and arguments that change its layers."""

import numpy as np
import pytest

import keras
from keras.src.applications.convnext import LayerScale, StochasticDepth


@pytest.mark.parametrize(
    "kind, config",
    [(LayerScale, {"init_values": 1e-6, "projection_dim": 3}), (StochasticDepth, {"drop_path_rate": 0.4})],
)
def test_files_may_name_the_layers(kind, config):
    names = {
        "module": "keras.src.applications.convnext",
        "class_name": kind.__name__,
        "registered_name": kind.__name__,
    }
    layer = keras.saving.deserialize_keras_object(
        {**names, "config": {"name": "a", "trainable": True, "dtype": "float32", **config}}
    )
    assert type(layer) is kind
    written = keras.saving.serialize_keras_object(layer)
    assert {key: written[key] for key in names} == names
    assert written["config"].keys() == {"name", "trainable", "dtype", *config}
    assert config.items() <= written["config"].items()


def test_channels_are_scaled():
    layer = LayerScale(0.1, 3)
    x = np.arange(12, dtype="float32").reshape(2, 2, 3)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(layer(x)), 0.1 * x, rtol=1e-6)
    layer.set_weights([np.array([1, 2, 3])])
    np.testing.assert_allclose(keras.ops.convert_to_numpy(layer(x)), x * [1, 2, 3], rtol=1e-6)


class TestStochasticDepth:
    def test_whole_samples_are_dropped_and_others_are_scaled(self):
        y = keras.ops.convert_to_numpy(StochasticDepth(0.4)(np.ones((200, 2, 3), "float32"), training=True))
        np.testing.assert_allclose(np.unique(y), [0, 1 / 0.6], rtol=1e-6)
        samples = y.reshape(200, 6)
        assert (samples.min(1) == samples.max(1)).all()
        assert 40 < (samples[:, 0] == 0).sum() < 120

    def test_nothing_is_dropped_elsewhere(self):
        x = np.ones((20, 3), "float32")
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(StochasticDepth(0.4)(x)), x)

    def test_rates_are_probabilities(self):
        with pytest.raises(ValueError, match="drop_path_rate"):
            StochasticDepth(1.5)


def _names(**arguments):
    keras.utils.clear_session()
    with keras.StatelessScope(initialize_variables=False):
        return [layer.name for layer in keras.applications.ConvNeXtTiny(weights=None, **arguments).layers]


class TestArguments:
    def test_names_of_layers_begin_with_that_of_the_model(self):
        assert _names(name="own")[1:3] == ["own_prestem_normalization", "own_stem"]
        assert _names(name=None)[-3:] == ["head_gap", "head_layernorm", "head_dense"]

    def test_colours_are_not_normalized(self):
        assert _names(include_preprocessing=False)[1] == "convnext_tiny_stem"
        with pytest.warns(UserWarning, match="channels"):
            assert _names(include_top=False, input_shape=(64, 64, 4))[1] == "convnext_tiny_stem"

    def test_features_are_normalized_after_pooling(self):
        assert _names(include_top=False, pooling="avg")[-2:] == ["global_average_pooling2d", "layer_normalization"]
        assert _names(include_top=False)[-1] == "layer_normalization"


def test_features_of_channels_first():
    keras.config.set_image_data_format("channels_first")
    try:
        with keras.StatelessScope(initialize_variables=False):
            model = keras.applications.ConvNeXtTiny(weights=None, include_top=False, input_shape=(3, 64, 96))
    finally:
        keras.config.set_image_data_format("channels_last")
    assert model.output_shape == (None, 768, 2, 3)
