"""Activations: bodies that hold on any engine; engines bring faster kernels of their own."""

from keras.src.backend.common import shape_rules
from keras.src.backend.common.shape_rules import canonical_axes, canonical_axis, reject
from keras.src.ops import numpy as ops
from keras.src.ops.declare import Axis, Tensor, elementwise, op
from keras.src.ops.dtype_rules import at_least_int32, promoted, to_float

_SELU_ALPHA = 1.6732632423543772
_SELU_SCALE = 1.0507009873554805


# Of the family of ReLU


@elementwise(dtype=at_least_int32)
def relu(x: Tensor):
    """Rectified linear unit: `max(x, 0)`. Integers stay integers.

    Example:

    >>> keras.ops.relu([-1.0, 0.0, 0.5])
    array([0. , 0. , 0.5], dtype=float32)
    """
    return ops.maximum(x, 0)


@elementwise(dtype=at_least_int32)
def relu6(x: Tensor):
    """ReLU that ends at 6: `min(max(x, 0), 6)`.

    Example:

    >>> keras.ops.relu6([-1.0, 3.0, 9.0])
    array([0., 3., 6.], dtype=float32)
    """
    return ops.clip(x, 0, 6)


@elementwise(dtype=to_float)
def leaky_relu(x: Tensor, negative_slope=0.2):
    """`x` above zero, `negative_slope * x` below.

    Args:
        x: Tensor.
        negative_slope: Slope below zero.

    Returns:
        Tensor of the shape of `x`.

    Example:

    >>> keras.ops.leaky_relu([-2.0, 3.0], negative_slope=0.1)
    array([-0.2,  3. ], dtype=float32)
    """
    return ops.where(ops.greater(x, 0), x, ops.multiply(x, negative_slope))


@elementwise(dtype=to_float)
def elu(x: Tensor, alpha=1.0):
    """`x` above zero, `alpha * (exp(x) - 1)` below (Clevert et al., 2015).

    Args:
        x: Tensor.
        alpha: Where the curve ends towards minus infinity, with the sign changed.

    Returns:
        Tensor of the shape of `x`.

    Example:

    >>> keras.ops.elu([-1.0, 2.0])
    array([-0.632121,  2.      ], dtype=float32)
    """
    return ops.where(ops.greater(x, 0), x, ops.multiply(ops.expm1(ops.minimum(x, 0)), alpha))


@elementwise(dtype=to_float)
def selu(x: Tensor):
    """Scaled ELU, whose constants keep mean 0 and variance 1 through layers (Klambauer et al., 2017).

    Example:

    >>> keras.ops.selu([-1.0, 2.0])
    array([-1.111331,  2.101402], dtype=float32)
    """
    return ops.multiply(elu(x, _SELU_ALPHA), _SELU_SCALE)


@elementwise(dtype=to_float)
def celu(x: Tensor, alpha=1.0):
    """`x` above zero, `alpha * (exp(x / alpha) - 1)` below: an ELU with a continuous slope (Barron, 2017).

    Args:
        x: Tensor.
        alpha: Where the curve ends towards minus infinity, with the sign changed.

    Returns:
        Tensor of the shape of `x`.

    Example:

    >>> keras.ops.celu([-1.0, 2.0], alpha=2.0)
    array([-0.786939,  2.      ], dtype=float32)
    """
    return ops.where(ops.greater(x, 0), x, ops.multiply(ops.expm1(ops.divide(ops.minimum(x, 0), alpha)), alpha))


def _threshold_dtype(*dtypes, default_value):
    dtype = at_least_int32(
        promoted(*dtypes, type(default_value) if type(default_value) in (bool, int, float) else float)
    )[1]
    return dtype, dtype


@elementwise(dtype=_threshold_dtype)
def threshold(x: Tensor, threshold, default_value):
    """`x` where it is above `threshold`, elsewhere `default_value`.

    Args:
        x: Tensor.
        threshold: Number.
        default_value: Number.

    Returns:
        Tensor of the shape of `x`.

    Example:

    >>> keras.ops.threshold([-1.0, 0.0, 2.0], 0.5, -9.0)
    array([-9., -9.,  2.], dtype=float32)
    """
    return ops.where(ops.greater(x, threshold), x, default_value)


@elementwise(dtype=to_float)
def soft_shrink(x: Tensor, threshold=0.5):
    """`x` moved towards zero by `threshold`; zero where it is nearer than that.

    Args:
        x: Tensor.
        threshold: Number, 0 or more.

    Returns:
        Tensor of the shape of `x`.

    Example:

    >>> keras.ops.soft_shrink([-2.0, 0.3, 2.0])
    array([-1.5,  0. ,  1.5], dtype=float32)
    """
    above = ops.where(ops.greater(x, threshold), ops.subtract(x, threshold), 0.0)
    return ops.where(ops.less(x, -threshold), ops.add(x, threshold), above)


