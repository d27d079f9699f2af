"""`CropLayer`: the base of layers that cut a window of one size out of images."""

from keras.src import backend, ops
from keras.src.layers.checks import positive_int
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
    BaseImagePreprocessingLayer,
)
from keras.src.layers.preprocessing.image_preprocessing.windows import boxes_in_window, cut_out
from keras.src.ops.image.layout import spatial_axes, with_sizes


class CropLayer(BaseImagePreprocessingLayer):
    """Images of `height` and `width`. A member says by `_window(transformation, height, width)` what is cut out."""

    _USE_BASE_FACTOR = False

    def __init__(self, height, width, **kwargs):
        super().__init__(**kwargs)
        self.height = positive_int("height", height)
        self.width = positive_int("width", width)

    @property
    def _target(self):
        return self.height, self.width

    def _cut(self, pixels, transformation, interpolation):
        size = self._height_and_width(ops.shape(pixels))
        if any(n is None for n in size):  # Sizes may be tensors.
            return backend.KerasTensor(self._changed_shape(tuple(pixels.shape)), pixels.dtype, record_history=False)
        window = self._window(transformation, *size)
        return cut_out(pixels, window, self._target, interpolation, self.data_format)

    def transform_images(self, images, transformation, training=True):
        return self._cut(ops.cast(images, self.compute_dtype), transformation, "bilinear")

    def transform_labels(self, labels, transformation, training=True):
        return labels

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        return self._cut(segmentation_masks, transformation, "nearest")

    def _boxes(self, bounding_boxes, transformation, height, width):
        if any(n is None for n in (height, width)):
            return bounding_boxes
        window = self._window(transformation, height, width)
        return boxes_in_window(bounding_boxes, window, self._target, self.bounding_box_format, height, width)

    def _changed_shape(self, shape):
        if len(shape) not in (3, 4):
            raise ValueError(f"Images must have rank 3 or 4. Received: shape {shape}")
        return with_sizes(shape, spatial_axes(len(shape), self.data_format), self._target)
