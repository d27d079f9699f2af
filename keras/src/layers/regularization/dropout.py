"""`Dropout`: random elements set to zero while training."""

import numbers

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.backend.common.dtypes import is_float_dtype
from keras.src.layers.layer import Layer
from keras.src.random import random
from keras.src.random.seed_generator import SeedGenerator


def checked_rate(rate, name="rate"):
    """`rate` when it is a probability; `ValueError` otherwise."""
    if not isinstance(rate, numbers.Real) or not 0 <= rate <= 1:
        raise ValueError(f"`{name}` must be a number between 0 and 1. Received: {name}={rate!r}")
    return rate


def checked_rate_below_1(rate):
    """`rate` when it is a probability other than 1, which would leave nothing; `ValueError` otherwise."""
    if checked_rate(rate) == 1:
        raise ValueError(f"`rate` must be below 1: something of the inputs must be left. Received: rate={rate}")
    return rate


class RandomWhileTraining(Layer):
    """A layer that draws random numbers while training and gives back its inputs elsewhere."""

    def _set_seed(self, seed, needed=True):
        self.seed = seed
        if needed:
            self.seed_generator = SeedGenerator(seed)
        self.supports_masking = True
        self._start_built()

    def compute_output_shape(self, input_shape):
        return input_shape

    def _as_floats(self, inputs):
        """`inputs`, integers in the dtype of the layer: what is drawn are no integers."""
        is_float = is_float_dtype(backend.standardize_dtype(inputs.dtype))
        return inputs if is_float else ops.cast(inputs, self.compute_dtype)


@keras_export("keras.layers.Dropout")
class Dropout(RandomWhileTraining):
    """Sets elements to zero at random while training, and scales the others so that the sum stays as expected.

    Args:
        rate: Probability that an element is set to zero.
        noise_shape: Shape of the random mask, which is broadcast to the inputs; `None` in it takes the size of the inputs.
        seed: Int or `keras.random.SeedGenerator`.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of any shape. Outputs: tensor of the same shape.

    Example:

    >>> keras.layers.Dropout(0.5)(keras.ops.ones((2, 3)), training=True).shape
    (2, 3)

    Reference:

    - [Srivastava et al., 2014](https://jmlr.org/papers/v15/srivastava14a.html)
    """

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = checked_rate(rate)
        self.noise_shape = random.checked_noise_shape(noise_shape)
        self._set_seed(seed, needed=rate > 0)

    def call(self, inputs, training=False):
        if not training or self.rate == 0:
            return inputs
        return random.dropout(
            self._as_floats(inputs), self.rate, noise_shape=self.noise_shape, seed=self.seed_generator
        )
