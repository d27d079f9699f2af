"""`RandomSharpness`: images blurred or sharpened."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import checked_value_range
from keras.src.layers.preprocessing.image_preprocessing.color_layer import RecolouringLayer, along, per_image
from keras.src.ops.image.layout import spatial_axes


@keras_export("keras.layers.RandomSharpness")
class RandomSharpness(RecolouringLayer):
    """Moves each image away from a smoothed one, or towards it, as far as is drawn at random while training.

    Args:
        factor: Number or two numbers from 0 to 1: 0 gives smoothed images, 0.5 leaves them, 1 makes them sharper. One
            number is the greatest, and the least is 0.
        value_range: The least and the greatest value of pixels, within which results are kept.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: Int or `keras.random.SeedGenerator`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same; only images change, to floats.

    Example:

    >>> keras.layers.RandomSharpness((0.5, 0.5))(np.array([[[10.0], [30.0]]]))
    array([[[10.],
            [30.]]], dtype=float32)
    """

    _FACTOR_BOUNDS = (0, 1)

    def __init__(self, factor, value_range=(0, 255), data_format=None, seed=None, **kwargs):
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self.value_range = checked_value_range(value_range)
        self._set_seed(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        if not training:
            return None
        return {"factor": self._uniform(self._per_image(data)[:1], self.factor, seed)}

    def _recoloured(self, images, transformation):
        # A window of ones with 5 in the middle, 13 in sum: that of ones, and 4 times the pixel itself.
        rows, columns = spatial_axes(4, self.data_format)
        around = along(along(images, rows, [1 / 13] * 3), columns, [1.0] * 3)
        smooth = ops.add(around, ops.multiply(images, 4 / 13))
        distance = ops.multiply(per_image(transformation["factor"]), 2.0)
        sharp = ops.add(smooth, ops.multiply(ops.subtract(images, smooth), distance))
        return ops.clip(sharp, *self.value_range)
