"""`RandomZoom`: images enlarged or made smaller within their frame."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing import draws
from keras.src.layers.preprocessing.image_preprocessing.affine_layer import (
    AffineLayer,
    Shifts,
    affine_matrix,
    as_float,
)
from keras.src.layers.preprocessing.image_preprocessing.boxes import over_boxes


@keras_export("keras.layers.RandomZoom")
class RandomZoom(Shifts, AffineLayer):
    """Zooms each image about its middle, by a factor drawn at random while training.

    Args:
        height_factor: Number or two numbers, above -1 and up to 1: 0.2 shows 20 % more of the image along rows (it
            becomes smaller), -0.2 20 % less (it becomes larger). One number stands for the interval from its negative
            to it.
        width_factor: Likewise along columns; by default what is drawn for `height_factor`, so that proportions stay.
        fill_mode: What lies beyond the border: `"reflect"` (about the edge), `"wrap"`, `"constant"` or `"nearest"`.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: Int or `keras.random.SeedGenerator`.
        fill_value: The number beyond the border for `"constant"`.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same, images in the compute dtype.

    Example:

    >>> keras.layers.RandomZoom(0.2, seed=1)(np.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    _FACTOR_BOUNDS = (-1.0, 1.0)

    def __init__(
        self,
        height_factor,
        width_factor=None,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
        **kwargs,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.height_factor, self.width_factor = height_factor, width_factor
        self._height_range = self._checked_factor("height_factor", height_factor, open_below=True)
        if width_factor is not None:
            self._width_range = self._checked_factor("width_factor", width_factor, open_below=True)
        self._set_sampling(interpolation, fill_value)
        self._set_fill_mode(fill_mode)
        self._set_seed(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        if not training:
            return None
        images, seed = self._images_of(data), self._seed_for(seed)
        shape = (self._sizes(images)[0], 1)
        height_zoom = ops.add(draws.uniform(shape, *self._height_range, seed), 1.0)
        width_zoom = height_zoom
        if self.width_factor is not None:
            width_zoom = ops.add(draws.uniform(shape, *self._width_range, seed), 1.0)
        return {"height_zoom": height_zoom, "width_zoom": width_zoom, "input_shape": tuple(ops.shape(images))}

    def _matrix(self, transformation):
        height, width = self._height_and_width(transformation["input_shape"])
        zoom_x, zoom_y = (ops.reshape(transformation[name], (-1,)) for name in ("width_zoom", "height_zoom"))
        offset_x, offset_y = (
            ops.multiply(ops.subtract(1.0, zoom), 0.0 if n is None else as_float(n - 1) / 2)
            for zoom, n in ((zoom_x, width), (zoom_y, height))
        )
        return affine_matrix(zoom_x, 0.0, offset_x, 0.0, zoom_y, offset_y)

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        if transformation is None:
            return bounding_boxes
        height, width = self._height_and_width(transformation["input_shape"])

        def moved(boxes):
            matrix = self._matrix(transformation)
            left, top = self.get_transformed_x_y(0, 0, matrix)
            right, bottom = self.get_transformed_x_y(width, height, matrix)
            boxes = self.get_clipped_bbox(boxes, bottom, top, right, left)
            zoom = ops.concatenate([transformation["width_zoom"], transformation["height_zoom"]] * 2, -1)
            return over_boxes(lambda x: ops.divide(x, ops.cast(zoom, ops.dtype(x))[:, None]), boxes)

        return self._moved_boxes(bounding_boxes, moved, height, width)

    def get_clipped_bbox(self, bounding_boxes, h_end, h_start, w_end, w_start):
        """Boxes cut off at the borders of a window, and moved so that it starts at 0.

        Args:
            bounding_boxes: Dict with `"boxes"` of shape `(batch, boxes, 4)`: left, top, right, bottom.
            h_end: Lower border, a number or a tensor of shape `(batch, 1)`.
            h_start: Upper border.
            w_end: Right border.
            w_start: Left border.
        """

        def clipped(x):
            borders = [ops.reshape(ops.cast(n, ops.dtype(x)), (-1, 1, 1)) for n in (w_start, w_end, h_start, h_end)]
            left, right, top, bottom = borders
            sides = ops.split(x, 4, -1)
            bounds = ((left, right), (top, bottom)) * 2
            cut = [ops.minimum(ops.maximum(side, low), high) for side, (low, high) in zip(sides, bounds)]
            return ops.concatenate([ops.subtract(side, low) for side, (low, _) in zip(cut, bounds)], -1)

        return over_boxes(clipped, bounding_boxes)
