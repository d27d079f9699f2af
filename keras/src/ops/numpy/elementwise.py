"""Arithmetic, roundings, exponentials, trigonometry: one number in, one number out."""

from keras.src.ops.declare import Argument, Tensor, elementwise
from keras.src.ops.dtype_rules import joined, promoted, real_part, same, to_bool, to_float, to_float_at_least


def _at_least_int32(*dtypes):
    """Promote; bools become int32, since they have no such arithmetic."""
    dtype = promoted(*dtypes)
    dtype = "int32" if dtype == "bool" else dtype
    return dtype, dtype


def _joined_at_least_int32(*dtypes):
    return _at_least_int32(joined(*dtypes)[1])


def _angle(*dtypes):
    """Real floats of the size of the (complex) argument."""
    compute, result = to_float(*dtypes)
    return compute, real_part(result)[1]


def _absolute(*dtypes):
    """The argument's dtype; complex numbers have real absolute values."""
    return real_part(*dtypes)


def _where_rule(condition, *values):
    if not values:
        return "bool", "int32"
    dtype = promoted(*values)
    return ("bool",) + (dtype,) * len(values), dtype


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
    """Difference of `x1` and `x2`, element-wise."""


@elementwise(dtype=same, sparse="any")
def multiply(x1: Tensor, x2: Tensor):
    """Product of `x1` and `x2`, element-wise."""


@elementwise(dtype=to_float_at_least, sparse="first")
def divide(x1: Tensor, x2: Tensor):
    """Quotient of `x1` and `x2`, element-wise; integers divide as floats."""


@elementwise(dtype=to_float_at_least, sparse="first")
def true_divide(x1: Tensor, x2: Tensor):
    """Quotient of `x1` and `x2`, element-wise; another name of `divide`."""
    return divide(x1, x2)


@elementwise(dtype=to_float_at_least, sparse="first")
def divide_no_nan(x1: Tensor, x2: Tensor):
    """Quotient of `x1` and `x2`, and 0 wherever `x2` is 0; its gradient is 0 there too."""
    zero = equal(x2, 0)
    return where(zero, 0.0, divide(x1, where(zero, 1.0, x2)))


@elementwise(dtype=_joined_at_least_int32)
def floor_divide(x1: Tensor, x2: Tensor):
    """Largest integer not above `x1 / x2`, element-wise."""


@elementwise(dtype=_at_least_int32)
def mod(x1: Tensor, x2: Tensor):
    """Remainder of the floor division, with the sign of `x2`."""


@elementwise(dtype=_at_least_int32)
def fmod(x1: Tensor, x2: Tensor):
    """Remainder of the division rounded towards zero, with the sign of `x1`."""


@elementwise(dtype=_at_least_int32)
def power(x1: Tensor, x2: Tensor):
    """`x1` to the power of `x2`, element-wise."""


@elementwise(dtype=same, sparse="all")
def negative(x: Tensor):
    """`-x`, element-wise."""


@elementwise(dtype=_absolute, aliases=("abs",), sparse="all")
def absolute(x: Tensor):
    """Absolute value of each element; the modulus of complex numbers."""


@elementwise(dtype=to_float, sparse="all")
def fabs(x: Tensor):
    """Absolute value of each element as a float."""
    return absolute(x)


@elementwise(dtype=same, sparse="all")
def sign(x: Tensor):
    """-1, 0 or 1 by the sign of each element."""


@elementwise(dtype=to_bool, sparse="all")
def signbit(x: Tensor):
    """Whether the sign bit of each element is set (true for -0.0 also)."""


@elementwise(dtype=_at_least_int32, sparse="all")
def square(x: Tensor):
    """Square of each element."""


@elementwise(dtype=to_float, sparse="all")
def sqrt(x: Tensor):
    """Square root of each element."""


@elementwise(dtype=to_float)
def cbrt(x: Tensor):
    """Real cube root of each element."""


@elementwise(dtype=to_float)
def reciprocal(x: Tensor):
    """`1 / x`, element-wise."""


@elementwise(dtype=joined, sparse="all")
def maximum(x1: Tensor, x2: Tensor):
    """The larger of `x1` and `x2`, element-wise; NaN where either is NaN."""


@elementwise(dtype=joined, sparse="all")
def minimum(x1: Tensor, x2: Tensor):
    """The smaller of `x1` and `x2`, element-wise; NaN where either is NaN."""


@elementwise(dtype=same, sparse="all")
def fmax(x1: Tensor, x2: Tensor):
    """The larger of `x1` and `x2`, element-wise; the other one where one is NaN."""