@elementwise(dtype=to_float)
def hard_shrink(x: Tensor, threshold=0.5):
    """`x` where it is farther from zero than `threshold`, elsewhere 0.

    Args:
        x: Tensor.
        threshold: Number, 0 or more.

    Returns:
        Tensor of the shape of `x`.

    Example:

    >>> keras.ops.hard_shrink([-2.0, 0.3, 2.0])
    array([-2.,  0.,  2.], dtype=float32)
    """
    return ops.where(ops.greater(ops.absolute(x), threshold), x, 0.0)


@elementwise(dtype=at_least_int32)
def hard_tanh(x: Tensor):
    """`x` limited to the interval from -1 to 1.

    Example:

    >>> keras.ops.hard_tanh([-2.0, 0.3, 2.0])
    array([-1. ,  0.3,  1. ], dtype=float32)
    """
    return ops.clip(x, -1, 1)


@elementwise(dtype=to_float)
def sparse_plus(x: Tensor):
    """0 up to -1, `x` from 1 on, and the parabola `(x + 1)**2 / 4` between.

    Example:

    >>> keras.ops.sparse_plus([-2.0, 0.0, 2.0])
    array([0.  , 0.25, 2.  ], dtype=float32)
    """
    return ops.where(ops.greater_equal(x, 1), x, ops.square(ops.multiply(ops.add(ops.clip(x, -1.0, 1.0), 1.0), 0.5)))


# Of the family of the sigmoid


@elementwise(dtype=to_float)
def sigmoid(x: Tensor):
    """Logistic function `1 / (1 + exp(-x))`.

    Example:

    >>> keras.ops.sigmoid([0.0, 100.0])
    array([0.5, 1. ], dtype=float32)
    """
    return ops.exp(log_sigmoid(x))


@elementwise(dtype=to_float)
def log_sigmoid(x: Tensor):
    """Logarithm of the sigmoid, exact where the sigmoid itself is 0 to machine precision.

    Example:

    >>> keras.ops.log_sigmoid([-100.0, 0.0])
    array([-100.      ,   -0.693147], dtype=float32)
    """
    return ops.negative(softplus(ops.negative(x)))


@elementwise(dtype=to_float)
def softplus(x: Tensor):
    """`log(1 + exp(x))`, a smooth ReLU.

    Example:

    >>> keras.ops.softplus([-1.0, 0.0, 100.0])
    array([  0.313262,   0.693147, 100.      ], dtype=float32)
    """
    return ops.logaddexp(x, 0.0)


@elementwise(dtype=to_float)
def softsign(x: Tensor):
    """`x / (1 + |x|)`.

    Example:

    >>> keras.ops.softsign([-1.0, 0.0, 3.0])
    array([-0.5 ,  0.  ,  0.75], dtype=float32)
    """
    return ops.divide(x, ops.add(ops.absolute(x), 1.0))


@elementwise(dtype=to_float)
def sparse_sigmoid(x: Tensor):
    """0 up to -1, 1 from 1 on, and the line `(x + 1) / 2` between.

    Example:

    >>> keras.ops.sparse_sigmoid([-2.0, 0.0, 0.5, 2.0])
    array([0.  , 0.5 , 0.75, 1.  ], dtype=float32)
    """
    return ops.clip(ops.multiply(ops.add(x, 1.0), 0.5), 0.0, 1.0)


@elementwise(dtype=to_float)
def hard_sigmoid(x: Tensor):
    """Piecewise linear sigmoid: `relu6(x + 3) / 6`.

    Example:

    >>> keras.ops.hard_sigmoid([-3.0, 0.0, 1.5])
    array([0.  , 0.5 , 0.75], dtype=float32)
    """
    return ops.divide(relu6(ops.add(x, 3.0)), 6.0)


@elementwise(dtype=to_float, aliases=("swish",))
def silu(x: Tensor):
    """`x * sigmoid(x)`, also called swish (Ramachandran et al., 2017).

    Example:

    >>> keras.ops.silu([-1.0, 0.0, 1.0])
    array([-0.268941,  0.      ,  0.731059], dtype=float32)
    """
    return ops.multiply(x, sigmoid(x))


@elementwise(dtype=to_float, aliases=("hard_swish",))
def hard_silu(x: Tensor):
    """`x * hard_sigmoid(x)`, also called hard swish (Howard et al., 2019).

    Example:

    >>> keras.ops.hard_silu([-1.0, 0.0, 1.5])
    array([-0.333333,  0.      ,  1.125   ], dtype=float32)
    """
    return ops.multiply(x, hard_sigmoid(x))


