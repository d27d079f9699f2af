"""`GaussianDropout`: inputs times random numbers while training."""

import math

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.regularization.dropout import RandomWhileTraining, checked_rate_below_1
from keras.src.random import random


@keras_export("keras.layers.GaussianDropout")
class GaussianDropout(RandomWhileTraining):
    """Multiplies by normally distributed numbers of mean 1 while training, with the variance of `Dropout`.

    Args:
        rate: Float from 0 to below 1; the standard deviation of the factors is `sqrt(rate / (1 - rate))`.
        seed: Int or `keras.random.SeedGenerator`.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of any shape. Outputs: tensor of the same shape.

    Raises:
        ValueError: `rate` is not at least 0 and below 1.

    Example:

    >>> keras.layers.GaussianDropout(0.5)(keras.ops.ones((2, 3)), training=True).shape
    (2, 3)

    Reference:

    - [Srivastava et al., 2014](https://jmlr.org/papers/v15/srivastava14a.html)
    """

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = checked_rate_below_1(rate)
        self._set_seed(seed, needed=rate > 0)

    def call(self, inputs, training=False):
        if not training or self.rate == 0:
            return inputs
        stddev = math.sqrt(self.rate / (1.0 - self.rate))
        inputs = self._as_floats(inputs)
        return ops.multiply(inputs, random.normal(ops.shape(inputs), 1.0, stddev, inputs.dtype, self.seed_generator))
