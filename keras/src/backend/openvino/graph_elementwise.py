"""Graph kernels of `keras.ops.numpy`: one number in, one number out."""

import math

import ml_dtypes
import numpy as np
import openvino as ov
import openvino.opset15 as opset

from keras.src.backend.openvino.build import (
    binary,
    broadcast_together,
    flat,
    ints,
    is_real,
    is_unsigned,
    like,
    name_of,
    operand,
    repeated,
    reshape,
    shape_of,
    to,
    unary,
)
from keras.src.backend.openvino.tensor import NotInGraph, constant, convert, graph_kernel

absolute = unary(lambda x: x if x.get_element_type() == ov.Type.boolean else opset.absolute(x))
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
negative = unary(lambda x: opset.subtract(like(0, x), x) if is_unsigned(x) else opset.negative(x))
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
    # 2 sinh(x / 2) exp(x / 2) keeps the digits of small x; far below zero the factors overflow.
    half = opset.multiply(x, like(0.5, x))
    product = opset.multiply(opset.multiply(like(2, x), opset.sinh(half)), opset.exp(half))
    return opset.select(opset.less(x, like(-20, x)), like(-1, x), product)


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
    if is_unsigned(x):
        x_min, x_max = (max(v, 0) if isinstance(v, (int, float)) else v for v in (x_min, x_max))
    low, high = (convert(operand(v, x), name_of(x)) for v in (x_min, x_max))
    return opset.minimum(opset.maximum(x, low), high)


@graph_kernel
def nan_to_num(x, nan, posinf, neginf):
    if not is_real(x):
        return x
    info = ml_dtypes.finfo(name_of(x))
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
# The runtime's `greater` holds for NaN, its `less` does not.
greater = binary(lambda x1, x2: opset.less(x2, x1))
greater_equal = binary(lambda x1, x2: opset.less_equal(x2, x1))
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
    is_zero = opset.equal(x2, like(0, x2))
    divisor = opset.select(is_zero, like(1, x2), x2)
    quotient = opset.divide(opset.subtract(x1, opset.floor_mod(x1, divisor)), divisor)
    return opset.select(is_zero, like(0, x1), quotient)


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


# Bessel's function I0 by polynomials in x^2 and 1 / x (Abramowitz and Stegun, 9.8.1 and 9.8.2)
_NEAR = (1.0, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.0360768, 0.0045813)
_FAR = (0.39894228, 0.01328592, 0.00225319, -0.00157565, 0.00916281, -0.02057706, 0.02635537, -0.01647633, 0.00392377)


def _polynomial(x, coefficients):
    result = like(coefficients[-1], x)
    for c in coefficients[-2::-1]:
        result = opset.add(opset.multiply(result, x), like(c, x))
    return result


@unary
def i0(x):
    x = opset.absolute(x).output(0)
    limit = like(3.75, x)
    below, above = opset.minimum(x, limit), opset.maximum(x, limit)
    ratio = opset.divide(below, limit).output(0)
    near = _polynomial(opset.multiply(ratio, ratio).output(0), _NEAR)
    far = _polynomial(opset.divide(limit, above).output(0), _FAR)
    far = opset.multiply(opset.divide(opset.exp(above), opset.sqrt(above)), far)
    return opset.select(opset.less_equal(x, limit), near, far)


@binary
def nextafter(x1, x2):
    info = ml_dtypes.finfo(name_of(x1))
    wide = to(x1, "float32")
    size, goal = opset.absolute(wide), to(x2, "float32")
    powers = constant(2.0 ** np.arange(info.minexp, info.maxexp, dtype="float32"))
    place = opset.subtract(opset.search_sorted(powers, flat(size.output(0)), True, "i32"), ints(1))
    place = opset.maximum(reshape(place.output(0), shape_of(x1)), ints(0))
    power = opset.gather(powers, place, np.int64(0))
    unit = opset.multiply(power, constant(np.float32(2.0**-info.nmant)))
    is_power = opset.logical_and(opset.equal(size, power), opset.greater(place, ints(0)))
    inward = opset.subtract(size, opset.select(is_power, opset.multiply(unit, constant(np.float32(0.5))), unit))
    largest = constant(np.float32(info.max))
    inward = opset.select(opset.is_inf(size), largest, inward)
    is_rising = opset.greater(goal, wide)
    is_positive = opset.greater(wide, constant(np.float32(0)))
    is_zero = opset.equal(wide, constant(np.float32(0)))
    outward = opset.logical_or(is_zero, opset.equal(is_rising, is_positive))
    result = opset.select(outward, opset.add(size, unit), inward)
    upward = opset.select(is_zero, is_rising, is_positive)
    result = opset.select(upward, result, opset.negative(result))
    result = opset.select(opset.equal(wide, goal), goal, result)
    missing = opset.logical_or(opset.is_nan(wide), opset.is_nan(goal))
    return to(opset.select(missing, opset.add(wide, goal), result), name_of(x1))


_EUCLIDEAN_STEPS = {8: 12, 16: 23, 32: 46, 64: 91}
"""How often the remainder may be taken until it vanishes: consecutive Fibonacci numbers take longest."""


def gcd(x1, x2):
    x1, x2 = (absolute(x) for x in broadcast_together(x1, x2))

    def step(_, a, b):
        return where(equal(b, 0), a, b), where(equal(b, 0), b, mod(a, where(equal(b, 0), 1, b)))

    return repeated(_EUCLIDEAN_STEPS[8 * x1.dtype.itemsize], step, x1, x2)[0]


def lcm(x1, x2):
    x1, x2 = (absolute(x) for x in broadcast_together(x1, x2))
    divisor = gcd(x1, x2)
    return floor_divide(x1, where(equal(divisor, 0), 1, divisor)) * x2


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