@elementwise(dtype=same, sparse="all")
def fmin(x1: Tensor, x2: Tensor):
    """The smaller of `x1` and `x2`, element-wise; the other one where one is NaN."""


@elementwise(dtype=to_float_at_least)
def hypot(x1: Tensor, x2: Tensor):
    """Hypotenuse `sqrt(x1**2 + x2**2)`, without overflow in between."""


@elementwise(dtype=same)
def gcd(x1: Tensor, x2: Tensor):
    """Greatest common divisor of integers, element-wise."""


@elementwise(dtype=same)
def lcm(x1: Tensor, x2: Tensor):
    """Least common multiple of integers, element-wise."""


@elementwise(dtype=to_float_at_least)
def heaviside(x1: Tensor, x2: Tensor):
    """Heaviside step of `x1`: 0 below zero, 1 above, and `x2` at zero."""


@elementwise(dtype=to_float_at_least)
def nextafter(x1: Tensor, x2: Tensor):
    """Next representable number after `x1` in the direction of `x2`."""


@elementwise(dtype=to_float_at_least)
def ldexp(x1: Tensor, x2: Tensor):
    """`x1 * 2**x2`, element-wise, for integer `x2`."""
    return multiply(x1, exp2(x2))


@elementwise(dtype=same)
def clip(x: Tensor, x_min, x_max):
    """Each element limited to the interval from `x_min` to `x_max`.

    Args:
        x: Tensor.
        x_min: Lower limit, a number or an array that broadcasts to the shape of `x`.
        x_max: Upper limit, likewise.

    Returns:
        Tensor of the shape and dtype of `x`.
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
    """


# Rounding


@elementwise(dtype=to_float, sparse="all")
def ceil(x: Tensor):
    """Smallest integer not below each element, as a float."""


@elementwise(dtype=to_float, sparse="all")
def floor(x: Tensor):
    """Largest integer not above each element, as a float."""


@elementwise(dtype=same, sparse="all")
def trunc(x: Tensor):
    """Each element without its fractional part."""


@elementwise(dtype=same, sparse="all")
def round(x: Tensor, decimals=0):
    """Each element rounded to `decimals` decimals; halves go to the even neighbour."""


# Exponentials and logarithms


@elementwise(dtype=to_float)
def exp(x: Tensor):
    """Exponential of each element."""


@elementwise(dtype=to_float)
def exp2(x: Tensor):
    """`2**x`, element-wise."""


@elementwise(dtype=to_float, sparse="all")
def expm1(x: Tensor):
    """`exp(x) - 1`, exact for small `x`."""


@elementwise(dtype=to_float)
def log(x: Tensor):
    """Natural logarithm of each element."""


@elementwise(dtype=to_float)
def log2(x: Tensor):
    """Base-2 logarithm of each element."""


@elementwise(dtype=to_float)
def log10(x: Tensor):
    """Base-10 logarithm of each element."""


@elementwise(dtype=to_float, sparse="all")
def log1p(x: Tensor):
    """`log(1 + x)`, exact for small `x`."""


@elementwise(dtype=to_float_at_least)
def logaddexp(x1: Tensor, x2: Tensor):
    """`log(exp(x1) + exp(x2))` without overflow."""


@elementwise(dtype=to_float_at_least)
def logaddexp2(x1: Tensor, x2: Tensor):
    """`log2(2**x1 + 2**x2)` without overflow."""


# Trigonometry


@elementwise(dtype=to_float, sparse="all")
def sin(x: Tensor):
    """Sine of angles in radians, element-wise."""


@elementwise(dtype=to_float)
def cos(x: Tensor):
    """Cosine of angles in radians, element-wise."""


@elementwise(dtype=to_float, sparse="all")
def tan(x: Tensor):
    """Tangent of angles in radians, element-wise."""


@elementwise(dtype=to_float, sparse="all")
def arcsin(x: Tensor):
    """Angle in [-pi/2, pi/2] whose sine is `x`."""


@elementwise(dtype=to_float)
def arccos(x: Tensor):
    """Angle in [0, pi] whose cosine is `x`."""


@elementwise(dtype=to_float, sparse="all")
def arctan(x: Tensor):
    """Angle in [-pi/2, pi/2] whose tangent is `x`."""


@elementwise(dtype=to_float_at_least)
def arctan2(x1: Tensor, x2: Tensor):
    """Angle in [-pi, pi] of the point with ordinate `x1` and abscissa `x2`."""


@elementwise(dtype=to_float, sparse="all")
def sinh(x: Tensor):
    """Hyperbolic sine of each element."""


