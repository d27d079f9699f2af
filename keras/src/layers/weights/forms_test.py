"""Whatever form a quantized layer is written in, the layer that is read from it is quantized alike, and takes its weights."""

import copy
import json
import pickle

import numpy as np
import pytest

from keras.src import layers, models, optimizers, quantizers
from keras.src.layers.weights.quantized_test import CONFIGS, GOLDENS, LAYERS, array
from keras.src.layers.weights.weights_only_test import LAYERS as WEIGHTS_ONLY
from keras.src.saving import serialization_lib
from keras.src.saving.object_registration import custom_object_scope
from keras.src.saving.saving_api import load_model
from keras.src.testing import engine

RNG = np.random.default_rng(0)
MODES = {
    **{mode: CONFIGS[mode] for mode in ("int8w", "int4c", "int4b4")},
    "float8": lambda: quantizers.Float8QuantizationConfig(),
    "ternary": lambda: quantizers.TernaryQuantizationConfig(),
}


class Block(layers.Layer):
    """A layer of a user's own, which makes layers in its constructor."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.attention = layers.MultiHeadAttention(2, 3)
        self.stack = [layers.Dense(units), layers.TimeDistributed(layers.Dense(units))]

    def call(self, x):
        x = self.attention(x, x)
        return self.stack[1](self.stack[0](x))

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Narrow(Block):
    """One whose constructor does not take what it does not know, and which reads its config by itself."""

    def __init__(self, units, name=None):
        super().__init__(units, name=name)

    def get_config(self):
        return {"units": self.units, "name": self.name}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


class Net(models.Model):
    """A model of a user's own."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.block = Block(4, name="block")
        self.head = layers.LSTM(3)

    def call(self, x):
        return self.head(self.block(x))


class Graph(models.Model):
    """A model of a user's own, made from inputs and outputs."""

    def __init__(self, units=4, **kwargs):
        inputs = layers.Input((5, 8))
        super().__init__(inputs, layers.GRU(3)(Block(units)(inputs)), **kwargs)
        self.units = units

    def get_config(self):
        return {**super().get_config(), "units": self.units}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


SEQUENCES = RNG.normal(size=(2, 5, 8)).astype("float32")
# name: (layer, inputs or their shape; sequences by default)
CASES = {
    **{name: (make, GOLDENS[f"{name}/x"]) for name, make in LAYERS.items()},
    **{name: (make, shape) for name, (make, shape, _) in WEIGHTS_ONLY.items()},
    "mha": (lambda: layers.MultiHeadAttention(2, 4, value_dim=3), None),
    "gqa": (lambda: layers.GroupQueryAttention(4, 4, 2), None),
    "bidirectional": (lambda: layers.Bidirectional(layers.LSTM(3)), None),
    "distributed": (lambda: layers.TimeDistributed(layers.Dense(3)), None),
    "distributed_rnn": (lambda: layers.TimeDistributed(layers.GRU(3)), (2, 3, 5, 4)),
    "cells": (lambda: layers.RNN([layers.LSTMCell(3), layers.GRUCell(4)]), None),
    "cell": (lambda: layers.RNN(layers.LSTMCell(3)), None),
    "spectral": (lambda: layers.SpectralNormalization(layers.Dense(3)), None),
    "block": (lambda: Block(4), None),
    "narrow": (lambda: Narrow(4), None),
    "net": (lambda: Net(), None),
    "graph": (lambda: Graph(), None),
}


@pytest.fixture(autouse=True)
def known():
    with custom_object_scope({cls.__name__: cls for cls in (Block, Narrow, Net, Graph)}):
        yield


def inputs_of(name):
    given = CASES[name][1]
    if isinstance(given, tuple):
        return np.random.default_rng(1).normal(size=given).astype("float32")
    return SEQUENCES if given is None else given


def run(layer, x):
    return array(layer(x, x) if "Attention" in type(layer).__name__ else layer(x))


def quantized(name, mode):
    """A layer whose layers are quantized as far as they can be, and its inputs; no layer where none can be."""
    layer, x = CASES[name][0](), inputs_of(name)
    before = run(layer, x)
    count = 0
    for part in [part for part in layer._flatten_layers() if not part._layers]:
        try:
            part.quantize(config=MODES[mode]())
            count += 1
        except NotImplementedError:
            continue
    assert not count or np.abs(run(layer, x) - before).max() > 1e-7
    return layer if count else None, x


def from_json(layer):
    return type(layer).from_config(json.loads(json.dumps(layer.get_config())))


def from_description(layer):
    description = serialization_lib.serialize_keras_object(layer)
    return serialization_lib.deserialize_keras_object(json.loads(json.dumps(description)))


