"""Kernels of `keras.ops.numpy` that work element by element."""

import builtins
import math

import tensorflow as tf

from keras.src.backend.tensorflow import convertible
from keras.src.backend.tensorflow.support import (
    HALF_TO_FLOAT32,
    SMALL_TO_INT32,
    UNSIGNED_TO_SIGNED,
    binary,
    scalar_like,
    through,
    unary,
)
from keras.src.backend.tensorflow.tensors import Tensor, cast

_raw = tf.raw_ops

SCALAR_OPERANDS = {
    "add", "subtract", "multiply", "divide", "true_divide", "floor_divide", "mod", "power", "maximum", "minimum",
    "equal", "not_equal", "greater", "greater_equal", "less", "less_equal"
}  # fmt: skip

# ---------------------------------------------------------------------------------------------------------------------
# What TensorFlow has

arccos, arccosh, arcsin, arcsinh = unary(_raw.Acos), unary(_raw.Acosh), unary(_raw.Asin), unary(_raw.Asinh)
arctan, arctanh, cos, cosh = unary(_raw.Atan), unary(_raw.Atanh), unary(_raw.Cos), unary(_raw.Cosh)
sin, sinh, tan, tanh = unary(_raw.Sin), unary(_raw.Sinh), unary(_raw.Tan), unary(_raw.Tanh)
exp, expm1, log, log1p, sqrt = unary(_raw.Exp), unary(_raw.Expm1), unary(_raw.Log), unary(_raw.Log1p), unary(_raw.Sqrt)
logical_not = unary(_raw.LogicalNot)
logical_and, logical_or = binary(_raw.LogicalAnd), binary(_raw.LogicalOr)
not_equal, equal = binary(_raw.NotEqual), binary(_raw.Equal)
logical_xor = not_equal


def _add_bools(x1, x2):
    return logical_or(x1, x2)


def _multiply_bools(x1, x2):
    return logical_and(x1, x2)


def _difference(x, y):
    if x.dtype is tf.int8 and convertible.wanted():
        return cast(_raw.Sub(x=cast(x, tf.int32), y=cast(y, tf.int32)), tf.int8)
    return _raw.Sub(x=x, y=y)


add = binary(_raw.AddV2, _add_bools)
subtract = binary(_difference, logical_xor)
multiply = binary(_raw.Mul, _multiply_bools)
divide = true_divide = binary(_raw.RealDiv)
maximum = binary(_raw.Maximum, _add_bools)
minimum = binary(_raw.Minimum, _multiply_bools)

arctan2 = binary(lambda x, y: _raw.Atan2(y=x, x=y))
nextafter = through(HALF_TO_FLOAT32, binary(lambda x, y: _raw.NextAfter(x1=x, x2=y)))
imag, real = tf.math.imag, tf.math.real


def conjugate(x):
    return tf.math.conj(x) if x.dtype.is_complex else x


# ---------------------------------------------------------------------------------------------------------------------
# Through another dtype

absolute = abs = lambda x: x if x.dtype.is_unsigned or x.dtype is tf.bool else tf.abs(x)  # noqa: E731
negative = through(UNSIGNED_TO_SIGNED, unary(_raw.Neg))
sign = through(UNSIGNED_TO_SIGNED, unary(_raw.Sign))
square = through({tf.bool: tf.int32}, unary(_raw.Square))


def floor_divide(x1, x2):
    return _as_numbers(_of_integers(_raw.FloorDiv), x1, x2)


def mod(x1, x2):
    return _as_numbers(_of_integers(_raw.FloorMod), x1, x2)


def _of_integers(op):
    """A division that gives 0 for an integer divisor of 0, where TensorFlow gives an error."""

    def kernel(x, y):
        if x.dtype.is_floating:
            return op(x=x, y=y)
        is_zero = tf.equal(y, tf.zeros((), y.dtype))
        return tf.where(is_zero, tf.zeros((), x.dtype), op(x=x, y=tf.where(is_zero, tf.ones((), y.dtype), y)))

    return kernel


def power(x1, x2):
    return _as_numbers(_pow, x1, x2)


def _as_numbers(op, x1, x2):
    """`op` on two tensors, or a tensor and a Python scalar, where booleans count as integers."""
    if not isinstance(x1, Tensor):
        x1 = scalar_like(x1, x2)
    elif not isinstance(x2, Tensor):
        x2 = scalar_like(x2, x1)
    if x1.dtype is tf.bool:
        return cast(op(x=cast(x1, "int32"), y=cast(x2, "int32")), "bool")
    return op(x=x1, y=x2)


