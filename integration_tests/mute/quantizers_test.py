"""Two values of each argument of quantizers and of configs of quantization make a difference, however these are given."""

import inspect

import numpy as np
import pytest

import keras
from integration_tests.mute.core import arguments_of, differs
from keras import layers, ops, quantizers

RNG = np.random.default_rng(0)
X = RNG.normal(size=(6, 8)).astype("float32")
TOKENS = RNG.integers(0, 16, (40, 6)).astype("int32")
COARSE = quantizers.AbsMaxQuantizer(axis=0, value_range=(-3, 3))
COARSE_INPUTS = quantizers.AbsMaxQuantizer(axis=-1, value_range=(-3, 3))
FOUR_BITS = {"value_range": (-8, 7), "output_dtype": "int8"}


def array(x):
    return ops.convert_to_numpy(x)


# For each argument two values, with what is given beside both as a third.
PAIRS = {
    ("AbsMaxQuantizer", "axis"): (0, 1),
    ("AbsMaxQuantizer", "value_range"): ((-127, 127), (-8, 7)),
    ("AbsMaxQuantizer", "epsilon"): (1e-7, 1.0),
    ("AbsMaxQuantizer", "output_dtype"): ("int8", "int16"),
    ("Int8QuantizationConfig", "weight_quantizer"): (None, COARSE),
    ("Int8QuantizationConfig", "activation_quantizer"): ("default", None),
    ("Int4QuantizationConfig", "weight_quantizer"): (
        quantizers.AbsMaxQuantizer(axis=0, **FOUR_BITS),
        quantizers.AbsMaxQuantizer(axis=0, epsilon=1.0, **FOUR_BITS),
        {"block_size": None},
    ),
    ("Int4QuantizationConfig", "activation_quantizer"): (None, COARSE_INPUTS, {"block_size": None}),
    ("Int4QuantizationConfig", "block_size"): (4, 8),
    ("TernaryQuantizationConfig", "activation_quantizer"): (None, COARSE_INPUTS),
    ("GPTQConfig", "weight_bits"): (4, 3),
    ("GPTQConfig", "num_samples"): (2, 20),
    ("GPTQConfig", "sequence_length"): (6, 3, {"num_samples": 2}),
    ("GPTQConfig", "hessian_damping"): (0.01, 0.9),
    ("GPTQConfig", "group_size"): (4, 8),
    ("GPTQConfig", "symmetric"): (False, True),
    ("GPTQConfig", "activation_order"): (False, True),
    ("GPTQConfig", "per_channel"): (True, False, {"group_size": -1}),
    ("AWQConfig", "num_samples"): (1, 20),
    ("AWQConfig", "sequence_length"): (6, 3, {"num_samples": 2}),
    ("AWQConfig", "group_size"): (4, 8),
    ("AWQConfig", "num_grid_points"): (3, 20),
}
for _owner in ("GPTQConfig", "AWQConfig"):
    PAIRS[_owner, "dataset"] = (TOKENS, (TOKENS + 5) % 16)
    PAIRS[_owner, "tokenizer"] = (1, 2, {"dataset": ["abcdefghijkl" * 5, "ponmlkjihgfe" * 5]})
    PAIRS[_owner, "quantization_layer_structure"] = (slice(0, 2), slice(0, 1))
EXCEPTIONS = {
    ("Quantizer", "output_dtype"): "a base class, which leaves tensors as they are",
    ("QuantizationConfig", "weight_quantizer"): "a base class; what it does stands in `own_rows.py`",
    ("QuantizationConfig", "activation_quantizer"): "a base class; what it does stands in `own_rows.py`",
    ("AWQConfig", "weight_bits"): "four is the only number of bits",
}


def classes():
    found = [getattr(quantizers, name) for name in dir(quantizers)]
    bases = (quantizers.Quantizer, quantizers.QuantizationConfig)
    return {cls.__name__: cls for cls in found if inspect.isclass(cls) and issubclass(cls, bases)}


