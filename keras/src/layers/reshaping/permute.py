"""`Permute`: dimensions in another order."""

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.layers.input_spec import InputSpec
from keras.src.layers.layer import Layer


@keras_export("keras.layers.Permute")
class Permute(Layer):
    """The dimensions of each sample in another order.

    Args:
        dims: Tuple of ints, a permutation of 1, 2, ...: the dimensions of the inputs, the batch being 0.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of shape `(batch, ...)`. Outputs: tensor of the same rank.

    Example:

    >>> keras.layers.Permute((2, 1))(keras.ops.ones((5, 2, 3))).shape
    (5, 3, 2)
    """

    def __init__(self, dims, **kwargs):
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                f"`dims` must be a permutation of the numbers from 1 to {len(self.dims)}. Received: dims={dims}"
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)
        self._start_built()

    def call(self, inputs):
        return ops.transpose(inputs, (0, *self.dims))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *(input_shape[d] for d in self.dims))

    def compute_output_spec(self, inputs):
        return backend.KerasTensor(self.compute_output_shape(inputs.shape), inputs.dtype, sparse=inputs.sparse)
