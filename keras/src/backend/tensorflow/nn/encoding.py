"""Kernels of `keras.ops.nn` that encode classes."""

import tensorflow as tf

from keras.src.backend import config
from keras.src.backend.common.memory import check_size
from keras.src.backend.tensorflow.support import as_index, constant, dims
from keras.src.backend.tensorflow.tensors import cast, to_engine_dtype

_raw = tf.raw_ops


def one_hot(x, num_classes, axis=-1, dtype=None, sparse=False):
    dtype = to_engine_dtype(dtype or config.floatx())
    x = as_index(x)
    axis = -1 if axis in (-1, x.shape.rank) else range(x.shape.rank + 1)[axis]
    if sparse:
        return _sparse_one_hot(x, num_classes, axis, dtype)
    # TensorFlow takes the depth in 32 bits, and would wrap a larger one around.
    known = x.shape.as_list() if x.shape.rank is not None else ()
    check_size((*known, num_classes), dtype.name, "keras.ops.one_hot: a tensor")
    on, off = (True, False) if dtype is tf.bool else (1, 0)
    return _raw.OneHot(
        indices=x, depth=num_classes, on_value=constant(on, dtype), off_value=constant(off, dtype), axis=axis
    )


def _sparse_one_hot(x, num_classes, axis, dtype):
    rank = x.shape.rank
    axis = range(rank + 1)[axis]
    places = tf.where((x >= 0) & (x < num_classes))
    classes = cast(tf.gather_nd(x, places), "int64")[:, None]
    indices = tf.concat([places[:, :axis], classes, places[:, axis:]], 1)
    shape = dims(x)
    shape.insert(axis, num_classes)
    shape = tf.stack([cast(n, "int64") for n in shape])
    hot = tf.SparseTensor(indices, tf.ones([tf.shape(indices)[0]], dtype), shape)
    return hot if axis == rank else tf.sparse.reorder(hot)


def multi_hot(inputs, num_classes=None, axis=-1, dtype=None, sparse=False):
    dtype = to_engine_dtype(dtype or config.floatx())
    # The dimension of the labels is the last; for a single example the only one.
    reduced = 1 if inputs.shape.rank > 1 else 0
    if not sparse:
        hot = one_hot(inputs, num_classes, axis, "bool")
        return cast(tf.reduce_any(hot, reduced), dtype)
    hot = one_hot(inputs, num_classes, axis, "int32", sparse=True)
    summed = tf.sparse.reduce_max(hot, reduced, output_is_sparse=True)
    return tf.SparseTensor(summed.indices, cast(summed.values, dtype), summed.dense_shape)
