"""Configs of the modes, as Keras 3.15.1 has them."""

import json

import numpy as np
import pytest

from keras.src import ops, quantizers
from keras.src.quantizers import (
    AbsMaxQuantizer,
    Float8QuantizationConfig,
    Int4QuantizationConfig,
    Int8QuantizationConfig,
    QuantizationConfig,
)
from keras.src.saving import serialization_lib

PER_ROW = {
    "module": "keras.quantizers",
    "class_name": "AbsMaxQuantizer",
    "config": {"value_range": (-127, 127), "epsilon": 1e-07, "output_dtype": "int8"},
    "registered_name": None,
}
FOUR_BITS = AbsMaxQuantizer(0, value_range=(-8, 7))


def described(quantizer):
    return quantizer and quantizer.get_config()


@pytest.mark.parametrize(
    "config, mode, expected",
    [
        (Int8QuantizationConfig(), "int8", {"weight_quantizer": None, "activation_quantizer": PER_ROW}),
        (Int8QuantizationConfig(None, None), "int8", {"weight_quantizer": None, "activation_quantizer": None}),
        (
            Int4QuantizationConfig(),
            "int4",
            {"weight_quantizer": None, "activation_quantizer": None, "block_size": 128},
        ),
        (
            Int4QuantizationConfig(None, AbsMaxQuantizer(), None),
            "int4",
            {"weight_quantizer": None, "activation_quantizer": PER_ROW, "block_size": None},
        ),
        (Float8QuantizationConfig(), "float8", {}),
    ],
)
def test_descriptions(config, mode, expected):
    assert config.mode == mode
    assert config.get_config() == expected
    whole = serialization_lib.serialize_keras_object(config)
    assert (whole["module"], whole["class_name"]) == ("keras.quantizers", type(config).__name__)
    again = serialization_lib.deserialize_keras_object(json.loads(json.dumps(whole)))
    assert type(again) is type(config) and again.get_config() == expected


def test_quantizers_of_one_s_own_survive():
    config = Int4QuantizationConfig(FOUR_BITS, AbsMaxQuantizer(-1, output_dtype="int16"), -1)
    again = Int4QuantizationConfig.from_config(json.loads(json.dumps(config.get_config())))
    assert described(again.weight_quantizer) == described(FOUR_BITS)
    assert again.activation_quantizer.output_dtype == "int16"
    assert again.block_size == -1


def test_what_files_do_not_tell_is_none():
    assert Int8QuantizationConfig.from_config({}).activation_quantizer is None
    assert Int4QuantizationConfig.from_config({}).block_size is None


def test_names_and_configs_stand_for_quantizers():
    config = Int8QuantizationConfig("abs_max_quantizer", {"class_name": "AbsMaxQuantizer", "config": {"axis": 0}})
    assert isinstance(config.weight_quantizer, AbsMaxQuantizer)
    assert config.activation_quantizer.axis == (0,)


@pytest.mark.parametrize("size", [0, -2, "a", 1.5, True])
def test_block_sizes(size):
    with pytest.raises(ValueError, match="block_size must be None, -1, or a positive integer. Received: block_size="):
        Int4QuantizationConfig(block_size=size)


