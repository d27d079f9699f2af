"""Filters over the neighbourhood of each pixel, and likeness of images by such filters."""

import numpy as np

from keras.src import backend
from keras.src.backend import config
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.backend.common.shape_rules import merge_sizes, reject
from keras.src.backend.common.windows import per_dimension
from keras.src.ops.core import convert_to_tensor
from keras.src.ops.core import shape as shape_of
from keras.src.ops.declare import DataFormat, Numbers, Tensor, op
from keras.src.ops.dtype_rules import as_is, to_float
from keras.src.ops.image.layout import (
    as_numbers,
    as_pixels,
    channel_axis,
    channels_to_end,
    check_images,
    over_batches,
    spatial_axes,
)
from keras.src.ops.nn.convolution import depthwise_conv
from keras.src.ops.numpy.elementwise import divide, multiply, square
from keras.src.ops.numpy.reduction import mean
from keras.src.ops.numpy.reduction import sum as sum_of
from keras.src.ops.numpy.shaping import broadcast_to, concatenate, reshape, split, transpose
from keras.src.ops.numpy.transcendental import exp


def gaussian_line(size, sigma):
    """Weights of a Gaussian at `size` pixels around the middle, 1 in sum; `sigma` may be a tensor."""
    places = np.arange(size) - (size - 1) / 2
    if not backend.is_tensor(sigma):
        weights = np.exp(-0.5 * (places / sigma) ** 2)
        return weights / weights.sum()
    weights = exp(multiply(-0.5, square(divide(places.astype(config.floatx()), sigma))))
    return divide(weights, sum_of(weights))


def filtered(x, window, padding):
    """`x`, a batch with the channels last, under a window for all channels, of shape `(rows, columns, results)`."""
    kernel = broadcast_to(convert_to_tensor(window[:, :, None, :], x.dtype), _with_channels(window, shape_of(x)[-1]))
    return depthwise_conv(x, kernel, 1, padding, "channels_last")


def _with_channels(window, channels):
    return (*window.shape[:2], channels, window.shape[-1])


def separably_filtered(x, rows, columns, padding):
    """`x`, a batch with the channels last, under a line along the rows and one along the columns."""
    return filtered(filtered(x, rows[:, None, None], padding), columns[None, :, None], padding)


def _blurred(images, kernel_size=(3, 3), sigma=(1.0, 1.0)):
    check_images(images)
    if not isinstance(kernel_size, KerasTensor) and not isinstance(sigma, KerasTensor):
        _line_pairs(kernel_size, sigma)
    return images


def _line_pairs(kernel_size, sigma):
    """Sizes and deviations of the lines along x and y."""
    sizes = per_dimension(kernel_size, 2, "kernel_size")
    if tuple(getattr(sigma, "shape", ())) == (2,):
        sigma = (sigma[0], sigma[1])
    sigmas = sigma if isinstance(sigma, tuple) else (sigma, sigma)
    if min(sizes) < 1 or len(sigmas) != 2:
        raise ValueError(
            "`kernel_size` must be two positive ints, and `sigma` two floats. "
            f"Received: kernel_size={kernel_size}, sigma={sigma}"
        )
    return list(zip(sizes, sigmas))


@op(dtype=as_is, shape=_blurred, checked=True)
def gaussian_blur(
    images: Tensor, kernel_size: Numbers = (3, 3), sigma: Numbers = (1.0, 1.0), data_format: DataFormat = None
):
    """Images blurred by a Gaussian; beyond the border lie zeros.

    Args:
        images: Tensor of shape `(height, width, channels)` or of a batch of such, or with the channels first.
        kernel_size: Two ints, or an array of them: extent of the Gaussian in pixels along the width, and along the height.
        sigma: Two floats, or a tensor of them: standard deviation in pixels along the width, and along the height.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Tensor like `images`.

    Raises:
        ValueError: `kernel_size` or `sigma` is symbolic, and `images` is not.

    Example:

    >>> keras.ops.image.gaussian_blur(keras.ops.ones((2, 8, 8, 3)), (5, 5), (2.0, 2.0)).shape
    (2, 8, 8, 3)
    """
    if isinstance(kernel_size, KerasTensor) or isinstance(sigma, KerasTensor):
        raise ValueError(f"`kernel_size` and `sigma` must have values. Received: {kernel_size}, {sigma}")
    columns, rows = (gaussian_line(*pair) for pair in _line_pairs(kernel_size, sigma))
    blurred = over_batches(lambda x: separably_filtered(x, rows, columns, "same"), as_numbers(images), data_format)
    return as_pixels(blurred, images.dtype)


