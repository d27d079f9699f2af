"""Pooling, with the channels last."""

import tensorflow as tf

from keras.src.backend.common.windows import per_dimension
from keras.src.backend.tensorflow.nn.convolution import channels_last, format_of
from keras.src.backend.tensorflow.support import HALF_TO_FLOAT32, dims, reshape, through, transpose
from keras.src.backend.tensorflow.tensors import cast

_raw = tf.raw_ops
_TO_POOLABLE = {tf.bool: tf.uint8, tf.uint32: tf.int64, tf.uint64: tf.int64}


def _pool(op):
    """A pool over one, two or three spatial dimensions from an op over two; windows are separable."""

    def over_two(x, size, strides, padding):
        return op(x, ksize=[1, *size, 1], strides=[1, *strides, 1], padding=padding)

    def kernel(x, size, strides, padding):
        if x.shape.rank == 4:
            return over_two(x, size, strides, padding)
        if x.shape.rank == 3:
            return tf.squeeze(over_two(tf.expand_dims(x, 1), (1, *size), (1, *strides), padding), 1)
        batch, depth, height, width, channels = dims(x)
        flat = over_two(reshape(x, [batch * depth, height, width, channels]), size[1:], strides[1:], padding)
        _, height, width, _ = dims(flat)
        columns = reshape(flat, [batch, depth, height * width, channels])
        pooled = over_two(columns, (size[0], 1), (strides[0], 1), padding)
        return reshape(pooled, [batch, dims(pooled)[1], height, width, channels])

    return channels_last(kernel)


_max = _pool(through(_TO_POOLABLE, lambda x, *args, **window: _raw.MaxPool(input=x, **window)))
_average = _pool(lambda x, **window: _raw.AvgPool(value=x, **window))


def _arguments(inputs, pool_size, strides, padding):
    rank = inputs.shape.rank - 2
    size = per_dimension(pool_size, rank, "pool_size")
    return size, size if strides is None else per_dimension(strides, rank, "strides"), padding.upper()


def max_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    window = _arguments(inputs, pool_size, strides, padding)
    return _max(inputs, *window, data_format=format_of(data_format))


def average_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    window = _arguments(inputs, pool_size, strides, padding)
    dtype = inputs.dtype
    wide = inputs if dtype.is_floating and dtype.size >= 4 else cast(inputs, "float32")
    return cast(_average(wide, *window, data_format=format_of(data_format)), dtype)


# ---------------------------------------------------------------------------------------------------------------------
# Adaptive pools: window i of n ends where window i + 1 begins, or a little later


def _adaptive(reduce):
    def over_all(x, output_size):
        for axis, count in enumerate(output_size, start=1):
            if count is not None and count != x.shape[axis]:
                x = reduce(x, axis, count)
        return x

    in_last = channels_last(over_all)

    def kernel(inputs, output_size, data_format=None):
        sizes = per_dimension(output_size, inputs.shape.rank - 2, "output_size")
        return in_last(inputs, sizes, data_format=format_of(data_format))

    return kernel


def _windows(size, count):
    """Starts and ends of `count` windows over `size` elements."""
    places = tf.range(count)
    return places * size // count, ((places + 1) * size + count - 1) // count


def _average_windows(x, axis, count):
    size = dims(x)[axis]
    start, end = _windows(size, count)
    places = tf.range(size)
    inside = (places >= start[:, None]) & (places < end[:, None])
    weights = cast(inside, x.dtype) / cast(end - start, x.dtype)[:, None]
    order = [i for i in range(x.shape.rank) if i != axis]
    mixed = tf.tensordot(x, weights, [[axis], [1]])
    return transpose(mixed, [order.index(i) if i != axis else len(order) for i in range(x.shape.rank)])


def _max_windows(x, axis, count):
    size = dims(x)[axis]
    start, end = _windows(size, count)
    places = tf.minimum(start[:, None] + tf.range(tf.reduce_max(end - start)), end[:, None] - 1)
    return tf.reduce_max(tf.gather(x, places, axis=axis), axis + 1)


adaptive_average_pool = _adaptive(through(HALF_TO_FLOAT32, _average_windows))
adaptive_max_pool = _adaptive(_max_windows)
