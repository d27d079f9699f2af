"""Arithmetic, bounds and roundings: element by element."""

from keras.src.ops.declare import Tensor, elementwise
from keras.src.ops.dtype_rules import (
    at_least_int32,
    integers,
    joined,
    real_part,
    same,
    strongly,
    to_bool,
    to_float,
    to_float_at_least,
)
from keras.src.ops.numpy.comparisons import equal, where
from keras.src.ops.numpy.transcendental import exp2


def _joined_at_least_int32(*dtypes):
    return at_least_int32(joined(*dtypes)[1])


def _absolute(*dtypes):
    """The argument's dtype; complex numbers have real absolute values."""
    return real_part(*dtypes)


# Arithmetic


@elementwise(dtype=same, sparse="all")
def add(x1: Tensor, x2: Tensor):
    """Sum of `x1` and `x2`, element-wise.

    Example:

    >>> keras.ops.add([1, 4], [5, 6])
    array([ 6, 10], dtype=int32)
    """


@elementwise(dtype=same, sparse="all")
def subtract(x1: Tensor, x2: Tensor):
    """Difference of `x1` and `x2`, element-wise.

    Example:

    >>> keras.ops.subtract([5, 6], [1, 4])
    array([4, 2], dtype=int32)
    """


@elementwise(dtype=same, sparse="any")
def multiply(x1: Tensor, x2: Tensor):
    """Product of `x1` and `x2`, element-wise.

    Example:

    >>> keras.ops.multiply([1, 2, 3], 4)
    array([ 4,  8, 12], dtype=int32)
    """


@elementwise(dtype=to_float_at_least, sparse="first")
def divide(x1: Tensor, x2: Tensor):
    """Quotient of `x1` and `x2`, element-wise; integers divide as floats.

    Example:

    >>> keras.ops.divide([1, 9], 2)
    array([0.5, 4.5], dtype=float32)
    """


@elementwise(dtype=to_float_at_least, sparse="first")
def true_divide(x1: Tensor, x2: Tensor):
    """Quotient of `x1` and `x2`, element-wise; another name of `divide`.

    Example:

    >>> keras.ops.true_divide([3, 8], 4)
    array([0.75, 2.  ], dtype=float32)
    """
    return divide(x1, x2)


@elementwise(dtype=to_float_at_least, sparse="first", scalars="cast")
def divide_no_nan(x1: Tensor, x2: Tensor):
    """Quotient of `x1` and `x2`, and 0 wherever `x2` is 0; its gradient is 0 there too.

    Example:

    >>> keras.ops.divide_no_nan([1.0, 6.0], [0.0, 3.0])
    array([0., 2.], dtype=float32)
    """
    zero = equal(x2, 0)
    return where(zero, 0.0, divide(x1, where(zero, 1.0, x2)))


@elementwise(dtype=_joined_at_least_int32)
def floor_divide(x1: Tensor, x2: Tensor):
    """Largest integer not above `x1 / x2`, element-wise.

    Example:

    >>> keras.ops.floor_divide([7, -7], 2)
    array([ 3, -4], dtype=int32)
    """


@elementwise(dtype=at_least_int32)
def mod(x1: Tensor, x2: Tensor):
    """Remainder of the floor division, with the sign of `x2`.

    Example:

    >>> keras.ops.mod([7, -7], 3)
    array([1, 2], dtype=int32)
    """


@elementwise(dtype=at_least_int32)
def fmod(x1: Tensor, x2: Tensor):
    """Remainder of the division rounded towards zero, with the sign of `x1`.

    Example:

    >>> keras.ops.fmod([7, -7], 3)
    array([ 1, -1], dtype=int32)
    """


@elementwise(dtype=at_least_int32)
def power(x1: Tensor, x2: Tensor):
    """`x1` to the power of `x2`, element-wise.

    Example:

    >>> keras.ops.power([2, 3, 4], 2)
    array([ 4,  9, 16], dtype=int32)
    """


