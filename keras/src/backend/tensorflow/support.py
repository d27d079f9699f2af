"""Adapters that the kernel modules share."""

import functools

import numpy as np
import tensorflow as tf

from keras.src.backend.tensorflow.tensors import Tensor, cast, shape, sizes_as_tensor, to_engine_dtype

HALF = frozenset((tf.float16, tf.bfloat16))
SMALL_INTS = frozenset((tf.bool, tf.int8, tf.int16, tf.uint8, tf.uint16))
WIDER_INT = {tf.uint32: tf.int64, tf.uint64: tf.int64, **dict.fromkeys(SMALL_INTS, tf.int32)}


_LARGEST = 2**31 - 1


@functools.lru_cache(maxsize=4096)
def _constant_ints(values):
    if isinstance(values, tuple) and any(abs(n) > _LARGEST for n in values):
        raise _TooLarge(f"A dimension has at most {_LARGEST} entries on this engine. Received: the shape {values}")
    with tf.init_scope(), tf.device("CPU:0"):
        return tf.constant(values, tf.int32)


@functools.lru_cache(maxsize=256)
def _kept_constant(value, dtype):
    with tf.init_scope(), tf.device("CPU:0"):
        return tf.constant(value, dtype)


def constant(value, dtype):
    """A scalar tensor, in eager mode one that is kept."""
    return _kept_constant(value, dtype) if tf.executing_eagerly() else tf.constant(value, dtype)


def ints(values):
    """Ints for an op's shape, axis or permutation; in eager mode a tensor that is kept: making one is slow."""
    if not tf.executing_eagerly():
        return sizes_as_tensor(values) if isinstance(values, tuple) else values
    try:
        return _constant_ints(values)
    except _TooLarge:
        raise
    except (TypeError, ValueError):
        return sizes_as_tensor(values)


class _TooLarge(ValueError):
    """A size that 32 bits do not hold; TensorFlow would cut it off without a word."""


@functools.cache
def has_gpu():
    """Whether there is a GPU, on which indices out of range go unnoticed."""
    return bool(tf.config.list_logical_devices("GPU"))


def in_xla():
    """Whether what is traced now will be compiled by XLA, for which not all ops of TensorFlow have a translation."""
    return not tf.executing_eagerly() and tf.__internal__.get_enclosing_xla_context() is not None


def all_axes(x):
    """A tuple of all dimensions; a tensor where the rank is not known."""
    rank = x.shape.rank
    return tf.range(tf.rank(x)) if rank is None else tuple(range(rank))


def axes_of(x, axis):
    """`axis` as a tuple of non-negative ints, `None` meaning all."""
    rank = x.shape.rank
    if axis is None:
        return tuple(range(rank))
    return tuple(range(rank)[a] for a in (axis if isinstance(axis, tuple) else (axis,)))


def transpose(x, axes):
    """`x` with its dimensions in the order `axes`."""
    return tf.raw_ops.Transpose(x=x, perm=ints(tuple(axes)))


def reshape(x, newshape):
    """`x` in the shape `newshape`, whose sizes may be tensors."""
    return tf.raw_ops.Reshape(tensor=x, shape=ints(tuple(newshape)))


def flatten(x):
    """`x` with one dimension."""
    return tf.raw_ops.Reshape(tensor=x, shape=ints((-1,)))


def move_axis(x, source, destination):
    """`x` with its dimension `source` at `destination`."""
    rank = x.shape.rank
    source, destination = range(rank)[source], range(rank)[destination]
    if source == destination:
        return x
    order = [i for i in range(rank) if i != source]
    order.insert(destination, source)
    return transpose(x, order)


def as_index(x):
    """`x` in a dtype in which TensorFlow takes indices."""
    return x if x.dtype in (tf.int32, tf.int64) else cast(x, "int64" if x.dtype.size > 4 else "int32")


def scalar_like(value, x):
    """A Python scalar as a tensor of the dtype of `x`."""
    return tf.constant(int(value) if value.__class__ is bool and x.dtype is not tf.bool else value, x.dtype)


def through(dtypes, function):
    """A kernel that computes in another dtype for some dtypes of its first argument, and answers in the first one.

    Args:
        dtypes: Dict from a dtype to the one to compute in.
        function: Kernel whose result has the dtype of its first argument.

    Returns:
        The kernel; all tensor arguments are cast together.
    """

    @functools.wraps(function)
    def kernel(x, *args, **settings):
        given = x.dtype
        if given not in dtypes:
            return function(x, *args, **settings)
        wide = dtypes[given]
        args = [cast(a, wide) if isinstance(a, Tensor) and a.dtype == given else a for a in args]
        result = function(cast(x, wide), *args, **settings)
        return tf.nest.map_structure(lambda y: cast(y, given) if y.dtype == wide else y, result)

    return kernel


def dict_of(dtypes, wide):
    """Dict that sends each of `dtypes` to `wide`, for `through`."""
    return dict.fromkeys(dtypes, wide)


HALF_TO_FLOAT32 = dict_of(HALF, tf.float32)
SMALL_TO_INT32 = dict_of(SMALL_INTS, tf.int32)
BOOL_TO_UINT8 = {tf.bool: tf.uint8}
UNSIGNED_TO_SIGNED = {
    **dict_of((tf.bool, tf.uint8, tf.uint16), tf.int32),
    **dict_of((tf.uint32, tf.uint64), tf.int64),
}


def unary(op):
    """A kernel of one tensor from a raw op whose argument is called `x`."""

    def kernel(x):
        return op(x=x)

    return kernel


def added(tensors):
    """The sum of a list of tensors of one shape."""
    return tensors[0] if len(tensors) == 1 else tf.add_n(tensors)


def binary(op, of_bools=None):
    """A kernel of two tensors, or a tensor and a Python scalar, from a raw op; `of_bools` serves booleans."""

    def kernel(x1, x2):
        if not isinstance(x1, Tensor):
            x1 = scalar_like(x1, x2)
        elif x2.__class__ is bool:
            x2 = scalar_like(x2, x1)
        if x1.dtype is tf.bool and of_bools is not None:
            return of_bools(x1, x2)
        return op(x=x1, y=x2)

    return kernel


def broadcast_shape(*tensors):
    """The shape to which the tensors broadcast: a tuple of ints, or a tensor."""
    result = functools.reduce(tf.broadcast_static_shape, [x.shape for x in tensors])
    if result.is_fully_defined():
        return tuple(result)
    return functools.reduce(tf.broadcast_dynamic_shape, [tf.shape(x) for x in tensors])


def dims(x):
    """List of the sizes of `x`, tensors where they are not known."""
    return list(shape(x))


def number_of(x, name):
    """A Python number of an argument that a function cannot take as a tensor of unknown value."""
    if not isinstance(x, Tensor):
        return x
    value = tf.get_static_value(x)
    if value is None:
        raise ValueError(f"`{name}` must be known when the function is traced. Received: {x}")
    return value.item() if value.ndim == 0 else value


def infinity(dtype):
    """Positive infinity of a floating-point dtype."""
    return tf.constant(np.inf, to_engine_dtype(dtype))


def widened(x):
    """Floats of 16 bits in float32, other tensors as they are."""
    return cast(x, "float32") if x.dtype in HALF else x
