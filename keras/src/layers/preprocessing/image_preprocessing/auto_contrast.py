"""`AutoContrast`: channels stretched over the whole range of values."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import checked_value_range
from keras.src.layers.preprocessing.image_preprocessing.color_layer import RecolouringLayer, changed_range
from keras.src.ops.image.layout import spatial_axes


@keras_export("keras.layers.AutoContrast")
class AutoContrast(RecolouringLayer):
    """Stretches each channel of each image, so that its least and greatest value are those of `value_range`.

    Args:
        value_range: The least and the greatest value of pixels.
        **kwargs: `bounding_box_format` and `data_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same; only images change, to floats.

    Example:

    >>> keras.layers.AutoContrast()(np.array([[[50.0], [60.0]]]))
    array([[[  0.],
            [255.]]], dtype=float32)
    """

    _USE_BASE_FACTOR = False
    _ALSO_WITHOUT_TRAINING = True
    _DRAWS = False

    def __init__(self, value_range=(0, 255), **kwargs):
        super().__init__(**kwargs)
        self.value_range = checked_value_range(value_range)

    def _recoloured(self, images, transformation):
        axes = spatial_axes(4, self.data_format)
        low, high = (reduce(images, axis=axes, keepdims=True) for reduce in (ops.min, ops.max))
        extent = ops.subtract(high, low)
        stretched = ops.divide_no_nan(ops.subtract(images, low), extent)
        stretched = changed_range(stretched, (0, 1), self.value_range)
        # A channel of one value has nothing to be stretched.
        return ops.where(ops.equal(extent, 0), images, stretched)