def _pow(x, y):
    if x.dtype.is_unsigned:
        return cast(_raw.Pow(x=cast(x, "int64"), y=cast(y, "int64")), x.dtype)
    return _raw.Pow(x=x, y=y)


def _comparison(op):
    """An ordering; booleans are compared as integers."""

    def kernel(x1, x2):
        if not isinstance(x1, Tensor):
            x1 = scalar_like(x1, x2)
        elif not isinstance(x2, Tensor):
            x2 = scalar_like(x2, x1)
        if x1.dtype is tf.bool:
            x1, x2 = cast(x1, "uint8"), cast(x2, "uint8")
        return op(x=x1, y=x2)

    return kernel


greater, greater_equal = _comparison(_raw.Greater), _comparison(_raw.GreaterEqual)
less, less_equal = _comparison(_raw.Less), _comparison(_raw.LessEqual)


def _of_float(function, otherwise):
    """A kernel by `function` on floating-point numbers and by `otherwise` on integers."""

    def kernel(x):
        if x.dtype.is_complex:
            return function(real(x)), function(imag(x))
        return function(x) if x.dtype.is_floating else otherwise(x)

    return kernel


def _always(value):
    return lambda x: tf.fill(tf.shape(x), value)


def _same(x):
    return x


_is_finite, _is_inf = _of_float(unary(_raw.IsFinite), _always(True)), _of_float(unary(_raw.IsInf), _always(False))
_is_nan = _of_float(unary(_raw.IsNan), _always(False))
floor, ceil = _of_float(unary(_raw.Floor), _same), _of_float(unary(_raw.Ceil), _same)


def isfinite(x):
    parts = _is_finite(x)
    return parts[0] & parts[1] if isinstance(parts, tuple) else parts


def isinf(x):
    parts = _is_inf(x)
    return parts[0] | parts[1] if isinstance(parts, tuple) else parts


def isnan(x):
    parts = _is_nan(x)
    return parts[0] | parts[1] if isinstance(parts, tuple) else parts


# ---------------------------------------------------------------------------------------------------------------------
# What needs code


def isposinf(x):
    return tf.equal(x, scalar_like(math.inf, x)) if x.dtype.is_floating else isinf(x)


def isneginf(x):
    return tf.equal(x, scalar_like(-math.inf, x)) if x.dtype.is_floating else isinf(x)


def isreal(x):
    return tf.equal(imag(x), 0) if x.dtype.is_complex else tf.fill(tf.shape(x), True)


def reciprocal(x):
    return _raw.Reciprocal(x=x) if x.dtype.is_floating or x.dtype.is_complex else cast(1 / x, x.dtype)


def trunc(x):
    return tf.where(x < 0, _raw.Ceil(x=x), _raw.Floor(x=x)) if x.dtype.is_floating else x


def round(x, decimals=0):
    if x.dtype is tf.bool or (x.dtype.is_integer and decimals >= 0):
        return x
    if decimals == 0:
        return _raw.Round(x=x)
    wide = cast(x, "float64") if x.dtype.is_integer else x
    factor = scalar_like(10.0 ** math.fabs(decimals), wide)
    scaled = _raw.Round(x=wide * factor) / factor if decimals > 0 else _raw.Round(x=wide / factor) * factor
    return cast(scaled, x.dtype)


def angle(x):
    if x.dtype.is_complex:
        return tf.math.angle(x)
    zeros = tf.zeros_like(x)
    turned = tf.where(signbit(x), scalar_like(math.pi, x), zeros)
    return tf.where(tf.math.is_nan(x), x, turned)


_BITS = {tf.float16: tf.int16, tf.bfloat16: tf.int16, tf.float32: tf.int32, tf.float64: tf.int64}


def signbit(x):
    if x.dtype in _BITS:
        x = tf.bitcast(x, _BITS[x.dtype])
    elif x.dtype is tf.bool or x.dtype.is_unsigned:
        return tf.zeros_like(x, tf.bool)
    return x < tf.zeros((), x.dtype)


def cbrt(x):
    return tf.sign(x) * tf.pow(tf.abs(x), scalar_like(1 / 3, x))


def exp2(x):
    return tf.pow(scalar_like(2.0, x), x)


def log2(x):
    return _raw.Log(x=x) / scalar_like(math.log(2.0), x)


def log10(x):
    return _raw.Log(x=x) / scalar_like(math.log(10.0), x)


def deg2rad(x):
    return x * scalar_like(math.pi / 180, x)


def rad2deg(x):
    return x * scalar_like(180 / math.pi, x)