@elementwise(dtype=to_float)
def cosh(x: Tensor):
    """Hyperbolic cosine of each element."""


@elementwise(dtype=to_float, sparse="all")
def tanh(x: Tensor):
    """Hyperbolic tangent of each element."""


@elementwise(dtype=to_float, sparse="all")
def arcsinh(x: Tensor):
    """Inverse hyperbolic sine of each element."""


@elementwise(dtype=to_float)
def arccosh(x: Tensor):
    """Inverse hyperbolic cosine of each element."""


@elementwise(dtype=to_float, sparse="all")
def arctanh(x: Tensor):
    """Inverse hyperbolic tangent of each element."""


@elementwise(dtype=to_float)
def sinc(x: Tensor):
    """`sin(pi x) / (pi x)`, and 1 at zero."""


@elementwise(dtype=to_float)
def i0(x: Tensor):
    """Modified Bessel function of the first kind and order 0."""


@elementwise(dtype=to_float, sparse="all")
def deg2rad(x: Tensor):
    """Radians from degrees, element-wise."""


@elementwise(dtype=to_float, sparse="all")
def rad2deg(x: Tensor):
    """Degrees from radians, element-wise."""


# Complex numbers


@elementwise(dtype=same, aliases=("conj",), sparse="all")
def conjugate(x: Tensor):
    """Complex conjugate of each element; real tensors as they are."""


@elementwise(dtype=real_part, sparse="all")
def real(x: Tensor):
    """Real part of each element."""


@elementwise(dtype=real_part, sparse="all")
def imag(x: Tensor):
    """Imaginary part of each element; zeros for real tensors."""


@elementwise(dtype=_angle)
def angle(x: Tensor):
    """Argument of complex numbers in radians; 0 or pi for real ones."""


# Comparisons


@elementwise(dtype=to_bool)
def equal(x1: Tensor, x2: Tensor):
    """Whether `x1 == x2`, element-wise."""


@elementwise(dtype=to_bool)
def not_equal(x1: Tensor, x2: Tensor):
    """Whether `x1 != x2`, element-wise."""


@elementwise(dtype=to_bool)
def greater(x1: Tensor, x2: Tensor):
    """Whether `x1 > x2`, element-wise."""


@elementwise(dtype=to_bool)
def greater_equal(x1: Tensor, x2: Tensor):
    """Whether `x1 >= x2`, element-wise."""


@elementwise(dtype=to_bool)
def less(x1: Tensor, x2: Tensor):
    """Whether `x1 < x2`, element-wise."""


@elementwise(dtype=to_bool)
def less_equal(x1: Tensor, x2: Tensor):
    """Whether `x1 <= x2`, element-wise."""


@elementwise(dtype=to_bool)
def isclose(x1: Tensor, x2: Tensor, rtol: Argument = 1e-05, atol: Argument = 1e-08, equal_nan=False):
    """Whether `|x1 - x2| <= atol + rtol * |x2|`, element-wise.

    Args:
        x1: Tensor.
        x2: Tensor.
        rtol: Tolerance relative to `x2`.
        atol: Absolute tolerance.
        equal_nan: Whether NaN equals NaN.

    Returns:
        Tensor of bools of the broadcast shape.
    """


@elementwise(dtype=to_bool)
def isfinite(x: Tensor):
    """Whether each element is neither NaN nor infinite."""


@elementwise(dtype=to_bool)
def isinf(x: Tensor):
    """Whether each element is positive or negative infinity."""


@elementwise(dtype=to_bool)
def isnan(x: Tensor):
    """Whether each element is NaN."""


@elementwise(dtype=to_bool)
def isneginf(x: Tensor):
    """Whether each element is negative infinity."""


@elementwise(dtype=to_bool)
def isposinf(x: Tensor):
    """Whether each element is positive infinity."""


@elementwise(dtype=to_bool)
def isreal(x: Tensor):
    """Whether each element has no imaginary part."""


@elementwise(dtype=_where_rule)
def where(condition: Tensor, x1: Tensor | None = None, x2: Tensor | None = None):
    """Elements of `x1` where `condition` holds, of `x2` elsewhere.

    Args:
        condition: Tensor of bools.
        x1: Tensor of the values where it holds. Without `x1` and `x2` the result is `nonzero(condition)`.
        x2: Tensor of the values elsewhere.

    Returns:
        Tensor of the broadcast shape and the dtype that `x1` and `x2` promote to.

    Example:

    >>> keras.ops.where([True, False], [1, 2], [3, 4])
    array([1, 4], dtype=int32)
    """
