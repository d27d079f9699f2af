"""Kernels of `keras.ops.numpy` that reduce or accumulate along axes."""

import builtins

import tensorflow as tf

from keras.src.backend.tensorflow.numpy.elementwise import isnan, maximum, minimum, power, subtract
from keras.src.backend.tensorflow.support import (
    HALF_TO_FLOAT32,
    WIDER_INT,
    all_axes,
    axes_of,
    dims,
    flatten,
    infinity,
    ints,
    move_axis,
    reshape,
    scalar_like,
    through,
    transpose,
)
from keras.src.backend.tensorflow.tensors import Tensor, cast, product

_raw = tf.raw_ops


def _axis(x, axis):
    """The axis argument of a raw op."""
    if axis is None:
        axis = all_axes(x)
    return axis if isinstance(axis, Tensor) else ints(axis)


def _reduction(op):
    def kernel(x, axis=None, keepdims=False):
        return op(input=x, axis=_axis(x, axis), keep_dims=keepdims)

    return kernel


# TensorFlow adds float16 up in float16, and loses all after a few hundred elements.
sum = through(HALF_TO_FLOAT32, _reduction(_raw.Sum))
mean = through(HALF_TO_FLOAT32, _reduction(_raw.Mean))
_product = through(HALF_TO_FLOAT32, _reduction(_raw.Prod))
_max, _min = _reduction(_raw.Max), _reduction(_raw.Min)
_any, _all = _reduction(_raw.Any), _reduction(_raw.All)


def any(x, axis=None, keepdims=False):
    return _any(cast(x, "bool"), axis, keepdims)


def all(x, axis=None, keepdims=False):
    return _all(cast(x, "bool"), axis, keepdims)


def max(x, axis=None, keepdims=False, initial=None):
    result = _any(x, axis, keepdims) if x.dtype is tf.bool else _max(x, axis, keepdims)
    return result if initial is None else maximum(result, cast(initial, x.dtype))


def min(x, axis=None, keepdims=False, initial=None):
    result = _all(x, axis, keepdims) if x.dtype is tf.bool else _min(x, axis, keepdims)
    return result if initial is None else minimum(result, cast(initial, x.dtype))


def prod(x, axis=None, keepdims=False, dtype=None):
    return _product(x if dtype is None else cast(x, dtype), axis, keepdims)


def count_nonzero(x, axis=None):
    return _raw.Sum(input=cast(cast(x, "bool"), "int32"), axis=_axis(x, axis))


def _variance(x, axis, keepdims):
    center = mean(x, axis, True)
    if not x.dtype.is_complex:
        return mean(_raw.SquaredDifference(x=x, y=center), axis, keepdims)
    deviation = x - center
    return mean(tf.math.real(deviation * tf.math.conj(deviation)), axis, keepdims)


var = through(HALF_TO_FLOAT32, lambda x, axis=None, keepdims=False: _variance(x, axis, keepdims))
std = through(HALF_TO_FLOAT32, lambda x, axis=None, keepdims=False: tf.sqrt(_variance(x, axis, keepdims)))


def logsumexp(x, axis=None, keepdims=False):
    return tf.reduce_logsumexp(x, axis, keepdims)


# ---------------------------------------------------------------------------------------------------------------------
# Positions of extremes


def _position(op):
    def kernel(x, axis=None, keepdims=False):
        rank = x.shape.rank
        position = op(input=flatten(x) if axis is None else x, dimension=axis or 0, output_type=tf.int32)
        if not keepdims:
            return position
        return reshape(position, (1,) * rank) if axis is None else tf.expand_dims(position, axis)

    return kernel


argmax, argmin = _position(_raw.ArgMax), _position(_raw.ArgMin)


# ---------------------------------------------------------------------------------------------------------------------
# Accumulation


def _cumulative(op):
    wide = through({**HALF_TO_FLOAT32, **WIDER_INT}, lambda x, axis: op(x=x, axis=axis))

    def kernel(x, axis=None, dtype=None):
        x = x if dtype is None else cast(x, dtype)
        return wide(flatten(x) if axis is None else x, axis or 0)

    return kernel


cumsum, cumprod = _cumulative(_raw.Cumsum), _cumulative(_raw.Cumprod)


# ---------------------------------------------------------------------------------------------------------------------
# Quantiles


