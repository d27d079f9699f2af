"""Functions of `tf.keras.backend` along axes."""

from keras.src import ops
from keras.src.api_export import keras_export


@keras_export("keras._legacy.backend.max")
def max(x, axis=None, keepdims=False):
    """Greatest element along `axis`, over all dimensions by default."""
    return ops.max(x, axis=axis, keepdims=keepdims)


@keras_export("keras._legacy.backend.min")
def min(x, axis=None, keepdims=False):
    """Least element along `axis`, over all dimensions by default."""
    return ops.min(x, axis=axis, keepdims=keepdims)


@keras_export("keras._legacy.backend.sum")
def sum(x, axis=None, keepdims=False):
    """Sum along `axis`, over all dimensions by default."""
    return ops.sum(x, axis=axis, keepdims=keepdims)


@keras_export("keras._legacy.backend.prod")
def prod(x, axis=None, keepdims=False):
    """Product along `axis`, over all dimensions by default."""
    return ops.prod(x, axis=axis, keepdims=keepdims)


@keras_export("keras._legacy.backend.std")
def std(x, axis=None, keepdims=False):
    """Standard deviation along `axis`, over all dimensions by default."""
    return ops.std(x, axis=axis, keepdims=keepdims)


@keras_export("keras._legacy.backend.var")
def var(x, axis=None, keepdims=False):
    """Variance along `axis`, over all dimensions by default."""
    return ops.var(x, axis=axis, keepdims=keepdims)


@keras_export("keras._legacy.backend.mean")
def mean(x, axis=None, keepdims=False):
    """Mean along `axis`, over all dimensions by default."""
    return ops.mean(x, axis=axis, keepdims=keepdims)


@keras_export("keras._legacy.backend.all")
def all(x, axis=None, keepdims=False):
    """Whether all elements along `axis` are other than 0."""
    return ops.all(ops.cast(x, "bool"), axis=axis, keepdims=keepdims)


@keras_export("keras._legacy.backend.any")
def any(x, axis=None, keepdims=False):
    """Whether an element along `axis` is other than 0."""
    return ops.any(ops.cast(x, "bool"), axis=axis, keepdims=keepdims)


@keras_export("keras._legacy.backend.argmax")
def argmax(x, axis=-1):
    """Index of the greatest element along `axis`."""
    return ops.argmax(x, axis=axis)


@keras_export("keras._legacy.backend.argmin")
def argmin(x, axis=-1):
    """Index of the least element along `axis`."""
    return ops.argmin(x, axis=axis)


@keras_export("keras._legacy.backend.cumsum")
def cumsum(x, axis=0):
    """Sums of the elements up to each along `axis`."""
    return ops.cumsum(x, axis=axis)


@keras_export("keras._legacy.backend.cumprod")
def cumprod(x, axis=0):
    """Products of the elements up to each along `axis`."""
    return ops.cumprod(x, axis=axis)
