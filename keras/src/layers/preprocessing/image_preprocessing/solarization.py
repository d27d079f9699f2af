"""`Solarization`: bright pixels inverted."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import checked_value_range
from keras.src.layers.preprocessing.image_preprocessing.color_layer import RecolouringLayer, changed_range, per_image


@keras_export("keras.layers.Solarization")
class Solarization(RecolouringLayer):
    """Adds a number to the pixels, then inverts those above a threshold; both are drawn for each image while training.

    Args:
        addition_factor: Number or two numbers from 0 to 1, between which the share of the range of values is drawn that is
            added. One number is the greatest, and the least is 0.
        threshold_factor: Likewise, the threshold.
        value_range: The least and the greatest value of pixels.
        seed: Int or `keras.random.SeedGenerator`.
        **kwargs: `bounding_box_format` and `data_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same; only images change, to floats.

    Example:

    >>> keras.layers.Solarization(threshold_factor=(0.5, 0.5))(np.array([[[50.0], [200.0]]]))
    array([[[50.],
            [55.]]], dtype=float32)
    """

    _USE_BASE_FACTOR = False

    def __init__(self, addition_factor=0.0, threshold_factor=0.0, value_range=(0, 255), seed=None, **kwargs):
        super().__init__(**kwargs)
        self.addition_factor = self._checked_factor("addition_factor", addition_factor, (0, 1))
        self.threshold_factor = self._checked_factor("threshold_factor", threshold_factor, (0, 1))
        self.value_range = checked_value_range(value_range)
        self._set_seed(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        if not training:
            return None
        shape = self._per_image(data)
        additions, thresholds = (
            self._uniform(shape, (255 * low, 255 * high), seed)
            for low, high in (self.addition_factor, self.threshold_factor)
        )
        return {"additions": additions, "thresholds": thresholds}

    def transform_images(self, images, transformation, training=True):
        return super().transform_images(images, transformation, training)

    def _recoloured(self, images, transformation):
        shifted = ops.add(changed_range(images, self.value_range, (0, 255)), per_image(transformation["additions"]))
        shifted = ops.clip(shifted, 0, 255)
        below = ops.less(shifted, per_image(transformation["thresholds"]))
        return changed_range(ops.where(below, shifted, ops.subtract(255, shifted)), (0, 255), self.value_range)
