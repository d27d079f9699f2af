"""Who decides whether a call trains: the caller, whatever way a model was made, built, copied or read from a file."""

import numpy as np
import pytest

import keras
from keras import layers, models
from keras.src import backend, ops
from keras.src.graph.operation import Operation
from keras.src.saving import saving_api, serialization_lib
from keras.src.saving.object_registration import CustomObjectScope

X = np.random.default_rng(0).normal(2.0, 3.0, size=(32, 5, 4)).astype("float32")
trains = pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")


class OwnNoise(layers.Layer):
    """Noise by a layer of a user, which takes `training=False` for its default."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.generator = keras.random.SeedGenerator(3)

    def call(self, inputs, training=False):
        return inputs + keras.random.normal(ops.shape(inputs), seed=self.generator) if training else inputs


class Asks(layers.Layer):
    """Notes what it is told."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.told = []

    def call(self, inputs, training=None):
        self.told.append(training)
        return inputs


class AsksFalse(Asks):
    def call(self, inputs, training=False):
        return super().call(inputs, training=training)


class Around(models.Model):
    """A subclassed model that says nothing of `training`."""

    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    def call(self, inputs):
        return self.inner(inputs)

    def get_config(self):
        return {"inner": serialization_lib.serialize_keras_object(self.inner)}

    @classmethod
    def from_config(cls, config):
        return cls(serialization_lib.deserialize_keras_object(config["inner"]))


class SelfAttention(layers.Layer):
    def __init__(self, attention, **kwargs):
        super().__init__(**kwargs)
        self.attention = attention

    def build(self, shape):
        self.attention.build(shape, shape)

    def call(self, inputs):
        return self.attention(inputs, inputs)


OURS = (OwnNoise, Asks, AsksFalse, Around)
RANDOM = {
    "dropout": lambda: layers.Dropout(0.5),
    "lstm": lambda: layers.LSTM(4, dropout=0.5),
    "gru state": lambda: layers.GRU(4, recurrent_dropout=0.5),
    "cells": lambda: layers.RNN([layers.SimpleRNNCell(4, dropout=0.5), layers.GRUCell(4)]),
    "bidirectional": lambda: layers.Bidirectional(layers.GRU(4, dropout=0.5)),
    "time distributed": lambda: layers.TimeDistributed(layers.Dropout(0.5)),
    "own": OwnNoise,
    "batch normalization": layers.BatchNormalization,
    "nested": lambda: models.Sequential([layers.Dense(4), models.Sequential([layers.Dropout(0.5)])]),
}


def functional(layer):
    inputs = layers.Input((5, 4))
    return models.Model(inputs, layer(inputs))


WAYS = {
    "functional": functional,
    "nested functional": lambda layer: functional(functional(layer)),
    "sequential": lambda layer: models.Sequential([layers.Input((5, 4)), layer]),
    "sequential without input": lambda layer: models.Sequential([layer]),
    "subclass": Around,
    "subclass around a graph": lambda layer: Around(functional(layer)),
    "graph with a subclass": lambda layer: functional(Around(layer)),
}


def result(model, **kwargs):
    return ops.convert_to_numpy(model(X, **kwargs))


def assert_obeys(model):
    """Calls that train differ from those that do not, in whatever order they come."""
    still = result(model, training=False)
    assert not np.allclose(result(model, training=True), still, atol=1e-4)
    settled = result(model, training=False)
    np.testing.assert_allclose(result(model), settled, atol=1e-5)
    np.testing.assert_allclose(model.predict(X, verbose=0), settled, atol=1e-4)


@pytest.mark.parametrize("kind", RANDOM)
@pytest.mark.parametrize("way", WAYS)
def test_the_caller_decides(way, kind):
    assert_obeys(WAYS[way](RANDOM[kind]()))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["dropout", "lstm", "own", "batch normalization"])
def test_models_built_by_a_call_that_trains(way, kind):
    model = WAYS[way](RANDOM[kind]())
    model(X, training=True)
    assert_obeys(model)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["dropout", "bidirectional", "own"])
def test_files_and_copies(tmp_path, way, kind):
    model = WAYS[way](RANDOM[kind]())
    model(X)
    with CustomObjectScope({cls.__name__: cls for cls in OURS}):
        model.save(tmp_path / "model.keras")
        assert_obeys(saving_api.load_model(tmp_path / "model.keras"))
        assert_obeys(models.clone_model(model))


@pytest.mark.parametrize(
    "attention",
    [
        lambda: layers.MultiHeadAttention(2, 4, dropout=0.5),
        lambda: layers.GroupQueryAttention(4, 2, 1, dropout=0.5),
    ],
)
def test_attention(attention):
    inputs = layers.Input((5, 4))
    assert_obeys(models.Model(inputs, attention()(inputs, inputs)))
    assert_obeys(models.Sequential([SelfAttention(attention())]))


