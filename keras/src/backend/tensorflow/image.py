"""Kernels of `keras.ops.image`: colours, patches and sampling at places between pixels."""

import itertools

import tensorflow as tf

from keras.src.backend.common.windows import moved_size, per_dimension, same_padding
from keras.src.backend.tensorflow.convolution import format_of
from keras.src.backend.tensorflow.resizing import (  # noqa: F401
    as_pixels,
    resize,
    scale_and_translate,
)
from keras.src.backend.tensorflow.support import dims, reshape
from keras.src.backend.tensorflow.tensors import cast, product

# ---------------------------------------------------------------------------------------------------------------------
# Colours


def _on_colours(convert):
    def kernel(images, data_format=None):
        wide = cast(images, "float32") if images.dtype.size < 4 else images
        if format_of(data_format) == "channels_last":
            return cast(convert(wide), images.dtype)
        rank = images.shape.rank
        moved = tf.transpose(wide, [*range(rank - 3), rank - 2, rank - 1, rank - 3])
        back = [*range(rank - 3), rank - 1, rank - 3, rank - 2]
        return cast(tf.transpose(convert(moved), back), images.dtype)

    return kernel


def _hsv_to_rgb(x):
    """By piecewise linear functions of the hue; the function of TensorFlow has no gradient."""
    hue, saturation, value = x[..., :1] * 6, x[..., 1:2], x[..., 2:]
    place = tf.math.floormod(hue + tf.constant([5.0, 3.0, 1.0], x.dtype), 6)
    return value - value * saturation * tf.clip_by_value(tf.minimum(place, 4 - place), 0, 1)


rgb_to_hsv, hsv_to_rgb = _on_colours(tf.image.rgb_to_hsv), _on_colours(_hsv_to_rgb)


# ---------------------------------------------------------------------------------------------------------------------
# Patches


def extract_patches(images, size, strides=None, dilation_rate=1, padding="valid", data_format=None):
    rank = 3 if isinstance(size, tuple) and len(size) == 3 else 2
    return _patches(images, size, strides, dilation_rate, padding, format_of(data_format), rank)


def _patches(x, size, strides, dilation_rate, padding, data_format, rank):
    single = x.shape.rank == rank + 1
    x = x[None] if single else x
    first = data_format == "channels_first"
    x = tf.transpose(x, [0, *range(2, rank + 2), 1]) if first else x
    windows = per_dimension(size, rank, "size")
    steps = windows if strides is None else per_dimension(strides, rank, "strides")
    dilation = per_dimension(dilation_rate, rank, "dilation_rate")
    result = _gathered_windows(x, list(zip(windows, steps, dilation)), padding)
    result = tf.transpose(result, [0, rank + 1, *range(1, rank + 1)]) if first else result
    return result[0] if single else result


def _gathered_windows(x, settings, padding):
    """Patches along the channels, from one gather for each spatial dimension."""
    rank = len(settings)
    batch, *sizes, channels = dims(x)
    counts = [moved_size(n, *setting, padding) for n, setting in zip(sizes, settings)]
    if padding == "same":
        pads = [_same_padding(n, *setting) for n, setting in zip(sizes, settings)]
        x = tf.pad(x, [[0, 0], *pads, [0, 0]])
    for i, ((window, stride, dilation), count) in enumerate(zip(settings, counts)):
        places = tf.range(window)[:, None] * dilation + tf.range(count)[None, :] * stride
        x = tf.gather(x, places, axis=1 + 2 * i)
    inner, outer = [1 + 2 * i for i in range(rank)], [2 + 2 * i for i in range(rank)]
    x = tf.transpose(x, [0, *outer, *inner, 2 * rank + 1])
    return reshape(x, [batch, *counts, product([window for window, _, _ in settings]) * channels])


