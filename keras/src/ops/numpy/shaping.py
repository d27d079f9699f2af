"""Reordering, joining and cutting tensors: no arithmetic."""

from keras.src.backend.common import shape_rules
from keras.src.backend.common import shaping_rules as rules
from keras.src.backend.common.shape_rules import canonical_axes
from keras.src.ops.declare import Argument, Axis, Numbers, OneAxis, Shape, Tensor, Tensors, op
from keras.src.ops.dtype_rules import as_is, same, strongly


@op(dtype=as_is, shape=rules.reshaped, sparse="all")
def reshape(x: Tensor, newshape: Shape):
    """The same elements in another shape, the last dimension varying fastest.

    Args:
        x: Tensor.
        newshape: Tuple of ints; one of them may be -1 and is computed.

    Returns:
        Tensor of shape `newshape`.

    Example:

    >>> keras.ops.reshape([[1, 2], [3, 4]], (4,))
    array([1, 2, 3, 4], dtype=int32)
    """


@op(dtype=as_is, shape=lambda x: (shape_rules.size(x),))
def ravel(x: Tensor):
    """The elements as one row.

    Example:

    >>> keras.ops.ravel([[1, 2], [3, 4]])
    array([1, 2, 3, 4], dtype=int32)
    """
    return reshape(x, (-1,))


@op(dtype=as_is, shape=rules.transposed, sparse="all")
def transpose(x: Tensor, axes: Axis = None):
    """Dimensions in the order of `axes`, reversed by default.

    Args:
        x: Tensor.
        axes: Permutation of the dimensions, a tuple of ints.

    Returns:
        Tensor with the dimensions reordered.

    Example:

    >>> keras.ops.transpose([[1, 2, 3], [4, 5, 6]])
    array([[1, 4],
           [2, 5],
           [3, 6]], dtype=int32)
    >>> keras.ops.transpose(np.ones((2, 3, 5)), (1, 0, 2)).shape
    (3, 2, 5)
    """


@op(dtype=as_is, shape=rules.swapped)
def swapaxes(x: Tensor, axis1, axis2):
    """Dimensions `axis1` and `axis2` in each other's place.

    Example:

    >>> keras.ops.swapaxes(np.ones((2, 3, 5)), 0, 2).shape
    (5, 3, 2)
    """


@op(
    dtype=as_is,
    shape=lambda x, source, destination: tuple(x[i] for i in rules.moving_order(len(x), source, destination)),
)
def moveaxis(x: Tensor, source: Axis, destination: Axis):
    """Dimensions `source` moved to the positions `destination`, the others keeping their order.

    Example:

    >>> keras.ops.moveaxis(np.ones((2, 3, 5)), 0, -1).shape
    (3, 5, 2)
    """
    return transpose(x, tuple(rules.moving_order(len(x.shape), source, destination)))


@op(dtype=as_is, shape=rules.expanded, sparse="all")
def expand_dims(x: Tensor, axis: Axis):
    """A new dimension of size 1 at `axis`, an int or a tuple of positions in the result.

    Example:

    >>> keras.ops.expand_dims([1, 2], 1)
    array([[1],
           [2]], dtype=int32)
    """


@op(dtype=as_is, shape=rules.squeezed, sparse="all")
def squeeze(x: Tensor, axis: Axis = None):
    """Without the dimensions of size 1 named by `axis`, all of them by default.

    Example:

    >>> keras.ops.squeeze([[[1], [2]]])
    array([1, 2], dtype=int32)
    >>> keras.ops.squeeze([[[1], [2]]], 0).shape
    (2, 1)
    """


@op(dtype=as_is, shape=rules.broadcast_to)
def broadcast_to(x: Tensor, shape: Shape):
    """`x` repeated along its dimensions of size 1 until it has `shape`.

    Example:

    >>> keras.ops.broadcast_to([1, 2], (3, 2))
    array([[1, 2],
           [1, 2],
           [1, 2]], dtype=int32)
    """


@op(dtype=as_is, shape=rules.flipped)
def flip(x: Tensor, axis: Axis = None):
    """Elements in reverse order along `axis`, along all dimensions by default.

    Example:

    >>> keras.ops.flip([[1, 2], [3, 4]], 1)
    array([[2, 1],
           [4, 3]], dtype=int32)
    """


@op(dtype=as_is, shape=shape_rules.of_rank(2), checked=True)
def fliplr(x: Tensor):
    """Columns in reverse order: flipped along axis 1.

    Example:

    >>> keras.ops.fliplr([[1, 2, 3], [4, 5, 6]])
    array([[3, 2, 1],
           [6, 5, 4]], dtype=int32)
    """
    return flip(x, 1)


