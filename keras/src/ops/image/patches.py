"""Patches under a window that moves over images and volumes."""

import math

import numpy as np

from keras.src.api_export import keras_export
from keras.src.backend.common.windows import moved_size, per_dimension, reach, same_padding
from keras.src.ops.core import shape as shape_of
from keras.src.ops.declare import Axis, DataFormat, Padding, Tensor, op
from keras.src.ops.dtype_rules import as_is
from keras.src.ops.image.layout import over_batches
from keras.src.ops.numpy.indexing import take
from keras.src.ops.numpy.shaping import pad, reshape, transpose


def _window(size, rank):
    """The size of a patch in each dimension; `TypeError` where it is no int and not as many ints as there are dimensions."""
    entries = size if isinstance(size, (tuple, list)) and len(size) == rank else [size]
    if not all(hasattr(n, "__index__") for n in entries):
        raise TypeError(f"`size` must be an int, or {rank} ints, one for each dimension. Received: size={size!r}")
    return per_dimension(size, rank, "size")


def _settings(size, strides, dilation_rate, rank):
    """Window, stride and dilation of each dimension."""
    windows = _window(size, rank)
    steps = windows if strides is None else per_dimension(strides, rank, "strides")
    settings = list(zip(windows, steps, per_dimension(dilation_rate, rank, "dilation_rate")))
    if min(map(min, settings)) < 1:
        raise ValueError(
            "`size`, `strides` and `dilation_rate` must be 1 or more. "
            f"Received: size={size}, strides={strides}, dilation_rate={dilation_rate}"
        )
    return settings


def _patched(shape, size, strides, dilation_rate, padding, data_format, rank, name):
    if len(shape) not in (rank + 1, rank + 2):
        raise ValueError(
            f"`{name}` must have rank {rank + 1}, or {rank + 2} for a batch. Received shape: {tuple(shape)}"
        )
    settings = _settings(size, strides, dilation_rate, rank)
    start = len(shape) - rank - (data_format == "channels_last")
    spatial = shape[start : start + rank]
    for n, (window, _, dilation) in zip(spatial, settings):
        if padding == "valid" and n is not None and n < reach(window, dilation):
            raise ValueError(f"`size` must not exceed the sizes of `{name}`. Received: size={size} and shape {shape}")
    counts = tuple(moved_size(n, *s, padding) for n, s in zip(spatial, settings))
    channels = shape[-1] if data_format == "channels_last" else shape[start - 1]
    depth = None if channels is None else channels * math.prod([s[0] for s in settings])
    batch = shape[: len(shape) - rank - 1]
    return (*batch, *counts, depth) if data_format == "channels_last" else (*batch, depth, *counts)


def _patches(x, size, strides, dilation_rate, padding, data_format, rank):
    settings = _settings(size, strides, dilation_rate, rank)
    return over_batches(lambda batch: _gathered(batch, settings, padding), x, data_format, rank + 1)


def _gathered(x, settings, padding):
    """Patches along the channels, by one gather for each spatial dimension."""
    rank, sizes = len(settings), x.shape[1:-1]
    if padding == "same":
        x = pad(x, [(0, 0), *(same_padding(n, *s) for n, s in zip(sizes, settings)), (0, 0)])
    counts = [moved_size(n, *s, padding) for n, s in zip(sizes, settings)]
    for i, ((window, stride, dilation), count) in enumerate(zip(settings, counts)):
        places = np.arange(window)[:, None] * dilation + np.arange(count) * stride
        x = take(x, places.astype("int32"), 1 + 2 * i)
    within, across = range(1, 2 * rank, 2), range(2, 2 * rank + 1, 2)
    x = transpose(x, (0, *across, *within, 2 * rank + 1))
    return reshape(x, (shape_of(x)[0], *counts, math.prod([s[0] for s in settings]) * x.shape[-1]))


def _patched_images(images, size, strides=None, dilation_rate=1, padding="valid", data_format=None):
    rank = _rank(size)
    return _patched(
        images, size, strides, dilation_rate, padding, data_format, rank, "images" if rank == 2 else "volumes"
    )


def _rank(size):
    """Number of spatial dimensions; graphs know patches of volumes by their three sizes."""
    return 3 if isinstance(size, tuple) and len(size) == 3 else 2


@op(dtype=as_is, shape=_patched_images, checked=True)
def extract_patches(
    images: Tensor,
    size: Axis,
    strides: Axis = None,
    dilation_rate: Axis = 1,
    padding: Padding = "valid",
    data_format: DataFormat = None,
):
    """The patches of images, each along the channels.

    Args:
        images: Tensor of shape `(height, width, channels)` or of a batch of such, or with the channels first.
        size: Int or two ints: height and width of a patch. Three ints: patches of volumes.
        strides: Int or two ints: from patch to patch; by default patches lie side by side.
        dilation_rate: Int or two ints: from pixel to pixel within a patch.
        padding: `"valid"`, or `"same"`, where zeros around the images let patches start at each stride.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Tensor of shape `(..., rows, columns, size[0] * size[1] * channels)`.

    Example:

    >>> keras.ops.image.extract_patches(keras.ops.ones((2, 8, 8, 3)), 4).shape
    (2, 2, 2, 48)
    """
    return _patches(images, size, strides, dilation_rate, padding, data_format, _rank(size))


@keras_export("keras.ops.image.extract_patches_3d")
def extract_patches_3d(
    volumes,
    size,
    strides=None,
    dilation_rate=1,
    padding="valid",
    data_format=None,
):
    """The patches of volumes, each along the channels.

    Args:
        volumes: Tensor of shape `(depth, height, width, channels)` or of a batch of such, or with the channels first.
        size: Int or three ints: sizes of a patch.
        strides: Int or three ints: from patch to patch; by default patches lie side by side.
        dilation_rate: Int or three ints: from element to element within a patch.
        padding: `"valid"`, or `"same"`, where zeros around the volumes let patches start at each stride.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Tensor of shape `(..., planes, rows, columns, elements of a patch * channels)`.

    Example:

    >>> volume = np.ones((4, 4, 4, 2))
    >>> keras.ops.image.extract_patches_3d(volume, 2, data_format="channels_last").shape
    (2, 2, 2, 16)
    """
    return extract_patches(volumes, _window(size, 3), strides, dilation_rate, padding, data_format)
