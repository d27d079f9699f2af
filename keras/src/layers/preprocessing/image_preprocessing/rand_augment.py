"""`RandAugment`: a few augmentations, one after the other, each chosen at random."""

from keras.src.api_export import keras_export
from keras.src.layers.checks import positive_int
from keras.src.layers.preprocessing.image_preprocessing import draws
from keras.src.layers.preprocessing.image_preprocessing.augmenting_layer import AugmentingLayer

_NAMES = (
    "random_shear",
    "random_translation",
    "random_rotation",
    "random_brightness",
    "random_color_degeneration",
    "random_contrast",
    "random_sharpness",
    "solarization",
    "random_posterization",
    "auto_contrast",
    "equalization",
)


@keras_export("keras.layers.RandAugment")
class RandAugment(AugmentingLayer):
    """Applies a few layers one after the other, while training: they are chosen anew in each call.

    The choice is among shear, translation, rotation, brightness, colour, contrast, sharpness, solarization,
    posterization, stretched contrast and equalization.

    Args:
        value_range: The least and the greatest value of pixels.
        num_ops: How many layers are applied.
        factor: Number or two numbers from 0 to 1: the `factor` of these layers, that is how strong they are.
        interpolation: `"bilinear"` or `"nearest"`, for layers that move pixels.
        seed: Int or `keras.random.SeedGenerator`.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, 3)` or `(height, width, 3)`, or a dict of `"images"`, `"labels"`,
    `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same, images as floats; boxes and masks move with them.

    Reference:
        [RandAugment: Practical automated data augmentation](https://arxiv.org/abs/1909.13719)

    Example:

    >>> keras.layers.RandAugment(num_ops=2, factor=0.3, seed=1)(np.full((2, 8, 8, 3), 100.0)).shape
    (2, 8, 8, 3)
    """

    def __init__(
        self,
        value_range=(0, 255),
        num_ops=2,
        factor=0.5,
        interpolation="bilinear",
        seed=None,
        data_format=None,
        **kwargs,
    ):
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self.num_ops = positive_int("num_ops", num_ops)
        self._keep(value_range, interpolation, seed)
        self._make_choices(_NAMES)

    def get_random_transformation(self, data, training=True, seed=None):
        images = self._images_of(data)
        if not training or self._is_described(images):
            return None
        indices = draws.randint((self.num_ops,), 0, len(_NAMES), self._seed_for(seed))
        single = [indices[i] for i in range(self.num_ops)]
        return {"layer_idxes": indices, "transforms": self._transformations(images, single, seed)}

    def transform_images(self, images, transformation, training=True):
        return super().transform_images(images, transformation, training)

    def _recoloured(self, images, transformation):
        return self._in_turn("transform_images", images, transformation)

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        if not training or transformation is None:
            return segmentation_masks
        return self._in_turn("transform_segmentation_masks", segmentation_masks, transformation)

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        if not training or transformation is None:
            return bounding_boxes
        return self._in_turn("transform_bounding_boxes", bounding_boxes, transformation)

    def _in_turn(self, method, x, transformation):
        for i in range(self.num_ops):
            x = self._applied(method, x, transformation["layer_idxes"][i], transformation["transforms"])
        return x