@op(dtype=as_is, shape=shape_rules.of_rank(1), checked=True)
def flipud(x: Tensor):
    """Rows in reverse order: flipped along axis 0.

    Example:

    >>> keras.ops.flipud([[1, 2], [3, 4], [5, 6]])
    array([[5, 6],
           [3, 4],
           [1, 2]], dtype=int32)
    """
    return flip(x, 0)


@op
def rot90(array: Tensor, k=1, axes=(0, 1)):
    """Rotation by 90 degrees, `k` times, in the plane of two axes.

    Args:
        array: Tensor of rank 2 or more.
        k: Number of turns, from the first axis towards the second.
        axes: Pair of axes that span the plane.

    Returns:
        Tensor, the two sizes swapped when `k` is odd.

    Example:

    >>> keras.ops.rot90([[1, 2], [3, 4]])
    array([[2, 4],
           [1, 3]], dtype=int32)
    """
    rank = len(array.shape)
    if rank < 2:
        raise ValueError(f"keras.ops.rot90: `array` must have rank 2 or more. Received shape: {tuple(array.shape)}")
    if len(axes) != 2:
        raise ValueError(f"keras.ops.rot90: `axes` must hold two axes. Received: axes={axes}")
    first, second = canonical_axes(tuple(axes), rank, "axes")
    turns = k % 4
    if turns == 0:
        return array
    if turns == 2:
        return flip(array, (first, second))
    if turns == 1:
        return swapaxes(flip(array, second), first, second)
    return flip(swapaxes(array, first, second), second)


@op(dtype=as_is, shape=rules.flipped)
def roll(x: Tensor, shift, axis: Axis = None):
    """Elements moved by `shift` places along `axis`; what leaves at the end enters at the front.

    Args:
        x: Tensor.
        shift: Int, or a tuple with one shift for each axis.
        axis: Int or tuple of ints; by default the flattened tensor is rolled.

    Returns:
        Tensor of the shape of `x`.

    Example:

    >>> keras.ops.roll([1, 2, 3, 4], 1)
    array([4, 1, 2, 3], dtype=int32)
    >>> keras.ops.roll([[1, 2], [3, 4]], -1, axis=0)
    array([[3, 4],
           [1, 2]], dtype=int32)
    """


@op(dtype=as_is, shape=rules.repeated)
def repeat(x: Tensor, repeats, axis=None):
    """Each element repeated.

    Args:
        x: Tensor.
        repeats: Int, or one count for each element along `axis`.
        axis: Int; by default the flattened tensor is repeated.

    Returns:
        Tensor with the size of `axis` grown.

    Example:

    >>> keras.ops.repeat([1, 2, 3], 2)
    array([1, 1, 2, 2, 3, 3], dtype=int32)
    >>> keras.ops.repeat([[1, 2], [3, 4]], [2, 1], axis=0)
    array([[1, 2],
           [1, 2],
           [3, 4]], dtype=int32)
    """


@op(dtype=as_is, shape=rules.tiled)
def tile(x: Tensor, repeats: Shape):
    """Copies of `x` side by side: `repeats[i]` of them along dimension `i`.

    Example:

    >>> keras.ops.tile([1, 2], 3)
    array([1, 2, 1, 2, 1, 2], dtype=int32)
    >>> keras.ops.tile([[1, 2]], (2, 1))
    array([[1, 2],
           [1, 2]], dtype=int32)
    """


@op(dtype=as_is, shape=rules.padded)
def pad(x: Tensor, pad_width, mode="constant", constant_values: Argument = None):
    """Elements added around the edges.

    Args:
        x: Tensor.
        pad_width: Int, a pair `(before, after)`, or one pair for each dimension.
        mode: `"constant"`, `"edge"`, `"reflect"`, `"symmetric"`, `"wrap"`, and what else the engine knows.
        constant_values: Number to fill with in the mode `"constant"`; 0 by default.

    Returns:
        Tensor grown by the padding.

    Example:

    >>> keras.ops.pad([1, 2, 3], (1, 2))
    array([0, 1, 2, 3, 0, 0], dtype=int32)
    >>> keras.ops.pad([1, 2, 3], 2, mode="reflect")
    array([3, 2, 1, 2, 3, 2, 1], dtype=int32)
    """


# Joining


@op(dtype=same, shape=shape_rules.joined, sparse="all")
def concatenate(xs: Tensors, axis: OneAxis = 0):
    """Tensors joined along an existing dimension.

    Args:
        xs: List of tensors, equal in shape but for `axis`.
        axis: Int, the dimension along which they follow each other.

    Returns:
        Tensor.

    Example:

    >>> keras.ops.concatenate([[[1, 2]], [[3, 4], [5, 6]]])
    array([[1, 2],
           [3, 4],
           [5, 6]], dtype=int32)
    """


@op(dtype=same, shape=shape_rules.stacked)
def stack(x: Tensors, axis: OneAxis = 0):
    """Tensors of equal shape joined along a new dimension at `axis`.

    Example:

    >>> keras.ops.stack([[1, 2], [3, 4]])
    array([[1, 2],
           [3, 4]], dtype=int32)
    >>> keras.ops.stack([[1, 2], [3, 4]], axis=1)
    array([[1, 3],
           [2, 4]], dtype=int32)
    """