def test_attention_over_lists():
    inputs = layers.Input((5, 4))
    assert_obeys(models.Model(inputs, layers.Attention(dropout=0.5)([inputs, inputs])))


def test_half_of_what_dropout_gets_is_dropped():
    model = functional(layers.Dropout(0.5))
    ones = np.ones((64, 5, 4), "float32")
    dropped = ops.convert_to_numpy(model(ones, training=True))
    assert set(np.unique(dropped)) == {0.0, 2.0}
    assert abs((dropped == 0).mean() - 0.5) < 0.06  # 4 standard deviations of 1280 draws


@trains
@pytest.mark.parametrize("way", ["functional", "sequential", "sequential without input", "subclass"])
def test_steps_of_training_drop_and_others_do_not(way):
    model = WAYS[way](models.Sequential([layers.Dense(4, kernel_initializer="identity"), layers.Dropout(0.5)]))
    model.compile(keras.optimizers.SGD(0.0), "mse")
    ones = np.ones((32, 5, 4), "float32")
    losses = [float(model.train_on_batch(ones, ones)) for _ in range(3)]
    np.testing.assert_allclose(losses, 1.0, atol=0.01)  # Dropped or doubled: each is 1 away.
    np.testing.assert_allclose(model.fit(ones, ones, verbose=0).history["loss"], 1.0, atol=0.01)
    assert model.evaluate(ones, ones, verbose=0) == 0.0


@trains
@pytest.mark.parametrize("cls", [Asks, AsksFalse])
def test_what_layers_are_told_in_training(cls):
    layer = cls()
    inputs = layers.Input((5, 4))
    model = models.Model(inputs, layers.Dense(1)(layer(inputs)))
    model.compile("sgd", "mse", run_eagerly=True)
    layer.told.clear()
    model.train_on_batch(X, np.zeros((32, 5, 1), "float32"))
    assert layer.told[-1] is True
    noted = len(layer.told)
    model.evaluate(X, np.zeros((32, 5, 1), "float32"), verbose=0)
    model.predict(X, verbose=0)
    assert set(layer.told[noted:]) == {False}


def told(model, layer, **kwargs):
    layer.told.clear()
    model(X, **kwargs)
    return layer.told[-1]


@pytest.mark.parametrize("wiring", [lambda f: f, functional])
@pytest.mark.parametrize("written", [True, False])
def test_a_keyword_in_the_graph_yields_to_the_caller(written, wiring):
    layer, inputs = Asks(), layers.Input((5, 4))
    inner = wiring(layer)
    model = models.Model(inputs, inner(inputs, training=written))
    assert told(model, layer) is written
    assert told(model, layer, training=True) is True
    assert told(model, layer, training=False) is False
    layer.told.clear()
    model.predict(X, verbose=0)
    assert set(layer.told) == {False}


def test_the_call_around_overrules_the_graph():
    layer, inputs = Asks(), layers.Input((5, 4))
    model = Around(models.Model(inputs, layer(inputs, training=True)))
    assert [told(model, layer), told(model, layer, training=False)] == [True, False]


def test_operations_keep_what_the_graph_says():
    class Scaled(Operation):
        def call(self, x, training=None):
            return x * (2.0 if training else 1.0)

        def compute_output_spec(self, x, training=None):
            return backend.KerasTensor(x.shape, x.dtype)

    inputs = layers.Input((5, 4))
    model = models.Model(inputs, Asks()(Scaled()(inputs, training=True), training=True))
    np.testing.assert_allclose(result(model, training=False), 2.0 * X, rtol=1e-5)


@pytest.mark.parametrize(
    "cls, kwargs, recorded",
    [
        (AsksFalse, {}, {}),
        (Asks, {}, {}),
        (Asks, {"training": True}, {"training": True}),
        (Asks, {"training": False}, {"training": False}),
    ],
)
def test_a_graph_records_what_was_written(cls, kwargs, recorded):
    inputs = layers.Input((5, 4))
    model = models.Model(inputs, cls()(inputs, **kwargs))
    assert model.get_config()["layers"][1]["inbound_nodes"][0]["kwargs"] == recorded


def test_a_layer_that_takes_no_training_hands_on_what_was_written():
    class Hands(layers.Layer):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def call(self, inputs):
            return self.inner(inputs)

    layer, inputs = Asks(), layers.Input((5, 4))
    model = models.Model(inputs, Hands(layer)(inputs, training=True))
    assert [told(model, layer), told(model, layer, training=False)] == [True, False]
