"""`Rescaling`: a linear change of range."""

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.data_layer import DataLayer
from keras.src.saving import serialization_lib


@keras_export("keras.layers.Rescaling")
class Rescaling(DataLayer):
    """`inputs * scale + offset`, for example to bring the range of pixels to [0, 1].

    Args:
        scale: Number, or list with one for each channel.
        offset: Number, or list with one for each channel.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of any shape, also of integers. Outputs: tensor of floats of the same shape.

    Example:

    >>> y = keras.layers.Rescaling(1 / 255)(keras.ops.ones((1, 2, 2, 3), dtype="uint8"))
    """

    def __init__(self, scale, offset=0.0, **kwargs):
        super().__init__(**kwargs)
        self.scale, self.offset = scale, offset
        self.supports_masking = True
        self._start_built()

    def call(self, inputs):
        dtype = self.compute_dtype
        x = ops.cast(inputs, dtype)
        return ops.add(ops.multiply(x, self._tensor(self.scale, x)), self._tensor(self.offset, x))

    def _tensor(self, value, x):
        """A number as it is; a list as a tensor along the channels."""
        if isinstance(value, (int, float)):
            return value
        value = ops.convert_to_tensor(value, dtype=self.compute_dtype)
        channels_first = "channels_first" == backend.image_data_format()
        if len(value.shape) == 1 and channels_first and len(x.shape) > 2:
            value = ops.reshape(value, (-1,) + (1,) * (len(x.shape) - 2))
        return value

    def compute_output_shape(self, input_shape):
        return input_shape

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = {
            key: serialization_lib.deserialize_keras_object(value, custom_objects)
            if isinstance(value, dict) and key != "dtype"
            else value
            for key, value in config.items()
        }
        return cls(**config)
