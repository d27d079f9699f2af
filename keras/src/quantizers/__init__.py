"""Quantization: numbers in few bits, and what `quantize` is told about them."""

from keras.src.quantizers.calibrated_configs import AWQConfig, GPTQConfig
from keras.src.quantizers.configs import (
    Float8QuantizationConfig,
    Int4QuantizationConfig,
    Int8QuantizationConfig,
    QuantizationConfig,
    TernaryQuantizationConfig,
)
from keras.src.quantizers.fake_quant import fake_quant_with_min_max_vars
from keras.src.quantizers.float8 import compute_float8_amax_history, compute_float8_scale, quantize_and_dequantize
from keras.src.quantizers.grouped import abs_max_quantize_grouped_with_zero_point
from keras.src.quantizers.lookup import deserialize, get, serialize
from keras.src.quantizers.packing import pack_int4, pack_ternary, unpack_int4, unpack_ternary
from keras.src.quantizers.quantizers import AbsMaxQuantizer, Quantizer
from keras.src.quantizers.report import QuantizationReport
from keras.src.quantizers.scaling import abs_max_quantize

__all__ = [
    "AWQConfig",
    "AbsMaxQuantizer",
    "Float8QuantizationConfig",
    "GPTQConfig",
    "Int4QuantizationConfig",
    "Int8QuantizationConfig",
    "QuantizationConfig",
    "QuantizationReport",
    "Quantizer",
    "TernaryQuantizationConfig",
    "abs_max_quantize",
    "abs_max_quantize_grouped_with_zero_point",
    "compute_float8_amax_history",
    "compute_float8_scale",
    "deserialize",
    "fake_quant_with_min_max_vars",
    "get",
    "pack_int4",
    "pack_ternary",
    "quantize_and_dequantize",
    "serialize",
    "unpack_int4",
    "unpack_ternary",
]
