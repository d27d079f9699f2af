"""Ops on `tf.RaggedTensor`: with ragged results where rows keep their lengths, else on tensors padded with zeros."""

import tensorflow as tf

from keras.src.backend.tensorflow.nn import one_hot
from keras.src.backend.tensorflow.tensors import Tensor, cast, to_dense


def run(name, dense_kernel, args, elementwise):
    """Calls the op `name` on arguments some of which are ragged; see `sparse.run`."""
    args = [to_dense(x) if isinstance(x, (tf.SparseTensor, tf.IndexedSlices)) else x for x in args]
    if elementwise:
        return _on_flat_values(dense_kernel, args)
    kernel = KERNELS.get(name)
    if kernel is not None:
        result = kernel(*args)
        if result is not NotImplemented:
            return result
    if name in ON_VALUES:
        return _on_flat_values(dense_kernel, args)
    return dense_kernel(*tf.nest.map_structure(lambda x: to_dense(x) if isinstance(x, tf.RaggedTensor) else x, args))


def _on_flat_values(kernel, args):
    """Applies an element-wise kernel to the values of ragged tensors that have, or are brought to, the same rows."""
    ragged = [x for x in args if isinstance(x, tf.RaggedTensor)]
    if len(ragged) > 1 or any(isinstance(x, Tensor) and x.shape.rank != 0 for x in args):
        args = _broadcast(args)
    return tf.ragged.map_flat_values(kernel, *args)


def _broadcast(args):
    shapes = {
        i: tf.experimental.DynamicRaggedShape.from_tensor(x)
        for i, x in enumerate(args)
        if isinstance(x, (tf.RaggedTensor, Tensor))
    }
    whole = None
    for shape in shapes.values():
        whole = shape if whole is None else tf.broadcast_dynamic_shape(whole, shape)
    args = [tf.broadcast_to(x, whole) if i in shapes else x for i, x in enumerate(args)]
    first = next(x for x in args if isinstance(x, tf.RaggedTensor))
    return [first.with_flat_values(x.flat_values) if isinstance(x, tf.RaggedTensor) else x for x in args]


# ---------------------------------------------------------------------------------------------------------------------
# What TensorFlow itself does on ragged tensors

_WIDENED = (tf.float16, tf.bfloat16)


def _reduction(function):
    def kernel(x, axis=None, keepdims=False, initial=None):
        if initial is not None:
            return NotImplemented
        if x.dtype in _WIDENED:
            return cast(function(cast(x, "float32"), axis=axis, keepdims=keepdims), x.dtype)
        return function(x, axis=axis, keepdims=keepdims)

    return kernel


def _prod(x, axis=None, keepdims=False, dtype=None):
    return tf.reduce_prod(cast(x, dtype or x.dtype), axis=axis, keepdims=keepdims)


def _concatenate(xs, axis=0):
    return tf.concat(xs, axis)


def _stack(x, axis=0):
    return tf.stack(x, axis)


def _expand_dims(x, axis):
    return tf.expand_dims(x, axis) if isinstance(axis, int) else NotImplemented


def _softmax(x, axis=-1):
    is_last = axis in (-1, x.shape.rank - 1)
    return tf.nn.softmax(x, axis=-1) if is_last and x.ragged_rank == x.shape.rank - 1 else NotImplemented


def _take(x, indices, axis=None):
    if isinstance(x, tf.RaggedTensor):
        return tf.gather(x, indices) if axis == 0 else NotImplemented
    if axis == 0:
        return tf.ragged.map_flat_values(lambda i: tf.gather(x, i), indices)
    return NotImplemented


def _tile(x, repeats):
    return tf.tile(x, repeats) if len(repeats) == x.shape.rank else NotImplemented


def _reshape(x, newshape):
    return tf.reshape(x.flat_values, newshape) if newshape == (-1,) else NotImplemented


def _cumsum(x, axis=None, dtype=None):
    is_last = axis in (-1, x.shape.rank - 1) and x.ragged_rank == x.shape.rank - 1
    return cast(tf.cumsum(x, x.shape.rank - 1), dtype or x.dtype) if is_last else NotImplemented


def _one_hot(x, num_classes, axis=-1, dtype=None, sparse=False):
    if axis not in (-1, x.shape.rank) or sparse:
        return NotImplemented
    return tf.ragged.map_flat_values(lambda flat: one_hot(flat, num_classes, -1, dtype), x)


def _zeros_like(x, dtype=None):
    return tf.zeros_like(x, dtype)


def _ones_like(x, dtype=None):
    return tf.ones_like(x, dtype)


ON_VALUES = {"copy", "stop_gradient", "relu", "threshold", "full_like", "digitize", "array"}
"""Ops that are not declared as element-wise and yet go element by element."""

KERNELS = {
    "sum": _reduction(tf.reduce_sum),
    "mean": _reduction(tf.reduce_mean),
    "max": _reduction(tf.reduce_max),
    "amax": _reduction(tf.reduce_max),
    "min": _reduction(tf.reduce_min),
    "amin": _reduction(tf.reduce_min),
    "prod": _prod,
    "any": _reduction(tf.reduce_any),
    "all": _reduction(tf.reduce_all),
    "concatenate": _concatenate,
    "stack": _stack,
    "expand_dims": _expand_dims,
    "softmax": _softmax,
    "take": _take,
    "tile": _tile,
    "reshape": _reshape,
    "cumsum": _cumsum,
    "one_hot": _one_hot,
    "zeros_like": _zeros_like,
    "ones_like": _ones_like,
}
