"""`UnitNormalization`: each sample scaled to length 1."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.backend.common.shape_rules import canonical_axes
from keras.src.layers.layer import Layer
from keras.src.layers.normalization.normalization_base import axes_as_list


@keras_export("keras.layers.UnitNormalization")
class UnitNormalization(Layer):
    """Divides each sample by its Euclidean length over some axes; zeros stay zeros.

    Args:
        axis: Int or list of ints: the axes to normalize over.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of any shape. Outputs: tensor of the same shape.

    Example:

    >>> keras.ops.convert_to_numpy(keras.layers.UnitNormalization()(keras.ops.convert_to_tensor([[3.0, 4.0]])))
    array([[0.6, 0.8]], dtype=float32)
    """

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        axes = axes_as_list(axis)
        self.axis = axes if isinstance(axis, (list, tuple)) else axis
        self.supports_masking = True
        self._start_built()

    def call(self, inputs):
        axis = tuple(self.axis) if isinstance(self.axis, list) else self.axis
        return ops.normalize(inputs, axis=axis, order=2, epsilon=1e-12)

    def compute_output_shape(self, input_shape):
        canonical_axes(self.axis, len(input_shape))
        return input_shape
