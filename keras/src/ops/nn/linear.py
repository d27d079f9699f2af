"""The product with a matrix and the sum with a vector, in which most layers end."""

from keras.src.ops.declare import Tensor, op
from keras.src.ops.dtype_rules import same
from keras.src.ops.numpy.elementwise import add
from keras.src.ops.numpy.linear import tensordot


@op(dtype=same, export=False)
def affine(x: Tensor, kernel: Tensor, bias: Tensor, axes=1):
    """`x @ kernel + bias`, which some engines do in one kernel.

    Args:
        x: Tensor of shape `(..., *n)`.
        kernel: Tensor of shape `(*n, *m)`.
        bias: Tensor of shape `(*m,)`.
        axes: Int, the number of axes `*n` that are summed over.

    Returns:
        Tensor of shape `(..., *m)`.
    """
    return add(tensordot(x, kernel, axes), bias)
