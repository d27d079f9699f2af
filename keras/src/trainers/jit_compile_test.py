"""Which steps are compiled: `jit_compile` and `supports_jit`."""

import pytest

import keras
from keras import layers
from keras.src import backend


class OfClass(layers.Layer):
    supports_jit = False

    def call(self, inputs):
        return inputs


class OfObject(layers.Layer):
    def __init__(self):
        super().__init__()
        self.supports_jit = False

    def call(self, inputs):
        return inputs


class OfModel(keras.Model):
    supports_jit = False

    def call(self, inputs):
        return inputs


class Holding(keras.Model):
    def __init__(self):
        super().__init__()
        self.parts = {"inner": [OfClass()]}

    def call(self, inputs):
        return self.parts["inner"][0](inputs)


def graph_of(layer):
    inputs = keras.Input((3,))
    return keras.Model(inputs, layers.Dense(1)(layer(inputs)))


REFUSING = {
    "class": lambda: keras.Sequential([keras.Input((3,)), OfClass()]),
    "object": lambda: keras.Sequential([OfObject()]),
    "model": OfModel,
    "graph": lambda: graph_of(OfObject()),
    "nested": lambda: graph_of(keras.Sequential([OfClass()])),
    "subclass": Holding,
}


@pytest.mark.parametrize("name", REFUSING)
def test_one_layer_that_refuses_is_enough(name):
    model = REFUSING[name]()
    model.compile("sgd", "mse")
    assert model.jit_compile is False
    model.compile("sgd", "mse", jit_compile=True)
    assert model.jit_compile is True


def test_without_one_the_engine_says():
    model = graph_of(layers.Dense(2))
    model.compile("sgd", "mse")
    assert model.jit_compile is backend.trainer.COMPILES_STEPS
    model.compile("sgd", "mse", jit_compile=False)
    assert model.jit_compile is False
    model.jit_compile = True
    assert model.jit_compile is True
    model.compile("sgd", "mse", run_eagerly=True)
    assert model.jit_compile is False
