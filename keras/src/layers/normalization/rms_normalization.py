"""`RMSNormalization`: each sample divided by its root mean square."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.layer import Layer
from keras.src.layers.normalization.normalization_base import axes_as_list, widened


@keras_export("keras.layers.RMSNormalization")
class RMSNormalization(Layer):
    """Divides each sample by its root mean square over some axes, and multiplies it by trainable numbers.

    Args:
        axis: Int or list of ints: the axes to normalize over, the last ones.
        epsilon: Number added to the mean square.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of any shape. Outputs: tensor of the same shape.

    Example:

    >>> y = keras.layers.RMSNormalization()(keras.ops.convert_to_tensor([[3.0, 4.0]]))

    Reference:

    - [Zhang and Sennrich, 2019](https://arxiv.org/abs/1910.07467)
    """

    def __init__(self, axis=-1, epsilon=1e-6, **kwargs):
        super().__init__(**kwargs)
        self.axis = axes_as_list(axis)
        self.epsilon = epsilon
        self.supports_masking = True

    def build(self, input_shape):
        rank = len(input_shape)
        axes = sorted(a + rank if a < 0 else a for a in self.axis)
        if any(not 0 <= a < rank for a in axes):
            raise ValueError(f"`axis` must be axes of the inputs. Received: axis={self.axis} for shape {input_shape}")
        self.scale = self.add_weight(
            name="scale", shape=tuple(input_shape[a] for a in axes), initializer="ones", autocast=False
        )
        self._scale_shape = tuple(input_shape[a] if a in axes else 1 for a in range(axes[0], rank)) if axes else ()

    def call(self, x):
        scale = self.scale.value
        if len(self._scale_shape) != len(self.axis):
            scale = ops.reshape(scale, self._scale_shape)
        result = ops.rms_normalization(widened(self, x), scale, axis=tuple(self.axis), epsilon=self.epsilon)
        return ops.cast(result, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return input_shape
