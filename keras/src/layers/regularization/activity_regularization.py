"""`ActivityRegularization`: a penalty on what passes through."""

from keras.src.api_export import keras_export
from keras.src.layers.layer import Layer
from keras.src.regularizers import L1L2


@keras_export("keras.layers.ActivityRegularization")
class ActivityRegularization(Layer):
    """Gives back its inputs and adds a penalty on them to the loss: `l1 * sum(|x|) + l2 * sum(x ** 2)`, for each sample.

    Args:
        l1: Non-negative float, the weight of the sum of magnitudes.
        l2: Non-negative float, the weight of the sum of squares.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of any shape. Outputs: the same.

    Raises:
        ValueError: `l1` or `l2` is negative or no number.

    Example:

    >>> layer = keras.layers.ActivityRegularization(l1=0.5)
    >>> layer(keras.ops.array([[1.0, -2.0], [0.0, 1.0]])).shape
    (2, 2)
    >>> float(layer.losses[0])
    1.0
    """

    def __init__(self, l1=0.0, l2=0.0, **kwargs):
        super().__init__(activity_regularizer=L1L2(l1, l2), **kwargs)
        self.l1, self.l2 = l1, l2
        self.supports_masking = True
        self._start_built()

    def call(self, inputs):
        return inputs

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = super().get_config()
        config.pop("activity_regularizer", None)  # It is made of `l1` and `l2`.
        return {**config, "l1": self.l1, "l2": self.l2}
