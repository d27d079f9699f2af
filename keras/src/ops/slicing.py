"""Parts of tensors, read and written; they belong to the historical module `keras.src.ops.core`."""

import numpy as np

from keras.src.backend.common import shape_rules, shaping_rules
from keras.src.backend.common.shape_rules import reject
from keras.src.backend.common.windows import is_to_end, sizes_to_end
from keras.src.ops.declare import Index, Shape, Tensor, op
from keras.src.ops.dtype_rules import as_is


@op(dtype=as_is, shape=lambda indices, values, shape: tuple(shape), domain="core")
def scatter(indices: Index, values: Tensor, shape: Shape):
    """A tensor of zeros of `shape` to which `values` are added at `indices`.

    Args:
        indices: Integer tensor of shape `(n, k)`: `n` positions along the first `k` dimensions.
        values: Tensor of shape `(n,) + shape[k:]`.
        shape: Tuple of ints.

    Returns:
        Tensor of shape `shape` and the dtype of `values`.

    Example:

    >>> keras.ops.scatter([[0], [3], [0]], [1, 2, 5], (4,))
    array([6, 0, 0, 2], dtype=int32)
    """


_REDUCTIONS = (None, "add", "max", "min", "mul")


def _updated(inputs, indices, updates, reduction=None):
    reject(reduction not in _REDUCTIONS, f"`reduction` must be one of {_REDUCTIONS}", reduction=reduction)
    return inputs


@op(dtype=lambda inputs, updates: ((inputs, inputs), inputs), shape=_updated, domain="core")
def scatter_update(inputs: Tensor, indices: Index, updates: Tensor, reduction=None):
    """`inputs` with `updates` written at `indices`.

    Args:
        inputs: Tensor.
        indices: Integer tensor of shape `(n, k)`: `n` positions along the first `k` dimensions.
        updates: Tensor of shape `(n,) + inputs.shape[k:]`.
        reduction: How an update meets what stands there: `None` replaces, or `"add"`, `"max"`, `"min"`, `"mul"`.

    Returns:
        Tensor like `inputs`.

    Example:

    >>> keras.ops.scatter_update([1, 2, 3], [[0], [2]], [10, 30])
    array([10,  2, 30], dtype=int32)
    >>> keras.ops.scatter_update([1, 2, 3], [[0], [2]], [10, 30], reduction="add")
    array([11,  2, 33], dtype=int32)
    """


def _sliced(inputs, start_indices, shape):
    reject(len(shape) != len(inputs), f"`shape` must hold a size for each of the {len(inputs)} dimensions", shape=shape)
    return tuple(None if is_to_end(size) else size for size in shape)


def _with_sizes_to_end(inputs, start_indices, shape):
    """The arguments of `slice` with sizes for -1, where the starts and the sizes of `inputs` are known."""
    whole = getattr(inputs, "shape", None)
    is_plain = isinstance(start_indices, (list, tuple, np.ndarray)) and not hasattr(shape, "shape")
    if is_plain and whole is not None and len(whole) == len(shape) == len(start_indices):
        shape = sizes_to_end(shape, start_indices, tuple(whole))
    return [inputs, start_indices, shape]


@op(dtype=as_is, shape=_sliced, settle=_with_sizes_to_end, domain="core")
def slice(inputs: Tensor, start_indices: Index, shape: Shape):
    """The block of `inputs` that begins at `start_indices` and has `shape`.

    Args:
        inputs: Tensor.
        start_indices: One index for each dimension: list of ints or integer tensor.
        shape: Tuple of ints, the sizes of the block; -1 stands for all up to the end.

    Returns:
        Tensor of shape `shape`.

    Example:

    >>> keras.ops.slice([[1, 2, 3], [4, 5, 6]], [0, 1], (2, 2))
    array([[2, 3],
           [5, 6]], dtype=int32)
    """


@op(
    dtype=lambda inputs, updates: ((inputs, inputs), inputs),
    shape=lambda inputs, start_indices, updates: inputs,
    domain="core",
)
def slice_update(inputs: Tensor, start_indices: Index, updates: Tensor):
    """`inputs` with the block that begins at `start_indices` replaced by `updates`.

    Args:
        inputs: Tensor.
        start_indices: One index for each dimension: list of ints or integer tensor.
        updates: Tensor of the rank of `inputs`.

    Returns:
        Tensor like `inputs`.

    Example:

    >>> keras.ops.slice_update([1, 2, 3, 4], [1], [20, 30])
    array([ 1, 20, 30,  4], dtype=int32)
    """


def _unstacked(x, num=None, axis=0):
    axis = shape_rules.canonical_axis(axis, len(x))
    num = x[axis] if num is None else num
    if num is None:
        raise ValueError(
            f"`num` must be given, since the size of axis {axis} is not known. Received: num=None for shape {x}"
        )
    shaping_rules.spend_on_pieces(num)
    return [x[:axis] + x[axis + 1 :]] * num


@op(dtype=as_is, shape=_unstacked, domain="core")
def unstack(x: Tensor, num=None, axis=0):
    """The slices of `x` along `axis`.

    Args:
        x: Tensor.
        num: Number of slices; read off the shape by default.
        axis: Int, the dimension to take apart.

    Returns:
        List of tensors of one rank less.

    Example:

    >>> keras.ops.unstack([[1, 2], [3, 4]])
    [array([1, 2], dtype=int32), array([3, 4], dtype=int32)]
    >>> keras.ops.unstack([[1, 2], [3, 4]], axis=1)
    [array([1, 3], dtype=int32), array([2, 4], dtype=int32)]
    """
