"""`Equalization`: values of pixels spread evenly."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.checks import positive_int
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import checked_value_range
from keras.src.layers.preprocessing.image_preprocessing.color_layer import RecolouringLayer, changed_range
from keras.src.ops.image.layout import channels_from_end, channels_to_end


@keras_export("keras.layers.Equalization")
class Equalization(RecolouringLayer):
    """Replaces values of pixels by their ranks, so that all values are about equally frequent.

    Args:
        value_range: The least and the greatest value of pixels.
        bins: Number of values that are told apart.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same; only images change, to
    floats. Ranks are counted over a batch, for each channel by itself; without training, images stay.

    Example:

    >>> keras.layers.Equalization()(np.array([[[50.0], [51.0], [52.0]]]))
    array([[[  0.],
            [128.],
            [255.]]], dtype=float32)
    """

    _USE_BASE_FACTOR = False
    _DRAWS = False

    def __init__(self, value_range=(0, 255), bins=256, data_format=None, **kwargs):
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = checked_value_range(value_range)
        self.bins = positive_int("bins", bins)

    def compute_output_spec(self, inputs, **kwargs):
        return super().compute_output_spec(inputs, **kwargs)

    def transform_images(self, images, transformation, training=True):
        return super().transform_images(images, transformation, training)

    def _recoloured(self, images, transformation):
        pixels = channels_to_end(changed_range(images, self.value_range, (0, 255)), self.data_format)
        places = ops.multiply(ops.clip(pixels, 0, 255), (self.bins - 1) / 255)
        channels = ops.shape(places)[-1]
        if channels is None:
            return images
        places = ops.add(ops.cast(places, "int32"), ops.multiply(ops.arange(channels, dtype="int32"), self.bins))
        flat = ops.reshape(places, (-1,))
        counts = ops.segment_sum(ops.ones_like(flat), flat, num_segments=channels * self.bins)
        table = self._table(ops.reshape(counts, (channels, self.bins)))
        equal = ops.take(ops.reshape(table, (-1,)), places)
        equal = ops.where(ops.less(equal, 0), pixels, ops.cast(equal, ops.dtype(images)))
        return changed_range(channels_from_end(equal, self.data_format), (0, 255), self.value_range)

    def _table(self, counts):
        """For each channel and value the new one; -1 where a channel has but one value, which stays."""
        ranks = ops.cast(ops.cumsum(counts, axis=1), "float32")
        lowest = ops.min(ops.where(ops.greater(ranks, 0), ranks, ops.max(ranks)), axis=1, keepdims=True)
        extent = ops.subtract(ranks[:, -1:], lowest)
        spread = ops.clip(
            ops.round(ops.divide_no_nan(ops.multiply(ops.subtract(ranks, lowest), 255.0), extent)), 0, 255
        )
        return ops.where(ops.equal(extent, 0), -1.0, spread)
