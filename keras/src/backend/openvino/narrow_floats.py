"""Rounding to floats of eight bits: the runtime rounds to float16 on the way, and once more, which gives other numbers."""

import numpy as np
import openvino as ov
import openvino.opset15 as opset

# Dtypes of eight bits: the exponents of their normal numbers, and the bits behind the leading one.
FORMATS = {ov.Type.f8e4m3: (-6, 8, 3), ov.Type.f8e5m2: (-14, 15, 2)}


def rounded(x, wanted):
    """The numbers of a dtype of eight bits that are next to those of an output of floats, in the dtype of these."""
    dtype = x.get_element_type()
    if dtype not in (ov.Type.f32, ov.Type.f64):
        return x
    smallest, largest, bits = FORMATS[wanted]
    # A logarithm that is slightly off makes no difference: two to the power is a number of both steps.
    exponent = opset.floor(opset.divide(opset.log(opset.absolute(x)), _constant(np.log(2), dtype)))
    number = opset.convert(opset.clamp(exponent, float(smallest), float(largest)), "i32")
    steps = _constant(2.0 ** np.arange(smallest - bits, largest - bits + 1), dtype)
    number = opset.subtract(number, opset.constant(np.int32(smallest)))
    step = opset.gather(steps, number, opset.constant(np.int32(0)))
    return opset.multiply(opset.round(opset.divide(x, step), "half_to_even"), step).output(0)


def _constant(values, dtype):
    return opset.constant(np.asarray(values, dtype.to_dtype()))
