"""`RandomGrayscale`: images without colours."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import is_number
from keras.src.layers.preprocessing.image_preprocessing.color_layer import ColorLayer, per_image


@keras_export("keras.layers.RandomGrayscale")
class RandomGrayscale(ColorLayer):
    """Makes images gray that are chosen at random while training; they keep their three channels.

    Args:
        factor: Number from 0 to 1: the probability of being chosen.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: Int or `keras.random.SeedGenerator`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, 3)` or `(height, width, 3)`, or a dict of `"images"`, `"labels"`,
    `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same; only images change, and integers stay integers.

    Example:

    >>> x = np.array([[[200, 100, 50]]], dtype="uint8")
    >>> keras.layers.RandomGrayscale(1.0)(x)
    array([[[124, 124, 124]]], dtype=uint8)
    """

    _not_in_config = ("seed",)

    def __init__(self, factor=0.5, data_format=None, seed=None, **kwargs):
        if not is_number(factor) or not 0 <= factor <= 1:
            raise ValueError(f"`factor` must be a number from 0 to 1. Received: factor={factor!r}")
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self._set_seed(seed)

    def _set_factor(self, factor):
        self.factor = factor

    def get_random_transformation(self, images, training=True, seed=None):
        if not training:
            return None
        return ops.less(self._uniform(self._per_image(images), (0.0, 1.0), seed), self.factor)

    def transform_images(self, images, transformation, training=True):
        if not training or transformation is None:
            return images
        gray = ops.image.rgb_to_grayscale(images, data_format=self.data_format)
        return ops.where(per_image(transformation), gray, images)

    # What comes along stays; other layers' methods are called with the transformation, these need none.

    def _part(self, name, x, batched, transformation, training):
        return super()._part(name, x, batched, transformation, training) if name == "images" else x

    def transform_labels(self, labels, transformations=None, **kwargs):
        return labels

    def transform_bounding_boxes(self, bounding_boxes, **kwargs):
        return bounding_boxes

    def transform_segmentation_masks(self, segmentation_masks, transformations=None, **kwargs):
        return segmentation_masks

    def compute_output_spec(self, inputs, **kwargs):
        return super().compute_output_spec(inputs, **kwargs)
