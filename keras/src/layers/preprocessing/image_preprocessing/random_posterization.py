"""`RandomPosterization`: fewer different values of pixels."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing import draws
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import checked_value_range
from keras.src.layers.preprocessing.image_preprocessing.color_layer import RecolouringLayer, changed_range, per_image


@keras_export("keras.layers.RandomPosterization")
class RandomPosterization(RecolouringLayer):
    """Keeps only the first bits of pixels, as many as are drawn at random for each image while training.

    Args:
        factor: Int or two ints from 1 to 8, between which the number of bits is drawn; the greater one itself only where
            both are the same. One int is the greater, and the lesser is 1.
        value_range: The least and the greatest value of pixels.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: Int or `keras.random.SeedGenerator`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same; only images change, to floats.

    Example:

    >>> keras.layers.RandomPosterization((2, 2))(np.array([[[100.0], [200.0]]]))
    array([[[ 64.],
            [192.]]], dtype=float32)
    """

    _FACTOR_BOUNDS = (1, 8)

    def __init__(self, factor, value_range=(0, 255), data_format=None, seed=None, **kwargs):
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        if any(bits % 1 != 0 for bits in self.factor):
            raise ValueError(f"`factor` must be an int or two ints from 1 to 8. Received: factor={factor}")
        self.value_range = checked_value_range(value_range)
        self._set_seed(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        if not training:
            return None
        fewest, most = (int(bits) for bits in self.factor)
        bits = draws.randint(self._per_image(data)[:1], fewest, max(most, fewest + 1), self._seed_for(seed))
        return {"shift_factor": ops.cast(ops.clip(ops.subtract(8, bits), 0, 8), "uint8")}

    def _recoloured(self, images, transformation):
        bytes_ = ops.clip(changed_range(images, self.value_range, (0, 255)), 0, 255)
        step = ops.power(2.0, ops.cast(per_image(transformation["shift_factor"]), ops.dtype(images)))
        kept = ops.multiply(ops.floor(ops.divide(bytes_, step)), step)
        return changed_range(kept, (0, 255), self.value_range)
