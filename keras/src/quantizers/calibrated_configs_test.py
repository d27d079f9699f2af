"""Configs of GPTQ and AWQ, as Keras 3.15.1 has them."""

import json

import pytest

from keras.src import layers
from keras.src.quantizers import AWQConfig, GPTQConfig
from keras.src.saving import serialization_lib

GPTQ = {
    "weight_bits": 4,
    "num_samples": 128,
    "per_channel": True,
    "sequence_length": 512,
    "hessian_damping": 0.01,
    "group_size": 128,
    "symmetric": False,
    "activation_order": False,
    "quantization_layer_structure": None,
}
AWQ = {
    "weight_bits": 4,
    "num_samples": 128,
    "sequence_length": 512,
    "group_size": 128,
    "num_grid_points": 20,
    "quantization_layer_structure": None,
}
both = pytest.mark.parametrize("cls, defaults", [(GPTQConfig, GPTQ), (AWQConfig, AWQ)])


class Tokenizer:
    def tokenize(self, text):
        return [1, 2]


@both
def test_defaults(cls, defaults):
    tokenizer = Tokenizer()
    config = cls(["text"], tokenizer)
    assert (config.dataset, config.tokenizer) == (["text"], tokenizer)
    assert config.get_config() == {"dataset": None, "tokenizer": None, **defaults}
    mode = cls.__name__[:-6].lower()
    assert (config.mode, config.dtype_policy_string()) == (mode, f"{mode}/4/128")
    assert (config.weight_quantizer, config.activation_quantizer) == (None, None)


@pytest.mark.parametrize(
    "cls, given",
    [
        (
            GPTQConfig,
            {"weight_bits": 8, "num_samples": 3, "per_channel": False, "sequence_length": 7, "symmetric": True},
        ),
        (GPTQConfig, {"hessian_damping": 1.0, "group_size": -1, "activation_order": True}),
        (AWQConfig, {"num_samples": 3, "sequence_length": 7, "group_size": 64, "num_grid_points": 1}),
    ],
)
def test_arguments_survive(cls, given):
    config = cls(None, None, **given)
    whole = serialization_lib.serialize_keras_object(config)
    assert (whole["module"], whole["class_name"]) == ("keras.quantizers", cls.__name__)
    again = serialization_lib.deserialize_keras_object(json.loads(json.dumps(whole)))
    assert type(again) is cls
    for name, value in given.items():
        assert getattr(config, name) == getattr(again, name) == value
    assert again.dtype_policy_string() == config.dtype_policy_string()
    assert again.dtype_policy_string().split("/")[1:] == [
        str(given.get("weight_bits", 4)),
        str(given.get("group_size", 128)),
    ]


@both
def test_a_structure_of_layers_is_no_part_of_the_description(cls, defaults):
    layer = layers.Dense(2)
    structure = {"pre_block_layers": [], "sequential_blocks": [layer]}
    config = cls(["text"], Tokenizer(), quantization_layer_structure=structure)
    assert config.quantization_layer_structure is structure
    # A layer that holds the config does not describe itself in it.
    layer.quantization_config = config
    assert json.loads(json.dumps(config.get_config()))["quantization_layer_structure"] is None
    plain = {"pre_block_layers": [], "sequential_blocks": ["block_1"]}
    assert cls(None, None, quantization_layer_structure=plain).get_config()["quantization_layer_structure"] == plain


@both
@pytest.mark.parametrize(
    "given, message",
    [
        ({"num_samples": 0}, "num_samples must be a positive integer."),
        ({"num_samples": 1.5}, "num_samples must be a positive integer."),
        ({"sequence_length": -1}, "sequence_length must be a positive integer."),
        ({"group_size": 0}, r"Invalid group_size. Supported values are -1 \(.*\) or a positive integer, but got 0."),
        ({"group_size": -2}, "Invalid group_size.* but got -2"),
        ({"group_size": None}, "Invalid group_size.* but got None"),
        ({"weight_bits": 5}, "weight_bits.?5"),
        ({"weight_bits": None}, "weight_bits.?None"),
    ],
)
def test_misuse(cls, defaults, given, message):
    with pytest.raises(ValueError, match=message):
        cls(None, None, **given)


def test_misuse_of_what_one_of_them_has():
    for bits in (2, 3, 4, 8):
        assert GPTQConfig(None, None, weight_bits=bits).dtype_policy_string() == f"gptq/{bits}/128"
    with pytest.raises(ValueError, match="Unsupported weight_bits 5. Supported values are 2, 3, 4, and 8."):
        GPTQConfig(None, None, weight_bits=5)
    for damping in (-0.1, 2):
        with pytest.raises(ValueError, match="hessian_damping must be between 0 and 1."):
            GPTQConfig(None, None, hessian_damping=damping)
    with pytest.raises(ValueError, match="AWQ only supports 4-bit quantization. Received weight_bits=8."):
        AWQConfig(None, None, weight_bits=8)
    with pytest.raises(ValueError, match="num_grid_points must be a positive integer."):
        AWQConfig(None, None, num_grid_points=0)
