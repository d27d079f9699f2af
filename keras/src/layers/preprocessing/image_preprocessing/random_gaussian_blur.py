"""`RandomGaussianBlur`: images blurred."""

import numpy as np

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.backend.common.windows import per_dimension
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import checked_value_range
from keras.src.layers.preprocessing.image_preprocessing.color_layer import RecolouringLayer, along, per_image
from keras.src.ops.image.layout import spatial_axes
from keras.src.utils import load_budget

# Each weight of a kernel is a tensor of its own.
_BYTES_OF_WEIGHT = 1000


@keras_export("keras.layers.RandomGaussianBlur")
class RandomGaussianBlur(RecolouringLayer):
    """Blurs images that are chosen at random while training, with a Gaussian whose width is drawn for each call.

    Args:
        factor: Number or two numbers from 0 to 1, between which the probability of being chosen is drawn for each image.
            One number is the greatest, and the least is 0.
        kernel_size: Odd int or two, the number of rows and of columns that the Gaussian covers.
        sigma: Number or two numbers from 0 to 1, between which the standard deviation is drawn, for columns and for rows.
            One number is the greatest, and the least is 0.
        value_range: The least and the greatest value of pixels.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: Int or `keras.random.SeedGenerator`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same; only images change, to floats.

    Example:

    >>> keras.layers.RandomGaussianBlur(kernel_size=3, seed=1)(np.ones((4, 4, 3))).shape
    (4, 4, 3)
    """

    _FACTOR_BOUNDS = (0, 1)

    def __init__(
        self, factor=1.0, kernel_size=3, sigma=1.0, value_range=(0, 255), data_format=None, seed=None, **kwargs
    ):
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self.kernel_size = per_dimension(kernel_size, 2, "kernel_size")
        if any(not isinstance(size, int) or size < 1 or size % 2 == 0 for size in self.kernel_size):
            raise ValueError(f"`kernel_size` must be an odd int or two. Received: kernel_size={kernel_size}")
        load_budget.spend(_BYTES_OF_WEIGHT * max(self.kernel_size), "allocated", f"the kernel of {self.name!r}")
        self.sigma = self._checked_factor("sigma", sigma, overlapping=True)
        self.value_range = checked_value_range(value_range)
        self._set_seed(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        if not training:
            return None
        return {"should_apply_blur": self._chosen(data, seed), "blur_factor": self._uniform((2,), self.sigma, seed)}

    def _recoloured(self, images, transformation):
        rows, columns = spatial_axes(4, self.data_format)
        across, down = ops.split(transformation["blur_factor"], 2)
        blurred = along(images, rows, _gaussian(self.kernel_size[0], down))
        blurred = along(blurred, columns, _gaussian(self.kernel_size[1], across))
        return ops.where(per_image(transformation["should_apply_blur"]), blurred, images)


def _gaussian(size, sigma):
    """List of the weights of a Gaussian around the middle, tensors of shape `(1,)`, 1 in sum."""
    sigma = ops.maximum(sigma, 1e-6)
    places = np.arange(size, dtype="float32") - size // 2
    weights = ops.exp(ops.multiply(ops.square(ops.divide(places, sigma)), -0.5))
    return ops.split(ops.divide(weights, ops.sum(weights)), size)