@elementwise(dtype=same, sparse="all")
def negative(x: Tensor):
    """`-x`, element-wise.

    Example:

    >>> keras.ops.negative([1, -2, 0])
    array([-1,  2,  0], dtype=int32)
    """


@elementwise(dtype=_absolute, aliases=("abs",), sparse="all")
def absolute(x: Tensor):
    """Absolute value of each element; the modulus of complex numbers.

    Example:

    >>> keras.ops.absolute([-3, 2])
    array([3, 2], dtype=int32)
    >>> keras.ops.absolute([3 + 4j])
    array([5.], dtype=float32)
    """


@elementwise(dtype=to_float, sparse="all")
def fabs(x: Tensor):
    """Absolute value of each element as a float.

    Example:

    >>> keras.ops.fabs([-3, 2])
    array([3., 2.], dtype=float32)
    """
    return absolute(x)


@elementwise(dtype=same, sparse="all")
def sign(x: Tensor):
    """-1, 0 or 1 by the sign of each element.

    Example:

    >>> keras.ops.sign([-2.5, 0.0, 7.0])
    array([-1.,  0.,  1.], dtype=float32)
    """


@elementwise(dtype=to_bool, sparse="all")
def signbit(x: Tensor):
    """Whether the sign bit of each element is set (true for -0.0 also).

    Example:

    >>> keras.ops.signbit([-1.0, 0.0, 1.0])
    array([ True, False, False])
    """


@elementwise(dtype=at_least_int32, sparse="all")
def square(x: Tensor):
    """Square of each element.

    Example:

    >>> keras.ops.square([-3, 4])
    array([ 9, 16], dtype=int32)
    """


@elementwise(dtype=to_float, sparse="all")
def sqrt(x: Tensor):
    """Square root of each element.

    Example:

    >>> keras.ops.sqrt([4, 9, 2.25])
    array([2. , 3. , 1.5], dtype=float32)
    """


@elementwise(dtype=to_float)
def cbrt(x: Tensor):
    """Real cube root of each element.

    Example:

    >>> keras.ops.cbrt([-8.0, 27.0])
    array([-2.,  3.], dtype=float32)
    """


@elementwise(dtype=to_float)
def reciprocal(x: Tensor):
    """`1 / x`, element-wise.

    Example:

    >>> keras.ops.reciprocal([2.0, -0.5])
    array([ 0.5, -2. ], dtype=float32)
    """


@elementwise(dtype=joined, sparse="all")
def maximum(x1: Tensor, x2: Tensor):
    """The larger of `x1` and `x2`, element-wise; NaN where either is NaN.

    Example:

    >>> keras.ops.maximum([1, 5, 3], [4, 2, 3])
    array([4, 5, 3], dtype=int32)
    """


@elementwise(dtype=joined, sparse="all")
def minimum(x1: Tensor, x2: Tensor):
    """The smaller of `x1` and `x2`, element-wise; NaN where either is NaN.

    Example:

    >>> keras.ops.minimum([1, 5, 3], [4, 2, 3])
    array([1, 2, 3], dtype=int32)
    """


@elementwise(dtype=same, sparse="all")
def fmax(x1: Tensor, x2: Tensor):
    """The larger of `x1` and `x2`, element-wise; the other one where one is NaN.

    Example:

    >>> keras.ops.fmax([1.0, float("nan")], [0.5, 2.0])
    array([1., 2.], dtype=float32)
    """


@elementwise(dtype=same, sparse="all")
def fmin(x1: Tensor, x2: Tensor):
    """The smaller of `x1` and `x2`, element-wise; the other one where one is NaN.

    Example:

    >>> keras.ops.fmin([1.0, float("nan")], [0.5, 2.0])
    array([0.5, 2. ], dtype=float32)
    """


@elementwise(dtype=to_float_at_least)
def hypot(x1: Tensor, x2: Tensor):
    """Hypotenuse `sqrt(x1**2 + x2**2)`, without overflow in between.

    Example:

    >>> keras.ops.hypot([3.0, 5.0], [4.0, 12.0])
    array([ 5., 13.], dtype=float32)
    """


