"""`RandomColorJitter`: brightness, contrast, saturation and hue changed one after the other."""

from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import checked_value_range
from keras.src.layers.preprocessing.image_preprocessing.color_layer import RecolouringLayer
from keras.src.layers.preprocessing.image_preprocessing.random_brightness import RandomBrightness
from keras.src.layers.preprocessing.image_preprocessing.random_contrast import RandomContrast
from keras.src.layers.preprocessing.image_preprocessing.random_hue import RandomHue
from keras.src.layers.preprocessing.image_preprocessing.random_saturation import RandomSaturation

_KINDS = {
    "brightness": RandomBrightness,
    "contrast": RandomContrast,
    "saturation": RandomSaturation,
    "hue": RandomHue,
}


@keras_export("keras.layers.RandomColorJitter")
class RandomColorJitter(RecolouringLayer):
    """Changes the brightness, contrast, saturation and hue of each image, in this order, at random while training.

    Args:
        value_range: The least and the greatest value of pixels.
        brightness_factor: `factor` of `keras.layers.RandomBrightness`; `None` leaves the brightness.
        contrast_factor: Likewise of `keras.layers.RandomContrast`.
        saturation_factor: Likewise of `keras.layers.RandomSaturation`.
        hue_factor: Likewise of `keras.layers.RandomHue`.
        seed: Int or `keras.random.SeedGenerator`.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, 3)` or `(height, width, 3)`, or a dict of `"images"`, `"labels"`,
    `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same; only images change, to floats.

    Example:

    >>> layer = keras.layers.RandomColorJitter(brightness_factor=(0.1, 0.1))
    >>> layer(np.full((1, 1, 3), 100.0))
    array([[[125.5, 125.5, 125.5]]], dtype=float32)
    """

    _USE_BASE_FACTOR = False

    def __init__(
        self,
        value_range=(0, 255),
        brightness_factor=None,
        contrast_factor=None,
        saturation_factor=None,
        hue_factor=None,
        seed=None,
        data_format=None,
        **kwargs,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = checked_value_range(value_range)
        self.brightness_factor, self.contrast_factor = brightness_factor, contrast_factor
        self.saturation_factor, self.hue_factor = saturation_factor, hue_factor
        self._set_seed(seed)
        common = {
            "value_range": self.value_range,
            "seed": self.generator,
            "data_format": self.data_format,
            "dtype": self.dtype_policy,
        }
        factors = {kind: getattr(self, f"{kind}_factor") for kind in _KINDS}
        self._changes = {kind: _KINDS[kind](x, **common) for kind, x in factors.items() if x is not None}

    def get_random_transformation(self, data, training=True, seed=None):
        if not training:
            return None
        return {
            kind: layer.get_random_transformation(data, training=training, seed=seed)
            for kind, layer in self._changes.items()
        }

    def transform_images(self, images, transformation, training=True):
        return super().transform_images(images, transformation, training)

    def _recoloured(self, images, transformation):
        for kind, layer in self._changes.items():
            images = layer.transform_images(images, transformation[kind])
        return images