_SMOOTH, _SLOPE = np.array([1.0, 2.0, 1.0]), np.array([-1.0, 0.0, 1.0])
_SOBEL = np.stack([np.outer(_SLOPE, _SMOOTH), np.outer(_SMOOTH, _SLOPE)], -1)


def _edges(images, data_format=None):
    reject(len(images) != 4, "`images` must have rank 4, a batch of images", shape=images)
    return (*images, 2)


@op(dtype=as_is, shape=_edges, checked=True)
def sobel_edges(images: Tensor, data_format: DataFormat = None):
    """Slopes of the brightness at each pixel, by the filter of Sobel; beyond the border lie zeros.

    Args:
        images: Tensor of shape `(batch, height, width, channels)`, or with the channels first.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Tensor of the shape of `images` and one dimension more, of size 2: slope along the height, slope along the width.

    Example:

    >>> keras.ops.image.sobel_edges(keras.ops.ones((1, 4, 4, 3))).shape
    (1, 4, 4, 3, 2)
    """

    def slopes(x):
        return filtered(x, _SOBEL, "same")

    shape, axis = shape_of(images), channel_axis(4, data_format)
    x = over_batches(slopes, as_numbers(images), data_format, single_rank=None)
    pairs = reshape(x, (*shape[:axis], shape[axis], 2, *shape[axis + 1 :]))
    pairs = transpose(pairs, (0, 1, 3, 4, 2)) if data_format == "channels_first" else pairs
    return as_pixels(pairs, images.dtype)


def _likeness(image1, image2, filter_size=11, data_format=None):
    check_images(image1, "image1")
    check_images(image2, "image2")
    reject(len(image1) != len(image2), "`image1` and `image2` must have equal rank", shapes=(image1, image2))
    for sizes in zip(image1, image2):
        merge_sizes(sizes, (image1, image2))
    known = [image1[a] for a in spatial_axes(len(image1), data_format) if image1[a] is not None]
    if any(n < filter_size for n in known):
        raise ValueError(
            f"`filter_size` must not exceed height and width. Received: filter_size={filter_size}, shape {image1}"
        )
    return image1[:-3]


@op(dtype=to_float, shape=_likeness, name="SSIM", checked=True)
def ssim(
    image1: Tensor,
    image2: Tensor,
    max_val=1.0,
    filter_size=11,
    filter_sigma=1.5,
    k1=0.01,
    k2=0.03,
    data_format: DataFormat = None,
):
    """Structural similarity of two images, or of each pair of two batches (Wang et al., 2004).

    Args:
        image1: Tensor of shape `(height, width, channels)` or of a batch of such, or with the channels first.
        image2: Tensor of the same shape.
        max_val: Number of a white pixel.
        filter_size: Int, extent of the Gaussian window in pixels.
        filter_sigma: Float, standard deviation of the window.
        k1: Float, share of `max_val` that steadies the comparison of means.
        k2: Float, share of `max_val` that steadies the comparison of variances.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Float tensor of shape `(batch,)`, or `()` for single images: 1 for equal images.

    Example:

    >>> x = keras.random.uniform((2, 16, 16, 3))
    >>> keras.ops.image.ssim(x, x)
    array([1., 1.], dtype=float32)
    """
    single = len(image1.shape) == 3
    x, y = (channels_to_end(as_numbers(i[None] if single else i), data_format) for i in (image1, image2))
    line = gaussian_line(filter_size, filter_sigma)
    moments = separably_filtered(concatenate([x, y, x * x, y * y, x * y], -1), line, line, "valid")
    mean_x, mean_y, square_x, square_y, product = split(moments, 5, -1)
    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    luminance = (2 * mean_x * mean_y + c1) / (mean_x * mean_x + mean_y * mean_y + c1)
    variances = square_x - mean_x * mean_x + square_y - mean_y * mean_y
    structure = (2 * (product - mean_x * mean_y) + c2) / (variances + c2)
    result = as_pixels(mean(luminance * structure, (1, 2, 3)), image1.dtype)
    return result[0] if single else result