def sinc(x):
    scaled = x * scalar_like(math.pi, x)
    is_zero = tf.equal(scaled, 0)
    safe = tf.where(is_zero, tf.ones_like(x), scaled)
    # Near zero sin(y) / y is 1 - y^2 / 6, whose gradients are right there too.
    return tf.where(is_zero, 1 - scaled * scaled / 6, _raw.Sin(x=safe) / safe)


def i0(x):
    """The mean of exp(x cos t) over half a turn: the midpoint rule converges exponentially for a periodic function."""
    if x.dtype.size < 4:
        return cast(i0(cast(x, "float32")), x.dtype)
    count = 160 if x.dtype is tf.float64 else 56
    turns = tf.constant([math.cos((k + 0.5) * math.pi / count) - 1.0 for k in range(count)], x.dtype)
    size = tf.abs(x)
    return tf.reduce_mean(tf.exp(size[..., None] * turns), -1) * tf.exp(size)


def hypot(x1, x2):
    x1, x2 = tf.abs(x1), tf.abs(x2)
    largest, least = _raw.Maximum(x=x1, y=x2), _raw.Minimum(x=x1, y=x2)
    usable = (largest > 0) & tf.math.is_finite(largest)
    ratio = tf.where(usable, least, tf.zeros_like(least)) / tf.where(usable, largest, tf.ones_like(largest))
    infinite = tf.math.is_inf(x1) | tf.math.is_inf(x2)
    return tf.where(infinite, scalar_like(math.inf, x1), largest * tf.sqrt(1 + ratio * ratio))


def heaviside(x1, x2):
    steps = tf.where(x1 < 0, tf.zeros((), x1.dtype), tf.ones((), x1.dtype))
    return tf.where(tf.equal(x1, 0), x2, tf.where(isnan(x1), x1, steps))


def logaddexp(x1, x2):
    largest = _raw.Maximum(x=x1, y=x2)
    difference = x1 - x2
    # Equal infinities have no difference; the sum is then the infinity plus log(2).
    same = tf.equal(x1, x2)
    difference = tf.where(same, tf.zeros_like(difference), difference)
    return largest + tf.math.log1p(tf.exp(-tf.abs(difference)))


def logaddexp2(x1, x2):
    factor = scalar_like(math.log(2.0), x1)
    return logaddexp(x1 * factor, x2 * factor) / factor


def fmax(x1, x2):
    return tf.where(isnan(x1), x2, tf.where(isnan(x2), x1, maximum(x1, x2)))


def fmin(x1, x2):
    return tf.where(isnan(x1), x2, tf.where(isnan(x2), x1, minimum(x1, x2)))


def fmod(x1, x2):
    if x1.dtype is tf.bool or x1.dtype.size < 4:
        wide = "float32" if x1.dtype.is_floating else "int32"
        return cast(_raw.TruncateMod(x=cast(x1, wide), y=cast(x2, wide)), x1.dtype)
    return _raw.FloorMod(x=x1, y=x2) if x1.dtype.is_unsigned else _raw.TruncateMod(x=x1, y=x2)


def divide_no_nan(x1, x2):
    return cast(tf.math.divide_no_nan(x1, x2), x1.dtype)


def ldexp(x1, x2):
    # In two halves, so that neither power of two overflows before the product does.
    x2 = cast(x2, x1.dtype)
    half = tf.floor(x2 / 2)
    two = scalar_like(2.0, x1)
    return x1 * tf.pow(two, half) * tf.pow(two, x2 - half)


def gcd(x1, x2):
    x1, x2 = tf.broadcast_to(x1, tf.broadcast_dynamic_shape(tf.shape(x1), tf.shape(x2))), x2 + tf.zeros_like(x1)
    return _euclid(absolute(x1), absolute(x2))


def _euclid(x1, x2):
    def step(a, b):
        ended = tf.equal(b, 0)
        rest = tf.math.floormod(a, tf.where(ended, tf.ones_like(b), b))
        return tf.where(ended, a, b), tf.where(ended, b, rest)

    return tf.while_loop(lambda a, b: tf.reduce_any(tf.not_equal(b, 0)), step, (x1, x2))[0]


def lcm(x1, x2):
    divisor = gcd(x1, x2)
    safe = tf.where(tf.equal(divisor, 0), tf.ones_like(divisor), divisor)
    return absolute(tf.math.floordiv(absolute(x1), safe) * absolute(x2))


def clip(x, x_min, x_max):
    # The limits are config: numbers or arrays of any dtype.
    if x.dtype is tf.bool:
        return cast(clip(cast(x, "int32"), x_min, x_max), "bool")
    x = x if x_min is None else _raw.Maximum(x=x, y=_limit(x_min, x))
    return x if x_max is None else _raw.Minimum(x=x, y=_limit(x_max, x))


