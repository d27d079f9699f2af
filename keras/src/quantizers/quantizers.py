"""Quantizers: functions from tensors to tensors of few bits, as objects with a config."""

from keras.src.api_export import keras_export
from keras.src.quantizers.scaling import abs_max_quantize, check_range
from keras.src.saving.signature_config import SignatureConfig


@keras_export(["keras.Quantizer", "keras.quantizers.Quantizer"])
class Quantizer(SignatureConfig):
    """Base class of quantizers: an instance, called with a tensor, gives it in fewer bits.

    Subclasses define `__call__(self, x)`. The config follows from the constructor's signature where each parameter is
    kept in an attribute of its name.

    Args:
        output_dtype: Dtype of the quantized values.

    Example:

    >>> class Halves(keras.Quantizer):
    ...     def __call__(self, x):
    ...         return keras.ops.cast(keras.ops.round(x * 2), self.output_dtype)
    >>> Halves()(keras.ops.array([0.5, 1.4]))
    array([1, 3], dtype=int8)
    """

    def __init__(self, output_dtype="int8"):
        self.output_dtype = output_dtype

    def __call__(self, x):
        """Quantizes a tensor; here it stays as it is.

        Args:
            x: A tensor.

        Returns:
            What a subclass makes of it.
        """
        return x


@keras_export("keras.quantizers.AbsMaxQuantizer")
class AbsMaxQuantizer(Quantizer):
    """Quantizes symmetrically, with a scale from the largest absolute value: see `keras.quantizers.abs_max_quantize`.

    Args:
        axis: Int or ints: the axes that share a scale; without it the call says, or the last one is taken.
        value_range: The smallest and the largest quantized value.
        epsilon: Added to the largest absolute value, so that zeros have a scale too.
        output_dtype: Dtype of the quantized values.

    Raises:
        ValueError: `value_range` is not two numbers around or from zero.

    Example:

    >>> quantized, scale = keras.quantizers.AbsMaxQuantizer(axis=-1)(keras.ops.array([[0.1, -2.0], [0.5, 1.0]]))
    >>> quantized
    array([[   6, -127],
           [  63,  127]], dtype=int8)
    """

    def __init__(self, axis=None, value_range=(-127, 127), epsilon=1e-07, output_dtype="int8"):
        check_range(value_range)
        super().__init__(output_dtype)
        self.axis = (axis,) if isinstance(axis, int) else axis if axis is None else tuple(axis)
        self.value_range = tuple(value_range)
        self.epsilon = epsilon

    def __call__(self, x, axis=None, to_numpy=False):
        """Quantizes a tensor.

        Args:
            x: A tensor of floats.
            axis: Axes that share a scale; by default those of the quantizer.
            to_numpy: Whether to compute with NumPy rather than on the device.

        Returns:
            A tuple: the quantized tensor and its scale.
        """
        axis = self.axis if axis is None else axis
        axis = -1 if axis is None else axis
        return abs_max_quantize(x, axis, self.value_range, self.output_dtype, self.epsilon, to_numpy)

    def get_config(self):
        config = {"value_range": self.value_range, "epsilon": self.epsilon, "output_dtype": self.output_dtype}
        return config if self.axis is None else {**config, "axis": self.axis}
