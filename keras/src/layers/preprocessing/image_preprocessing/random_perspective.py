"""`RandomPerspective`: images as if seen from another place."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing import draws
from keras.src.layers.preprocessing.image_preprocessing.affine_layer import SamplingLayer
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import is_number
from keras.src.ops.image.warping import homography


@keras_export("keras.layers.RandomPerspective")
class RandomPerspective(SamplingLayer):
    """Moves the corners of images, at random while training, and what lies between accordingly.

    Args:
        factor: Number or two numbers from 0 to 1: the least and the greatest probability that an image is changed. One
            number stands for the interval from 0 to it.
        scale: Number from 0 to 1: how far corners are moved.
        interpolation: `"bilinear"` or `"nearest"`.
        fill_value: Number beyond the border.
        seed: Int or `keras.random.SeedGenerator`.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same, images in the compute dtype.

    Example:

    >>> keras.layers.RandomPerspective(scale=0.5, seed=1)(np.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    _USE_BASE_FACTOR = True
    _FACTOR_BOUNDS = (0, 1)

    def __init__(
        self, factor=1.0, scale=1.0, interpolation="bilinear", fill_value=0.0, seed=None, data_format=None, **kwargs
    ):
        super().__init__(data_format=data_format, **kwargs)
        self._set_factor(factor)
        if not is_number(scale) or not 0 <= scale <= 1:
            raise ValueError(f"`scale` must be a number from 0 to 1. Received: scale={scale!r}")
        self.scale = scale
        self._set_sampling(interpolation, fill_value)
        self._set_seed(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        if not training:
            return None
        images, seed = self._images_of(data), self._seed_for(seed)
        batch, height, width, _ = self._sizes(images)
        if None in (height, width):
            height = width = 2
        last = [ops.cast(n - 1, "float32") for n in (width, height)]
        unit = ops.convert_to_tensor([[[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]])
        corners = ops.multiply(unit, ops.stack(last))
        apply = draws.chosen(batch, self.factor, seed)
        stretch = draws.uniform((batch, 4, 2), 1 - self.scale / 2, 1 + self.scale / 2, seed)
        return {
            "apply_perspective": apply,
            "start_points": ops.add(ops.zeros_like(stretch), corners),
            "end_points": ops.multiply(stretch, corners),
            "input_shape": tuple(ops.shape(images)),
        }

    def _sampled(self, pixels, transformation, interpolation):
        moved = ops.image.perspective_transform(
            pixels,
            transformation["start_points"],
            transformation["end_points"],
            interpolation=interpolation,
            fill_value=self.fill_value,
            data_format=self.data_format,
        )
        return ops.where(ops.reshape(transformation["apply_perspective"], (-1, 1, 1, 1)), moved, pixels)

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        if transformation is None:
            return bounding_boxes
        matrix = homography(transformation["start_points"], transformation["end_points"])
        matrix = ops.reshape(matrix, (-1, 8, 1, 1))
        a0, a1, a2, b0, b1, b2, c0, c1 = (matrix[:, i] for i in range(8))
        chosen = ops.reshape(transformation["apply_perspective"], (-1, 1, 1))

        def place(x, y):
            depth = c0 * x + c1 * y + 1
            moved = (a0 * x + a1 * y + a2) / depth, (b0 * x + b1 * y + b2) / depth
            return ops.where(chosen, moved[0], x), ops.where(chosen, moved[1], y)

        return self._boxes(bounding_boxes, place, *self._height_and_width(transformation["input_shape"]))
