"""Poolings over one, two or three spatial dimensions."""

import numpy as np

from keras.src.backend.common.shape_rules import reject
from keras.src.backend.common.windows import moved_size, per_dimension
from keras.src.ops import numpy as ops
from keras.src.ops.core import convert_to_tensor
from keras.src.ops.declare import Axis, DataFormat, Padding, Tensor, op
from keras.src.ops.dtype_rules import same, to_float
from keras.src.ops.nn.convolution import channels, check_inputs, check_sizes, spatial, with_format


def _pooled(inputs, pool_size, strides=None, padding="valid", data_format="channels_last"):
    check_inputs(inputs)
    rank = len(inputs) - 2
    window = per_dimension(pool_size, rank, "pool_size")
    steps = window if strides is None else per_dimension(strides, rank, "strides")
    sizes = tuple(moved_size(n, k, s, 1, padding) for n, k, s in zip(spatial(inputs, data_format), window, steps))
    check_sizes(sizes, f"inputs of shape {inputs}, pool_size={pool_size}, strides={strides}")
    return with_format(inputs[0], sizes, channels(inputs, data_format), data_format)


@op(dtype=same, shape=_pooled, checked=True)
def max_pool(
    inputs: Tensor, pool_size: Axis, strides: Axis = None, padding: Padding = "valid", data_format: DataFormat = None
):
    """Largest element of each window.

    Args:
        inputs: Tensor of shape `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` with `"channels_first"`.
        pool_size: Int, or one for each spatial dimension: the window.
        strides: Int, or one for each spatial dimension; as `pool_size` by default.
        padding: `"valid"` keeps the window inside, `"same"` gives `ceil(size / stride)` places.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.

    Returns:
        Tensor of the rank, dtype and data format of `inputs`.

    Example:

    >>> keras.ops.max_pool(keras.ops.ones((1, 8, 8, 3)), 2).shape
    (1, 4, 4, 3)
    """


@op(dtype=to_float, shape=_pooled, checked=True)
def average_pool(
    inputs: Tensor, pool_size: Axis, strides: Axis = None, padding: Padding = "valid", data_format: DataFormat = None
):
    """Mean of each window; elements beyond the border do not count.

    Args:
        inputs: Tensor of shape `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` with `"channels_first"`.
        pool_size: Int, or one for each spatial dimension: the window.
        strides: Int, or one for each spatial dimension; as `pool_size` by default.
        padding: `"valid"` keeps the window inside, `"same"` gives `ceil(size / stride)` places.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.

    Returns:
        Tensor of the rank and data format of `inputs`.
    """


def _pooled_to(inputs, output_size, data_format="channels_last"):
    check_inputs(inputs)
    sizes = per_dimension(output_size, len(inputs) - 2, "output_size")
    reject(any(n <= 0 for n in sizes), "`output_size` must hold sizes of 1 or more", output_size=output_size)
    return with_format(inputs[0], sizes, channels(inputs, data_format), data_format)


@op(dtype=same, shape=_pooled_to)
def adaptive_max_pool(inputs: Tensor, output_size: Axis, data_format: DataFormat = None):
    """Largest element of windows chosen such that the result has a given size.

    Args:
        inputs: Tensor of shape `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` with `"channels_first"`.
        output_size: Int, or one for each spatial dimension.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.

    Returns:
        Tensor with the spatial sizes `output_size`.
    """
    for axis, size in _adaptive_axes(inputs, output_size, data_format):
        windows = ops.take(inputs, _window_indices(inputs.shape[axis], size), axis)
        inputs = ops.max(windows, axis + 1)
    return inputs


@op(dtype=to_float, shape=_pooled_to)
def adaptive_average_pool(inputs: Tensor, output_size: Axis, data_format: DataFormat = None):
    """Mean of windows chosen such that the result has a given size.

    Args:
        inputs: Tensor of shape `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` with `"channels_first"`.
        output_size: Int, or one for each spatial dimension.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.

    Returns:
        Tensor with the spatial sizes `output_size`.

    Example:

    >>> keras.ops.adaptive_average_pool(keras.ops.ones((1, 9, 7, 3)), 2).shape
    (1, 2, 2, 3)
    """
    for axis, size in _adaptive_axes(inputs, output_size, data_format):
        weights = convert_to_tensor(_window_weights(inputs.shape[axis], size), inputs.dtype)
        inputs = ops.moveaxis(ops.tensordot(inputs, weights, [[axis], [0]]), -1, axis)
    return inputs


def _adaptive_axes(inputs, output_size, data_format):
    rank = len(inputs.shape) - 2
    return enumerate(per_dimension(output_size, rank, "output_size"), 1 if data_format == "channels_last" else 2)


def _window_limits(size, count):
    """Start and stop of `count` windows that cover `size` elements and overlap where they do not divide them evenly."""
    return [(i * size // count, -(-(i + 1) * size // count)) for i in range(count)]


def _window_indices(size, count):
    """Indices of each window's elements, the last one repeated up to a common length."""
    limits = _window_limits(size, count)
    longest = max(stop - start for start, stop in limits)
    return np.array([[min(start + i, stop - 1) for i in range(longest)] for start, stop in limits], "int32")


def _window_weights(size, count):
    """Matrix of shape `(size, count)` that takes means."""
    weights = np.zeros((size, count), "float32")
    for i, (start, stop) in enumerate(_window_limits(size, count)):
        weights[start:stop, i] = 1 / (stop - start)
    return weights
