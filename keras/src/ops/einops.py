"""`rearrange`: dimensions named in a pattern, taken apart, moved and joined."""

from keras.src.api_export import keras_export
from keras.src.backend.common import axis_patterns
from keras.src.backend.common.keras_tensor import KerasTensor, any_symbolic_tensors
from keras.src.graph.operation import Operation
from keras.src.ops.core import convert_to_tensor, is_tensor
from keras.src.ops.core import shape as shape_of
from keras.src.ops.numpy.shaping import reshape, transpose


class Rearrange(Operation):
    """The operation of `keras.ops.rearrange` in a graph."""

    def call(self, tensor, pattern, **axes_lengths):
        return _rearranged(tensor, pattern, axes_lengths)

    def compute_output_spec(self, tensor, pattern, **axes_lengths):
        _, _, _, shape = axis_patterns.plan(tensor.shape, pattern, axes_lengths)
        return KerasTensor(shape, tensor.dtype)


@keras_export("keras.ops.rearrange")
def rearrange(tensor, pattern, **axes_lengths):
    """The elements of a tensor in other dimensions, as a pattern tells.

    Args:
        tensor: Tensor.
        pattern: String `"before -> after"`, each a list of names for the dimensions; names in brackets stand for one
            dimension that is their product, `1` for one of size 1, `...` for those that are not named.
        **axes_lengths: Sizes of names, where they do not follow from the shape.

    Returns:
        Tensor of the same dtype and elements.

    Raises:
        ValueError: The pattern does not fit the tensor.

    Example:

    >>> keras.ops.rearrange(keras.ops.ones((2, 8, 3)), "b (h p) c -> b h (p c)", p=4).shape
    (2, 2, 12)
    """
    if any_symbolic_tensors((tensor,)):
        return Rearrange().symbolic_call(tensor, pattern, **axes_lengths)
    tensor = tensor if is_tensor(tensor) else convert_to_tensor(tensor)
    return _rearranged(tensor, pattern, axes_lengths)


def _rearranged(x, pattern, lengths):
    shape = shape_of(x)
    sizes, order, before, after = axis_patterns.plan(shape, pattern, lengths)
    x = x if len(before) == len(shape) else reshape(x, before)
    x = x if order == sorted(order) else transpose(x, tuple(order))
    return x if len(after) == len(order) else reshape(x, after)
