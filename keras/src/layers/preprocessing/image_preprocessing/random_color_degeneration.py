"""`RandomColorDegeneration`: colours mixed with gray."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import checked_value_range
from keras.src.layers.preprocessing.image_preprocessing.color_layer import RecolouringLayer, per_image


@keras_export("keras.layers.RandomColorDegeneration")
class RandomColorDegeneration(RecolouringLayer):
    """Mixes each image with its gray one, by a share that is drawn at random while training.

    Args:
        factor: Number or two numbers from -1 to 1: the least and the greatest share of gray; below 0, colours become
            stronger. One number stands for the interval from its negative to it.
        value_range: The least and the greatest value of pixels, within which results are kept.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: Int or `keras.random.SeedGenerator`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same; only images change, to floats.

    Example:

    >>> layer = keras.layers.RandomColorDegeneration((1.0, 1.0))
    >>> layer(np.array([[[100.0, 0.0, 0.0]]])).shape
    (1, 1, 3)
    """

    def __init__(self, factor, value_range=(0, 255), data_format=None, seed=None, **kwargs):
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self.value_range = checked_value_range(value_range)
        self._set_seed(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        if not training:
            return None
        return {"factor": ops.reshape(self._uniform(self._per_image(data), self.factor, seed), (-1, 1, 1, 1))}

    def _recoloured(self, images, transformation):
        gray = ops.image.rgb_to_grayscale(images, data_format=self.data_format)
        share = per_image(transformation["factor"])
        mixed = ops.add(images, ops.multiply(ops.subtract(gray, images), share))
        return ops.clip(mixed, *self.value_range)
