"""Layers that `tf.keras` has and Keras 3 has no more."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.layer import Layer
from keras.src.layers.preprocessing.data_layer import DataLayer
from keras.src.layers.preprocessing.image_preprocessing import draws
from keras.src.layers.regularization import alpha_dropout
from keras.src.random.seed_generator import SeedGenerator


@keras_export("keras._legacy.layers.AlphaDropout")
class AlphaDropout(alpha_dropout.AlphaDropout):
    """`keras.layers.AlphaDropout`, as `tf.keras` has it.

    Example:

    >>> from keras.src.legacy.layers import AlphaDropout
    >>> AlphaDropout(0.5)(keras.ops.ones((2, 3)), training=False).shape
    (2, 3)
    """

    def get_config(self):
        config = super().get_config()
        if self.noise_shape is None:
            del config["noise_shape"]
        return config


@keras_export("keras._legacy.layers.ThresholdedReLU")
class ThresholdedReLU(Layer):
    """Keeps what is greater than a threshold, and gives 0 elsewhere; of today `keras.layers.ReLU` with a `threshold`, shifted.

    Args:
        theta: The threshold, a number of at least 0.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Raises:
        ValueError: `theta` is `None` or negative.

    Example:

    >>> from keras.src.legacy.layers import ThresholdedReLU
    >>> ThresholdedReLU(theta=2.0)(keras.ops.array([1.0, 2.0, 3.0]))
    array([0., 0., 3.], dtype=float32)
    """

    def __init__(self, theta=1.0, **kwargs):
        super().__init__(**kwargs)
        if theta is None:
            raise ValueError("Theta of a Thresholded ReLU layer cannot be None, expecting a float. Received: None")
        if theta < 0:
            raise ValueError(f"The theta value of a Thresholded ReLU layer should be >=0. Received: {theta}")
        self.theta = float(theta)
        self.supports_masking = True

    def call(self, inputs):
        inputs = ops.convert_to_tensor(inputs, dtype=self.compute_dtype)
        return ops.multiply(inputs, ops.cast(ops.greater(inputs, self.theta), self.compute_dtype))

    def compute_output_shape(self, input_shape):
        return input_shape


class _RandomSize(DataLayer):
    """Brings images to a size along one axis that is drawn for the batch as a whole, while training."""

    _AXIS = None
    """Of height or width, from the end."""

    supports_jit = False

    def __init__(self, factor, interpolation="bilinear", seed=None, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self._interval = _checked_interval(factor)
        self.interpolation = interpolation
        self.seed = seed
        self.seed_generator = SeedGenerator(seed)

    def call(self, inputs, training=True):
        inputs = ops.cast(ops.convert_to_tensor(inputs), self.compute_dtype)
        if not training:
            return inputs
        sizes = list(ops.shape(inputs)[-3:-1])
        sizes[self._AXIS] = self._drawn(sizes[self._AXIS])
        return ops.image.resize(inputs, tuple(sizes), interpolation=self.interpolation, data_format="channels_last")

    def _drawn(self, size):
        """A size: an int, or a tensor in a graph of TensorFlow."""
        low, high = self._interval
        scale = ops.add(draws.uniform((), low, high, self.seed_generator), 1.0)
        drawn = ops.maximum(ops.cast(ops.multiply(scale, ops.cast(size, "float32")), "int32"), 1)
        try:
            return int(drawn)
        except TypeError:
            return drawn

    def compute_output_spec(self, inputs, training=True):
        return draws.described(self.compute_output_shape(inputs.shape), self.compute_dtype)

    def compute_output_shape(self, input_shape):
        shape = list(input_shape)
        shape[self._AXIS - 1] = None
        return tuple(shape)


def _checked_interval(factor):
    low, high = factor if isinstance(factor, (tuple, list)) else (-factor, factor)
    if high < low:
        raise ValueError(
            f"`factor` argument cannot have an upper bound lesser than the lower bound. Received: factor={factor}"
        )
    if low < -1.0 or high < -1.0:
        raise ValueError(f"`factor` argument must have values larger than -1. Received: factor={factor}")
    return float(low), float(high)


@keras_export("keras._legacy.layers.RandomHeight")
class RandomHeight(_RandomSize):
    """Stretches images along rows, or makes them lower, by a factor drawn while training.

    Args:
        factor: Two numbers of at least -1, or one for the interval from its negative to it: 0.2 stands for 20 % more.
        interpolation: As of `keras.layers.Resizing`.
        seed: Int or `keras.random.SeedGenerator`.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Raises:
        ValueError: `factor` is no such interval.

    Example:

    >>> from keras.src.legacy.layers import RandomHeight
    >>> RandomHeight(0.5)(keras.ops.ones((2, 4, 4, 3)), training=False).shape
    (2, 4, 4, 3)
    """

    _AXIS = -2


@keras_export("keras._legacy.layers.RandomWidth")
class RandomWidth(_RandomSize):
    """Stretches images along columns, or makes them narrower, by a factor drawn while training.

    Args:
        factor: Two numbers of at least -1, or one for the interval from its negative to it: 0.2 stands for 20 % more.
        interpolation: As of `keras.layers.Resizing`.
        seed: Int or `keras.random.SeedGenerator`.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Raises:
        ValueError: `factor` is no such interval.

    Example:

    >>> from keras.src.legacy.layers import RandomWidth
    >>> RandomWidth(0.5)(keras.ops.ones((2, 4, 4, 3)), training=False).shape
    (2, 4, 4, 3)
    """

    _AXIS = -1
