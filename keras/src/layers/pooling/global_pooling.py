"""Reductions over all places, over one, two and three spatial dimensions."""

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.layers.pooling.base_global_pooling import BaseGlobalPooling
from keras.src.layers.rank_family import of_rank


class BaseGlobalMaxPooling(BaseGlobalPooling):
    """Largest element over all places; see `BaseGlobalPooling`."""

    _reduce = staticmethod(ops.max)


class BaseGlobalAveragePooling(BaseGlobalPooling):
    """Mean over all places; see `BaseGlobalPooling`."""

    _reduce = staticmethod(ops.mean)


@keras_export(["keras.layers.GlobalMaxPooling1D", "keras.layers.GlobalMaxPool1D"])
@of_rank(1)
class GlobalMaxPooling1D(BaseGlobalMaxPooling):
    """Largest element over all places of one dimension, such as time.

    Inputs: Tensor of shape `(batch, steps, channels)`. Outputs: tensor of shape `(batch, channels)`.

    Example:

    >>> keras.layers.GlobalMaxPooling1D()(keras.ops.ones((1, 10, 2))).shape
    (1, 2)
    """


@keras_export(["keras.layers.GlobalMaxPooling2D", "keras.layers.GlobalMaxPool2D"])
@of_rank(2)
class GlobalMaxPooling2D(BaseGlobalMaxPooling):
    """Largest element over all places of two dimensions, such as those of images.

    Inputs: Tensor of shape `(batch, height, width, channels)`. Outputs: tensor of shape `(batch, channels)`.

    Example:

    >>> keras.layers.GlobalMaxPooling2D()(keras.ops.ones((1, 8, 8, 3))).shape
    (1, 3)
    """


@keras_export(["keras.layers.GlobalMaxPooling3D", "keras.layers.GlobalMaxPool3D"])
@of_rank(3)
class GlobalMaxPooling3D(BaseGlobalMaxPooling):
    """Largest element over all places of three dimensions, such as those of volumes.

    Inputs: Tensor of shape `(batch, depth, height, width, channels)`. Outputs: tensor of shape `(batch, channels)`.

    Example:

    >>> keras.layers.GlobalMaxPooling3D()(keras.ops.ones((1, 4, 4, 4, 3))).shape
    (1, 3)
    """


@keras_export(["keras.layers.GlobalAveragePooling1D", "keras.layers.GlobalAvgPool1D"])
@of_rank(1)
class GlobalAveragePooling1D(BaseGlobalAveragePooling):
    """Mean over all places of one dimension, such as time; masked steps do not count.

    Inputs: Tensor of shape `(batch, steps, channels)`. Outputs: tensor of shape `(batch, channels)`.

    Example:

    >>> keras.layers.GlobalAveragePooling1D()(keras.ops.ones((1, 10, 2))).shape
    (1, 2)
    """

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(data_format, keepdims, **kwargs)
        self.supports_masking = True

    def call(self, inputs, mask=None):
        if mask is None:
            return super().call(inputs)
        steps = self._axes[0]
        mask = ops.expand_dims(ops.cast(mask, backend.standardize_dtype(inputs.dtype)), -1 if steps == 1 else 1)
        total = ops.sum(ops.multiply(inputs, mask), steps, keepdims=self.keepdims)
        return ops.divide(total, ops.sum(mask, steps, keepdims=self.keepdims))

    def compute_mask(self, inputs, mask=None):
        return None


@keras_export(["keras.layers.GlobalAveragePooling2D", "keras.layers.GlobalAvgPool2D"])
@of_rank(2)
class GlobalAveragePooling2D(BaseGlobalAveragePooling):
    """Mean over all places of two dimensions, such as those of images.

    Inputs: Tensor of shape `(batch, height, width, channels)`. Outputs: tensor of shape `(batch, channels)`.

    Example:

    >>> keras.layers.GlobalAveragePooling2D()(keras.ops.ones((1, 8, 8, 3))).shape
    (1, 3)
    """


@keras_export(["keras.layers.GlobalAveragePooling3D", "keras.layers.GlobalAvgPool3D"])
@of_rank(3)
class GlobalAveragePooling3D(BaseGlobalAveragePooling):
    """Mean over all places of three dimensions, such as those of volumes.

    Inputs: Tensor of shape `(batch, depth, height, width, channels)`. Outputs: tensor of shape `(batch, channels)`.

    Example:

    >>> keras.layers.GlobalAveragePooling3D()(keras.ops.ones((1, 4, 4, 4, 3))).shape
    (1, 3)
    """
