"""`RandomRotation`: images turned."""

import math

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing import draws
from keras.src.layers.preprocessing.image_preprocessing.affine_layer import AffineLayer, affine_matrix, as_float


@keras_export("keras.layers.RandomRotation")
class RandomRotation(AffineLayer):
    """Turns each image about its middle, by an angle drawn at random while training.

    Args:
        factor: Number or two numbers from -1 to 1: the least and the greatest angle, in full turns anticlockwise. One
            number stands for the interval from its negative to it.
        fill_mode: What lies beyond the border: `"reflect"` (about the edge), `"wrap"`, `"constant"` or `"nearest"`.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: Int or `keras.random.SeedGenerator`.
        fill_value: The number beyond the border for `"constant"`.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same, images in the compute dtype, boxes
    around the turned ones.

    Example:

    >>> x = np.array([[1.0, 2.0], [3.0, 4.0]])[..., None]
    >>> keras.layers.RandomRotation((0.25, 0.25))(x)[..., 0]
    array([[2., 4.],
           [1., 3.]], dtype=float32)
    """

    _USE_BASE_FACTOR = True

    def __init__(
        self,
        factor,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
        **kwargs,
    ):
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self._set_sampling(interpolation, fill_value)
        self._set_fill_mode(fill_mode)
        self._set_seed(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        if not training:
            return None
        images = self._images_of(data)
        batch, height, width, _ = self._sizes(images)
        low, high = (turns * 360.0 for turns in self.factor)
        angle = draws.uniform((batch,), low, high, self._seed_for(seed))
        matrix = None if None in (height, width) else _rotation(angle, height, width)
        return {
            "angle": angle,
            "rotation_matrix": matrix if matrix is None or self._is_batched(images) else matrix[0],
            "image_height": height,
            "image_width": width,
            "batch_size": batch,
            "input_shape": tuple(ops.shape(images)),
        }

    def _matrix(self, transformation):
        return transformation["rotation_matrix"]

    def _sampled(self, pixels, transformation, interpolation):
        if transformation["rotation_matrix"] is None:
            return pixels
        return super()._sampled(pixels, transformation, interpolation)

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        if transformation is None:
            return bounding_boxes
        size = transformation["image_height"], transformation["image_width"]
        return bounding_boxes if None in size else self._boxes(bounding_boxes, self._place(transformation), *size)


def _rotation(angle, height, width):
    radians = ops.multiply(angle, math.pi / 180)
    cosine, sine = ops.cos(radians), ops.sin(radians)
    last_column, last_row = as_float(width - 1), as_float(height - 1)

    def offset(last, *moved):
        return ops.multiply(ops.subtract(last, ops.add(*moved)), 0.5)

    offset_x = offset(last_column, ops.multiply(cosine, last_column), ops.negative(ops.multiply(sine, last_row)))
    offset_y = offset(last_row, ops.multiply(sine, last_column), ops.multiply(cosine, last_row))
    return affine_matrix(cosine, ops.negative(sine), offset_x, sine, cosine, offset_y)
