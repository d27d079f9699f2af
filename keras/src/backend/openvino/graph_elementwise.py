"""Graph kernels of `keras.ops.numpy`: one number in, one number out."""

import math

import numpy as np
import openvino.opset15 as opset

from keras.src.backend.openvino.build import (
    binary,
    is_real,
    like,
    name_of,
    operand,
    to,
    unary,
)
from keras.src.backend.openvino.tensor import NotInGraph, convert, graph_kernel

absolute = unary(opset.absolute)
arccos = unary(opset.acos)
arccosh = unary(opset.acosh)
arcsin = unary(opset.asin)
arcsinh = unary(opset.asinh)
arctan = unary(opset.atan)
arctanh = unary(opset.atanh)
ceil = unary(opset.ceiling)
cos = unary(opset.cos)
cosh = unary(opset.cosh)
exp = unary(opset.exp)
floor = unary(opset.floor)
log = unary(opset.log)
negative = unary(opset.negative)
sign = unary(opset.sign)
sin = unary(opset.sin)
sinh = unary(opset.sinh)
sqrt = unary(opset.sqrt)
tan = unary(opset.tan)
tanh = unary(opset.tanh)
conjugate = real = copy = unary(lambda x: x)
square = unary(lambda x: opset.multiply(x, x))
reciprocal = unary(lambda x: opset.divide(like(1, x), x))
exp2 = unary(lambda x: opset.exp(opset.multiply(x, like(math.log(2), x))))
log2 = unary(lambda x: opset.divide(opset.log(x), like(math.log(2), x)))
log10 = unary(lambda x: opset.divide(opset.log(x), like(math.log(10), x)))
deg2rad = unary(lambda x: opset.multiply(x, like(math.pi / 180, x)))
rad2deg = unary(lambda x: opset.multiply(x, like(180 / math.pi, x)))
imag = unary(lambda x: opset.multiply(x, like(0, x)))
bitwise_invert = unary(opset.bitwise_not)
logical_not = unary(opset.logical_not)


@graph_kernel
def log1p(x):
    # log(1 + x) * x / ((1 + x) - 1) keeps the digits of small x.
    u = opset.add(x, like(1, x))
    near = opset.equal(u, like(1, x))
    quotient = opset.divide(x, opset.select(near, like(1, x), opset.subtract(u, like(1, x))))
    exact = opset.multiply(opset.log(u), quotient)
    return opset.select(opset.logical_or(near, opset.is_inf(u)), opset.select(near, x, u), exact)


@graph_kernel
def expm1(x):
    # 2 sinh(x / 2) exp(x / 2) keeps the digits of small x.
    half = opset.multiply(x, like(0.5, x))
    return opset.multiply(opset.multiply(like(2, x), opset.sinh(half)), opset.exp(half))


@graph_kernel
def cbrt(x):
    return opset.multiply(opset.sign(x), opset.power(opset.absolute(x), like(1 / 3, x)))


@graph_kernel
def sinc(x):
    angle = opset.multiply(x, like(math.pi, x))
    zero = opset.equal(x, like(0, x))
    return opset.select(zero, like(1, x), opset.divide(opset.sin(angle), opset.select(zero, like(1, x), angle)))


@graph_kernel
def trunc(x):
    if not is_real(x):
        return x
    return opset.multiply(opset.sign(x), opset.floor(opset.absolute(x)))


@graph_kernel
def round(x, decimals):
    if not is_real(x):
        return x
    if not decimals:
        return opset.round(x, "half_to_even")
    scale = like(10.0**decimals, x)
    return opset.divide(opset.round(opset.multiply(x, scale), "half_to_even"), scale)


@graph_kernel
def clip(x, x_min, x_max):
    low, high = (convert(operand(v, x), name_of(x)) for v in (x_min, x_max))
    return opset.minimum(opset.maximum(x, low), high)


@graph_kernel
def nan_to_num(x, nan, posinf, neginf):
    if not is_real(x):
        return x
    info = np.finfo(np.float16 if name_of(x) == "float16" else np.float64 if name_of(x) == "float64" else np.float32)
    x = opset.select(opset.is_nan(x), like(nan, x), x).output(0)
    x = opset.select(opset.equal(x, like(np.inf, x)), like(info.max if posinf is None else posinf, x), x).output(0)
    return opset.select(opset.equal(x, like(-np.inf, x)), like(info.min if neginf is None else neginf, x), x)


add = binary(opset.add)
subtract = binary(opset.subtract)
multiply = binary(opset.multiply)
divide = binary(opset.divide)
power = binary(opset.power)
maximum = binary(opset.maximum)
minimum = binary(opset.minimum)
equal = binary(opset.equal)
not_equal = binary(opset.not_equal)
greater = binary(opset.greater)
greater_equal = binary(opset.greater_equal)
less = binary(opset.less)
less_equal = binary(opset.less_equal)
fmod = binary(opset.mod)
bitwise_and = binary(opset.bitwise_and)
bitwise_or = binary(opset.bitwise_or)
bitwise_xor = binary(opset.bitwise_xor)
bitwise_left_shift = binary(opset.bitwise_left_shift)
bitwise_right_shift = binary(opset.bitwise_right_shift)
logical_and = binary(opset.logical_and)
logical_or = binary(opset.logical_or)
logical_xor = binary(opset.logical_xor)
mod = binary(opset.floor_mod)


