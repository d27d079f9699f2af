"""Kernels of `keras.ops.nn` that multiply matrices."""

import tensorflow as tf

from keras.src.backend.tensorflow.numpy.linear import matmul, tensordot
from keras.src.backend.tensorflow.support import dims, reshape
from keras.src.backend.tensorflow.tensors import product

_raw = tf.raw_ops


def affine(x, kernel, bias, axes=1):
    if x.shape.rank is None or x.shape.rank < axes + 1 or kernel.shape.rank == axes:
        return tensordot(x, kernel, axes) + bias
    sizes, columns = dims(x), dims(kernel)[axes:]
    rows = x if len(sizes) == 2 and axes == 1 else reshape(x, [-1, product(sizes[-axes:])])
    plain = axes == 1 and len(columns) == 1
    if not plain:
        kernel, bias = reshape(kernel, [product(sizes[-axes:]), -1]), reshape(bias, [-1])
    # The sum joins the product in one kernel, and its gradient sums without asking for shapes.
    result = _with_bias(matmul(rows, kernel), bias)
    return result if rows is x and plain else reshape(result, [*sizes[:-axes], *columns])


def _with_bias(x, bias):
    if x.dtype is tf.bfloat16:
        # On CPUs, the gradient of `BiasAdd` would add up in 16 bits.
        return _raw.AddV2(x=x, y=bias)
    return _raw.BiasAdd(value=x, bias=bias)
