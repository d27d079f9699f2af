"""Images in another size: a product with a matrix of weights along rows and along columns."""

import math
import numbers

from keras.src.backend.common.resampling import nearest_indices, resize_weights
from keras.src.backend.common.shape_rules import reject
from keras.src.ops import numpy as ops
from keras.src.ops.core import cast, convert_to_tensor
from keras.src.ops.core import shape as shape_of
from keras.src.ops.declare import Axis, DataFormat, Index, Shape, ShapeArgument, Tensor, op
from keras.src.ops.dtype_rules import as_is, same
from keras.src.ops.image.layout import as_numbers, as_pixels, check_images, check_one_of, spatial_axes, with_sizes

_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area")


def _resized(
    images,
    size,
    interpolation="bilinear",
    crop_to_aspect_ratio=False,
    pad_to_aspect_ratio=False,
    fill_mode="constant",
    data_format=None,
):
    check_images(images)
    check_one_of("interpolation", interpolation, _INTERPOLATIONS)
    check_one_of("fill_mode", fill_mode, ("constant",))
    known = [
        n if isinstance(n, numbers.Number) else None for n in size
    ]  # Others are tensors, only known while running.
    is_wrong = len(size) != 2 or any(n is not None and n < 1 for n in known)
    reject(is_wrong, "`size` must be two positive ints, height and width", size=size)
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError(
            "Only one of `crop_to_aspect_ratio` and `pad_to_aspect_ratio` may be True. Received: True for both"
        )
    return with_sizes(images, spatial_axes(len(images), data_format), known)


@op(dtype=as_is, shape=_resized, checked=True)
def resize(
    images: Tensor,
    size: Shape,
    interpolation="bilinear",
    antialias=False,
    crop_to_aspect_ratio=False,
    pad_to_aspect_ratio=False,
    fill_mode="constant",
    fill_value=0.0,
    data_format: DataFormat = None,
):
    """Images in another size.

    Args:
        images: Tensor of shape `(height, width, channels)` or of a batch of such, or with the channels first.
        size: Two ints, height and width of the result.
        interpolation: `"nearest"`, `"bilinear"`, `"bicubic"`, `"lanczos3"`, `"lanczos5"` or `"area"`.
        antialias: Whether each pixel counts where images are made smaller.
        crop_to_aspect_ratio: Whether to take the part in the middle that has the new proportions.
        pad_to_aspect_ratio: Whether to give the images the new proportions by bars along two sides.
        fill_mode: How the bars are filled; `"constant"`.
        fill_value: Number in the bars.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Tensor of the dtype of `images`; whole numbers are rounded.

    Example:

    >>> keras.ops.image.resize(keras.ops.ones((2, 4, 4, 3)), (3, 5)).shape
    (2, 3, 5, 3)
    """
    axes = spatial_axes(len(images.shape), data_format)
    if crop_to_aspect_ratio:
        images = _cropped_to(images, size, axes)
    elif pad_to_aspect_ratio:
        images = _padded_to(images, size, axes, fill_value)
    if interpolation == "nearest":
        for axis, new_size in zip(axes, size):
            images = ops.take(images, _nearest_along(images, axis, new_size), axis)
        return images
    return as_pixels(resample(as_numbers(images), size, interpolation, antialias, axes), images.dtype)


def _resampled_shape(images, size, interpolation, axes):
    check_one_of("interpolation", interpolation, _INTERPOLATIONS[1:])
    return with_sizes(images, axes, size)


@op(dtype=same, shape=_resampled_shape, export=False)
def resample(images: Tensor, size: Shape, interpolation, antialias, axes):
    """Floating-point images in another size along two dimensions, by a product with a matrix along each.

    Args:
        images: Tensor of shape `(..., height, width, channels)` or `(..., channels, height, width)`.
        size: Two ints.
        interpolation: As in `resize`, but not `"nearest"`.
        antialias: Whether each pixel counts where images are made smaller.
        axes: The dimensions of rows and of columns.

    Returns:
        Tensor of the dtype of `images`.
    """
    for axis, new_size in zip(axes, size):
        if images.shape[axis] != new_size:
            if images.shape[axis] is None and interpolation == "bilinear" and not antialias:
                weights = _bilinear_weights(shape_of(images)[axis], new_size)
            else:
                weights = resize_weights(images.shape[axis], new_size, interpolation, antialias)
            images = _resampled(images, axis, convert_to_tensor(weights, images.dtype))
    return images


def _places(size, new_size):
    """Where the middles of new pixels lie on a line of `size` pixels, which is a number of a graph."""
    step = ops.divide(cast(size, "float32"), float(new_size))
    return ops.multiply(ops.add(ops.arange(new_size, dtype="float32"), 0.5), step)


def _nearest_along(images, axis, new_size):
    """As `nearest_indices`, also where the graph that is made leaves the size open."""
    if images.shape[axis] is not None:
        return nearest_indices(images.shape[axis], new_size)
    size = shape_of(images)[axis]
    return ops.minimum(cast(ops.floor(_places(size, new_size)), "int32"), ops.subtract(size, 1))


def _bilinear_weights(size, new_size):
    """As `resize_weights`, for a size that is a number of a graph."""
    places = ops.maximum(ops.subtract(_places(size, new_size), 0.5), 0.0)
    places = ops.minimum(places, cast(ops.subtract(size, 1), "float32"))
    pixels = cast(ops.arange(size, dtype="int32"), "float32")
    return ops.maximum(ops.subtract(1.0, ops.absolute(ops.subtract(ops.expand_dims(pixels, 1), places))), 0.0)


