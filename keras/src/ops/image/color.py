"""Colour spaces."""

from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.backend.common.shape_rules import reject
from keras.src.ops import numpy as ops
from keras.src.ops.core import cast
from keras.src.ops.declare import DataFormat, Tensor, op
from keras.src.ops.dtype_rules import as_is
from keras.src.ops.image.layout import as_numbers, channel_axis, check_images, with_sizes

# Shares of red, green and blue in brightness, as ITU-R BT.601 has them.
LUMA = (0.2989, 0.587, 0.114)


def _channels(images, data_format):
    check_images(images)
    return images[channel_axis(len(images), data_format)]


def _grayscale(images, data_format=None):
    if _channels(images, data_format) not in (1, 3, None):
        raise ValueError(f"`images` must have 3 channels (RGB) or 1 (gray). Received shape: {tuple(images)}")
    return with_sizes(images, (channel_axis(len(images), data_format),), (1,))


@op(dtype=as_is, shape=_grayscale, name="RGBToGrayscale", checked=True)
def rgb_to_grayscale(images: Tensor, data_format: DataFormat = None):
    """Brightness of colours.

    Args:
        images: Tensor of shape `(..., height, width, 3)`, or with the channels first; gray images stay.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Tensor with one channel, of the dtype of `images`.

    Example:

    >>> keras.ops.image.rgb_to_grayscale(keras.ops.ones((4, 4, 3))).shape
    (4, 4, 1)
    """
    axis = channel_axis(len(images.shape), data_format)
    if images.shape[axis] == 1:
        return images
    red, green, blue = ops.split(as_numbers(images), 3, axis)
    return cast(LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue, standardize_dtype(images.dtype))


def _three_channels(images, data_format=None):
    reject(_channels(images, data_format) not in (3, None), "`images` must have 3 channels", shape=images)
    return images


def _floats_only(images):
    if "float" not in images:
        raise ValueError(
            f"`images` must have a floating-point dtype, with values from 0 to 1. Received dtype: {images}"
        )
    return as_is(images)


def _over_channels(function, images, data_format):
    axis = channel_axis(len(images.shape), data_format)
    parts = [part for part in ops.split(as_numbers(images), 3, axis)]
    squeezed = [part[..., 0] if data_format == "channels_last" else part[..., 0, :, :] for part in parts]
    return cast(ops.stack(function(*squeezed), axis), standardize_dtype(images.dtype))


@op(dtype=_floats_only, shape=_three_channels, name="RGBToHSV", checked=True)
def rgb_to_hsv(images: Tensor, data_format: DataFormat = None):
    """Hue, saturation and value of colours given as red, green and blue.

    Args:
        images: Float tensor of shape `(..., height, width, 3)`, or with the channels first; values from 0 to 1.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Tensor like `images`, values from 0 to 1.

    Example:

    >>> keras.ops.image.rgb_to_hsv([[[1.0, 0.0, 0.0]]])
    array([[[0., 1., 1.]]], dtype=float32)
    """
    return _over_channels(_hue_saturation_value, images, data_format)


def _hue_saturation_value(red, green, blue):
    value = ops.maximum(ops.maximum(red, green), blue)
    spread = value - ops.minimum(ops.minimum(red, green), blue)
    scale = ops.where(spread > 0, spread, 1.0)
    sector = ops.where(
        ops.logical_and(red >= green, red >= blue),
        (green - blue) / scale,
        ops.where(green >= blue, 2 + (blue - red) / scale, 4 + (red - green) / scale),
    )
    hue = ops.where(spread > 0, ops.mod(sector / 6, 1.0), 0.0)
    return [hue, ops.where(value > 0, spread / ops.where(value > 0, value, 1.0), 0.0), value]


@op(dtype=_floats_only, shape=_three_channels, name="HSVToRGB", checked=True)
def hsv_to_rgb(images: Tensor, data_format: DataFormat = None):
    """Red, green and blue of colours given as hue, saturation and value.

    Args:
        images: Float tensor of shape `(..., height, width, 3)`, or with the channels first; values from 0 to 1.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Tensor like `images`, values from 0 to 1.

    Example:

    >>> keras.ops.image.hsv_to_rgb([[[0.0, 1.0, 1.0]]])
    array([[[1., 0., 0.]]], dtype=float32)
    """
    return _over_channels(_red_green_blue, images, data_format)


def _red_green_blue(hue, saturation, value):
    """Each primary colour is a trapezium over the circle of hues."""
    places = [ops.mod(hue * 6 + start, 6.0) for start in (5.0, 3.0, 1.0)]
    return [value - value * saturation * ops.clip(ops.minimum(place, 4 - place), 0.0, 1.0) for place in places]
