import numpy as np
import pytest

import keras
from keras import layers


class Doubling(layers.Layer):
    def call(self, x):
        return x * 2


def test_layers_come_back():
    layer = layers.Dense(3, activation="relu", use_bias=False, name="d")
    layer.build((None, 2))
    again = layers.deserialize(layers.serialize(layer))
    assert type(again) is layers.Dense and again is not layer
    assert (again.name, again.units, again.use_bias, again.activation) == ("d", 3, False, keras.activations.relu)
    assert again.kernel.shape == (2, 3)


def test_models_and_own_classes_come_back():
    model = keras.Sequential([keras.Input((3,)), Doubling(), layers.Dense(2)])
    config = layers.serialize(model)
    again = layers.deserialize(config, custom_objects={"Doubling": Doubling})
    assert [type(layer) for layer in again.layers] == [Doubling, layers.Dense] and again.count_params() == 8
    with pytest.raises(TypeError, match="Doubling"):
        layers.deserialize(config)


def test_classes_without_a_module_are_those_of_this_library():
    assert layers.deserialize({"class_name": "Dense", "config": {"units": 4}}).units == 4


@pytest.mark.parametrize("config", [None, "Dense", [1], {}, {"class_name": "Dense"}, {"class_name": 3, "config": {}}])
def test_what_is_no_config_is_refused(config):
    with pytest.raises(ValueError, match="class_name"):
        layers.deserialize(config)


@pytest.mark.parametrize("other", [keras.initializers.Zeros(), keras.losses.MeanSquaredError()])
def test_what_is_no_layer_is_refused(other):
    with pytest.raises(ValueError, match="no layer"):
        layers.deserialize(keras.saving.serialize_keras_object(other))


def test_lambdas_are_refused():
    config = layers.serialize(layers.Dense(2))
    config["config"]["activation"] = {"class_name": "__lambda__", "config": {"value": "AA"}}
    with pytest.raises(ValueError, match="safe_mode=False"):
        layers.deserialize(config)


def test_names_of_any_length_are_cut():
    with pytest.raises(TypeError) as refusal:
        layers.deserialize({"class_name": "X" * 5000, "config": {}})
    assert len(str(refusal.value)) < 1500


def test_arrays_come_back():
    layer = layers.Dense(1, kernel_initializer=keras.initializers.Constant(np.array([[2.0], [3.0]])))
    again = layers.deserialize(layers.serialize(layer))
    again.build((None, 2))
    assert keras.ops.convert_to_numpy(again.kernel).tolist() == [[2.0], [3.0]]
