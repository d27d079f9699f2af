"""`CenterCrop`: the middle of images."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing.cropping import CropLayer
from keras.src.layers.preprocessing.image_preprocessing.windows import Window, chosen_window, window_of_proportions


@keras_export("keras.layers.CenterCrop")
class CenterCrop(CropLayer):
    """Cuts the middle out of images; of images that are too small, the largest part with these proportions, enlarged.

    Args:
        height: Int, height of the result.
        width: Int, width of the result.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same, images in the compute dtype.

    Example:

    >>> keras.layers.CenterCrop(2, 4)(np.ones((8, 6, 5, 3))).shape
    (8, 2, 4, 3)
    """

    def __init__(self, height, width, data_format=None, **kwargs):
        super().__init__(height, width, data_format=data_format, **kwargs)

    def get_random_transformation(self, data, training=True, seed=None):
        return {"input_shape": tuple(ops.shape(self._images_of(data)))}

    def _window(self, transformation, height, width):
        inner = Window((height - self.height) // 2, (width - self.width) // 2, *self._target)
        outer = window_of_proportions(height, width, self._target)
        return chosen_window(inner, outer, height, width, self._target)

    def transform_images(self, images, transformation=None, training=True):
        return super().transform_images(images, transformation, training)

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        return self._boxes(bounding_boxes, transformation, *self._height_and_width(transformation["input_shape"]))
