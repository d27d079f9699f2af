"""Kernels of `keras.ops.image` that TensorFlow has as one function; the shared bodies serve for the rest."""

import tensorflow as tf

from keras.src.backend.common.resampling import resize_weights
from keras.src.backend.common.windows import moved_size, per_dimension, same_padding
from keras.src.backend.tensorflow.support import dims, reshape
from keras.src.backend.tensorflow.tensors import Tensor, cast, product

_raw = tf.raw_ops


def _over_batches(function, images, data_format, rank):
    """`function` of a batch with the channels last, for one image or a batch in `data_format`."""
    single = images.shape.rank == rank + 1
    batch = images[None] if single else images
    first = data_format == "channels_first"
    result = function(tf.transpose(batch, [0, *range(2, rank + 2), 1]) if first else batch)
    result = tf.transpose(result, [0, rank + 1, *range(1, rank + 1)]) if first else result
    return result[0] if single else result


def rgb_to_hsv(images, data_format=None):
    if data_format == "channels_last":
        return tf.image.rgb_to_hsv(images)
    rank = images.shape.rank
    moved = tf.transpose(images, [*range(rank - 3), rank - 2, rank - 1, rank - 3])
    return tf.transpose(tf.image.rgb_to_hsv(moved), [*range(rank - 3), rank - 1, rank - 3, rank - 2])


# ---------------------------------------------------------------------------------------------------------------------
# Patches


def extract_patches(images, size, strides=None, dilation_rate=1, padding="valid", data_format=None):
    rank = 3 if isinstance(size, tuple) and len(size) == 3 else 2
    windows = per_dimension(size, rank, "size")
    steps = windows if strides is None else per_dimension(strides, rank, "strides")
    dilation = per_dimension(dilation_rate, rank, "dilation_rate")

    def patches(x):
        if rank == 3:
            return _patches_of_volumes(x, list(zip(windows, steps, dilation)), padding)
        return tf.image.extract_patches(x, [1, *windows, 1], [1, *steps, 1], [1, *dilation, 1], padding.upper())

    return _over_batches(patches, images, data_format, rank)


def _patches_of_volumes(x, settings, padding):
    """By one gather for each dimension; TensorFlow's own function knows neither XLA nor dilation."""
    batch, *sizes, channels = dims(x)
    counts = [moved_size(n, *setting, padding) for n, setting in zip(sizes, settings)]
    if padding == "same":
        x = tf.pad(x, [[0, 0], *(_same_padding(n, *setting) for n, setting in zip(sizes, settings)), [0, 0]])
    for i, ((window, stride, dilation), count) in enumerate(zip(settings, counts)):
        places = tf.range(window)[:, None] * dilation + tf.range(count)[None, :] * stride
        x = tf.gather(x, places, axis=1 + 2 * i)
    x = tf.transpose(x, [0, 2, 4, 6, 1, 3, 5, 7])
    return reshape(x, [batch, *counts, product([window for window, _, _ in settings]) * channels])