def _reduced_to_last(x, axis):
    """`x` with the dimensions of `axis` as one, the last; and the shape that `keepdims` asks for."""
    axes = axes_of(x, axis)
    kept = [i for i in range(x.shape.rank) if i not in axes]
    sizes = dims(x)
    moved = transpose(x, [*kept, *axes])
    moved = reshape(moved, [*(sizes[i] for i in kept), product([sizes[i] for i in axes])])
    return moved, [1 if i in axes else n for i, n in enumerate(sizes)]


def _interpolated(method, positions):
    """`(lower, upper, weight of the upper)` of fractional positions."""
    lower = tf.floor(positions)
    upper = tf.math.ceil(positions)
    if method == "lower":
        return lower, lower, tf.zeros_like(positions)
    if method == "higher":
        return upper, upper, tf.zeros_like(positions)
    if method == "nearest":
        nearest = tf.round(positions)
        return nearest, nearest, tf.zeros_like(positions)
    if method == "midpoint":
        return lower, upper, cast(tf.not_equal(lower, upper), positions.dtype) / 2
    if method == "linear":
        return lower, upper, positions - lower
    known = "'linear', 'lower', 'higher', 'midpoint' or 'nearest'"
    raise ValueError(f"`method` must be {known}. Received: method={method!r}")


def _picked(ordered, places):
    """`ordered` of shape (..., n) at `places` of shape (..., q)."""
    return tf.gather(ordered, cast(places, "int32"), axis=-1, batch_dims=ordered.shape.rank - 1)


def _quantiles(x, q, axis, method, keepdims, leave_nan_out):
    lanes, kept_shape = _reduced_to_last(x, axis)
    hole = isnan(lanes)
    ordered = tf.sort(tf.where(hole, infinity(x.dtype), lanes), axis=-1)
    holes = _raw.Sum(input=cast(hole, "int32"), axis=-1, keep_dims=True)
    exact = "float64" if x.dtype is tf.float64 else "float32"
    last = cast((tf.shape(lanes)[-1] - holes if leave_nan_out else tf.shape(lanes)[-1]) - 1, exact)
    flat_q = cast(flatten(q), exact)
    positions = tf.broadcast_to(flat_q * tf.maximum(last, 0.0), tf.concat([tf.shape(lanes)[:-1], tf.shape(flat_q)], 0))
    lower, upper, weight = _interpolated(method, positions)
    below, above = _picked(ordered, lower), _picked(ordered, upper)
    weight = cast(weight, x.dtype)
    # Equal neighbours, infinities among them, need no arithmetic.
    result = tf.where(tf.equal(below, above), below, below * (1 - weight) + above * weight)
    lost = tf.equal(holes, tf.shape(lanes)[-1]) if leave_nan_out else holes > 0
    result = tf.where(lost, scalar_like(float("nan"), x), result)
    result = move_axis(result, -1, 0)
    if keepdims:
        result = tf.reshape(result, tf.concat([tf.shape(flat_q), ints(tuple(kept_shape))], 0))
    return result[0] if q.shape.rank == 0 else result


def _quantile_kernel(leave_nan_out):
    def kernel(x, q, axis=None, method="linear", keepdims=False):
        if x.dtype.size < 4:
            wide = _quantiles(cast(x, "float32"), q, axis, method, keepdims, leave_nan_out)
            return cast(wide, x.dtype)
        return _quantiles(x, q, axis, method, keepdims, leave_nan_out)

    return kernel


quantile, nanquantile = _quantile_kernel(False), _quantile_kernel(True)


def diff(a, n=1, axis=-1):
    size = a.shape[axis]
    for _ in range(n if size is None else builtins.min(n, size)):
        length = dims(a)[axis]
        later, earlier = (tf.gather(a, tf.range(start, length - 1 + start), axis=axis) for start in (1, 0))
        a = subtract(later, earlier)
    return a


def vander(x, N=None, increasing=False):
    count = dims(x)[0] if N is None else N
    exponents = tf.range(count) if increasing else tf.range(count - 1, -1, -1)
    return power(x[:, None], cast(exponents, x.dtype))


def trapezoid(y, x=None, dx=1.0, axis=-1):
    y = move_axis(y, axis, -1)
    if x is None:
        widths = scalar_like(dx, y)
    else:
        x = x if x.shape.rank == 1 else move_axis(x, axis, -1)
        widths = x[..., 1:] - x[..., :-1]
    return sum((y[..., 1:] + y[..., :-1]) * widths / 2, -1)
