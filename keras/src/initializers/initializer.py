"""The base class of initializers."""

from keras.src.api_export import keras_export
from keras.src.saving.signature_config import SignatureConfig


@keras_export(["keras.Initializer", "keras.initializers.Initializer"])
class Initializer(SignatureConfig):
    """Base class of initializers: an instance, called with a shape, gives the first value of a variable.

    Subclasses define `__call__(self, shape, dtype=None)`. The config follows from the constructor's
    signature where each parameter is kept in an attribute of its name.

    Example:

    >>> class Twos(keras.initializers.Initializer):
    ...     def __call__(self, shape, dtype=None):
    ...         return 2 * keras.ops.ones(shape, dtype=dtype)
    >>> layer = keras.layers.Dense(3, kernel_initializer=Twos())
    """

    def __call__(self, shape, dtype=None):
        """Makes a tensor.

        Args:
            shape: Tuple of integers.
            dtype: Dtype of the tensor, `floatx` by default.

        Returns:
            A tensor of that shape.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `__call__(self, shape, dtype=None)`.")

    def clone(self):
        """Another initializer of the same config; without a seed it draws other numbers."""
        return type(self).from_config(self.get_config())
