"""`RandomErasing`: rectangles of images erased."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing import draws
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
    checked_value_range,
    is_number,
)
from keras.src.layers.preprocessing.image_preprocessing.color_layer import ColorLayer


@keras_export("keras.layers.RandomErasing")
class RandomErasing(ColorLayer):
    """Overwrites a rectangle of each image, at random while training (Zhong et al., 2020).

    Args:
        factor: Number or two numbers from 0 to 1: the least and the greatest probability that an image is changed. One
            number stands for the interval from 0 to it.
        scale: Number or two numbers from 0 to 1: the least and the greatest share of the image, from which the height
            and the width of the rectangle are drawn, each by itself.
        fill_value: Number, or a list of one for each channel, in the rectangle; by default noise.
        value_range: The least and the greatest value of pixels, which the noise has too.
        seed: Int or `keras.random.SeedGenerator`.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same; only images change.

    Example:

    >>> layer = keras.layers.RandomErasing((1.0, 1.0), scale=(1.0, 1.0), fill_value=0.0)
    >>> layer(np.ones((1, 2, 1)))
    array([[[0.],
            [0.]]], dtype=float32)
    """

    _FACTOR_BOUNDS = (0, 1)

    def __init__(
        self,
        factor=1.0,
        scale=(0.02, 0.33),
        fill_value=None,
        value_range=(0, 255),
        seed=None,
        data_format=None,
        **kwargs,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self._set_factor(factor)
        self.scale = self._checked_factor("scale", scale, overlapping=True)
        self.fill_value = _checked_fill_value(fill_value)
        checked_value_range(value_range)
        self.value_range = value_range
        self._set_seed(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        if not training:
            return None
        images, seed = self._images_of(data), self._seed_for(seed)
        batch, height, width, channels = self._sizes(images)
        if None in (batch, height, width, channels):
            return None
        sides = [_side(batch, size, self.scale, seed) for size in (height, width)]
        mask = ops.logical_and(sides[0][:, :, None, None], sides[1][:, None, :, None])
        mask = ops.broadcast_to(mask, (batch, height, width, channels))
        fill = self._fill((batch, height, width, channels), seed)
        apply = draws.chosen(batch, self.factor, seed)
        if self.data_format == "channels_first":
            mask, fill = (ops.transpose(x, (0, 3, 1, 2)) for x in (mask, fill))
        fill = fill if self._is_batched(images) else fill[0]
        return {"apply_erasing": apply, "batch_masks": mask, "fill_value": fill}

    def _fill(self, shape, seed):
        if self.fill_value is None:
            low, high = sorted(self.value_range)
            noise = ops.clip(draws.normal(shape, 0.0, 1.0, seed), 0.0, 1.0)
            return ops.add(ops.multiply(noise, high - low), low)
        fill = ops.convert_to_tensor(self.fill_value, dtype="float32")
        if len(fill.shape) and shape[-1] != fill.shape[0]:
            raise ValueError(
                "`fill_value` must be a number, or have one for each channel. "
                f"Received: fill_value={self.fill_value} for {shape[-1]} channels"
            )
        return ops.broadcast_to(fill, shape)

    def transform_images(self, images, transformation=None, training=True):
        if not training or transformation is None:
            return ops.cast(images, self.compute_dtype)
        apply = ops.reshape(transformation["apply_erasing"], (-1, 1, 1, 1))
        erased = ops.logical_and(apply, transformation["batch_masks"])
        fill = ops.cast(transformation["fill_value"], self.compute_dtype)
        return ops.where(erased, fill, ops.cast(images, self.compute_dtype))


def _side(batch, size, scale, seed):
    """Which rows, or columns, of each image lie in its rectangle, of shape `(batch, size)`."""
    extent = ops.cast(size, "float32")
    length = ops.multiply(ops.sqrt(draws.uniform((batch, 1), *scale, seed)), extent)
    start = ops.multiply(draws.uniform((batch, 1), 0.0, 1.0, seed), ops.subtract(extent, length))
    place = ops.arange(size, dtype="float32")
    return ops.logical_and(ops.greater_equal(place, start), ops.less(place, ops.add(start, length)))


def _checked_fill_value(fill_value):
    numbers = fill_value if isinstance(fill_value, (list, tuple)) else (fill_value,)
    if fill_value is not None and (not numbers or not all(map(is_number, numbers))):
        raise ValueError(
            f"`fill_value` must be None, a number, or a list of one for each channel. Received: fill_value={fill_value!r}"
        )
    return fill_value