@elementwise(dtype=strongly(integers))
def gcd(x1: Tensor, x2: Tensor):
    """Greatest common divisor of integers, element-wise.

    Example:

    >>> keras.ops.gcd([12, 7], [18, 21])
    array([6, 7], dtype=int32)
    """


@elementwise(dtype=strongly(integers))
def lcm(x1: Tensor, x2: Tensor):
    """Least common multiple of integers, element-wise.

    Example:

    >>> keras.ops.lcm([4, 3], [6, 5])
    array([12, 15], dtype=int32)
    """


@elementwise(dtype=to_float_at_least)
def heaviside(x1: Tensor, x2: Tensor):
    """Heaviside step of `x1`: 0 below zero, 1 above, and `x2` at zero.

    Example:

    >>> keras.ops.heaviside([-2.0, 0.0, 2.0], 0.5)
    array([0. , 0.5, 1. ], dtype=float32)
    """


@elementwise(dtype=strongly(to_float_at_least))
def nextafter(x1: Tensor, x2: Tensor):
    """Next representable number after `x1` in the direction of `x2`.

    Example:

    >>> after = keras.ops.nextafter([1.0], [2.0])
    >>> keras.ops.greater(after, 1.0)
    array([ True])
    """


@elementwise(dtype=to_float_at_least, scalars="cast")
def ldexp(x1: Tensor, x2: Tensor):
    """`x1 * 2**x2`, element-wise, for integer `x2`.

    Example:

    >>> keras.ops.ldexp([1.0, 0.75], [3, 2])
    array([8., 3.], dtype=float32)
    """
    return multiply(x1, exp2(x2))


@elementwise(dtype=at_least_int32)
def clip(x: Tensor, x_min, x_max):
    """Each element limited to the interval from `x_min` to `x_max`.

    Args:
        x: Tensor.
        x_min: Lower limit, a number or an array that broadcasts to the shape of `x`.
        x_max: Upper limit, likewise.

    Returns:
        Tensor of the shape and dtype of `x`; bools give int32.

    Example:

    >>> keras.ops.clip([-2, 0, 9], 0, 5)
    array([0, 0, 5], dtype=int32)
    """


@elementwise(dtype=same)
def nan_to_num(x: Tensor, nan=0.0, posinf=None, neginf=None):
    """Replaces NaN and the infinities by finite numbers.

    Args:
        x: Tensor.
        nan: Replacement of NaN.
        posinf: Replacement of positive infinity; the largest finite number by default.
        neginf: Replacement of negative infinity; the lowest finite number by default.

    Returns:
        Tensor of the shape and dtype of `x`.

    Example:

    >>> keras.ops.nan_to_num([float("nan"), float("inf"), 1.0], nan=-1.0, posinf=100.0)
    array([ -1., 100.,   1.], dtype=float32)
    """


# Rounding


@elementwise(dtype=to_float, sparse="all")
def ceil(x: Tensor):
    """Smallest integer not below each element, as a float.

    Example:

    >>> keras.ops.ceil([1.2, -1.2])
    array([ 2., -1.], dtype=float32)
    """


@elementwise(dtype=to_float, sparse="all")
def floor(x: Tensor):
    """Largest integer not above each element, as a float.

    Example:

    >>> keras.ops.floor([1.8, -1.2])
    array([ 1., -2.], dtype=float32)
    """


@elementwise(dtype=same, sparse="all")
def trunc(x: Tensor):
    """Each element without its fractional part.

    Example:

    >>> keras.ops.trunc([1.8, -1.8])
    array([ 1., -1.], dtype=float32)
    """


@elementwise(dtype=same, sparse="all")
def round(x: Tensor, decimals=0):
    """Each element rounded to `decimals` decimals; halves go to the even neighbour.

    Example:

    >>> keras.ops.round([0.5, 1.5, 2.7])
    array([0., 2., 3.], dtype=float32)
    >>> keras.ops.round([3.14159], decimals=2)
    array([3.14], dtype=float32)
    """
