"""`MaxNumBoundingBoxes`: the same number of boxes for each image."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.checks import positive_int
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import is_number
from keras.src.layers.preprocessing.image_preprocessing.color_layer import ColorLayer


@keras_export("keras.layers.MaxNumBoundingBoxes")
class MaxNumBoundingBoxes(ColorLayer):
    """Keeps the first boxes of each image, and fills up where there are fewer.

    Args:
        max_number: Int, the number of boxes.
        fill_value: Number in place of boxes and labels that are not there.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name`.

    Inputs: Dict of `"images"`, `"bounding_boxes"` and other entries. Outputs: the same, with `max_number` boxes.

    Example:

    >>> layer = keras.layers.MaxNumBoundingBoxes(3, bounding_box_format="xyxy")
    >>> boxes = {"boxes": np.ones((1, 2, 4), "float32"), "labels": np.ones((1, 2), "float32")}
    >>> layer({"images": np.ones((1, 4, 4, 3)), "bounding_boxes": boxes})["bounding_boxes"]["labels"]
    array([[ 1.,  1., -1.]], dtype=float32)
    """

    _USE_BASE_FACTOR = False

    def __init__(self, max_number, fill_value=-1, **kwargs):
        super().__init__(**kwargs)
        self.max_number = positive_int("max_number", max_number)
        if not is_number(fill_value):
            raise ValueError(f"`fill_value` must be a number. Received: fill_value={fill_value!r}")
        self.fill_value = fill_value

    @property
    def _not_in_config(self):
        return ("factor", "fill_value") if self.fill_value == -1 else ("factor",)

    def transform_images(self, images, transformation=None, training=True):
        return images

    def transform_labels(self, labels, transformation=None, training=True):
        return labels

    def transform_segmentation_masks(self, segmentation_masks, transformation=None, training=True):
        return segmentation_masks

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        return {name: self._filled(x) for name, x in bounding_boxes.items()}

    def _filled(self, x):
        """`x`, with boxes along the second dimension, with the right number of them."""
        pads = [(0, self.max_number if axis == 1 else 0) for axis in range(len(x.shape))]
        return ops.pad(x, pads, constant_values=self.fill_value)[:, : self.max_number]

    def compute_output_shape(self, input_shape):
        """Shape of images, which stays, or a dict of shapes.

        Args:
            input_shape: Tuple, or dict of shapes.
        """
        if not isinstance(input_shape, dict) or "bounding_boxes" not in input_shape:
            return input_shape
        boxes = {}
        for name, shape in input_shape["bounding_boxes"].items():
            axis = len(shape) - (2 if name == "boxes" else 1)
            boxes[name] = (*shape[:axis], self.max_number, *shape[axis + 1 :])
        return {**input_shape, "bounding_boxes": boxes}
