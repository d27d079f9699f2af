"""`RandomBrightness`: images made lighter or darker."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing import draws
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
    checked_value_range,
)
from keras.src.layers.preprocessing.image_preprocessing.color_layer import ColorLayer


@keras_export("keras.layers.RandomBrightness")
class RandomBrightness(ColorLayer):
    """Adds a number to the pixels of each image, drawn at random while training.

    Args:
        factor: Number or two numbers from -1 to 1: the least and the greatest share of the range of values that is
            added. One number stands for the interval from its negative to it.
        value_range: The least and the greatest value of pixels, within which results are kept.
        seed: Int or `keras.random.SeedGenerator`.
        **kwargs: `bounding_box_format` and `data_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same; only images change, and integers stay
    integers.

    Example:

    >>> keras.layers.RandomBrightness((0.5, 0.5), value_range=(0, 1))(np.full((1, 1, 1), 0.25))
    array([[[0.75]]], dtype=float32)
    """

    def __init__(self, factor, value_range=(0, 255), seed=None, **kwargs):
        super().__init__(factor=factor, **kwargs)
        self.value_range = checked_value_range(value_range)
        self._set_seed(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        shape = self._per_image(data)
        if not training:
            return {"rgb_delta": draws.zeros(shape)}
        delta = draws.uniform(shape, *self.factor, self._seed_for(seed))
        return {"rgb_delta": ops.multiply(delta, self.value_range[1] - self.value_range[0])}

    def transform_images(self, images, transformation, training=True):
        if not training:
            return images
        delta = transformation["rgb_delta"]
        dtype = ops.dtype(images)
        brighter = ops.add(ops.cast(images, ops.dtype(delta)), delta)
        return ops.cast(ops.clip(brighter, *self.value_range), dtype)
