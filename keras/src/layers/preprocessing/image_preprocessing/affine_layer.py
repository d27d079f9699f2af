"""`AffineLayer`: the base of layers that move, turn, scale or shear images."""

from keras.src import ops
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
    BaseImagePreprocessingLayer,
    is_number,
)
from keras.src.layers.preprocessing.image_preprocessing.boxes import (
    around,
    clip_to_image_size,
    convert_format,
    over_boxes,
)
from keras.src.ops.image.layout import check_one_of
from keras.src.ops.image.warping import projected

FILL_MODES = ("reflect", "wrap", "constant", "nearest")
INTERPOLATIONS = ("nearest", "bilinear")


class SamplingLayer(BaseImagePreprocessingLayer):
    """Takes each pixel from elsewhere. A member says by `_sampled(pixels, transformation, interpolation)` from where."""

    _USE_BASE_FACTOR = False

    def _set_fill_mode(self, fill_mode, fill_modes=FILL_MODES):
        check_one_of("fill_mode", fill_mode, fill_modes)
        self.fill_mode = fill_mode

    def _set_sampling(self, interpolation, fill_value):
        check_one_of("interpolation", interpolation, INTERPOLATIONS)
        if not is_number(fill_value):
            raise ValueError(f"`fill_value` must be a number. Received: fill_value={fill_value!r}")
        self.interpolation, self.fill_value = interpolation, fill_value

    def transform_images(self, images, transformation, training=True):
        images = ops.cast(images, self.compute_dtype)
        return images if transformation is None else self._sampled(images, transformation, self.interpolation)

    def transform_labels(self, labels, transformation, training=True):
        return labels

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        if transformation is None:
            return segmentation_masks
        return self._sampled(segmentation_masks, transformation, "nearest")

    def _boxes(self, bounding_boxes, place, height, width):
        """The boxes around what becomes of corners by `place`, cut off at the borders; see `boxes.around`."""
        return self._moved_boxes(bounding_boxes, lambda x: over_boxes(lambda y: around(y, place), x), height, width)

    def _moved_boxes(self, bounding_boxes, move, height, width):
        """Boxes as `move` gives them for boxes in pixels, left, top, right, bottom; cut off at the borders."""
        if None in (height, width):
            return bounding_boxes
        given, dtype = self.bounding_box_format, ops.dtype(bounding_boxes["boxes"])
        boxes = move(convert_format(bounding_boxes, given, "xyxy", height, width, dtype))
        boxes = clip_to_image_size(boxes, height, width, "xyxy")
        return convert_format(boxes, "xyxy", given, height, width, dtype)


class AffineLayer(SamplingLayer):
    """A member says by `_matrix(transformation)` what `keras.ops.image.affine_transform` does with the images."""

    def _sampled(self, pixels, transformation, interpolation):
        return projected(
            pixels, self._matrix(transformation), interpolation, self.fill_mode, self.fill_value, self.data_format
        )

    def _place(self, transformation):
        """What becomes of places, the reverse of what the matrix says."""
        matrix = ops.reshape(self._matrix(transformation), (-1, 8, 1, 1))
        a0, a1, a2, b0, b1, b2 = (matrix[:, i] for i in range(6))
        determinant = ops.subtract(ops.multiply(a0, b1), ops.multiply(a1, b0))

        def place(x, y):
            x, y = ops.subtract(x, a2), ops.subtract(y, b2)
            across = ops.subtract(ops.multiply(b1, x), ops.multiply(a1, y))
            down = ops.subtract(ops.multiply(a0, y), ops.multiply(b0, x))
            return ops.divide(across, determinant), ops.divide(down, determinant)

        return place

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        if transformation is None:
            return bounding_boxes
        size = self._height_and_width(transformation["input_shape"])
        return self._boxes(bounding_boxes, self._place(transformation), *size)


def as_float(size):
    """A size, int or tensor, as a number to compute with."""
    return float(size) if isinstance(size, int) else ops.cast(size, "float32")


def affine_matrix(*numbers):
    """Tensor of shape `(batch, 8)` from six numbers, each a tensor of shape `(batch,)` or a number."""
    tensor = next(n for n in numbers if not is_number(n))
    columns = [ops.add(ops.zeros_like(tensor), n) for n in (*numbers, 0.0, 0.0)]
    return ops.stack(columns, -1)


class Shifts:
    """What `RandomTranslation`, `RandomZoom` and `RandomShear` offer to those who move boxes by hand."""

    def get_transformed_x_y(self, x, y, transform):
        """The place that the pixel at column `x` and row `y` is taken from.

        Args:
            x: Tensor.
            y: Tensor.
            transform: Tensor of shape `(8,)` or `(batch, 8)`, see `keras.ops.image.affine_transform`.
        """
        transform = ops.convert_to_tensor(transform, dtype="float32")
        a0, a1, a2, b0, b1, b2, c0, c1 = (transform[..., i : i + 1] for i in range(8))
        x, y = ops.cast(x, "float32"), ops.cast(y, "float32")
        depth = c0 * x + c1 * y + 1
        return (a0 * x + a1 * y + a2) / depth, (b0 * x + b1 * y + b2) / depth


class ShiftsOfBoxes(Shifts):
    def get_shifted_bbox(self, bounding_boxes, w_shift_factor, h_shift_factor):
        """Boxes moved to the left and up.

        Args:
            bounding_boxes: Dict with `"boxes"` of shape `(batch, boxes, 4)`: left, top, right, bottom.
            w_shift_factor: Number, or tensor of shape `(batch, 1)`: how far to the left.
            h_shift_factor: Likewise, how far up.
        """
        shifts = [ops.cast(n, ops.dtype(bounding_boxes["boxes"])) for n in (w_shift_factor, h_shift_factor)]
        shifts = [ops.reshape(n, (-1, 1, 1)) for n in shifts]
        shift = ops.concatenate(shifts * 2, -1)
        return over_boxes(lambda x: ops.subtract(x, shift), bounding_boxes)
