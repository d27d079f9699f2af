"""Kernels of `keras.ops.nn` that are activation functions."""

import math

import tensorflow as tf

from keras.src.backend.tensorflow import convertible
from keras.src.backend.tensorflow.support import HALF_TO_FLOAT32, axes_of, scalar_like, through, unary
from keras.src.backend.tensorflow.tensors import cast

_raw = tf.raw_ops

sigmoid = unary(_raw.Sigmoid)


def _of_features(op):
    """A kernel from a raw op that knows no booleans."""
    # What is below the check that arguments are named, which costs more than all else that is done here.
    op = getattr(op, "__wrapped__", lambda x: op(features=x))
    of_bools = through({tf.bool: tf.int32}, op)

    def kernel(x):
        return of_bools(x) if x.dtype is tf.bool else op(x)

    return kernel


relu, relu6 = _of_features(_raw.Relu), _of_features(_raw.Relu6)


def softplus(x):
    return _raw.Softplus(features=x)


def softsign(x):
    return _raw.Softsign(features=x)


def _silu(x):
    return x * _raw.Sigmoid(x=x)


# In 16 bits TensorFlow would round products of gradients as it has ordered them: in one way where it knows the number of rows.
silu = swish = through(HALF_TO_FLOAT32, _silu)


def log_sigmoid(x):
    return -_raw.Softplus(features=-x)


def selu(x):
    return _raw.Selu(features=x)


def elu(x, alpha=1.0):
    result = _raw.Elu(features=x)
    return result if alpha == 1.0 else tf.where(x > 0, result, scalar_like(alpha, x) * result)


def leaky_relu(x, negative_slope=0.2):
    if not x.dtype.is_floating:
        return tf.where(x > 0, x, cast(cast(x, "float32") * negative_slope, x.dtype))
    return (
        _raw.LeakyRelu(features=x, alpha=negative_slope) if x.dtype.size <= 4 else _leaky_in_double(x, negative_slope)
    )


def _leaky_in_double(x, negative_slope):
    # The attribute of the op is a float32: too coarse a slope for float64.
    return tf.where(x > 0, x, x * scalar_like(negative_slope, x))


def hard_sigmoid(x):
    return _raw.Relu6(features=x + 3) / 6


def hard_silu(x):
    return x * hard_sigmoid(x)


hard_swish = hard_silu


_GELU_SLOPE = 2 * math.sqrt(2 / math.pi)


def _gelu(x, approximate=True):
    if not approximate:
        # The complement keeps digits where `x` is far below 0.
        if convertible.wanted():
            tail = _raw.AddV2(x=_raw.Erf(x=_raw.Mul(x=x, y=math.sqrt(0.5))), y=1.0)
        else:
            tail = _raw.Erfc(x=_raw.Mul(x=x, y=-math.sqrt(0.5)))
        return _raw.Mul(x=_raw.Mul(x=x, y=0.5), y=tail)
    # (1 + tanh(z)) / 2 is the sigmoid of 2z.
    slope = _raw.AddV2(x=_raw.Mul(x=_raw.Mul(x=x, y=x), y=0.044715 * _GELU_SLOPE), y=_GELU_SLOPE)
    return _raw.Mul(x=x, y=_raw.Sigmoid(x=_raw.Mul(x=x, y=slope)))


gelu = through(HALF_TO_FLOAT32, _gelu)


def _axis_of_softmax(x, axis):
    """`axis`, or `None` for the last one, which TensorFlow has kernels for."""
    axes = axes_of(x, axis)
    return None if axes == (x.shape.rank - 1,) else axes


def _softmax(x, axis=-1):
    axes = _axis_of_softmax(x, axis)
    if axes is None:
        return _raw.Softmax(logits=x)
    powers = tf.exp(x - tf.stop_gradient(tf.reduce_max(x, axes, keepdims=True)))
    return powers / tf.reduce_sum(powers, axes, keepdims=True)


def _log_softmax(x, axis=-1):
    axes = _axis_of_softmax(x, axis)
    if axes is None:
        return _raw.LogSoftmax(logits=x)
    shifted = x - tf.stop_gradient(tf.reduce_max(x, axes, keepdims=True))
    return shifted - tf.math.log(tf.reduce_sum(tf.exp(shifted), axes, keepdims=True))


softmax, log_softmax = through(HALF_TO_FLOAT32, _softmax), through(HALF_TO_FLOAT32, _log_softmax)
