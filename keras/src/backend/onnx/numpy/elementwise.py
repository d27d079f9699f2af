"""Kernels of `keras.ops.numpy`: one number in, one number out."""

import math

import numpy as np

from keras.src.backend.onnx.build import cast, is_float, like, operand
from keras.src.backend.onnx.graph import emit_elementwise
from keras.src.backend.onnx.tensor import Tensor

_SMALL = ("int8", "uint8", "int16", "uint16", "uint32", "uint64", "bool")
"""Integers for which the runtime lacks some operators; they are computed in int64, or in another dtype."""


def _held(x, dtypes, wanted):
    return cast(x, wanted) if str(x.dtype) in dtypes else x


def unary(op, lacking=(), wanted="float32"):
    """A kernel of one tensor.

    Args:
        op: Name of the operator.
        lacking: Dtypes that the runtime does not compute it in; `wanted` takes their place.
        wanted: Name of a dtype.
    """

    def kernel(x):
        return cast(emit_elementwise(op, [_held(x, lacking, wanted)]), x.dtype)

    return kernel


def binary(op, lacking=(), wanted="int64", dtype=None):
    """A kernel of two tensors, one of which may be a Python number."""

    def kernel(x1, x2):
        x1, x2 = operand(x1, x2), operand(x2, x1)
        result = emit_elementwise(op, [_held(x, lacking, wanted) for x in (x1, x2)], dtype)
        return result if dtype is not None else cast(result, x1.dtype)

    return kernel


def of(op, *inputs, dtype=None):
    """An element-wise node of tensors and numbers, which take the dtype of the first tensor."""
    first = next(x for x in inputs if isinstance(x, Tensor))
    return emit_elementwise(op, [operand(x, first) for x in inputs], dtype)


_DOUBLE = ("float64",)
exp, log, tanh, erf = unary("Exp"), unary("Log"), unary("Tanh"), unary("Erf", _DOUBLE)
sqrt = unary("Sqrt")
sin, cos = unary("Sin"), unary("Cos")
tan = unary("Tan", _DOUBLE)
arcsin, arccos, arctan = (unary(name, _DOUBLE) for name in ("Asin", "Acos", "Atan"))
sinh, cosh, arcsinh, arccosh, arctanh = (unary(name, _DOUBLE) for name in ("Sinh", "Cosh", "Asinh", "Acosh", "Atanh"))
ceil, floor = unary("Ceil", _SMALL), unary("Floor", _SMALL)
sign = unary("Sign", ("bool",), "int32")
logical_not = unary("Not")
bitwise_invert = unary("BitwiseNot", ("bool",), "int32")


def conjugate(x):
    return x


copy = real = conjugate


def absolute(x):
    return x if x.dtype.kind in "bu?" else emit_elementwise("Abs", [x])


def negative(x):
    if x.dtype.kind in "bu?":
        return cast(emit_elementwise("Sub", [like(0, cast(x, "int64")), cast(x, "int64")]), x.dtype)
    return cast(emit_elementwise("Neg", [_held(x, ("int16",), "int32")]), x.dtype)


add, subtract, multiply = (binary(name, _SMALL) for name in ("Add", "Sub", "Mul"))
_power = binary("Pow", _SMALL)
maximum, minimum = (binary(name, ("int8", "uint8", "int16", "uint16", "bool")) for name in ("Max", "Min"))
divide = binary("Div", _SMALL)
equal = binary("Equal", ("int8", "uint8", "int16", "uint16", "uint32", "uint64", "float16"), "float32", np.bool_)
bitwise_and, bitwise_or, bitwise_xor = (binary(f"Bitwise{name}", ("bool",), "int32") for name in ("And", "Or", "Xor"))
logical_and, logical_or, logical_xor = (binary(name, dtype=np.bool_) for name in ("And", "Or", "Xor"))
less, greater, less_equal, greater_equal = (
    binary(name, _SMALL, "int64", np.bool_) for name in ("Less", "Greater", "LessOrEqual", "GreaterOrEqual")
)


def power(x1, x2):
    exponent = x2.value if isinstance(x2, Tensor) else np.asarray(x2)
    if exponent is not None and exponent.size == 1 and exponent.item() == 2 and isinstance(x1, Tensor):
        return square(x1)
    return _power(x1, x2)


def not_equal(x1, x2):
    return logical_not(equal(x1, x2))


def square(x):
    return multiply(x, x)


def reciprocal(x):
    return emit_elementwise("Reciprocal", [x]) if is_float(x) else divide(like(1, x), x)


def rsqrt(x):
    return reciprocal(sqrt(x))


def exp2(x):
    return exp(multiply(x, math.log(2)))


def log2(x):
    return divide(log(x), math.log(2))


def log10(x):
    return divide(log(x), math.log(10))


def where(condition, x1, x2):
    x1, x2 = operand(x1, x2), operand(x2, x1)
    lacking = ("int8", "int16", "uint16", "uint32", "uint64", "float16", "bool")
    wanted = "float32" if x1.dtype == np.float16 else "int64"
    a, b = (_held(x, lacking, wanted) for x in (x1, x2))
    return cast(emit_elementwise("Where", [cast(condition, "bool"), a, b]), x1.dtype)


def isnan(x):
    return emit_elementwise("IsNaN", [x], np.bool_) if is_float(x) else less(x, x)


def isinf(x):
    return equal(absolute(x), like(np.inf, x)) if is_float(x) else less(x, x)


def isfinite(x):
    return less(absolute(x), like(np.inf, x)) if is_float(x) else equal(x, x)


def clip(x, x_min, x_max):
    x = x if x_min is None else maximum(x, x_min)
    return x if x_max is None else minimum(x, x_max)
