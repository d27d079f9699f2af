"""Quantization: numbers in few bits, and what `quantize` is told about them."""

from keras.src.quantizers.configs import (
    Float8QuantizationConfig,
    Int4QuantizationConfig,
    Int8QuantizationConfig,
    QuantizationConfig,
)
from keras.src.quantizers.lookup import deserialize, get, serialize
from keras.src.quantizers.packing import pack_int4, unpack_int4
from keras.src.quantizers.quantizers import AbsMaxQuantizer, Quantizer
from keras.src.quantizers.scaling import abs_max_quantize

__all__ = [
    "AbsMaxQuantizer",
    "Float8QuantizationConfig",
    "Int4QuantizationConfig",
    "Int8QuantizationConfig",
    "QuantizationConfig",
    "Quantizer",
    "abs_max_quantize",
    "deserialize",
    "get",
    "pack_int4",
    "serialize",
    "unpack_int4",
]
