"""Weights that are -1, 0 or 1 times a scale, four to a byte.

- [The Era of 1-bit LLMs: All Large Language Models are in 1.58 Bits](https://arxiv.org/abs/2402.17764)
"""

from keras.src import backend, ops, quantizers
from keras.src.layers.weights.int4 import Int4


class Ternary(Int4):
    """A weight of the numbers -1, 0 and 1, with a scale for each output: the mean of the absolute values."""

    mode = "ternary"
    value_range = (-1, 1)
    per_byte = 4
    pack = staticmethod(quantizers.pack_ternary)
    unpack = staticmethod(quantizers.unpack_ternary)

    def _quantized(self, value, axes):
        mean = ops.mean(ops.abs(value), axis=axes, keepdims=True)
        scale = ops.divide(1.0, ops.add(mean, backend.epsilon()))
        integers = ops.clip(ops.round(ops.multiply(value, scale)), *self.value_range)
        return ops.cast(integers, "int8"), scale

    @staticmethod
    def policy_mode(config):
        return "ternary"