def _same_padding(size, window, stride, dilation):
    if isinstance(size, int):
        return list(same_padding(size, window, stride, dilation))
    total = tf.maximum((-(-size // stride) - 1) * stride + (window - 1) * dilation + 1 - size, 0)
    return [total // 2, total - total // 2]


# ---------------------------------------------------------------------------------------------------------------------
# Sampling


def _inside(places, size, fill_mode):
    """Indices within `0 .. size - 1` for any integers, by the rule for what lies beyond the border."""
    if fill_mode == "wrap":
        return tf.math.floormod(places, size)
    if fill_mode == "mirror":
        period = tf.maximum(2 * (size - 1), 1)
        places = tf.math.floormod(places, period)
        return tf.minimum(tf.minimum(places, tf.abs(period - places)), size - 1)
    if fill_mode == "reflect":
        places = tf.math.floormod(places, 2 * size)
        return tf.minimum(places, 2 * size - 1 - places)
    return tf.clip_by_value(places, 0, size - 1)


_FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")


def _neighbours(coordinate, size, order, fill_mode):
    """For one dimension: `(index, weight, whether it lies within)` of each pixel that a place depends on."""
    if order == 0:
        corners = [(tf.floor(coordinate + 0.5), None)]
    else:
        lower = tf.floor(coordinate)
        upper_weight = coordinate - lower
        corners = [(lower, 1 - upper_weight), (lower + 1, upper_weight)]
    found = []
    for place, weight in corners:
        place = cast(place, "int32")
        valid = (place >= 0) & (place < size) if fill_mode == "constant" else None
        found.append((_inside(place, size, fill_mode), weight, valid))
    return found


def _sampled(pick, coordinates, sizes, order, fill_mode, fill_value):
    """Sum over the neighbouring pixels; `pick` gives the pixels at linear positions, `spread` to their shape."""
    per_axis = [_neighbours(c, n, order, fill_mode) for c, n in zip(coordinates, sizes)]
    total = None
    for corner in itertools.product(*per_axis):
        position = corner[0][0]
        for (index, _, _), size in zip(corner[1:], sizes[1:]):
            position = position * size + index
        value, spread = pick(position)
        for _, _, valid in corner:
            value = value if valid is None else tf.where(spread(valid), value, fill_value)
        for _, weight, _ in corner:
            value = value if weight is None else value * spread(weight)
        total = value if total is None else total + value
    return total


def _check_sampling(order, fill_mode):
    if order not in (0, 1):
        raise ValueError(f"`order` must be 0 or 1. Received: order={order}")
    if fill_mode not in _FILL_MODES:
        raise ValueError(f"`fill_mode` must be one of {_FILL_MODES}. Received: fill_mode={fill_mode!r}")


def map_coordinates(inputs, coordinates, order, fill_mode="constant", fill_value=0):
    _check_sampling(order, fill_mode)
    dtype = tf.float64 if inputs.dtype is tf.float64 else tf.float32
    flat = tf.reshape(cast(inputs, dtype), [-1])
    coordinates = [cast(c, dtype) for c in tf.unstack(coordinates, inputs.shape.rank)]

    def pick(position):
        return tf.gather(flat, position), lambda x: x

    result = _sampled(pick, coordinates, dims(inputs), order, fill_mode, cast(fill_value, dtype))
    return as_pixels(result, inputs.dtype)


def _warped(images, coordinates, interpolation, fill_mode, fill_value):
    """Images of shape `(batch, height, width, channels)` at places `(y, x)` of shape `(batch, height, width)`."""
    orders = {"nearest": 0, "bilinear": 1}
    if interpolation not in orders:
        raise ValueError(f"`interpolation` must be one of {tuple(orders)}. Received: interpolation={interpolation!r}")
    _check_sampling(orders[interpolation], fill_mode)
    dtype = coordinates[0].dtype
    batch, height, width, channels = dims(images)
    flat = reshape(cast(images, dtype), [batch, height * width, channels])

    def pick(position):
        return tf.gather(flat, position, batch_dims=1), lambda x: x[..., None]

    sizes, fill = (height, width), cast(fill_value, dtype)
    return as_pixels(_sampled(pick, coordinates, sizes, orders[interpolation], fill_mode, fill), images.dtype)


def _with_batch_in_last(images, data_format, warp):
    """Applies `warp` to a batch of images with the channels last, whatever form `images` has."""
    single = images.shape.rank == 3
    batch = images[None] if single else images
    first = format_of(data_format) == "channels_first"
    result = warp(tf.transpose(batch, [0, 2, 3, 1]) if first else batch)
    result = tf.transpose(result, [0, 3, 1, 2]) if first else result
    return result[0] if single else result


def _grid(images, dtype):
    """Rows and columns of the pixels."""
    _, height, width, _ = dims(images)
    y, x = tf.meshgrid(tf.range(height), tf.range(width), indexing="ij")
    return cast(y, dtype), cast(x, dtype)


def affine_transform(images, transform, interpolation="bilinear", fill_mode="constant", fill_value=0, data_format=None):
    parameters = tf.reshape(cast(transform, "float32"), [-1, 8])

    def warp(batch):
        y, x = _grid(batch, tf.float32)
        a0, a1, a2, b0, b1, b2, c0, c1 = (p[:, None, None] for p in tf.unstack(parameters, 8, 1))
        depth = c0 * x + c1 * y + 1
        places = ((b0 * x + b1 * y + b2) / depth, (a0 * x + a1 * y + a2) / depth)
        shape = tf.concat([tf.shape(batch)[:1], tf.shape(y)], 0)
        return _warped(batch, [tf.broadcast_to(p, shape) for p in places], interpolation, fill_mode, fill_value)

    return _with_batch_in_last(images, data_format, warp)
