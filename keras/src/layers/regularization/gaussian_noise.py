"""`GaussianNoise`: random numbers added while training."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.regularization.dropout import RandomWhileTraining, checked_rate
from keras.src.random import random


@keras_export("keras.layers.GaussianNoise")
class GaussianNoise(RandomWhileTraining):
    """Adds normally distributed numbers of mean 0 while training.

    Args:
        stddev: Float from 0 to 1, the standard deviation of the noise.
        seed: Int or `keras.random.SeedGenerator`.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of any shape. Outputs: tensor of the same shape.

    Raises:
        ValueError: `stddev` is no number from 0 to 1.

    Example:

    >>> keras.layers.GaussianNoise(0.1)(keras.ops.ones((2, 3)), training=True).shape
    (2, 3)
    """

    def __init__(self, stddev, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.stddev = checked_rate(stddev, "stddev")
        self._set_seed(seed, needed=stddev > 0)

    def call(self, inputs, training=False):
        if not training or self.stddev == 0:
            return inputs
        inputs = self._as_floats(inputs)
        return ops.add(inputs, random.normal(ops.shape(inputs), 0.0, self.stddev, inputs.dtype, self.seed_generator))
