"""`RandomContrast`: differences from the mean of each channel made larger or smaller."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import checked_value_range
from keras.src.layers.preprocessing.image_preprocessing.color_layer import RecolouringLayer, per_image
from keras.src.ops.image.layout import spatial_axes


@keras_export("keras.layers.RandomContrast")
class RandomContrast(RecolouringLayer):
    """Multiplies the difference of each pixel from the mean of its channel by a number, drawn at random while training.

    Args:
        factor: Number or two numbers from 0 to 1, `(lower, upper)`: the number is drawn from `[1 - lower, 1 + upper]`. One
            number is `upper`, and `lower` is 0.
        value_range: The least and the greatest value of pixels, within which results are kept.
        seed: Int or `keras.random.SeedGenerator`.
        **kwargs: `bounding_box_format` and `data_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same; only images change, to floats.

    Example:

    >>> x = np.array([[[10.0], [30.0]]])
    >>> y = keras.layers.RandomContrast((0.0, 0.5), seed=1)(x)
    >>> bool(keras.ops.max(y) >= 30)
    True
    """

    _FACTOR_BOUNDS = (0, 1)

    def __init__(self, factor, value_range=(0, 255), seed=None, **kwargs):
        super().__init__(factor=factor, **kwargs)
        self.value_range = checked_value_range(value_range)
        self._set_seed(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        if not training:
            return None
        lower, upper = self.factor
        return {"contrast_factor": self._uniform(self._per_image(data), (1 - lower, 1 + upper), seed)}

    def transform_images(self, images, transformation, training=True):
        return super().transform_images(images, transformation, training)

    def _recoloured(self, images, transformation):
        means = ops.mean(images, axis=spatial_axes(4, self.data_format), keepdims=True)
        farther = ops.multiply(ops.subtract(images, means), per_image(transformation["contrast_factor"]))
        return ops.clip(ops.add(farther, means), *self.value_range)
