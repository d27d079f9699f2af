"""`RandomInvert`: negatives of images."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import checked_value_range
from keras.src.layers.preprocessing.image_preprocessing.color_layer import RecolouringLayer, per_image


@keras_export("keras.layers.RandomInvert")
class RandomInvert(RecolouringLayer):
    """Takes the greatest value minus each pixel, for images that are chosen at random while training.

    Args:
        factor: Number or two numbers from 0 to 1, between which the probability of being chosen is drawn for each image.
            One number is the greatest, and the least is 0.
        value_range: The least and the greatest value of pixels.
        seed: Int or `keras.random.SeedGenerator`.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same; only images change, to floats.

    Example:

    >>> keras.layers.RandomInvert((1.0, 1.0))(np.array([[[55.0]]]))
    array([[[200.]]], dtype=float32)
    """

    _FACTOR_BOUNDS = (0, 1)

    def __init__(self, factor=1.0, value_range=(0, 255), seed=None, data_format=None, **kwargs):
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self.value_range = checked_value_range(value_range)
        self._set_seed(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        return {"apply_inversion": self._chosen(data, seed)} if training else None

    def transform_images(self, images, transformation, training=True):
        return super().transform_images(images, transformation, training)

    def _recoloured(self, images, transformation):
        chosen = per_image(transformation["apply_inversion"])
        return ops.where(chosen, ops.subtract(self.value_range[1], images), images)
