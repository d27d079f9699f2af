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


@elementwise(dtype=to_float_at_least, sparse="first")
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


@elementwise(dtype=_at_least_int32)
def mod(x1: Tensor, x2: Tensor):
    """Remainder of the floor division, with the sign of `x2`.

    Example:

    >>> keras.ops.mod([7, -7], 3)
    array([1, 2], dtype=int32)
    """


@elementwise(dtype=_at_least_int32)
def fmod(x1: Tensor, x2: Tensor):
    """Remainder of the division rounded towards zero, with the sign of `x1`.

    Example:

    >>> keras.ops.fmod([7, -7], 3)
    array([ 1, -1], dtype=int32)
    """


@elementwise(dtype=_at_least_int32)
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


@elementwise(dtype=_at_least_int32, sparse="all")
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


@elementwise(dtype=same)
def gcd(x1: Tensor, x2: Tensor):
    """Greatest common divisor of integers, element-wise.

    Example:

    >>> keras.ops.gcd([12, 7], [18, 21])
    array([6, 7], dtype=int32)
    """


@elementwise(dtype=same)
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


@elementwise(dtype=to_float_at_least)
def nextafter(x1: Tensor, x2: Tensor):
    """Next representable number after `x1` in the direction of `x2`.

    Example:

    >>> after = keras.ops.nextafter([1.0], [2.0])
    >>> keras.ops.greater(after, 1.0)
    array([ True])
    """


@elementwise(dtype=to_float_at_least)
def ldexp(x1: Tensor, x2: Tensor):
    """`x1 * 2**x2`, element-wise, for integer `x2`.

    Example:

    >>> keras.ops.ldexp([1.0, 0.75], [3, 2])
    array([8., 3.], dtype=float32)
    """
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


# Exponentials and logarithms


@elementwise(dtype=to_float)
def exp(x: Tensor):
    """Exponential of each element.

    Example:

    >>> keras.ops.exp([0.0, 1.0])
    array([1.      , 2.718282], dtype=float32)
    """


@elementwise(dtype=to_float)
def exp2(x: Tensor):
    """`2**x`, element-wise.

    Example:

    >>> keras.ops.exp2([0.0, 3.0, -1.0])
    array([1. , 8. , 0.5], dtype=float32)
    """


@elementwise(dtype=to_float, sparse="all")
def expm1(x: Tensor):
    """`exp(x) - 1`, exact for small `x`.

    Example:

    >>> keras.ops.expm1([0.0, 1.0])
    array([0.      , 1.718282], dtype=float32)
    """


@elementwise(dtype=to_float)
def log(x: Tensor):
    """Natural logarithm of each element.

    Example:

    >>> keras.ops.log([1.0, 10.0])
    array([0.      , 2.302585], dtype=float32)
    """


@elementwise(dtype=to_float)
def log2(x: Tensor):
    """Base-2 logarithm of each element.

    Example:

    >>> keras.ops.log2([1.0, 8.0, 0.5])
    array([ 0.,  3., -1.], dtype=float32)
    """


@elementwise(dtype=to_float)
def log10(x: Tensor):
    """Base-10 logarithm of each element.

    Example:

    >>> keras.ops.log10([1.0, 1000.0])
    array([0., 3.], dtype=float32)
    """


@elementwise(dtype=to_float, sparse="all")
def log1p(x: Tensor):
    """`log(1 + x)`, exact for small `x`.

    Example:

    >>> keras.ops.log1p([0.0, 1.0])
    array([0.      , 0.693147], dtype=float32)
    """


@elementwise(dtype=to_float_at_least)
def logaddexp(x1: Tensor, x2: Tensor):
    """`log(exp(x1) + exp(x2))` without overflow.

    Example:

    >>> keras.ops.logaddexp([0.0, 500.0], [0.0, 500.0])
    array([  0.693147, 500.69315 ], dtype=float32)
    """


@elementwise(dtype=to_float_at_least)
def logaddexp2(x1: Tensor, x2: Tensor):
    """`log2(2**x1 + 2**x2)` without overflow.

    Example:

    >>> keras.ops.logaddexp2([3.0, 200.0], [3.0, 200.0])
    array([  4., 201.], dtype=float32)
    """


# Trigonometry


@elementwise(dtype=to_float, sparse="all")
def sin(x: Tensor):
    """Sine of angles in radians, element-wise.

    Example:

    >>> keras.ops.sin([0.0, np.pi / 2])
    array([0., 1.], dtype=float32)
    """


