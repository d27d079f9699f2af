"""Functions of `tf.keras.backend` that move elements."""

import math

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.backend import standardize_data_format as _checked


@keras_export("keras._legacy.backend.concatenate")
def concatenate(tensors, axis=-1):
    """Tensors joined along an axis."""
    return ops.concatenate(tensors, axis=axis)


@keras_export("keras._legacy.backend.stack")
def stack(x, axis=0):
    """Tensors side by side along a new axis."""
    return ops.stack(x, axis=axis)


@keras_export("keras._legacy.backend.reshape")
def reshape(x, shape):
    """The elements in another shape."""
    return ops.reshape(x, shape)


@keras_export("keras._legacy.backend.permute_dimensions")
def permute_dimensions(x, pattern):
    """The dimensions in another order."""
    return ops.transpose(x, axes=pattern)


@keras_export("keras._legacy.backend.transpose")
def transpose(x):
    """The dimensions in reverse order."""
    return ops.transpose(x)


@keras_export("keras._legacy.backend.expand_dims")
def expand_dims(x, axis=-1):
    """A new dimension of size 1."""
    return ops.expand_dims(x, axis=axis)


@keras_export("keras._legacy.backend.squeeze")
def squeeze(x, axis):
    """A dimension of size 1 taken away."""
    return ops.squeeze(x, axis=axis)


@keras_export("keras._legacy.backend.flatten")
def flatten(x):
    """All elements in one dimension."""
    return ops.reshape(x, (-1,))


@keras_export("keras._legacy.backend.batch_flatten")
def batch_flatten(x):
    """The elements of each sample in one dimension."""
    x = ops.convert_to_tensor(x)
    return ops.reshape(x, (-1, math.prod(x.shape[1:])))


@keras_export("keras._legacy.backend.tile")
def tile(x, n):
    """The tensor repeated `n` times along its axes."""
    return ops.tile(x, n)


@keras_export("keras._legacy.backend.repeat")
def repeat(x, n):
    """A matrix `(samples, features)` as `(samples, n, features)`."""
    if len(x.shape) != 2:
        raise ValueError(f"`repeat` takes a matrix, of two dimensions. Received: x of shape {tuple(x.shape)}")
    return ops.repeat(ops.expand_dims(x, 1), n, axis=1)


@keras_export("keras._legacy.backend.repeat_elements")
def repeat_elements(x, rep, axis):
    """Each element `rep` times along `axis`."""
    return ops.repeat(x, rep, axis=axis)


@keras_export("keras._legacy.backend.reverse")
def reverse(x, axes):
    """The elements in reverse order along axes."""
    return ops.flip(x, axis=axes)


@keras_export("keras._legacy.backend.gather")
def gather(reference, indices):
    """Rows of `reference`."""
    return ops.take(reference, indices, axis=0)


@keras_export("keras._legacy.backend.one_hot")
def one_hot(indices, num_classes):
    """For each index a row with 1 at its place, and zeros elsewhere."""
    return ops.one_hot(indices, num_classes)


@keras_export("keras._legacy.backend.resize_images")
def resize_images(x, height_factor, width_factor, data_format, interpolation="nearest"):
    """Images enlarged by factors."""
    height, width = _spatial(x, data_format)
    size = (int(height * height_factor), int(width * width_factor))
    return ops.image.resize(x, size, interpolation=interpolation, data_format=data_format)


@keras_export("keras._legacy.backend.resize_volumes")
def resize_volumes(x, depth_factor, height_factor, width_factor, data_format):
    """Volumes enlarged by whole factors, each element repeated."""
    first = 1 if _checked(data_format) == "channels_last" else 2
    for axis, factor in enumerate((depth_factor, height_factor, width_factor), first):
        x = ops.repeat(x, factor, axis=axis)
    return x


@keras_export("keras._legacy.backend.temporal_padding")
def temporal_padding(x, padding=(1, 1)):
    """Zeros before and after the steps of `(samples, steps, features)`."""
    return ops.pad(x, ((0, 0), tuple(padding), (0, 0)))


@keras_export("keras._legacy.backend.spatial_2d_padding")
def spatial_2d_padding(x, padding=((1, 1), (1, 1)), data_format=None):
    """Zeros around images."""
    return _padded(x, padding, data_format)


@keras_export("keras._legacy.backend.spatial_3d_padding")
def spatial_3d_padding(x, padding=((1, 1), (1, 1), (1, 1)), data_format=None):
    """Zeros around volumes."""
    return _padded(x, padding, data_format)


def _spatial(x, data_format):
    return x.shape[1:3] if _checked(data_format) == "channels_last" else x.shape[2:4]


def _padded(x, padding, data_format):
    spatial = tuple(tuple(pair) for pair in padding)
    around = ((0, 0), *spatial, (0, 0)) if _checked(data_format) == "channels_last" else ((0, 0), (0, 0), *spatial)
    return ops.pad(x, around)
