"""Reordering, joining and cutting tensors: no arithmetic."""

import math

from keras.src.ops import shape_rules
from keras.src.ops.declare import Axis, Shape, Tensor, Tensors, op
from keras.src.ops.dtype_rules import as_is, same
from keras.src.ops.shape_rules import canonical_axes, canonical_axis, reject


def _reshaped(x, newshape):
    if any(
        n is not None and not isinstance(n, int) and hasattr(n, "dtype") and not hasattr(n, "__index__")
        for n in newshape
    ):
        return tuple(n if isinstance(n, int) else None for n in newshape)
    newshape = tuple(
        None if n is None else int(n) if isinstance(n, int) or hasattr(n, "__index__") else None for n in newshape
    )
    if newshape.count(-1) > 1 or any(n is not None and n < -1 for n in newshape):
        raise ValueError(f"`newshape` must hold sizes of 0 or more and at most one -1. Received: newshape={newshape}")
    total = shape_rules.size(x)
    if -1 not in newshape:
        if total is not None and None not in newshape and math.prod(newshape) != total:
            raise ValueError(
                f"`newshape` must keep the number of elements. Received: newshape={newshape} for a tensor of shape {x}"
            )
        return newshape
    return _with_rest(x, newshape, total)


def _with_rest(x, newshape, total):
    """`newshape` with the size that -1 stands for, where it can be known."""
    known = math.prod(n for n in newshape if n not in (-1, None))
    if total is None or None in newshape:
        return tuple(None if n == -1 else n for n in newshape)
    reject(known == 0 or total % known, "`newshape` must keep the number of elements", newshape=newshape, shape=x)
    return tuple(total // known if n == -1 else n for n in newshape)


@op(dtype=as_is, shape=_reshaped, sparse="all")
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
    """The elements as one row."""
    return reshape(x, (-1,))


def _transposed(x, axes=None):
    if axes is None:
        return x[::-1]
    order = canonical_axes(axes, len(x), "axes")
    reject(len(order) != len(x), f"`axes` must name each of the {len(x)} dimensions once", axes=axes)
    return tuple(x[i] for i in order)


@op(dtype=as_is, shape=_transposed, sparse="all")
def transpose(x: Tensor, axes: Axis = None):
    """Dimensions in the order of `axes`, reversed by default.

    Args:
        x: Tensor.
        axes: Permutation of the dimensions, a tuple of ints.

    Returns:
        Tensor with the dimensions reordered.
    """


def _swapped(x, axis1, axis2):
    shape = list(x)
    i, j = canonical_axis(axis1, len(x), "axis1"), canonical_axis(axis2, len(x), "axis2")
    shape[i], shape[j] = shape[j], shape[i]
    return tuple(shape)


@op(dtype=as_is, shape=_swapped)
def swapaxes(x: Tensor, axis1, axis2):
    """Dimensions `axis1` and `axis2` in each other's place."""


def _moving_order(rank, source, destination):
    sources = canonical_axes(source, rank, "source")
    destinations = canonical_axes(destination, rank, "destination")
    if len(sources) != len(destinations):
        raise ValueError(f"`source` and `destination` must be of equal length. Received: {source} and {destination}")
    order = [i for i in range(rank) if i not in sources]
    for where_to, what in sorted(zip(destinations, sources)):
        order.insert(where_to, what)
    return order


@op(dtype=as_is, shape=lambda x, source, destination: tuple(x[i] for i in _moving_order(len(x), source, destination)))
def moveaxis(x: Tensor, source: Axis, destination: Axis):
    """Dimensions `source` moved to the positions `destination`, the others keeping their order."""
    return transpose(x, tuple(_moving_order(len(x.shape), source, destination)))


def _expanded(x, axis):
    axes = canonical_axes(axis, len(x) + (len(axis) if isinstance(axis, tuple) else 1))
    sizes = iter(x)
    return tuple(1 if i in axes else next(sizes) for i in range(len(x) + len(axes)))


@op(dtype=as_is, shape=_expanded, sparse="all")
def expand_dims(x: Tensor, axis: Axis):
    """A new dimension of size 1 at `axis`, an int or a tuple of positions in the result."""


def _squeezed(x, axis=None):
    if axis is None:
        return tuple(n for n in x if n != 1)
    axes = canonical_axes(axis, len(x))
    for i in axes:
        reject(x[i] not in (1, None), "`axis` must name dimensions of size 1", axis=axis, shape=x)
    return tuple(n for i, n in enumerate(x) if i not in axes)


@op(dtype=as_is, shape=_squeezed, sparse="all")
def squeeze(x: Tensor, axis: Axis = None):
    """Without the dimensions of size 1 named by `axis`, all of them by default."""


def _broadcast_to(x, shape):
    if shape_rules.broadcast(x, shape) != tuple(shape):
        raise ValueError(f"a tensor of shape {x} cannot be broadcast to `shape`={shape}.")
    return tuple(shape)


@op(dtype=as_is, shape=_broadcast_to)
def broadcast_to(x: Tensor, shape: Shape):
    """`x` repeated along its dimensions of size 1 until it has `shape`."""


def _flipped(x, axis=None):
    canonical_axes(axis, len(x))
    return x


@op(dtype=as_is, shape=_flipped)
def flip(x: Tensor, axis: Axis = None):
    """Elements in reverse order along `axis`, along all dimensions by default."""


@op(dtype=as_is, shape=shape_rules.of_rank(2))
def fliplr(x: Tensor):
    """Columns in reverse order: flipped along axis 1."""
    return flip(x, 1)


@op(dtype=as_is, shape=shape_rules.of_rank(1))
def flipud(x: Tensor):
    """Rows in reverse order: flipped along axis 0."""
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


@op(dtype=as_is, shape=_flipped)
def roll(x: Tensor, shift, axis: Axis = None):
    """Elements moved by `shift` places along `axis`; what leaves at the end enters at the front.

    Args:
        x: Tensor.
        shift: Int, or a tuple with one shift for each axis.
        axis: Int or tuple of ints; by default the flattened tensor is rolled.

    Returns:
        Tensor of the shape of `x`.
    """


def _repeated(x, repeats, axis=None):
    shape = (shape_rules.size(x),) if axis is None else x
    axis = canonical_axis(axis or 0, len(shape))
    counts = _counts(repeats)
    if counts is None:
        size = None
    elif len(counts) == 1:
        size = None if shape[axis] is None else shape[axis] * counts[0]
    else:
        if shape[axis] not in (None, len(counts)):
            raise ValueError(
                f"`repeats` must hold one count for each of the {shape[axis]} elements. Received: repeats={repeats}"
            )
        size = sum(counts)
    return shape[:axis] + (size,) + shape[axis + 1 :]


def _counts(repeats):
    if isinstance(repeats, int):
        return (repeats,)
    try:
        return tuple(int(n) for n in repeats) if getattr(repeats, "ndim", 1) else (int(repeats),)
    except (TypeError, ValueError):
        return None


@op(dtype=as_is, shape=_repeated)
def repeat(x: Tensor, repeats, axis=None):
    """Each element repeated.

    Args:
        x: Tensor.
        repeats: Int, or one count for each element along `axis`.
        axis: Int; by default the flattened tensor is repeated.

    Returns:
        Tensor with the size of `axis` grown.
    """


def _tiled(x, repeats):
    repeats = (repeats,) if isinstance(repeats, int) else tuple(repeats)
    rank = max(len(x), len(repeats))
    shape, times = (1,) * (rank - len(x)) + x, (1,) * (rank - len(repeats)) + repeats
    return tuple(None if n is None else n * t for n, t in zip(shape, times))


@op(dtype=as_is, shape=_tiled)
def tile(x: Tensor, repeats: Shape):
    """Copies of `x` side by side: `repeats[i]` of them along dimension `i`."""


def _pad_pairs(pad_width, rank):
    """One pair of ints for each dimension, from any of the forms that `pad` takes."""
    if isinstance(pad_width, int):
        return ((pad_width, pad_width),) * rank
    pad_width = tuple(pad_width)
    if len(pad_width) == 1 and isinstance(pad_width[0], (tuple, list)):
        return (tuple(pad_width[0]) * (2 // len(pad_width[0])),) * rank
    if isinstance(pad_width[0], int):
        return (pad_width * (2 // len(pad_width)),) * rank
    if len(pad_width) != rank:
        raise ValueError(
            f"`pad_width` must hold a pair for each of the {rank} dimensions. Received: pad_width={pad_width}"
        )
    return tuple(tuple(pair) for pair in pad_width)


def _padded(x, pad_width, mode="constant", constant_values=None):
    if constant_values is not None and mode != "constant":
        raise ValueError(f"`constant_values` goes with mode='constant' only. Received: mode={mode!r}")
    pairs = _pad_pairs(pad_width, len(x))
    return tuple(None if n is None else n + before + after for n, (before, after) in zip(x, pairs))


@op(dtype=as_is, shape=_padded)
def pad(x: Tensor, pad_width, mode="constant", constant_values=None):
    """Elements added around the edges.

    Args:
        x: Tensor.
        pad_width: Int, a pair `(before, after)`, or one pair for each dimension.
        mode: `"constant"`, `"edge"`, `"reflect"`, `"symmetric"`, `"wrap"`, and what else the engine knows.
        constant_values: Number to fill with in the mode `"constant"`; 0 by default.

    Returns:
        Tensor grown by the padding.
    """


# Joining


@op(dtype=same, shape=shape_rules.joined, sparse="all")
def concatenate(xs: Tensors, axis=0):
    """Tensors joined along an existing dimension.

    Args:
        xs: List of tensors, equal in shape but for `axis`.
        axis: Int, the dimension along which they follow each other.

    Returns:
        Tensor.
    """


@op(dtype=same, shape=shape_rules.stacked)
def stack(x: Tensors, axis=0):
    """Tensors of equal shape joined along a new dimension at `axis`."""


@op(dtype=same)
def vstack(xs: Tensors):
    """Tensors stacked as rows; vectors become rows first."""
    return concatenate([reshape(x, (1, -1)) if len(x.shape) < 2 else x for x in xs], 0)


@op(dtype=same)
def hstack(xs: Tensors):
    """Tensors joined along axis 1, vectors along axis 0."""
    xs = [reshape(x, (1,)) if len(x.shape) == 0 else x for x in xs]
    return concatenate(xs, 0 if len(xs[0].shape) == 1 else 1)


@op(dtype=same)
def dstack(xs: Tensors):
    """Tensors joined along axis 2, after growing to rank 3."""
    return concatenate([_with_rank_3(x) for x in xs], 2)


def _with_rank_3(x):
    if len(x.shape) < 2:
        return reshape(x, (1, -1, 1))
    return expand_dims(x, 2) if len(x.shape) == 2 else x


@op(dtype=same)
def append(x1: Tensor, x2: Tensor, axis=None):
    """`x2` behind `x1` along `axis`; both flattened by default."""
    if axis is None:
        return concatenate([ravel(x1), ravel(x2)], 0)
    return concatenate([x1, x2], axis)


# Cutting


def _cut_points(size, indices_or_sections):
    if isinstance(indices_or_sections, int):
        if size is None:
            return None
        if indices_or_sections < 1 or size % indices_or_sections:
            raise ValueError(
                f"`indices_or_sections` must divide the size of the dimension, {size}. Received: {indices_or_sections}"
            )
        step = size // indices_or_sections
        return [i * step for i in range(indices_or_sections + 1)]
    return [0, *(int(i) for i in indices_or_sections), size]


def _piece_size(start, stop, size):
    if size is None:
        return None if stop is None or start < 0 or stop < 0 else stop - start
    return len(range(*slice(start, stop).indices(size)))


def _split(x, indices_or_sections, axis=0):
    axis = canonical_axis(axis, len(x))
    points = _cut_points(x[axis], indices_or_sections)
    if points is None:
        sizes = [None] * indices_or_sections
    else:
        sizes = [_piece_size(a, b, x[axis]) for a, b in zip(points, points[1:])]
    return [x[:axis] + (n,) + x[axis + 1 :] for n in sizes]


@op(dtype=as_is, shape=_split)
def split(x: Tensor, indices_or_sections, axis=0):
    """The pieces of a tensor cut along `axis`.

    Args:
        x: Tensor.
        indices_or_sections: Int, a number of equal pieces, or a list of the indices at which to cut.
        axis: Int, the dimension to cut.

    Returns:
        List of tensors.
    """


@op
def hsplit(x: Tensor, indices_or_sections):
    """Pieces cut along axis 1, vectors along axis 0; the arguments are those of `split`."""
    return split(x, indices_or_sections, 0 if len(x.shape) == 1 else 1)


@op
def vsplit(x: Tensor, indices_or_sections):
    """Pieces cut along axis 0; the arguments are those of `split`."""
    return split(x, indices_or_sections, 0)


@op
def dsplit(x: Tensor, indices_or_sections):
    """Pieces cut along axis 2; the arguments are those of `split`."""
    return split(x, indices_or_sections, 2)


def _even_points(size, sections):
    """Where to cut into pieces of which the first ones may be larger by 1."""
    small, larger = divmod(size, sections)
    return [i * small + min(i, larger) for i in range(1, sections)]


def _array_split(x, indices_or_sections, axis=0):
    axis = canonical_axis(axis, len(x))
    size = x[axis]
    if not isinstance(indices_or_sections, int):
        return _split(x, indices_or_sections, axis)
    reject(indices_or_sections < 1, "`indices_or_sections` must be 1 or more", indices_or_sections=indices_or_sections)
    if size is None:
        return [x[:axis] + (None,) + x[axis + 1 :]] * indices_or_sections
    return _split(x, _even_points(size, indices_or_sections), axis)


@op(dtype=as_is, shape=_array_split)
def array_split(x: Tensor, indices_or_sections, axis=0):
    """Pieces cut along `axis` as evenly as possible.

    Args:
        x: Tensor.
        indices_or_sections: Int, a number of pieces whose sizes differ by 1 at most, or a list of indices.
        axis: Int, the dimension to cut.

    Returns:
        List of tensors.
    """
    if not isinstance(indices_or_sections, int):
        return split(x, indices_or_sections, axis)
    return split(x, _even_points(x.shape[axis], indices_or_sections), axis)
