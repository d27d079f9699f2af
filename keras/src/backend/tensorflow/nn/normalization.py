"""Kernels of `keras.ops.nn` that normalise."""

import math

import tensorflow as tf

from keras.src.backend import config
from keras.src.backend.common.global_state import STATE
from keras.src.backend.tensorflow.support import axes_of, dims, ints, reshape, widened
from keras.src.backend.tensorflow.tensors import cast

_raw = tf.raw_ops


def moments(x, axes, keepdims=False, synchronized=False):
    wide = widened(x)
    axes = axes_of(x, tuple(axes) if isinstance(axes, list) else axes)
    share = STATE.share
    if share is not None and share.is_divided and 0 in axes:
        mean, variance = _moments_of_all(wide, axes, share)
        return _moments_as_asked(x, mean, variance, axes, keepdims)
    mean = tf.reduce_mean(wide, axes, keepdims=True)
    if synchronized and _replicas() > 1:
        context = tf.distribute.get_replica_context()
        square = tf.reduce_mean(tf.square(wide), axes, keepdims=True)
        mean, square = context.all_reduce(tf.distribute.ReduceOp.MEAN, [mean, square])
        variance = square - tf.square(mean)
    else:
        variance = tf.reduce_mean(tf.math.squared_difference(wide, mean), axes, keepdims=True)
    return _moments_as_asked(x, mean, variance, axes, keepdims)


def _moments_of_all(x, axes, share):
    """Mean and variance over the rows of all replicas; each of them has some."""
    shape = tf.shape(x)
    sizes = [cast(shape[axis], x.dtype) for axis in axes if axis]
    factor = 1.0 / math.prod(sizes, start=tf.constant(share.total * share.copies, x.dtype))
    mean = share.sum(tf.reduce_sum(x, axes, keepdims=True)) * factor
    return mean, share.sum(tf.reduce_sum(tf.math.squared_difference(x, mean), axes, keepdims=True)) * factor


def _moments_as_asked(x, mean, variance, axes, keepdims):
    if not keepdims:
        mean, variance = tf.squeeze(mean, axes), tf.squeeze(variance, axes)
    if x.dtype is tf.float16:
        mean, variance = (tf.clip_by_value(m, tf.float16.min, tf.float16.max) for m in (mean, variance))
    return cast(mean, x.dtype), cast(variance, x.dtype)


def _replicas():
    context = tf.distribute.get_replica_context()
    return 1 if context is None else context.strategy.num_replicas_in_sync


def batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=1e-3):
    axis = range(x.shape.rank)[axis]
    factor = _raw.Rsqrt(x=_raw.AddV2(x=variance, y=epsilon))
    factor = factor if scale is None else _raw.Mul(x=factor, y=scale)
    shift = _raw.Mul(x=mean, y=factor)
    shift = _raw.Neg(x=shift) if offset is None else _raw.Sub(x=offset, y=shift)
    if axis != x.shape.rank - 1:
        shape = [-1 if i == axis else 1 for i in range(x.shape.rank)]
        factor, shift = reshape(factor, shape), reshape(shift, shape)
    return _raw.AddV2(x=_raw.Mul(x=x, y=factor), y=shift)


def _beside(weights, x, axes):
    """`weights` over the dimensions `axes` of `x`, with dimensions of size 1 in the other places."""
    if weights.shape.rank == 0 or axes == (x.shape.rank - 1,):
        return weights
    sizes = dims(x)
    return reshape(weights, [sizes[i] if i in axes else 1 for i in range(len(sizes))])


def _mean(x, axes):
    return _raw.Mean(input=x, axis=ints(axes), keep_dims=True)


def layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None):
    axes, wide = axes_of(x, axis), widened(x)
    mean = _mean(wide, axes)
    variance = _mean(_raw.SquaredDifference(x=wide, y=mean), axes)
    factor = _raw.Rsqrt(x=_raw.AddV2(x=variance, y=_epsilon(epsilon)))
    result = _raw.Mul(x=_raw.Sub(x=wide, y=mean), y=factor)
    result = result if gamma is None else _raw.Mul(x=result, y=cast(_beside(gamma, x, axes), wide.dtype))
    result = result if beta is None else _raw.AddV2(x=result, y=cast(_beside(beta, x, axes), wide.dtype))
    return cast(result, x.dtype)


def rms_normalization(x, scale=None, axis=-1, epsilon=None):
    wide = widened(x)
    squares = _mean(_raw.Square(x=wide), axes_of(x, axis))
    result = _raw.Mul(x=wide, y=_raw.Rsqrt(x=_raw.AddV2(x=squares, y=_epsilon(epsilon))))
    return cast(result if scale is None else _raw.Mul(x=result, y=cast(scale, wide.dtype)), x.dtype)


def _epsilon(epsilon):
    return config.epsilon() if epsilon is None else epsilon
