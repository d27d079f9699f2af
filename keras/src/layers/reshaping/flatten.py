"""`Flatten`: each sample as one row."""

import math

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.layers.input_spec import InputSpec
from keras.src.layers.layer import Layer


@keras_export("keras.layers.Flatten")
class Flatten(Layer):
    """The elements of each sample in one row.

    Args:
        data_format: `"channels_last"` or `"channels_first"`: the order of the inputs' dimensions; the row is always in the order of the former.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of shape `(batch, ...)`. Outputs: tensor of shape `(batch, elements)`.

    Example:

    >>> keras.layers.Flatten()(keras.ops.ones((2, 3, 4))).shape
    (2, 12)
    """

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = backend.standardize_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=1)
        self._channels_first = self.data_format == "channels_first"
        self._start_built()

    def call(self, inputs):
        if self._channels_first and len(inputs.shape) > 2:
            inputs = ops.moveaxis(inputs, 1, -1)
        rest = self.compute_output_shape(tuple(inputs.shape))[1]
        return ops.reshape(inputs, (ops.shape(inputs)[0], -1 if rest is None else rest))

    def compute_output_shape(self, input_shape):
        rest = input_shape[1:]
        return (input_shape[0], None if None in rest else math.prod(rest))

    def compute_output_spec(self, inputs):
        shape = self.compute_output_shape(inputs.shape)
        return backend.KerasTensor(shape, inputs.dtype, sparse=inputs.sparse)
