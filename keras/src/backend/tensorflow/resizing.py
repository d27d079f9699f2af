"""Kernels of `keras.ops.image` that scale images."""

import math

import numpy as np
import tensorflow as tf

from keras.src.backend.tensorflow.convolution import format_of
from keras.src.backend.tensorflow.support import dims, scalar_like
from keras.src.backend.tensorflow.tensors import Tensor, cast

_raw = tf.raw_ops


def _triangle(x):
    return tf.maximum(0.0, 1.0 - x)


def _cubic(x):
    """The cubic kernel of Keys with a = -1/2."""
    near = ((1.5 * x - 2.5) * x) * x + 1.0
    far = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return tf.where(x >= 2.0, tf.zeros_like(x), tf.where(x >= 1.0, far, near))


def _lanczos(radius):
    def kernel(x):
        y = tf.where(x > 1e-3, x, tf.ones_like(x)) * math.pi
        curve = radius * tf.sin(y) * tf.sin(y / radius) / (y * y)
        return tf.where(x > radius, tf.zeros_like(x), tf.where(x > 1e-3, curve, tf.ones_like(x)))

    return kernel


_KERNELS = {
    **dict.fromkeys(("linear", "bilinear", "trilinear"), _triangle),
    **dict.fromkeys(("cubic", "bicubic", "tricubic"), _cubic),
    "lanczos3": _lanczos(3.0),
    "lanczos5": _lanczos(5.0),
}


def _weights(size, new_size, scale, translation, kernel, antialias, dtype):
    """Matrix of shape `(size, new_size)` that resamples one dimension."""
    step = 1.0 / scale
    width = tf.maximum(step, 1.0) if antialias else tf.ones((), dtype)
    centers = (cast(tf.range(new_size), dtype) + 0.5) * step - translation * step - 0.5
    distances = tf.abs(centers[None, :] - cast(tf.range(size), dtype)[:, None]) / width
    weights = kernel(distances)
    total = tf.reduce_sum(weights, 0, keepdims=True)
    usable = tf.abs(total) > 1000.0 * np.finfo("float32").eps
    weights = tf.where(usable, weights / tf.where(usable, total, tf.ones_like(total)), tf.zeros_like(weights))
    inside = (centers >= -0.5) & (centers <= cast(size, dtype) - 0.5)
    return tf.where(inside, weights, tf.zeros_like(weights))


def _resampled(x, axis, weights):
    """`x` with its dimension `axis` multiplied by the matrix `weights`."""
    order = list(range(x.shape.rank - 1))
    order.insert(axis, x.shape.rank - 1)
    return tf.transpose(tf.tensordot(x, weights, [[axis], [0]]), order)


def _work_dtype(dtype):
    return tf.float64 if dtype is tf.float64 else tf.float32


def scale_and_translate(images, output_shape, scale, translation, spatial_dims, method, antialias=True):
    if method not in _KERNELS:
        raise ValueError(f"`method` must be one of {sorted(_KERNELS)}. Received: method={method!r}")
    dtype = _work_dtype(images.dtype)
    scale, translation = cast(scale, dtype), cast(translation, dtype)
    result = cast(images, dtype)
    for i, axis in enumerate(spatial_dims):
        axis %= images.shape.rank
        size = dims(images)[axis]
        weights = _weights(size, output_shape[axis], scale[i], translation[i], _KERNELS[method], antialias, dtype)
        result = _resampled(result, axis, weights)
    return as_pixels(result, images.dtype)


def as_pixels(x, dtype):
    """Computed floats in the dtype of the image: integers are rounded and kept in range."""
    if dtype.is_floating:
        return cast(x, dtype)
    return tf.saturate_cast(tf.round(x), dtype)


def resize(
    images,
    size,
    interpolation="bilinear",
    antialias=False,
    crop_to_aspect_ratio=False,
    pad_to_aspect_ratio=False,
    fill_mode="constant",
    fill_value=0.0,
    data_format=None,
):
    single = images.shape.rank == 3
    batch = images[None] if single else images
    first = format_of(data_format) == "channels_first"
    batch = tf.transpose(batch, [0, 2, 3, 1]) if first else batch
    if crop_to_aspect_ratio:
        batch = _cropped(batch, *size)
    elif pad_to_aspect_ratio:
        batch = _padded(batch, *size, fill_value)
    result = _resized(batch, tuple(size), interpolation, antialias)
    result = tf.transpose(result, [0, 3, 1, 2]) if first else result
    return result[0] if single else result


def _resized(x, size, interpolation, antialias):
    if interpolation == "nearest":
        return _nearest(x, size)
    if interpolation == "area":
        return as_pixels(_raw.ResizeArea(images=x, size=size), x.dtype)
    if interpolation == "bilinear" and not antialias and x.dtype is not tf.float64:
        smooth = _raw.ResizeBilinear(images=cast(x, "float32"), size=size, half_pixel_centers=True)
        return as_pixels(smooth, x.dtype)
    scale = [cast(new, "float32") / cast(old, "float32") for new, old in zip(size, dims(x)[1:3])]
    shape = (None, *size, None)
    return scale_and_translate(x, shape, tf.stack(scale), tf.zeros([2]), (1, 2), interpolation, antialias)


def _nearest(x, size):
    for axis, (new, old) in enumerate(zip(size, dims(x)[1:3]), start=1):
        places = (cast(tf.range(new), "float32") + 0.5) * (cast(old, "float32") / cast(new, "float32"))
        x = tf.gather(x, cast(tf.floor(places), "int32"), axis=axis)
    return x


def _least(*sizes):
    return tf.reduce_min(tf.stack(sizes)) if any(isinstance(n, Tensor) for n in sizes) else min(sizes)


def _largest(*sizes):
    return tf.reduce_max(tf.stack(sizes)) if any(isinstance(n, Tensor) for n in sizes) else max(sizes)


def _cropped(x, height, width):
    """The largest block in the middle of `x` with the proportions of the new size."""
    _, old_height, old_width, _ = dims(x)
    high = _largest(_least(old_height, old_width * height // width), 1)
    wide = _largest(_least(old_width, old_height * width // height), 1)
    top, left = (old_height - high) // 2, (old_width - wide) // 2
    return x[:, top : top + high, left : left + wide]


def _padded(x, height, width, fill_value):
    """`x` in the middle of an area around it with the proportions of the new size."""
    _, old_height, old_width, _ = dims(x)
    high = _largest(old_height, old_width * height // width)
    wide = _largest(old_width, old_height * width // height)
    # As much on both sides, even where an odd number is missing.
    rows, columns = (high - old_height) // 2, (wide - old_width) // 2
    pads = [[0, 0], [rows, rows], [columns, columns], [0, 0]]
    return tf.pad(x, pads, constant_values=scalar_like(fill_value, x) if x.dtype.is_floating else int(fill_value))
