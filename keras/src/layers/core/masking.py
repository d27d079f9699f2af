"""`Masking`: which steps of a sequence count."""

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.layers.layer import Layer


@keras_export("keras.layers.Masking")
class Masking(Layer):
    """Masks the steps of a sequence in which every feature equals `mask_value`, and sets them to zero.

    Layers behind it that support masking skip those steps.

    Args:
        mask_value: What the features of a step to be skipped hold.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of shape `(batch, steps, features)`. Outputs: the same shape, with a mask of shape `(batch, steps)`.

    Example:

    >>> x = keras.ops.array([[[1.0, 2.0], [0.0, 0.0]]])
    >>> keras.layers.Masking().compute_mask(x)
    array([[ True, False]])
    """

    def __init__(self, mask_value=0.0, **kwargs):
        super().__init__(**kwargs)
        self.mask_value = mask_value
        self.supports_masking = True
        self._start_built()

    def compute_mask(self, inputs, mask=None):
        return ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)

    def call(self, inputs):
        counts = ops.any(ops.not_equal(inputs, self.mask_value), axis=-1, keepdims=True)
        outputs = ops.multiply(inputs, ops.cast(counts, inputs.dtype))
        if not isinstance(inputs, backend.KerasTensor):
            backend.set_keras_mask(outputs, ops.squeeze(counts, axis=-1))
        return outputs

    def compute_output_shape(self, input_shape):
        return input_shape
