"""`AlphaDropout`: dropout that keeps mean and variance."""

import math

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.regularization.dropout import RandomWhileTraining, checked_rate_below_1
from keras.src.random import random

# What SELU tends to for large negative numbers: minus its scale times its alpha.
_SATURATED = -1.0507009873554804934193349852946 * 1.6732632423543772848170429916717


@keras_export("keras.layers.AlphaDropout")
class AlphaDropout(RandomWhileTraining):
    """Sets elements to the negative limit of SELU at random while training, so that mean 0 and variance 1 stay.

    The result is scaled and moved for that. It belongs beside activations `"selu"`.

    Args:
        rate: Float from 0 to below 1, the probability that an element is replaced.
        noise_shape: Shape of the random mask, which is broadcast to the inputs; `None` in it takes the size of the inputs.
        seed: Int or `keras.random.SeedGenerator`.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of any shape. Outputs: tensor of the same shape.

    Raises:
        ValueError: `rate` is not at least 0 and below 1, or `noise_shape` holds something else than positive ints.

    Example:

    >>> keras.layers.AlphaDropout(0.5)(keras.ops.ones((2, 3)), training=True).shape
    (2, 3)

    Reference:

    - [Self-Normalizing Neural Networks](https://arxiv.org/abs/1706.02515)
    """

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = checked_rate_below_1(rate)
        self.noise_shape = random.checked_noise_shape(noise_shape)
        self._set_seed(seed, needed=rate > 0)

    def call(self, inputs, training=False):
        if not training or self.rate == 0:
            return inputs
        inputs = self._as_floats(inputs)
        drawn = random.uniform(self._mask_shape(inputs), dtype="float32", seed=self.seed_generator)
        mixed = ops.where(ops.greater_equal(drawn, self.rate), inputs, _SATURATED)
        scale = 1 / math.sqrt((1 - self.rate) * (1 + self.rate * _SATURATED**2))
        return ops.add(ops.multiply(mixed, scale), -scale * _SATURATED * self.rate)

    def _mask_shape(self, inputs):
        sizes = ops.shape(inputs)
        if self.noise_shape is None:
            return sizes
        if len(self.noise_shape) != len(sizes):
            raise ValueError(
                f"`noise_shape` needs an entry for each dimension of the inputs. Received: "
                f"noise_shape={self.noise_shape} for inputs of shape {tuple(inputs.shape)}"
            )
        return tuple(size if noise is None else noise for size, noise in zip(sizes, self.noise_shape))