@elementwise(dtype=to_float)
def cos(x: Tensor):
    """Cosine of angles in radians, element-wise.

    Example:

    >>> keras.ops.cos([0.0, np.pi])
    array([ 1., -1.], dtype=float32)
    """


@elementwise(dtype=to_float, sparse="all")
def tan(x: Tensor):
    """Tangent of angles in radians, element-wise.

    Example:

    >>> keras.ops.tan([0.0, np.pi / 4])
    array([0., 1.], dtype=float32)
    """


@elementwise(dtype=to_float, sparse="all")
def arcsin(x: Tensor):
    """Angle in [-pi/2, pi/2] whose sine is `x`.

    Example:

    >>> keras.ops.arcsin([0.0, 1.0])
    array([0.      , 1.570796], dtype=float32)
    """


@elementwise(dtype=to_float)
def arccos(x: Tensor):
    """Angle in [0, pi] whose cosine is `x`.

    Example:

    >>> keras.ops.arccos([1.0, -1.0])
    array([0.      , 3.141593], dtype=float32)
    """


@elementwise(dtype=to_float, sparse="all")
def arctan(x: Tensor):
    """Angle in [-pi/2, pi/2] whose tangent is `x`.

    Example:

    >>> keras.ops.arctan([0.0, 1.0])
    array([0.      , 0.785398], dtype=float32)
    """


@elementwise(dtype=to_float_at_least)
def arctan2(x1: Tensor, x2: Tensor):
    """Angle in [-pi, pi] of the point with ordinate `x1` and abscissa `x2`.

    Example:

    >>> keras.ops.arctan2([1.0, -1.0], [0.0, -1.0])
    array([ 1.570796, -2.356194], dtype=float32)
    """


@elementwise(dtype=to_float, sparse="all")
def sinh(x: Tensor):
    """Hyperbolic sine of each element.

    Example:

    >>> keras.ops.sinh([0.0, 1.0])
    array([0.      , 1.175201], dtype=float32)
    """


@elementwise(dtype=to_float)
def cosh(x: Tensor):
    """Hyperbolic cosine of each element.

    Example:

    >>> keras.ops.cosh([0.0, 1.0])
    array([1.      , 1.543081], dtype=float32)
    """


@elementwise(dtype=to_float, sparse="all")
def tanh(x: Tensor):
    """Hyperbolic tangent of each element.

    Example:

    >>> keras.ops.tanh([0.0, 0.5, 20.0])
    array([0.      , 0.462117, 1.      ], dtype=float32)
    """


@elementwise(dtype=to_float, sparse="all")
def arcsinh(x: Tensor):
    """Inverse hyperbolic sine of each element.

    Example:

    >>> keras.ops.arcsinh([0.0, 1.0])
    array([0.      , 0.881374], dtype=float32)
    """


@elementwise(dtype=to_float)
def arccosh(x: Tensor):
    """Inverse hyperbolic cosine of each element.

    Example:

    >>> keras.ops.arccosh([1.0, 2.0])
    array([0.      , 1.316958], dtype=float32)
    """


@elementwise(dtype=to_float, sparse="all")
def arctanh(x: Tensor):
    """Inverse hyperbolic tangent of each element.

    Example:

    >>> keras.ops.arctanh([0.0, 0.5])
    array([0.      , 0.549306], dtype=float32)
    """


@elementwise(dtype=to_float)
def sinc(x: Tensor):
    """`sin(pi x) / (pi x)`, and 1 at zero.

    Example:

    >>> keras.ops.sinc([0.0, 0.5])
    array([1.     , 0.63662], dtype=float32)
    """


@elementwise(dtype=to_float)
def i0(x: Tensor):
    """Modified Bessel function of the first kind and order 0.

    Example:

    >>> keras.ops.i0([0.0, 1.0])
    array([1.      , 1.266066], dtype=float32)
    """


@elementwise(dtype=to_float, sparse="all")
def deg2rad(x: Tensor):
    """Radians from degrees, element-wise.

    Example:

    >>> keras.ops.deg2rad([90.0, 180.0])
    array([1.570796, 3.141593], dtype=float32)
    """


@elementwise(dtype=to_float, sparse="all")
def rad2deg(x: Tensor):
    """Degrees from radians, element-wise.

    Example:

    >>> keras.ops.rad2deg([np.pi, np.pi / 2])
    array([180.,  90.], dtype=float32)
    """


