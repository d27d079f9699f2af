"""Kernels of `keras.ops.numpy` for functions of numbers that ONNX has no operator for."""

import math

import ml_dtypes
import numpy as np

from keras.src.backend.onnx import control_flow
from keras.src.backend.onnx.build import cast, is_float, like
from keras.src.backend.onnx.graph import emit_elementwise
from keras.src.backend.onnx.numpy.elementwise import (
    absolute,
    add,
    arctan,
    divide,
    equal,
    exp,
    floor,
    greater,
    isfinite,
    isinf,
    isnan,
    less,
    less_equal,
    log,
    logical_and,
    logical_or,
    maximum,
    minimum,
    multiply,
    negative,
    of,
    sign,
    sin,
    sinh,
    sqrt,
    subtract,
    where,
)

__all__ = [
    "angle", "arctan2", "bitwise_left_shift", "bitwise_right_shift", "cbrt", "deg2rad", "expm1", "floor_divide", "fmax", "fmin", "fmod",
    "gcd", "heaviside", "hypot", "i0", "imag", "isclose", "isneginf", "isposinf", "isreal", "lcm", "log1p", "logaddexp", "logaddexp2", "mod",
    "nan_to_num", "rad2deg", "round", "signbit", "sinc", "trunc",
]  # fmt: skip


def log1p(x):
    # log(1 + x) * x / ((1 + x) - 1) keeps the digits of small x.
    u = add(x, 1.0)
    near = equal(u, 1.0)
    quotient = divide(x, where(near, 1.0, subtract(u, 1.0)))
    return where(logical_or(near, isinf(u)), where(near, x, u), multiply(log(u), quotient))


def expm1(x):
    # 2 sinh(x / 2) exp(x / 2) keeps the digits of small x; far below zero the factors overflow.
    half = multiply(x, 0.5)
    return where(less(x, -20.0), -1.0 + multiply(x, 0.0), multiply(multiply(2.0, sinh(half)), exp(half)))


def cbrt(x):
    return multiply(sign(x), of("Pow", absolute(x), 1 / 3))


def deg2rad(x):
    return multiply(x, math.pi / 180)


def rad2deg(x):
    return multiply(x, 180 / math.pi)


def sinc(x):
    angle, zero = multiply(x, math.pi), equal(x, 0.0)
    return where(zero, 1.0, divide(sin(angle), where(zero, 1.0, angle)))


def trunc(x):
    return multiply(sign(x), floor(absolute(x))) if is_float(x) else x


def round(x, decimals):
    if not is_float(x):
        return x
    scale = 10.0**decimals
    return (
        emit_elementwise("Round", [x])
        if not decimals
        else divide(emit_elementwise("Round", [multiply(x, scale)]), scale)
    )


def nan_to_num(x, nan, posinf, neginf):
    if not is_float(x):
        return x
    info = ml_dtypes.finfo(x.dtype)
    x = where(isnan(x), nan, x)
    x = where(equal(x, np.inf), float(info.max) if posinf is None else posinf, x)
    return where(equal(x, -np.inf), float(info.min) if neginf is None else neginf, x)


def imag(x):
    return multiply(x, 0)


def angle(x):
    return where(less(x, 0.0), math.pi, multiply(x, 0.0))


def isposinf(x):
    return equal(x, np.inf) if is_float(x) else less(x, x)


def isneginf(x):
    return equal(x, -np.inf) if is_float(x) else less(x, x)


def isreal(x):
    return logical_or(equal(x, x), isnan(x)) if is_float(x) else equal(x, x)


def signbit(x):
    return less(where(equal(x, 0.0), divide(1.0, x), x) if is_float(x) else x, like(0, x))


def floor_divide(x1, x2):
    if is_float(x1):
        return floor(divide(x1, x2))
    zero = equal(x2, like(0, x2))
    divisor = where(zero, like(1, x2), x2)
    quotient = divide(subtract(x1, mod(x1, divisor)), divisor)
    return where(zero, like(0, x1), quotient)


def mod(x1, x2):
    if is_float(x1):
        rest = _fmod(x1, x2)
        differs = logical_and(of("Not", equal(rest, 0.0), dtype=np.bool_), less(multiply(rest, x2), 0.0))
        return where(differs, add(rest, x2), rest)
    wide = [cast(x, "int64") for x in (x1, x2)]
    return cast(emit_elementwise("Mod", wide), x1.dtype)


def _fmod(x1, x2):
    return emit_elementwise("Mod", [x1, x2], fmod=1)