@op(dtype=same)
def vstack(xs: Tensors):
    """Tensors stacked as rows; vectors become rows first.

    Example:

    >>> keras.ops.vstack([[1, 2], [3, 4]])
    array([[1, 2],
           [3, 4]], dtype=int32)
    """
    return concatenate([reshape(x, (1, -1)) if len(x.shape) < 2 else x for x in xs], 0)


@op(dtype=same)
def hstack(xs: Tensors):
    """Tensors joined along axis 1, vectors along axis 0.

    Example:

    >>> keras.ops.hstack([[[1], [2]], [[3], [4]]])
    array([[1, 3],
           [2, 4]], dtype=int32)
    """
    xs = [reshape(x, (1,)) if len(x.shape) == 0 else x for x in xs]
    return concatenate(xs, 0 if len(xs[0].shape) == 1 else 1)


@op(dtype=same)
def dstack(xs: Tensors):
    """Tensors joined along axis 2, after growing to rank 3.

    Example:

    >>> keras.ops.dstack([[1, 2], [3, 4]])
    array([[[1, 3],
            [2, 4]]], dtype=int32)
    """
    return concatenate([_with_rank_3(x) for x in xs], 2)


def _with_rank_3(x):
    if len(x.shape) < 2:
        return reshape(x, (1, -1, 1))
    return expand_dims(x, 2) if len(x.shape) == 2 else x


@op(dtype=strongly(same), scalars="cast")
def append(x1: Tensor, x2: Tensor, axis=None):
    """`x2` behind `x1` along `axis`; both flattened by default.

    Example:

    >>> keras.ops.append([1, 2], [3])
    array([1, 2, 3], dtype=int32)
    >>> keras.ops.append([[1, 2]], [[3, 4]], axis=0)
    array([[1, 2],
           [3, 4]], dtype=int32)
    """
    if axis is None:
        return concatenate([ravel(x1), ravel(x2)], 0)
    return concatenate([x1, x2], axis)


# Cutting


@op(dtype=as_is, shape=rules.split)
def split(x: Tensor, indices_or_sections: Numbers, axis=0):
    """The pieces of a tensor cut along `axis`.

    Args:
        x: Tensor.
        indices_or_sections: Int, a number of equal pieces, or a list of the indices at which to cut.
        axis: Int, the dimension to cut.

    Returns:
        List of tensors.

    Example:

    >>> keras.ops.split([1, 2, 3, 4], 2)
    [array([1, 2], dtype=int32), array([3, 4], dtype=int32)]
    >>> keras.ops.split([1, 2, 3, 4], [1, 3])
    [array([1], dtype=int32), array([2, 3], dtype=int32), array([4], dtype=int32)]
    """


@op
def hsplit(x: Tensor, indices_or_sections: Numbers):
    """Pieces cut along axis 1, vectors along axis 0; the arguments are those of `split`.

    Example:

    >>> left, right = keras.ops.hsplit([[1, 2], [3, 4]], 2)
    >>> right
    array([[2],
           [4]], dtype=int32)
    """
    return split(x, indices_or_sections, 0 if len(x.shape) == 1 else 1)


@op
def vsplit(x: Tensor, indices_or_sections: Numbers):
    """Pieces cut along axis 0; the arguments are those of `split`.

    Example:

    >>> upper, lower = keras.ops.vsplit([[1, 2], [3, 4]], 2)
    >>> lower
    array([[3, 4]], dtype=int32)
    """
    return split(x, indices_or_sections, 0)


@op
def dsplit(x: Tensor, indices_or_sections: Numbers):
    """Pieces cut along axis 2; the arguments are those of `split`.

    Example:

    >>> first, second = keras.ops.dsplit(np.ones((2, 3, 4)), [1])
    >>> first.shape, second.shape
    ((2, 3, 1), (2, 3, 3))
    """
    return split(x, indices_or_sections, 2)


@op(dtype=as_is, shape=rules.array_split)
def array_split(x: Tensor, indices_or_sections: Numbers, axis=0):
    """Pieces cut along `axis` as evenly as possible.

    Args:
        x: Tensor.
        indices_or_sections: Int, a number of pieces whose sizes differ by 1 at most, or a list of indices.
        axis: Int, the dimension to cut.

    Returns:
        List of tensors.

    Example:

    >>> keras.ops.array_split([1, 2, 3, 4, 5], 2)
    [array([1, 2, 3], dtype=int32), array([4, 5], dtype=int32)]
    """
    if not isinstance(indices_or_sections, int):
        return split(x, indices_or_sections, axis)
    return split(x, rules.even_points(x.shape[axis], indices_or_sections), axis)