def _same_padding(size, window, stride, dilation):
    if isinstance(size, int):
        return list(same_padding(size, window, stride, dilation))
    total = tf.maximum((-(-size // stride) - 1) * stride + (window - 1) * dilation + 1 - size, 0)
    return [total // 2, total - total // 2]


# ---------------------------------------------------------------------------------------------------------------------
# Other sizes


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
    def scaled(x):
        if crop_to_aspect_ratio:
            x = _cropped(x, *size)
        elif pad_to_aspect_ratio:
            x = _padded(x, *size, fill_value)
        return _resized(x, size, interpolation, antialias)

    return _over_batches(scaled, images, data_format, 2)


def _resized(x, size, interpolation, antialias):
    if interpolation == "nearest":
        return _nearest(x, size)
    is_double = x.dtype is tf.float64
    wide = x if is_double else cast(x, "float32")
    if interpolation == "bilinear" and not antialias and not is_double:
        smooth = _raw.ResizeBilinear(images=wide, size=size, half_pixel_centers=True)
    elif all(isinstance(n, int) for n in (*dims(x)[1:3], *size)):
        smooth = _by_matrices(wide, size, interpolation, antialias)
    else:
        smooth = tf.image.resize(wide, size, interpolation, antialias=bool(antialias))
    return cast(smooth, x.dtype) if x.dtype.is_floating else tf.saturate_cast(tf.round(smooth), x.dtype)


def _by_matrices(x, size, interpolation, antialias):
    """Exact, differentiable and known to XLA; TensorFlow's own cubic function looks its weights up in a coarse table."""
    rows, columns = (
        tf.constant(resize_weights(old, new, interpolation, antialias), x.dtype) for old, new in zip(x.shape[1:3], size)
    )
    return tf.einsum("bhwc,hi,wj->bijc", x, rows, columns)


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
    """`x` in the middle of an area around it with the proportions of the new size, as much on both sides."""
    _, old_height, old_width, _ = dims(x)
    rows = (_largest(old_height, old_width * height // width) - old_height) // 2
    columns = (_largest(old_width, old_height * width // height) - old_width) // 2
    return tf.pad(x, [[0, 0], [rows, rows], [columns, columns], [0, 0]], constant_values=cast(fill_value, x.dtype))


# ---------------------------------------------------------------------------------------------------------------------
# Places between pixels


def projected(images, transform, interpolation, fill_mode, fill_value, data_format):
    def moved(x):
        transforms = reshape(cast(transform, _wide(x)), [-1, 8, 1, 1])
        # Compiled by XLA it takes a third of the time of `ImageProjectiveTransform`; each size is compiled by itself.
        run = _compiled_projection if x.shape[1:].is_fully_defined() else _projection
        return run(x, transforms, interpolation, fill_mode, tf.constant(fill_value, "float32"))

    return _over_batches(moved, images, data_format, 2)


def _projection(x, transforms, interpolation, fill_mode, fill_value):
    batch, height, width, channels = dims(x)
    dtype = _wide(x)
    wide = cast(x, dtype)
    pixels, first = reshape(wide, [-1, channels]), (tf.range(batch) * height * width)[:, None, None]
    across, down = cast(tf.range(width), dtype)[None, :], cast(tf.range(height), dtype)[:, None]
    a0, a1, a2, b0, b1, b2, c0, c1 = (transforms[:, i] for i in range(8))
    depth = c0 * across + c1 * down + 1
    columns, rows = (a0 * across + a1 * down + a2) / depth, (b0 * across + b1 * down + b2) / depth
    ways = [list(_neighbours(place, n, interpolation, fill_mode)) for place, n in ((rows, height), (columns, width))]
    total = 0.0
    for row, row_share, row_within in ways[0]:
        for column, share, within in ways[1]:
            value = tf.gather(pixels, first + row * width + column)
            if fill_mode == "constant":
                value = tf.where((row_within & within)[..., None], value, cast(fill_value, value.dtype))
            total += value * cast(row_share * share, value.dtype)[..., None]
    return cast(total, x.dtype) if x.dtype.is_floating else tf.saturate_cast(tf.round(total), x.dtype)


def _wide(x):
    """The dtype that pixels and places are computed in."""
    return "float64" if x.dtype is tf.float64 else "float32"


def _neighbours(place, size, interpolation, fill_mode):
    """For one dimension: `(index, share, whether it lies within)` of each pixel that a place depends on."""
    last = cast(size - 1, place.dtype)
    low = tf.floor(place + 0.5 if interpolation == "nearest" else place)
    share = tf.ones_like(low) if interpolation == "nearest" else low + 1 - place
    for index, part in [(low, share)] + ([(low + 1, place - low)] if interpolation == "bilinear" else []):
        yield cast(_inside(index, last, fill_mode), "int32"), part, (index >= 0) & (index <= last)


def _inside(index, last, fill_mode):
    """Whole numbers brought within `0 .. last`, by the rule for what lies beyond the border."""
    if fill_mode == "wrap":
        index = tf.math.floormod(index, last + 1)
    elif fill_mode == "mirror":
        period = tf.maximum(2 * last, 1)
        index = tf.math.floormod(index, period)
        index = tf.minimum(index, tf.abs(period - index))
    elif fill_mode == "reflect":
        index = tf.math.floormod(index, 2 * last + 2)
        index = tf.minimum(index, 2 * last + 1 - index)
    return tf.clip_by_value(index, 0, last)


_compiled_projection = tf.function(_projection, jit_compile=True, reduce_retracing=True, autograph=False)