# Complex numbers


@elementwise(dtype=same, aliases=("conj",), sparse="all")
def conjugate(x: Tensor):
    """Complex conjugate of each element; real tensors as they are.

    Example:

    >>> keras.ops.conjugate([1 + 2j, 3 - 1j])
    array([1.-2.j, 3.+1.j], dtype=complex64)
    """


@elementwise(dtype=real_part, sparse="all")
def real(x: Tensor):
    """Real part of each element.

    Example:

    >>> keras.ops.real([1 + 2j, 3 - 1j])
    array([1., 3.], dtype=float32)
    """


@elementwise(dtype=real_part, sparse="all")
def imag(x: Tensor):
    """Imaginary part of each element; zeros for real tensors.

    Example:

    >>> keras.ops.imag([1 + 2j, 3 - 1j])
    array([ 2., -1.], dtype=float32)
    """


@elementwise(dtype=_angle)
def angle(x: Tensor):
    """Argument of complex numbers in radians; 0 or pi for real ones.

    Example:

    >>> keras.ops.angle([1j, -1.0 + 0j])
    array([1.570796, 3.141593], dtype=float32)
    """


# Comparisons


@elementwise(dtype=to_bool)
def equal(x1: Tensor, x2: Tensor):
    """Whether `x1 == x2`, element-wise.

    Example:

    >>> keras.ops.equal([1, 2, 3], [1, 0, 3])
    array([ True, False,  True])
    """


@elementwise(dtype=to_bool)
def not_equal(x1: Tensor, x2: Tensor):
    """Whether `x1 != x2`, element-wise.

    Example:

    >>> keras.ops.not_equal([1, 2, 3], [1, 0, 3])
    array([False,  True, False])
    """


@elementwise(dtype=to_bool)
def greater(x1: Tensor, x2: Tensor):
    """Whether `x1 > x2`, element-wise.

    Example:

    >>> keras.ops.greater([1, 2, 3], 2)
    array([False, False,  True])
    """


@elementwise(dtype=to_bool)
def greater_equal(x1: Tensor, x2: Tensor):
    """Whether `x1 >= x2`, element-wise.

    Example:

    >>> keras.ops.greater_equal([1, 2, 3], 2)
    array([False,  True,  True])
    """


@elementwise(dtype=to_bool)
def less(x1: Tensor, x2: Tensor):
    """Whether `x1 < x2`, element-wise.

    Example:

    >>> keras.ops.less([1, 2, 3], 2)
    array([ True, False, False])
    """


@elementwise(dtype=to_bool)
def less_equal(x1: Tensor, x2: Tensor):
    """Whether `x1 <= x2`, element-wise.

    Example:

    >>> keras.ops.less_equal([1, 2, 3], 2)
    array([ True,  True, False])
    """


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

    Example:

    >>> keras.ops.isclose([1.0, 1.0], [1.000001, 1.1])
    array([ True, False])
    """


@elementwise(dtype=to_bool)
def isfinite(x: Tensor):
    """Whether each element is neither NaN nor infinite.

    Example:

    >>> keras.ops.isfinite([1.0, float("nan"), float("inf")])
    array([ True, False, False])
    """


@elementwise(dtype=to_bool)
def isinf(x: Tensor):
    """Whether each element is positive or negative infinity.

    Example:

    >>> keras.ops.isinf([1.0, float("nan"), float("-inf")])
    array([False, False,  True])
    """


@elementwise(dtype=to_bool)
def isnan(x: Tensor):
    """Whether each element is NaN.

    Example:

    >>> keras.ops.isnan([1.0, float("nan"), float("inf")])
    array([False,  True, False])
    """


@elementwise(dtype=to_bool)
def isneginf(x: Tensor):
    """Whether each element is negative infinity.

    Example:

    >>> keras.ops.isneginf([float("inf"), float("-inf")])
    array([False,  True])
    """


@elementwise(dtype=to_bool)
def isposinf(x: Tensor):
    """Whether each element is positive infinity.

    Example:

    >>> keras.ops.isposinf([float("inf"), float("-inf")])
    array([ True, False])
    """


@elementwise(dtype=to_bool)
def isreal(x: Tensor):
    """Whether each element has no imaginary part.

    Example:

    >>> keras.ops.isreal([1 + 0j, 1 + 2j])
    array([ True, False])
    """


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
