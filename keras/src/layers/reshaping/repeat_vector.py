"""`RepeatVector`: a vector as a sequence."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.checks import check_is_integer, positive_int
from keras.src.layers.input_spec import InputSpec
from keras.src.layers.reshaping.spatial import KeepsDtype


@keras_export("keras.layers.RepeatVector")
class RepeatVector(KeepsDtype):
    """Makes of each vector a sequence that holds it in each step.

    Args:
        n: Int, the number of steps.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of shape `(batch, features)`. Outputs: tensor of shape `(batch, n, features)`.

    Raises:
        TypeError: `n` is no integer.
        ValueError: `n` is not positive.

    Example:

    >>> keras.layers.RepeatVector(2)(keras.ops.array([[1, 2, 3]]))
    array([[[1, 2, 3],
            [1, 2, 3]]], dtype=int32)
    """

    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        check_is_integer("n", n)
        self.n = positive_int("n", n)
        self.input_spec = InputSpec(ndim=2)
        self._start_built()

    def call(self, inputs):
        return ops.repeat(ops.expand_dims(inputs, 1), self.n, axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.n, input_shape[1])
