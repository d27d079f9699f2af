"""Rows of `function_rows.ROWS` for `keras.quantizers`."""

import numpy as np

from integration_tests.mute.function_rows import EXCEPTIONS, row
from integration_tests.mute.method_rows import X2, X, array
from keras import ops, quantizers

BYTES = np.array([[1, -2, 3], [-4, 5, -6], [7, -8, 0]], "int8")

for _name in ("abs_max_quantize", "abs_max_quantize_grouped_with_zero_point"):
    EXCEPTIONS["quantizers", _name, "to_numpy"] = "says where to compute; tests beside it hold both to the same numbers"


@row(
    "quantizers",
    "abs_max_quantize",
    inputs=(X, X2),
    axis=(0, 1),
    value_range=((-127, 127), (-8, 7)),
    dtype=("int8", "int16"),
    epsilon=(1e-7, 1.0),
)
def abs_max_quantize(folder, inputs=X, axis=0, **given):
    quantized, scale = quantizers.abs_max_quantize(inputs, axis, **given)
    return array(quantized), array(scale)


@row(
    "quantizers",
    "pack_int4",
    arr=(BYTES, BYTES[:2]),
    axis=(0, 1),
    dtype=("int8", "uint8"),
)
def pack_int4(folder, arr=BYTES, axis=0, dtype="int8"):
    packed, shape, size = quantizers.pack_int4(ops.convert_to_tensor(arr.view(dtype)), axis, dtype)
    return array(packed), shape, size


@row(
    "quantizers",
    "unpack_int4",
    packed=(BYTES, BYTES[::-1]),
    orig_len=(3, 2),
    axis=(0, 1),
    dtype=("int8", "uint8"),
)
def unpack_int4(folder, packed=BYTES, orig_len=3, axis=0, dtype="int8"):
    return array(quantizers.unpack_int4(packed, orig_len, axis, dtype))


@row("quantizers", "pack_ternary", arr=(BYTES, BYTES[:2]), axis=(0, 1))
def pack_ternary(folder, arr=BYTES, axis=0):
    packed, shape, size = quantizers.pack_ternary(arr, axis)
    return array(packed), shape, size


@row("quantizers", "unpack_ternary", packed=(BYTES, BYTES[::-1]), orig_len=(3, 2), axis=(0, 1))
def unpack_ternary(folder, packed=BYTES, orig_len=3, axis=0):
    return array(quantizers.unpack_ternary(packed, orig_len, axis))


@row(
    "quantizers",
    "abs_max_quantize_grouped_with_zero_point",
    inputs=(X, X2),
    block_size=(1, 2),
    value_range=((-8, 7), (-127, 127)),
    dtype=("int8", "int16"),
    epsilon=(1e-7, 1.0),
)
def grouped(folder, inputs=X, block_size=2, **given):
    parts = quantizers.abs_max_quantize_grouped_with_zero_point(inputs, block_size, **given)
    return [array(part) for part in parts]


@row(
    "quantizers",
    "quantize_and_dequantize",
    inputs=(X, X2),
    scale=(1.0, 0.7),
    quantized_dtype=("float8_e4m3fn", "float8_e5m2"),
    compute_dtype=("float32", "float16"),
)
def quantize_and_dequantize(folder, inputs=X, scale=1.0, quantized_dtype="float8_e4m3fn", compute_dtype="float32"):
    return array(quantizers.quantize_and_dequantize(inputs, scale, quantized_dtype, compute_dtype))


@row(
    "quantizers",
    "compute_float8_scale",
    amax=(2.0, 3.0),
    scale=(1.0, 2.0, {"amax": 0.0}),
    dtype_max=(448.0, 57344.0),
    margin=(0, 1),
)
def compute_float8_scale(folder, amax=2.0, scale=1.0, dtype_max=448.0, **given):
    return array(quantizers.compute_float8_scale(np.float32(amax), np.float32(scale), dtype_max, **given))


@row("quantizers", "compute_float8_amax_history", x=(X, 2 * X), amax_history=(np.arange(3.0), np.ones(3)))
def compute_float8_amax_history(folder, x=X, amax_history=np.zeros(3)):  # noqa: B008  nobody writes to it
    return array(quantizers.compute_float8_amax_history(x, ops.cast(amax_history, "float32")))


@row(
    "quantizers",
    "fake_quant_with_min_max_vars",
    inputs=(X, X2),
    min_vals=(-1.0, -0.5),
    max_vals=(1.0, 0.5),
    num_bits=(3, 4),
    narrow_range=(False, True),
    axis=(0, 1, {"inputs": BYTES.astype("float32"), "min_vals": [-1.0, -2.0, -3.0]}),
)
def fake_quant_with_min_max_vars(folder, inputs=X, min_vals=-1.0, max_vals=1.0, **given):
    return array(quantizers.fake_quant_with_min_max_vars(inputs, min_vals, max_vals, **given))
