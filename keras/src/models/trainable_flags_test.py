"""Which layers train survives every way to copy or store a model."""

import copy
import pickle

import numpy as np
import pytest

import keras
from keras import layers


def partly_frozen():
    inputs = keras.Input((4,))
    x = layers.Dense(3, name="a", trainable=False)(inputs)
    inner = [keras.Input((3,)), layers.Dense(3, name="s1", trainable=False), layers.Dense(3, name="s2")]
    x = keras.Sequential(inner, name="stack")(x)
    start = keras.Input((3,))
    end = layers.Dense(2, name="f2")(layers.Dense(2, name="f1", trainable=False)(start))
    return keras.Model(inputs, layers.Dense(1, name="z")(keras.Model(start, end, name="graph")(x)))


def frozen():
    model = partly_frozen()
    model.trainable = False
    return model


def frozen_but_the_head():
    model = frozen()
    model.get_layer("z").trainable = True
    return model


def with_a_frozen_stack():
    model = partly_frozen()
    model.get_layer("stack").trainable = False
    return model


def stack():
    return keras.Sequential([keras.Input((4,)), layers.Dense(3, trainable=False), layers.Dense(1)])


def wrapped():
    sequence = [keras.Input((5, 4)), layers.TimeDistributed(layers.Dense(2, trainable=False))]
    both = layers.Bidirectional(layers.LSTM(2))
    model = keras.Sequential([*sequence, both, layers.Dense(1)])
    both.forward_layer.trainable = False
    return model


def by_file(suffix):
    def copied(model, folder):
        model.save(folder / f"model{suffix}")
        return keras.models.load_model(folder / f"model{suffix}", compile=False)

    return copied


ROADS = {
    "json": lambda model, folder: keras.models.model_from_json(model.to_json()),
    "config": lambda model, folder: type(model).from_config(model.get_config()),
    "deepcopy": lambda model, folder: copy.deepcopy(model),
    "pickle": lambda model, folder: pickle.loads(pickle.dumps(model)),
    "clone": lambda model, folder: keras.models.clone_model(model),
    "keras": by_file(".keras"),
    "h5": by_file(".h5"),
}
MAKERS = [partly_frozen, frozen, frozen_but_the_head, with_a_frozen_stack, stack, wrapped]


def flags(model):
    """Of all layers that can have weights, with the paths by which a name is unique."""
    return [
        (type(layer).__name__, layer.name, layer.trainable, [v.trainable for v in layer._trainable_variables])
        for layer in model._flatten_layers(include_self=False)
        if not isinstance(layer, layers.InputLayer)
    ]


@pytest.mark.filterwarnings("ignore:The HDF5 format")
@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("make", MAKERS)
def test_each_layer_keeps_its_flag(make, road, tmp_path):
    model = make()
    copied = ROADS[road](model, tmp_path)
    assert flags(copied) == flags(model)
    x = np.ones((2, *model.input_shape[1:]), "float32")
    if road not in ("json", "config", "clone"):
        np.testing.assert_allclose(copied.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-5, atol=1e-6)


def test_the_flag_of_a_graph_or_stack_is_its_own():
    inputs = keras.Input((2,))
    hidden = layers.Dense(2)
    for model in (
        keras.Model(inputs, hidden(inputs), trainable=False),
        keras.Sequential([inputs, hidden], trainable=False),
    ):
        assert not model.trainable and hidden.trainable and model.trainable_weights == []


def test_what_a_frozen_layer_makes_is_frozen():
    """Unlike in Keras 3.15, where a model trains the inner layers of attention that was made with `trainable=False`."""
    inputs = keras.Input((3, 4))
    model = keras.Model(inputs, layers.MultiHeadAttention(2, 2, trainable=False)(inputs, inputs))
    assert model.trainable_weights == [] and len(model.weights) == 8
