"""`RandomHue`: colours turned around the wheel of hues."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import checked_value_range
from keras.src.layers.preprocessing.image_preprocessing.color_layer import RecolouringLayer, changed_range, per_image
from keras.src.ops.image.layout import channel_axis


@keras_export("keras.layers.RandomHue")
class RandomHue(RecolouringLayer):
    """Turns the hues of each image by an angle, drawn at random while training.

    Args:
        factor: Number or two numbers from 0 to 1: the least and the greatest part of half a turn, one way or the other.
            One number is the greatest, and the least is 0.
        value_range: The least and the greatest value of pixels.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: Int or `keras.random.SeedGenerator`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same; only images change, to floats.

    Example:

    >>> keras.layers.RandomHue(0.2, seed=1)(np.full((1, 1, 3), 100.0))
    array([[[100., 100., 100.]]], dtype=float32)
    """

    _FACTOR_BOUNDS = (0, 1)

    def __init__(self, factor, value_range=(0, 255), data_format=None, seed=None, **kwargs):
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self.value_range = checked_value_range(value_range)
        self._set_seed(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        if not training:
            return None
        shape = self._per_image(data)[:1]
        part = ops.multiply(self._uniform(shape, self.factor, seed), 0.5)
        one_way = ops.less(self._uniform(shape, (0.0, 1.0), seed), 0.5)
        return {"factor": ops.where(one_way, part, ops.negative(part))}

    def _recoloured(self, images, transformation):
        axis = channel_axis(4, self.data_format)
        colours = ops.image.rgb_to_hsv(changed_range(images, self.value_range, (0, 1)), self.data_format)
        hue, saturation, value = ops.split(colours, 3, axis)
        hue = ops.add(hue, per_image(transformation["factor"]))
        colours = ops.concatenate([ops.subtract(hue, ops.floor(hue)), saturation, value], axis)
        return changed_range(ops.image.hsv_to_rgb(colours, self.data_format), (0, 1), self.value_range)
