"""`RandomTranslation`: images moved."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing import draws
from keras.src.layers.preprocessing.image_preprocessing.affine_layer import (
    AffineLayer,
    ShiftsOfBoxes,
    affine_matrix,
    as_float,
)


@keras_export("keras.layers.RandomTranslation")
class RandomTranslation(ShiftsOfBoxes, AffineLayer):
    """Moves each image within its frame, by distances drawn at random while training.

    Args:
        height_factor: Number or two numbers from -1 to 1: the least and the greatest distance down, as a share of the
            height. One number stands for the interval from its negative to it.
        width_factor: Likewise to the right, as a share of the width.
        fill_mode: What lies beyond the border: `"reflect"` (about the edge), `"wrap"`, `"constant"` or `"nearest"`.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: Int or `keras.random.SeedGenerator`.
        fill_value: The number beyond the border for `"constant"`.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same, images in the compute dtype.

    Example:

    >>> x = np.array([[1.0, 2.0, 3.0, 4.0]])[..., None]
    >>> keras.layers.RandomTranslation(0.0, (0.25, 0.25), fill_mode="constant")(x)[..., 0]
    array([[0., 1., 2., 3.]], dtype=float32)
    """

    _FACTOR_BOUNDS = (-1.0, 1.0)

    def __init__(
        self,
        height_factor,
        width_factor,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
        **kwargs,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.height_factor, self.width_factor = height_factor, width_factor
        self._height_range = self._checked_factor("height_factor", height_factor)
        self._width_range = self._checked_factor("width_factor", width_factor)
        self._set_sampling(interpolation, fill_value)
        self._set_fill_mode(fill_mode)
        self._set_seed(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        if not training:
            return None
        images, seed = self._images_of(data), self._seed_for(seed)
        batch, height, width, _ = self._sizes(images)
        moves = [
            ops.multiply(draws.uniform((batch, 1), *interval, seed), 1.0 if n is None else as_float(n))
            for interval, n in ((self._width_range, width), (self._height_range, height))
        ]
        return {"translations": ops.concatenate(moves, 1), "input_shape": tuple(ops.shape(images))}

    def _matrix(self, transformation):
        moves = transformation["translations"]
        return affine_matrix(1.0, 0.0, ops.negative(moves[:, 0]), 0.0, 1.0, ops.negative(moves[:, 1]))

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        if transformation is None:
            return bounding_boxes
        size = self._height_and_width(transformation["input_shape"])

        def moved(boxes):
            return self.get_shifted_bbox(boxes, *self.get_transformed_x_y(0, 0, self._matrix(transformation)))

        return self._moved_boxes(bounding_boxes, moved, *size)