def twice(layer):
    """By the config of a layer that is not built, and so has no weights that would tell."""
    return from_json(from_json(layer))


WAYS = {
    "config": lambda layer: type(layer).from_config(layer.get_config()),
    "json": from_json,
    "twice": twice,
    "description": from_description,
    "deepcopy": copy.deepcopy,
    "pickle": lambda layer: pickle.loads(pickle.dumps(layer)),
    "clone": models.clone_model,
}


def kinds(layer):
    return [(v.name, tuple(v.shape), v.dtype) for v in layer.weights]


def settings(layer):
    """How the layers of a layer are quantized."""
    below = [part for part in layer._flatten_layers() if part.quantization_mode is not None]
    return [part.dtype_policy.name for part in below]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("mode", MODES)
def test_layers_come_back_from_each_form(name, mode):
    layer, x = quantized(name, mode)
    if layer is None:
        assert mode == "float8"
        return
    ways = WAYS if mode == "int8w" else ("description", "json")
    for way in [way for way in ways if name != "narrow" or way not in ("config", "json", "twice")]:
        again = WAYS[way](layer)
        if not again.built:
            again.build_from_config(layer.get_build_config())
        assert kinds(again) == kinds(layer), way
        assert settings(again) == settings(layer), way
        again.set_weights(layer.get_weights())
    np.testing.assert_allclose(run(again, x), run(layer, x), rtol=1e-5, atol=1e-6)


def functional(name):
    inputs = layers.Input(inputs_of(name).shape[1:], dtype=inputs_of(name).dtype.name)
    layer = CASES[name][0]()
    return models.Model(inputs, layer(inputs, inputs) if "Attention" in type(layer).__name__ else layer(inputs))


def sequential(name):
    x = inputs_of(name)
    return models.Sequential([layers.Input(x.shape[1:], dtype=x.dtype.name), CASES[name][0]()])


PAIRS = [(functional, name) for name in CASES if name not in ("net", "graph", "einsum_odd")]
PAIRS += [(sequential, name) for name in ("remb_untied", "conv2d", "lstm", "bidirectional", "distributed", "block")]


@pytest.mark.parametrize("make,name", PAIRS)
def test_models_come_back_from_each_form(make, name, tmp_path):
    x = inputs_of(name)
    model = make(name)
    assert model.quantize(config=MODES["int4b4"]()).num_quantized
    model.save_weights(tmp_path / "model.weights.h5")
    model.save(tmp_path / "model.keras")
    made = [WAYS[way](model) for way in ("json", "description", "clone")]
    made.append(models.model_from_json(model.to_json()))
    for again in made:
        assert kinds(again) == kinds(model)
        assert settings(again) == settings(model)
        again.load_weights(tmp_path / "model.weights.h5")
    y = array(model(x))
    np.testing.assert_allclose(array(again(x)), y, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(array(load_model(tmp_path / "model.keras")(x)), y, rtol=1e-5, atol=1e-6)


def test_configs_tell_of_layers_below_once():
    layer, _ = quantized("distributed", "int8w")
    assert "quantized_parts" not in json.dumps(layer.get_config())
    layer, _ = quantized("bidirectional", "int8w")
    config = layer.get_config()
    assert "quantized_parts" not in config
    assert [len(config[k]["config"]["quantized_parts"]) for k in ("layer", "backward_layer")] == [1, 1]
    plain = layers.LSTM(3)
    run(plain, SEQUENCES)
    assert "quantized_parts" not in plain.get_config()


def test_a_layer_that_makes_other_layers_now_says_so():
    layer, x = quantized("block", "int8w")
    config = layer.get_config()
    config["quantized_parts"][0]["number"] = 99
    again = Block.from_config(config)
    with pytest.raises(ValueError, match="does it make the layers that it made then"):
        run(again, x)


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="training")
def test_training_in_float8_goes_on_after_a_file(tmp_path):
    model = models.Sequential([layers.Input((8,)), layers.Dense(6, activation="relu"), layers.Dense(3)])
    model.quantize("float8")
    model.compile(optimizers.Adam(0.01), "mse")
    x, y = RNG.normal(size=(16, 8)).astype("float32"), RNG.normal(size=(16, 3)).astype("float32")
    model.fit(x, y, epochs=2, verbose=0, shuffle=False)
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    assert kinds(again) == kinds(model)
    for left, right in zip(again.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(array(left), array(right))
    losses = [m.fit(x, y, epochs=2, verbose=0, shuffle=False).history["loss"] for m in (again, model)]
    np.testing.assert_allclose(*losses, rtol=1e-4)
