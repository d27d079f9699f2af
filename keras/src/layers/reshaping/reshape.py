"""`Reshape`: samples in another shape."""

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.graph.operation import as_description
from keras.src.layers.layer import Layer


@keras_export("keras.layers.Reshape")
class Reshape(Layer):
    """The elements of each sample in another shape.

    Args:
        target_shape: Tuple of ints, the shape of a sample; one of them may be -1 and is computed.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of shape `(batch, ...)`. Outputs: tensor of shape `(batch, *target_shape)`.

    Example:

    >>> keras.layers.Reshape((2, -1))(keras.ops.ones((5, 6))).shape
    (5, 2, 3)
    """

    def __init__(self, target_shape, **kwargs):
        super().__init__(**kwargs)
        self.target_shape = tuple(target_shape)
        if self.target_shape.count(-1) > 1:
            raise ValueError(f"`target_shape` must hold at most one -1. Received: target_shape={target_shape}")
        if any(isinstance(n, int) and n < -1 for n in self.target_shape):
            raise ValueError(
                f"`target_shape` must hold sizes of 0 or more, and at most one -1. Received: target_shape={target_shape}"
            )
        self._start_built()

    def call(self, inputs):
        sample = self.compute_output_shape(tuple(inputs.shape))[1:]
        sample = self.target_shape if None in sample else sample
        return ops.reshape(inputs, (ops.shape(inputs)[0], *sample))

    def compute_output_shape(self, input_shape):
        sample = backend.KerasTensor(input_shape[1:], record_history=False)
        return (input_shape[0], *ops.reshape(sample, self.target_shape).shape)

    def compute_output_spec(self, inputs):
        spec = as_description(inputs)
        return backend.KerasTensor(self.compute_output_shape(spec.shape), spec.dtype, sparse=spec.sparse)
