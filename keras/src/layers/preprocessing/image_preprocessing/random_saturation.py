"""`RandomSaturation`: colours made fuller or paler."""

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import checked_value_range
from keras.src.layers.preprocessing.image_preprocessing.color_layer import RecolouringLayer, per_image
from keras.src.ops.image.layout import channel_axis


@keras_export("keras.layers.RandomSaturation")
class RandomSaturation(RecolouringLayer):
    """Multiplies the saturation of each image by a number, drawn at random while training.

    Args:
        factor: Number or two numbers from -1 to 1. The saturation is multiplied by `f / (1 - f)` for an `f` between them: 0.5
            leaves it, 0 makes images gray, 1 makes colours as full as can be. One number stands for the interval from its
            negative to it.
        value_range: The least and the greatest value of pixels, and of saturations.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: Int or `keras.random.SeedGenerator`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same; only images change, to floats.

    Example:

    >>> y = keras.layers.RandomSaturation((0.0, 0.0))(np.array([[[200.0, 100.0, 50.0]]]))
    >>> keras.ops.convert_to_numpy(y)
    array([[[200., 200., 200.]]], dtype=float32)
    """

    def __init__(self, factor, value_range=(0, 255), data_format=None, seed=None, **kwargs):
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self.value_range = checked_value_range(value_range)
        self._set_seed(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        if not training:
            return None
        drawn = self._uniform(self._per_image(data)[:1], self.factor, seed)
        return {"factor": ops.divide(drawn, ops.add(ops.subtract(1.0, drawn), backend.epsilon()))}

    def _recoloured(self, images, transformation):
        # The brightest channel stays, and the others move to it or away: no way over other colour spaces is needed.
        axis = channel_axis(4, self.data_format)
        value = ops.max(images, axis=axis, keepdims=True)
        extent = ops.subtract(value, ops.min(images, axis=axis, keepdims=True))
        saturation = ops.where(ops.greater(value, 0), ops.divide_no_nan(extent, value), 0.0)
        changed = ops.multiply(saturation, per_image(transformation["factor"]))
        # The limit is that of pixels, as files and users of Keras 3 have it, not 1.
        changed = ops.clip(changed, *self.value_range)
        ratio = ops.divide_no_nan(changed, saturation)
        return ops.subtract(value, ops.multiply(ops.subtract(value, images), ratio))