def _resampled(x, axis, weights):
    """`x` with its dimension `axis` multiplied by the matrix `weights`."""
    return ops.moveaxis(ops.tensordot(x, weights, [[axis], [0]]), -1, axis)


def _cropped_to(images, size, axes):
    """The largest block in the middle with the proportions of `size`."""
    old = [images.shape[a] for a in axes]
    wanted = [max(min(old[i], old[1 - i] * size[i] // size[1 - i]), 1) for i in (0, 1)]
    window = [slice(None)] * len(images.shape)
    for axis, n, new in zip(axes, old, wanted):
        window[axis] = slice((n - new) // 2, (n - new) // 2 + new)
    return images[tuple(window)]


def _padded_to(images, size, axes, fill_value):
    """The images between bars, as much on both sides, so that they have the proportions of `size`."""
    old = [images.shape[a] for a in axes]
    pairs = [(0, 0)] * len(images.shape)
    for i, axis in enumerate(axes):
        bar = (max(old[i], old[1 - i] * size[i] // size[1 - i]) - old[i]) // 2
        pairs[axis] = (bar, bar)
    return ops.pad(images, pairs, constant_values=fill_value)


# Scaling by tensors


def _hat(x):
    return ops.maximum(1.0 - x, 0.0)


def _cubic(x):
    near = ((1.5 * x - 2.5) * x) * x + 1.0
    far = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return ops.where(x < 1.0, near, ops.where(x < 2.0, far, 0.0))


def _lanczos(radius):
    def kernel(x):
        angle = math.pi * ops.maximum(x, 1e-3)
        curve = radius * ops.sin(angle) * ops.sin(angle / radius) / (angle * angle)
        return ops.where(x > radius, 0.0, ops.where(x > 1e-3, curve, 1.0))

    return kernel


_KERNELS = {
    **dict.fromkeys(("linear", "bilinear", "trilinear"), _hat),
    **dict.fromkeys(("cubic", "bicubic", "tricubic"), _cubic),
    "lanczos3": _lanczos(3.0),
    "lanczos5": _lanczos(5.0),
}


def _scaled_shape(images, scale, translation, output_shape, spatial_dims, method):
    check_one_of("method", method, _KERNELS)
    if len(output_shape) != len(images):
        raise ValueError(
            f"`output_shape` must have an entry for each dimension of `images`, of shape {tuple(images)}. "
            f"Received: output_shape={output_shape}"
        )
    for name, shape in (("scale", scale), ("translation", translation)):
        if tuple(shape) not in ((len(spatial_dims),), (None,)):
            raise ValueError(
                f"`{name}` must hold one number for each of spatial_dims={spatial_dims}. Received shape: {tuple(shape)}"
            )
    # A list, as a config has it, would stand for several results.
    return tuple(output_shape)


@op(dtype=as_is, shape=_scaled_shape, checked=True)
def scale_and_translate(
    images: Tensor,
    output_shape: ShapeArgument,
    scale: Index,
    translation: Index,
    spatial_dims: Axis,
    method,
    antialias=True,
):
    """Images made larger, then moved; what comes from outside is 0.

    Args:
        images: Tensor.
        output_shape: Shape of the result.
        scale: Tensor with a number for each of `spatial_dims`: by how much it grows.
        translation: Tensor with a number for each of `spatial_dims`: by how many pixels of the result it is moved.
        spatial_dims: Ints, the dimensions to scale.
        method: `"linear"`, `"cubic"` (or with `"bi"` or `"tri"` before), `"lanczos3"` or `"lanczos5"`.
        antialias: Whether each pixel counts where images are made smaller.

    Returns:
        Tensor of shape `output_shape` and the dtype of `images`.

    Example:

    >>> x = keras.ops.ones((1, 4, 4, 1))
    >>> keras.ops.image.scale_and_translate(x, (1, 8, 8, 1), [2.0, 2.0], [0.0, 0.0], (1, 2), "linear").shape
    (1, 8, 8, 1)
    """
    x = as_numbers(images)
    scale, translation = cast(scale, x.dtype), cast(translation, x.dtype)
    for i, axis in enumerate(spatial_dims):
        axis %= len(x.shape)
        size = shape_of(x)[axis]
        weights = _weights(size, output_shape[axis], scale[i], translation[i], _KERNELS[method], antialias, x.dtype)
        x = _resampled(x, axis, weights)
    return as_pixels(x, images.dtype)


def _weights(size, new_size, scale, translation, kernel, antialias, dtype):
    """Matrix of shape `(size, new_size)`; `scale` and `translation` are tensors."""
    source = (cast(ops.arange(new_size), dtype) + 0.5 - translation) / scale - 0.5
    width = ops.maximum(1.0 / scale, 1.0) if antialias else 1.0
    weights = kernel(ops.absolute(source[None, :] - cast(ops.arange(size), dtype)[:, None]) / width)
    total = ops.sum(weights, 0, keepdims=True)
    enough = ops.absolute(total) > 1e-4
    weights = ops.where(enough, weights / ops.where(enough, total, 1.0), 0.0)
    extent = cast(size, dtype)
    inside = ops.absolute(source - (extent - 1) / 2) <= extent / 2
    return ops.where(inside, weights, 0.0)