@elementwise(dtype=to_float)
def squareplus(x: Tensor, b=4):
    """`(x + sqrt(x**2 + b)) / 2`, a smooth ReLU without exponentials (Barron, 2021).

    Args:
        x: Tensor.
        b: Smoothness, 0 or more; 0 gives ReLU.

    Returns:
        Tensor of the shape of `x`.

    Example:

    >>> keras.ops.squareplus([-1.5, 0.0, 1.5])
    array([0.5, 1. , 2. ], dtype=float32)
    """
    return ops.multiply(ops.add(x, ops.sqrt(ops.add(ops.square(x), b))), 0.5)


@elementwise(dtype=to_float)
def tanh_shrink(x: Tensor):
    """`x - tanh(x)`.

    Example:

    >>> keras.ops.tanh_shrink([-1.0, 0.0, 1.0])
    array([-0.238406,  0.      ,  0.238406], dtype=float32)
    """
    return ops.subtract(x, ops.tanh(x))


@elementwise(dtype=to_float)
def gelu(x: Tensor, approximate=True):
    """Gaussian error linear unit: `x` times the normal distribution function of `x` (Hendrycks and Gimpel, 2016).

    Args:
        x: Tensor.
        approximate: Whether the distribution function is approximated by a `tanh`.

    Returns:
        Tensor of the shape of `x`.

    Example:

    >>> keras.ops.gelu([-1.0, 0.0, 1.0], approximate=False)
    array([-0.158655,  0.      ,  0.841345], dtype=float32)
    """


# Over an axis


def _halved(x, axis=-1):
    axis = canonical_axis(axis, len(x))
    reject(x[axis] is not None and x[axis] % 2, "the size of `x` along `axis` must be even", axis=axis, shape=x)
    return x[:axis] + (None if x[axis] is None else x[axis] // 2,) + x[axis + 1 :]


@op(dtype=to_float, shape=_halved)
def glu(x: Tensor, axis=-1):
    """Gated linear unit: the first half of `x` along `axis` times the sigmoid of the second (Dauphin et al., 2016).

    Args:
        x: Tensor of an even size along `axis`.
        axis: Int.

    Returns:
        Tensor of half that size along `axis`.

    Example:

    >>> keras.ops.glu([1.0, 2.0, 0.0, 100.0])
    array([0.5, 2. ], dtype=float32)
    """
    values, gate = ops.split(x, 2, axis)
    return ops.multiply(values, sigmoid(gate))


def _with_axes(x, axis=-1):
    canonical_axes(axis, len(x))
    return x


@op(dtype=to_float, shape=_with_axes, checked=True)
def softmax(x: Tensor, axis: Axis = -1):
    """Exponentials of `x`, divided by their sum over `axis`: positive numbers that add up to 1.

    Args:
        x: Tensor.
        axis: Int or tuple of ints; all dimensions for `None`.

    Returns:
        Tensor of the shape of `x`.

    Example:

    >>> keras.ops.softmax([0.0, 0.0])
    array([0.5, 0.5], dtype=float32)
    """
    exponentials = ops.exp(ops.subtract(x, ops.max(x, axis, True)))
    return ops.divide(exponentials, ops.sum(exponentials, axis, True))


@op(dtype=to_float, shape=_with_axes, checked=True)
def log_softmax(x: Tensor, axis: Axis = -1):
    """Logarithm of the softmax, exact where the softmax itself is 0 to machine precision.

    Args:
        x: Tensor.
        axis: Int or tuple of ints; all dimensions for `None`.

    Returns:
        Tensor of the shape of `x`.

    Example:

    >>> keras.ops.log_softmax([0.0, 1000.0])
    array([-1000.,     0.], dtype=float32)
    """
    shifted = ops.subtract(x, ops.max(x, axis, True))
    return ops.subtract(shifted, ops.log(ops.sum(ops.exp(shifted), axis, True)))


@op(dtype=to_float, shape=shape_rules.along_axis, checked=True)
def sparsemax(x: Tensor, axis=-1):
    """Nearest point of the probability simplex: like softmax, with true zeros (Martins and Astudillo, 2016).

    Args:
        x: Tensor.
        axis: Int.

    Returns:
        Tensor of the shape of `x`.

    Example:

    >>> keras.ops.sparsemax([0.5, 1.0, -3.0])
    array([0.25, 0.75, 0.  ], dtype=float32)
    """
    x = ops.subtract(x, ops.max(x, axis, True))
    ordered = ops.flip(ops.sort(x, axis), axis)
    ones = ops.ones_like(ordered)
    supported = ops.greater(
        ops.add(ops.multiply(ops.cumsum(ones, axis, x.dtype), ordered), 1.0), ops.cumsum(ordered, axis, x.dtype)
    )
    size = ops.sum(ops.where(supported, ones, 0.0), axis, True)
    excess = ops.divide(ops.subtract(ops.sum(ops.where(supported, ordered, 0.0), axis, True), 1.0), size)
    return ops.maximum(ops.subtract(x, excess), 0.0)
