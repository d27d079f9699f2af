"""Rows of `function_rows.ROWS` for `keras.quantizers`."""

import numpy as np

from integration_tests.mute.function_rows import EXCEPTIONS, row
from integration_tests.mute.method_rows import X2, X, array
from keras import ops, quantizers

BYTES = np.array([[1, -2, 3], [-4, 5, -6], [7, -8, 0]], "int8")

EXCEPTIONS["quantizers", "abs_max_quantize", "to_numpy"] = (
    "says where to compute; `scaling_test.py` holds both to the same numbers"
)


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