@pytest.mark.parametrize(
    "make, message",
    [
        (
            lambda: Int8QuantizationConfig(AbsMaxQuantizer(output_dtype="int4")),
            "Int8QuantizationConfig requires a weight_quantizer with output_dtype='int8'. Received: output_dtype=int4",
        ),
        (
            lambda: Int4QuantizationConfig(AbsMaxQuantizer(0), block_size=None),
            r"Int4QuantizationConfig requires a weight_quantizer with value_range=\(-8, 7\). Received: value_range=\(-127",
        ),
        (
            lambda: Int4QuantizationConfig(AbsMaxQuantizer(0, (-8, 7), output_dtype="uint8"), block_size=None),
            "Int4QuantizationConfig requires a weight_quantizer with output_dtype='int8'. Received: output_dtype=uint8",
        ),
        (lambda: Int4QuantizationConfig(FOUR_BITS), r"\(block_size > 0\) does not support custom quantizers"),
        (lambda: Int4QuantizationConfig(None, AbsMaxQuantizer()), "does not support custom quantizers"),
        (lambda: Int8QuantizationConfig("nothing"), "Could not interpret quantizer identifier"),
        (lambda: Int8QuantizationConfig(lambda x: x), "weight_quantizer.*must be a"),
        (lambda: Int8QuantizationConfig(None, 3), "Could not interpret quantizer identifier"),
    ],
)
def test_misuse(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_subclasses():
    with pytest.raises(NotImplementedError, match="Subclasses must implement"):
        _ = QuantizationConfig().mode

    class Mine(QuantizationConfig):
        @property
        def mode(self):
            return "int8"

    weights, activations = AbsMaxQuantizer(0), AbsMaxQuantizer(-1)
    again = Mine.from_config(Mine(weights, activations).get_config())
    assert (described(again.weight_quantizer), described(again.activation_quantizer)) == (
        described(weights),
        described(activations),
    )


def test_defaults_of_quantizers():
    given = QuantizationConfig("weights", "activations")
    assert QuantizationConfig.weight_quantizer_or_default(None, "default") == "default"
    assert QuantizationConfig.weight_quantizer_or_default(QuantizationConfig(), "default") == "default"
    assert QuantizationConfig.weight_quantizer_or_default(given, "default") == "weights"
    assert QuantizationConfig.activation_quantizer_or_default(None, "default") == "default"
    assert QuantizationConfig.activation_quantizer_or_default(QuantizationConfig(), "default") is None
    assert QuantizationConfig.activation_quantizer_or_default(given, "default") == "activations"


# Quantizers


def test_quantizers_by_name_class_and_config():
    for identifier in ("AbsMaxQuantizer", "abs_max_quantizer", AbsMaxQuantizer):
        made = quantizers.get(identifier, axis=0, output_dtype="int16")
        assert isinstance(made, AbsMaxQuantizer)
        assert (made.axis, made.output_dtype) == ((0,), "int16")
    assert quantizers.get(None) is None
    assert quantizers.get(FOUR_BITS) is FOUR_BITS
    assert type(quantizers.get("Quantizer")) is quantizers.Quantizer
    described = json.loads(json.dumps(quantizers.serialize(FOUR_BITS)))
    assert quantizers.deserialize(described).get_config() == FOUR_BITS.get_config()
    for unknown in (3, "absmax", {"class_name": "Nope", "config": {}}):
        with pytest.raises(ValueError, match="Could not interpret quantizer identifier"):
            quantizers.get(unknown)


def test_the_axis_of_a_call_comes_first_and_the_last_one_last():
    x = np.arange(12, dtype="float32").reshape(2, 2, 3)
    shapes = {}
    for name, quantizer, options in (
        ("own", AbsMaxQuantizer((0, 2)), {}),
        ("call", AbsMaxQuantizer(0), {"axis": 1}),
        ("first", AbsMaxQuantizer(1), {"axis": 0}),
        ("last", AbsMaxQuantizer(), {}),
    ):
        quantized, scale = quantizer(x, **options)
        shapes[name] = scale.shape
        np.testing.assert_array_equal(ops.convert_to_numpy(quantized).shape, x.shape)
    assert shapes == {"own": (1, 2, 1), "call": (2, 1, 3), "first": (1, 2, 3), "last": (2, 2, 1)}


def test_a_quantizer_s_options():
    x = np.array([1.0, -2.0], "float32")
    quantized, scale = AbsMaxQuantizer(0, (-5, 5), 0.5, "int16")(x)
    assert "int16" in str(quantized.dtype)
    np.testing.assert_array_equal(ops.convert_to_numpy(quantized), [2, -4])
    np.testing.assert_allclose(ops.convert_to_numpy(scale), [2.0])
    np.testing.assert_array_equal(ops.convert_to_numpy(quantizers.Quantizer()(x)), x)