@binary
def floor_divide(x1, x2):
    if is_real(x1):
        return opset.floor(opset.divide(x1, x2))
    return opset.divide(opset.subtract(x1, opset.floor_mod(x1, x2)), x2)


@binary
def fmax(x1, x2):
    return (
        opset.select(opset.is_nan(x1), x2, opset.select(opset.is_nan(x2), x1, opset.maximum(x1, x2)))
        if is_real(x1)
        else opset.maximum(x1, x2)
    )


@binary
def fmin(x1, x2):
    return (
        opset.select(opset.is_nan(x1), x2, opset.select(opset.is_nan(x2), x1, opset.minimum(x1, x2)))
        if is_real(x1)
        else opset.minimum(x1, x2)
    )


@binary
def arctan2(x1, x2):
    zero = opset.equal(x2, like(0, x2))
    base = opset.atan(opset.divide(x1, opset.select(zero, like(1, x2), x2)))
    turn = opset.select(opset.less(x1, like(0, x1)), like(-math.pi, x1), like(math.pi, x1))
    beside = opset.select(opset.less(x2, like(0, x2)), opset.add(base, turn), base)
    return opset.select(zero, opset.multiply(opset.sign(x1), like(math.pi / 2, x1)), beside)


@binary
def hypot(x1, x2):
    a, b = opset.absolute(x1), opset.absolute(x2)
    large = opset.maximum(a, b)
    safe = opset.select(opset.equal(large, like(0, x1)), like(1, x1), large)
    ratio = opset.divide(opset.minimum(a, b), safe)
    return opset.multiply(large, opset.sqrt(opset.add(like(1, x1), opset.multiply(ratio, ratio))))


@binary
def logaddexp(x1, x2):
    distance = opset.negative(opset.absolute(opset.subtract(x1, x2)))
    return opset.add(opset.maximum(x1, x2), opset.log(opset.add(like(1, x1), opset.exp(distance))))


@binary
def logaddexp2(x1, x2):
    two = math.log(2)
    distance = opset.multiply(opset.negative(opset.absolute(opset.subtract(x1, x2))), like(two, x1))
    extra = opset.divide(opset.log(opset.add(like(1, x1), opset.exp(distance))), like(two, x1))
    return opset.add(opset.maximum(x1, x2), extra)


@binary
def heaviside(x1, x2):
    step = opset.select(opset.greater(x1, like(0, x1)), like(1, x1), like(0, x1))
    result = opset.select(opset.equal(x1, like(0, x1)), x2, step)
    return opset.select(opset.is_nan(x1), x1, result)


isnan = unary(lambda x: opset.is_nan(x) if is_real(x) else opset.not_equal(x, x))
isfinite = unary(lambda x: opset.is_finite(x) if is_real(x) else opset.equal(x, x))
isinf = unary(lambda x: opset.is_inf(x) if is_real(x) else opset.not_equal(x, x))
isposinf = unary(lambda x: opset.equal(x, like(np.inf, x)) if is_real(x) else opset.not_equal(x, x))
isneginf = unary(lambda x: opset.equal(x, like(-np.inf, x)) if is_real(x) else opset.not_equal(x, x))
isreal = unary(lambda x: opset.logical_or(opset.equal(x, x), opset.not_equal(x, x)))
signbit = unary(
    lambda x: opset.less(
        opset.select(opset.equal(x, like(0, x)), opset.divide(like(1, x), x), x) if is_real(x) else x, like(0, x)
    )
)
angle = unary(lambda x: opset.select(opset.less(x, like(0, x)), like(math.pi, x), opset.multiply(x, like(0, x))))


@graph_kernel
def isclose(x1, x2, rtol, atol, equal_nan):
    x1, x2 = operand(x1, x2), operand(x2, x1)
    if not is_real(x1):
        x1, x2 = to(x1, "float32"), to(x2, "float32")
    limit = opset.add(like(atol, x1), opset.multiply(like(rtol, x1), opset.absolute(x2)))
    near = opset.less_equal(opset.absolute(opset.subtract(x1, x2)), limit)
    near = opset.logical_or(opset.logical_and(near, opset.is_finite(x2)), opset.equal(x1, x2))
    return opset.logical_or(near, opset.logical_and(opset.is_nan(x1), opset.is_nan(x2))) if equal_nan else near


@graph_kernel
def where(condition, x1, x2):
    if x1 is None:
        raise NotInGraph("keras.ops.where with one argument has a result of unknown shape.")
    return opset.select(condition, operand(x1, x2), operand(x2, x1))
