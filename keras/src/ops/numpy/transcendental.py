"""Exponentials, logarithms, trigonometry, and parts of complex numbers: element by element."""

from keras.src.ops.declare import Tensor, elementwise
from keras.src.ops.dtype_rules import real_part, same, strongly, to_float, to_float_at_least


def _angle(*dtypes):
    """Real floats of the size of the (complex) argument."""
    compute, result = to_float(*dtypes)
    return compute, real_part(result)[1]


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


@elementwise(dtype=strongly(to_float_at_least))
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
