"""Configs of the modes that look at data while they quantize: GPTQ and AWQ."""

import inspect

from keras.src import tree
from keras.src.api_export import keras_export
from keras.src.quantizers.configs import QuantizationConfig
from keras.src.saving.serialization_lib import PLAIN_TYPES


class CalibratedConfig(QuantizationConfig):
    """What the configs have in common: data, how much of it, and groups of weights."""

    def __init__(
        self, dataset, tokenizer, weight_bits, num_samples, sequence_length, group_size, quantization_layer_structure
    ):
        super().__init__()
        _check_positive("num_samples", num_samples)
        _check_positive("sequence_length", sequence_length)
        self.dataset = dataset
        self.tokenizer = tokenizer
        self.weight_bits = weight_bits
        self.num_samples = num_samples
        self.sequence_length = sequence_length
        self.group_size = group_size
        self.quantization_layer_structure = quantization_layer_structure

    def dtype_policy_string(self):
        """The part of the name of a dtype policy that tells the mode, such as `"gptq/4/128"`."""
        return f"{self.mode}/{self.weight_bits}/{self.group_size}"

    def get_config(self):
        """Returns the constructor's arguments, as plain values.

        The data, the tokenizer and a structure of layers belong to the program that quantizes: they are None.
        """
        config = {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}
        structure = self.quantization_layer_structure
        plain = all(leaf is None or isinstance(leaf, PLAIN_TYPES) for leaf in tree.flatten(structure))
        kept = structure if plain else None
        return {**config, "dataset": None, "tokenizer": None, "quantization_layer_structure": kept}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def _check_positive(name, value):
    if not isinstance(value, int) or value <= 0:
        raise ValueError(f"{name} must be a positive integer. Received: {name}={value}")


def _check_group_size(value, whole):
    if not isinstance(value, int) or value < -1 or value == 0:
        raise ValueError(
            f"Invalid group_size. Supported values are -1 ({whole}) or a positive integer, but got {value}."
        )


@keras_export("keras.quantizers.GPTQConfig")
class GPTQConfig(CalibratedConfig):
    """Weights rounded one after the other, each making up for the errors before: [GPTQ](https://arxiv.org/abs/2210.17323).

    Args:
        dataset: Texts, or sequences of tokens, to calibrate with.
        tokenizer: Object whose `tokenize(text)` gives tokens.
        weight_bits: 2, 3, 4 or 8.
        num_samples: How many sequences are looked at.
        per_channel: Whether each output has its own scales, rather than all outputs the same.
        sequence_length: Number of tokens in a sequence.
        hessian_damping: Part of the mean of the diagonal that is added to it, from 0 to 1.
        group_size: How many inputs share a scale; -1: all of them.
        symmetric: Whether the range of values lies around zero.
        activation_order: Whether the inputs with the largest values are rounded first.
        quantization_layer_structure: Dict with the layers before the blocks under `"pre_block_layers"` and the blocks,
            in order, under `"sequential_blocks"`; without it the model tells.

    Raises:
        ValueError: A number is out of its range.

    Example:

    >>> class Characters:
    ...     def tokenize(self, text):
    ...         return [ord(x) for x in text]
    >>> config = keras.quantizers.GPTQConfig(["some text"], Characters(), group_size=64)
    >>> config.dtype_policy_string()
    'gptq/4/64'
    """

    def __init__(
        self,
        dataset,
        tokenizer,
        *,
        weight_bits=4,
        num_samples=128,
        per_channel=True,
        sequence_length=512,
        hessian_damping=0.01,
        group_size=128,
        symmetric=False,
        activation_order=False,
        quantization_layer_structure=None,
    ):
        if weight_bits not in (2, 3, 4, 8):
            raise ValueError(f"Unsupported weight_bits {weight_bits}. Supported values are 2, 3, 4, and 8.")
        _check_group_size(group_size, "whole-tensor")
        if not 0 <= hessian_damping <= 1:
            raise ValueError(f"hessian_damping must be between 0 and 1. Received: hessian_damping={hessian_damping}")
        super().__init__(
            dataset, tokenizer, weight_bits, num_samples, sequence_length, group_size, quantization_layer_structure
        )
        self.per_channel = per_channel
        self.hessian_damping = hessian_damping
        self.symmetric = symmetric
        self.activation_order = activation_order

    @property
    def mode(self):
        return "gptq"


@keras_export("keras.quantizers.AWQConfig")
class AWQConfig(CalibratedConfig):
    """Weights scaled by how large their inputs are before they are rounded: [AWQ](https://arxiv.org/abs/2306.00978).

    Args:
        dataset: Texts, or sequences of tokens, to calibrate with.
        tokenizer: Object whose `tokenize(text)` gives tokens.
        weight_bits: 4.
        num_samples: How many sequences are looked at.
        sequence_length: Number of tokens in a sequence.
        group_size: How many inputs share a scale; -1: all of them.
        num_grid_points: How many exponents of the scales are tried.
        quantization_layer_structure: Dict with the layers before the blocks under `"pre_block_layers"` and the blocks,
            in order, under `"sequential_blocks"`; without it the model tells.

    Raises:
        ValueError: A number is out of its range.

    Example:

    >>> class Characters:
    ...     def tokenize(self, text):
    ...         return [ord(x) for x in text]
    >>> keras.quantizers.AWQConfig(["some text"], Characters()).dtype_policy_string()
    'awq/4/128'
    """

    def __init__(
        self,
        dataset,
        tokenizer,
        *,
        weight_bits=4,
        num_samples=128,
        sequence_length=512,
        group_size=128,
        num_grid_points=20,
        quantization_layer_structure=None,
    ):
        if weight_bits != 4:
            raise ValueError(f"AWQ only supports 4-bit quantization. Received weight_bits={weight_bits}.")
        _check_group_size(group_size, "per-channel")
        _check_positive("num_grid_points", num_grid_points)
        super().__init__(
            dataset, tokenizer, weight_bits, num_samples, sequence_length, group_size, quantization_layer_structure
        )
        self.num_grid_points = num_grid_points

    @property
    def mode(self):
        return "awq"