def fmod(x1, x2):
    if is_float(x1):
        return _fmod(x1, x2)
    return cast(_fmod(cast(x1, "int64"), cast(x2, "int64")), x1.dtype)


def fmax(x1, x2):
    return where(isnan(x1), x2, where(isnan(x2), x1, maximum(x1, x2))) if is_float(x1) else maximum(x1, x2)


def fmin(x1, x2):
    return where(isnan(x1), x2, where(isnan(x2), x1, minimum(x1, x2))) if is_float(x1) else minimum(x1, x2)


def arctan2(x1, x2):
    zero = equal(x2, 0.0)
    base = arctan(divide(x1, where(zero, 1.0, x2)))
    beside = where(less(x2, 0.0), add(base, where(less(x1, 0.0), like(-math.pi, x1), like(math.pi, x1))), base)
    return where(zero, multiply(sign(x1), math.pi / 2), beside)


def hypot(x1, x2):
    a, b = absolute(x1), absolute(x2)
    large = maximum(a, b)
    ratio = divide(minimum(a, b), where(equal(large, 0.0), 1.0, large))
    return multiply(large, sqrt(add(multiply(ratio, ratio), 1.0)))


def logaddexp(x1, x2):
    return add(maximum(x1, x2), log(add(exp(negative(absolute(subtract(x1, x2)))), 1.0)))


def logaddexp2(x1, x2):
    distance = multiply(negative(absolute(subtract(x1, x2))), math.log(2))
    return add(maximum(x1, x2), divide(log(add(exp(distance), 1.0)), math.log(2)))


def heaviside(x1, x2):
    step = cast(greater(x1, 0.0), x1.dtype)
    return where(isnan(x1), x1, where(equal(x1, 0.0), x2, step))


# Bessel's function I0 by polynomials in x^2 and 1 / x (Abramowitz and Stegun, 9.8.1 and 9.8.2)
_NEAR = (1.0, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.0360768, 0.0045813)
_FAR = (0.39894228, 0.01328592, 0.00225319, -0.00157565, 0.00916281, -0.02057706, 0.02635537, -0.01647633, 0.00392377)


def polynomial(x, coefficients):
    """A polynomial by Horner's rule, from the constant up."""
    result = like(coefficients[-1], x)
    for c in coefficients[-2::-1]:
        result = add(multiply(result, x), c)
    return result


def i0(x):
    x = absolute(x)
    below, above = minimum(x, 3.75), maximum(x, 3.75)
    ratio = divide(below, 3.75)
    far = multiply(divide(exp(above), sqrt(above)), polynomial(divide(3.75, above), _FAR))
    return where(less_equal(x, 3.75), polynomial(multiply(ratio, ratio), _NEAR), far)


def isclose(x1, x2, rtol, atol, equal_nan):
    if not is_float(x1):
        x1, x2 = cast(x1, "float32"), cast(x2, "float32")
    limit = add(multiply(absolute(x2), rtol), atol)
    near = logical_and(less_equal(absolute(subtract(x1, x2)), limit), isfinite(x2))
    near = logical_or(near, equal(x1, x2))
    return logical_or(near, logical_and(isnan(x1), isnan(x2))) if equal_nan else near


_EUCLIDEAN_STEPS = {8: 12, 16: 23, 32: 46, 64: 91}
"""How often the remainder may be taken until it vanishes: consecutive Fibonacci numbers take longest."""


def gcd(x1, x2):
    a, b = (absolute(cast(x, "int64")) for x in (x1, x2))
    a, b = add(a, multiply(b, 0)), add(b, multiply(a, 0))

    def step(_, pair):
        a, b = pair
        ends = equal(b, 0)
        return where(ends, a, b), where(ends, b, mod(a, where(ends, 1, b)))

    steps = _EUCLIDEAN_STEPS[8 * x1.dtype.itemsize]
    return cast(control_flow.fori_loop(0, steps, step, (a, b))[0], x1.dtype)


def lcm(x1, x2):
    divisor = gcd(x1, x2)
    a, b = absolute(x1), absolute(x2)
    return multiply(floor_divide(a, where(equal(divisor, 0), 1, divisor)), b)


def _shifted(direction):
    def kernel(x, y):
        # The operator knows unsigned integers only; a shift to the left is the same for both, one to the right a division.
        power = emit_elementwise("Pow", [like(2, cast(x, "int64")), cast(y, "int64")])
        wide = cast(x, "int64")
        return cast(multiply(wide, power) if direction == "left" else floor_divide(wide, power), x.dtype)

    return kernel


bitwise_left_shift, bitwise_right_shift = _shifted("left"), _shifted("right")