def _limit(value, x):
    if value.__class__ is int and x.dtype.is_integer:
        return builtins.min(builtins.max(value, x.dtype.min), x.dtype.max)
    plain = value.__class__ is int or (value.__class__ is float and x.dtype.is_floating)
    return value if plain else cast(value, x.dtype)


def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    if x.dtype.is_complex:
        return tf.complex(nan_to_num(real(x), nan, posinf, neginf), nan_to_num(imag(x), nan, posinf, neginf))
    if not x.dtype.is_floating:
        return x
    posinf = x.dtype.max if posinf is None else posinf
    neginf = x.dtype.min if neginf is None else neginf
    x = tf.where(tf.math.is_nan(x), cast(nan, x.dtype), x)
    x = tf.where(tf.equal(x, scalar_like(math.inf, x)), cast(posinf, x.dtype), x)
    return tf.where(tf.equal(x, scalar_like(-math.inf, x)), cast(neginf, x.dtype), x)


def isclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False):
    if not (x1.dtype.is_floating or x1.dtype.is_complex):
        x1, x2 = cast(x1, "float64"), cast(x2, "float64")
    tolerance = cast(atol, tf.abs(x2).dtype) + cast(rtol, tf.abs(x2).dtype) * tf.abs(x2)
    near = isfinite(x1) & isfinite(x2) & (tf.abs(x1 - x2) <= tolerance)
    close = near | tf.equal(x1, x2)
    return close | (isnan(x1) & isnan(x2)) if equal_nan else close


def where(condition, x1=None, x2=None):
    if condition.dtype is not tf.bool:
        condition = cast(condition, "bool")
    if x1 is None and x2 is None:
        return nonzero(condition)
    return _raw.SelectV2(condition=condition, t=x1, e=x2)


def nonzero(x):
    places = tf.where(x if x.dtype is tf.bool else tf.not_equal(x, tf.zeros((), x.dtype)))
    return tuple(cast(places[:, i], "int32") for i in range(x.shape.rank))


# ---------------------------------------------------------------------------------------------------------------------
# Bits


def _bitwise(op, of_bools=None, by_arithmetic=None):
    """A kernel of bits; LiteRT, which knows few of them, gets small integers `by_arithmetic`, a function of int32."""

    def kernel(x, y):
        if by_arithmetic is not None and x.dtype in SMALL_TO_INT32 and x.dtype is not tf.bool and convertible.wanted():
            return through(SMALL_TO_INT32, by_arithmetic)(x, y)
        if x.dtype is tf.bool and of_bools is not None:
            return of_bools(x, y)
        return through(SMALL_TO_INT32, op)(x, y) if x.dtype is tf.bool else op(x, y)

    return kernel


# A sum is what one of two has, and twice what both have.


def _of_both(x, y):
    return tf.bitwise.right_shift(x + y - tf.bitwise.bitwise_xor(x, y), 1)


def _of_any(x, y):
    return tf.bitwise.right_shift(x + y + tf.bitwise.bitwise_xor(x, y), 1)


def _raised(x, y):
    return x * tf.bitwise.left_shift(1, y)


bitwise_and = _bitwise(tf.bitwise.bitwise_and, _multiply_bools, _of_both)
bitwise_or = _bitwise(tf.bitwise.bitwise_or, _add_bools, _of_any)
bitwise_xor = _bitwise(tf.bitwise.bitwise_xor, logical_xor)
bitwise_left_shift = left_shift = _bitwise(tf.bitwise.left_shift, by_arithmetic=_raised)
bitwise_right_shift = right_shift = _bitwise(tf.bitwise.right_shift)


def bitwise_invert(x):
    return logical_not(x) if x.dtype is tf.bool else tf.bitwise.invert(x)


bitwise_not = bitwise_invert


def view(x, dtype=None):
    if dtype is None or x.dtype == tf.as_dtype(dtype):
        return x
    wanted = tf.as_dtype(dtype)
    x = cast(x, "uint8") if x.dtype is tf.bool else x
    target = tf.uint8 if wanted is tf.bool else wanted
    if target.size > x.dtype.size:
        ratio = target.size // x.dtype.size
        x = tf.reshape(x, tf.concat([tf.shape(x)[:-1], [x.shape[-1] // ratio, ratio]], 0))
        result = tf.bitcast(x, target)
    else:
        result = tf.bitcast(x, target)
        if target.size < x.dtype.size:
            ratio = x.dtype.size // target.size
            result = tf.reshape(result, tf.concat([tf.shape(x)[:-1], [x.shape[-1] * ratio]], 0))
    return cast(result, "bool") if wanted is tf.bool else result