def test_each_argument_has_its_values():
    wanted = {(name, argument) for name, cls in classes().items() for argument in arguments_of(cls.__init__)}
    assert wanted == PAIRS.keys() | EXCEPTIONS.keys()


class Letters:
    """A tokenizer that tells letters apart, or only pairs of them."""

    def __init__(self, width):
        self.width = width

    def tokenize(self, text):
        return [(ord(letter) - ord("a")) // self.width for letter in text]


def block(name):
    inputs = keras.Input((None, 8))
    x = layers.Dense(13, activation="relu")(inputs)
    return keras.Model(inputs, layers.Add()([inputs, layers.Dense(8)(x)]), name=name)


def made():
    """A model of two blocks that takes sequences of any length, and the structure of its layers."""
    parts = [layers.Embedding(16, 8), block("first"), block("second"), layers.Dense(16)]
    model = keras.Sequential([keras.Input((None,), dtype="int32"), *parts])
    rng = np.random.default_rng(1)
    model.set_weights([0.3 * rng.standard_normal(w.shape).astype("float32") for w in model.weights])
    return model, {"pre_block_layers": parts[:1], "sequential_blocks": parts[1:3]}


def calibrated(cls, given):
    """What a model gives that was quantized by data."""
    model, structure = made()
    given = {"dataset": TOKENS, "group_size": 4, "sequence_length": 6, **given}
    blocks = given.pop("quantization_layer_structure", slice(0, 2))
    structure["sequential_blocks"] = structure["sequential_blocks"][blocks]
    tokenizer = given.pop("tokenizer", None)
    tokenizer = None if tokenizer is None else Letters(tokenizer)
    model.quantize(config=cls(tokenizer=tokenizer, quantization_layer_structure=structure, **given))
    return array(model(TOKENS[:8]))


def by_layer(config):
    layer = layers.Dense(5)
    layer.build(X.shape)
    layer.kernel.assign(np.random.default_rng(1).normal(size=(8, 5)))
    layer.quantize(config=config)
    return array(layer(X))


def by_model(config):
    model = keras.Sequential([keras.Input((8,)), layers.Dense(5)])
    model.layers[0].kernel.assign(np.random.default_rng(1).normal(size=(8, 5)))
    model.quantize(config=config)
    return array(model(X))


def by_file(config):
    return by_model(quantizers.deserialize(quantizers.serialize(config)))


def by_policy_and_config(config):
    """By the arguments of the constructor that a config of the layer holds."""
    layer = layers.Dense(5)
    layer.build(X.shape)
    layer.kernel.assign(np.random.default_rng(1).normal(size=(8, 5)))
    layer.quantize(config=config)
    again = layers.Dense.from_config(layer.get_config())
    again.build(X.shape)
    again.set_weights(layer.get_weights())
    return array(again(X))


def values_of(owner, argument):
    first, second, *others = PAIRS[owner, argument]
    beside = others[0] if others else {}
    return [{**beside, argument: value} for value in (first, second)]


@pytest.mark.parametrize("way", [by_layer, by_model, by_file, by_policy_and_config])
@pytest.mark.parametrize("owner,argument", [key for key in PAIRS if key[0][:2] in ("In", "Te")])
def test_configs(owner, argument, way):
    assert differs(*(way(classes()[owner](**given)) for given in values_of(owner, argument)))


@pytest.mark.parametrize("owner,argument", [key for key in PAIRS if key[0] in ("GPTQConfig", "AWQConfig")])
def test_configs_with_data(owner, argument):
    assert differs(*(calibrated(classes()[owner], given) for given in values_of(owner, argument)))


@pytest.mark.parametrize("from_file", [False, True])
@pytest.mark.parametrize("argument", [argument for owner, argument in PAIRS if owner == "AbsMaxQuantizer"])
def test_quantizers(argument, from_file):
    def seen(given):
        quantizer = quantizers.AbsMaxQuantizer(**given)
        if from_file:
            quantizer = quantizers.deserialize(quantizers.serialize(quantizer))
        return [array(part) for part in quantizer(ops.convert_to_tensor(X))]

    assert differs(*map(seen, values_of("AbsMaxQuantizer", argument)))
