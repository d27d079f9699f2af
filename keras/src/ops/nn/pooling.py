"""Poolings over one, two or three spatial dimensions."""

import numpy as np

from keras.src.backend.common import window_rules as rules
from keras.src.backend.common.windows import per_dimension
from keras.src.ops import numpy as ops
from keras.src.ops.core import convert_to_tensor
from keras.src.ops.declare import Axis, DataFormat, Padding, Tensor, op
from keras.src.ops.dtype_rules import same, to_float


@op(dtype=same, shape=rules.pooled, checked=True)
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


@op(dtype=to_float, shape=rules.pooled, checked=True)
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

    Example:

    >>> keras.ops.average_pool([[[1.0], [3.0], [5.0], [9.0]]], pool_size=2, data_format="channels_last")
    array([[[2.],
            [7.]]], dtype=float32)
    """


@op(dtype=same, shape=rules.pooled_to)
def adaptive_max_pool(inputs: Tensor, output_size: Axis, data_format: DataFormat = None):
    """Largest element of windows chosen such that the result has a given size.

    Args:
        inputs: Tensor of shape `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` with `"channels_first"`.
        output_size: Int, or one for each spatial dimension.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.

    Returns:
        Tensor with the spatial sizes `output_size`.

    Example:

    >>> keras.ops.adaptive_max_pool([[[1.0], [3.0], [5.0], [2.0]]], output_size=2, data_format="channels_last")
    array([[[3.],
            [5.]]], dtype=float32)
    """
    for axis, size in _adaptive_axes(inputs, output_size, data_format):
        windows = ops.take(inputs, _window_indices(inputs.shape[axis], size), axis)
        inputs = ops.max(windows, axis + 1)
    return inputs


@op(dtype=to_float, shape=rules.pooled_to)
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
