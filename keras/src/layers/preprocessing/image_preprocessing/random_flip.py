"""`RandomFlip`: images mirrored."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing import draws
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
    BaseImagePreprocessingLayer,
)
from keras.src.layers.preprocessing.image_preprocessing.boxes import clip_to_image_size, convert_format, over_boxes
from keras.src.ops.image.layout import check_one_of, spatial_axes

HORIZONTAL, VERTICAL, BOTH = "horizontal", "vertical", "horizontal_and_vertical"


@keras_export("keras.layers.RandomFlip")
class RandomFlip(BaseImagePreprocessingLayer):
    """Mirrors each image or leaves it, at random, while training.

    Args:
        mode: `"horizontal"` (left and right change places), `"vertical"` (top and bottom) or
            `"horizontal_and_vertical"` (both at once).
        seed: Int or `keras.random.SeedGenerator`.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same, in the compute dtype.

    Example:

    >>> keras.layers.RandomFlip("horizontal", seed=1)(np.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    _USE_BASE_FACTOR = False

    def __init__(self, mode=BOTH, seed=None, data_format=None, **kwargs):
        super().__init__(data_format=data_format, **kwargs)
        check_one_of("mode", mode, (HORIZONTAL, VERTICAL, BOTH))
        self.mode = mode
        self._set_seed(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        if not training:
            return None
        flips = ops.less(draws.uniform(self._per_image(data), 0.0, 1.0, self._seed_for(seed)), 0.5)
        return {"flips": flips, "input_shape": tuple(ops.shape(self._images_of(data)))}

    def transform_images(self, images, transformation, training=True):
        return self._flipped(ops.cast(images, self.compute_dtype), transformation)

    def transform_labels(self, labels, transformation, training=True):
        return labels

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        return self._flipped(segmentation_masks, transformation)

    def _flipped(self, pixels, transformation):
        if transformation is None:
            return pixels
        rows, columns = spatial_axes(4, self.data_format)
        axes = {HORIZONTAL: columns, VERTICAL: rows, BOTH: (rows, columns)}[self.mode]
        return ops.where(transformation["flips"], ops.flip(pixels, axes), pixels)

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        if transformation is None:
            return bounding_boxes
        height, width = self._height_and_width(transformation["input_shape"])
        given = self.bounding_box_format
        dtype = ops.dtype(bounding_boxes["boxes"])

        def flipped(boxes):
            boxes = convert_format(boxes, given, "xyxy", height, width, dtype)
            left, top, right, bottom = ops.split(boxes, 4, -1)
            if self.mode != VERTICAL:
                left, right = _mirrored(left, right, width, transformation["flips"])
            if self.mode != HORIZONTAL:
                top, bottom = _mirrored(top, bottom, height, transformation["flips"])
            return ops.concatenate([left, top, right, bottom], -1)

        boxes = clip_to_image_size(over_boxes(flipped, bounding_boxes), height, width, "xyxy")
        return convert_format(boxes, "xyxy", given, height, width, dtype)


def _mirrored(low, high, size, chosen):
    """Two sides of boxes, of shape `(batch, boxes, 1)`, mirrored in images of which `size` is the extent."""
    chosen = ops.reshape(chosen, (-1, 1, 1))
    size = size if isinstance(size, int) else ops.cast(size, ops.dtype(low))
    return (
        ops.where(chosen, ops.subtract(size, high), low),
        ops.where(chosen, ops.subtract(size, low), high),
    )
