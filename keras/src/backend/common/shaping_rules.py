"""Shape rules of ops that rearrange, repeat, join and cut tensors."""

import math

from keras.src.backend.common import shape_rules
from keras.src.backend.common.shape_rules import canonical_axes, canonical_axis, reject
from keras.src.utils import load_budget

_BYTES_OF_DESCRIPTION = 1000


def reshaped(x, newshape):
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
    return with_rest(x, newshape, total)


def with_rest(x, newshape, total):
    """`newshape` with the size that -1 stands for, where it can be known."""
    known = math.prod(n for n in newshape if n not in (-1, None))
    if total is None or None in newshape:
        return tuple(None if n == -1 else n for n in newshape)
    reject(known == 0 or total % known, "`newshape` must keep the number of elements", newshape=newshape, shape=x)
    return tuple(total // known if n == -1 else n for n in newshape)


def transposed(x, axes=None):
    if axes is None:
        return x[::-1]
    order = canonical_axes(axes, len(x), "axes")
    reject(len(order) != len(x), f"`axes` must name each of the {len(x)} dimensions once", axes=axes)
    return tuple(x[i] for i in order)


def swapped(x, axis1, axis2):
    shape = list(x)
    i, j = canonical_axis(axis1, len(x), "axis1"), canonical_axis(axis2, len(x), "axis2")
    shape[i], shape[j] = shape[j], shape[i]
    return tuple(shape)


def moving_order(rank, source, destination):
    sources = canonical_axes(source, rank, "source")
    destinations = canonical_axes(destination, rank, "destination")
    if len(sources) != len(destinations):
        raise ValueError(f"`source` and `destination` must be of equal length. Received: {source} and {destination}")
    order = [i for i in range(rank) if i not in sources]
    for where_to, what in sorted(zip(destinations, sources)):
        order.insert(where_to, what)
    return order


def expanded(x, axis):
    axes = canonical_axes(axis, len(x) + (len(axis) if isinstance(axis, tuple) else 1))
    sizes = iter(x)
    return tuple(1 if i in axes else next(sizes) for i in range(len(x) + len(axes)))


def squeezed(x, axis=None):
    if axis is None:
        return tuple(n for n in x if n != 1)
    axes = canonical_axes(axis, len(x))
    for i in axes:
        reject(x[i] not in (1, None), "`axis` must name dimensions of size 1", axis=axis, shape=x)
    return tuple(n for i, n in enumerate(x) if i not in axes)


def broadcast_to(x, shape):
    if shape_rules.broadcast(x, shape) != tuple(shape):
        raise ValueError(f"a tensor of shape {x} cannot be broadcast to `shape`={shape}.")
    return tuple(shape)


def flipped(x, axis=None):
    canonical_axes(axis, len(x))
    return x


def repeated(x, repeats, axis=None):
    shape = (shape_rules.size(x),) if axis is None else x
    axis = canonical_axis(axis or 0, len(shape))
    counts = repeat_counts(repeats)
    reject(counts is not None and any(n < 0 for n in counts), "`repeats` must be 0 or more", repeats=repeats)
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


def repeat_counts(repeats):
    if isinstance(repeats, int):
        return (repeats,)
    try:
        return tuple(int(n) for n in repeats) if getattr(repeats, "ndim", 1) else (int(repeats),)
    except (TypeError, ValueError):
        return None


def tiled(x, repeats):
    repeats = (repeats,) if isinstance(repeats, int) else tuple(repeats)
    reject(any(isinstance(n, int) and n < 0 for n in repeats), "`repeats` must be 0 or more", repeats=repeats)
    rank = max(len(x), len(repeats))
    shape, times = (1,) * (rank - len(x)) + x, (1,) * (rank - len(repeats)) + repeats
    return tuple(None if n is None else n * t for n, t in zip(shape, times))


def pad_pairs(pad_width, rank):
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


_PAD_MODES = (
    "constant",
    "edge",
    "linear_ramp",
    "maximum",
    "mean",
    "median",
    "minimum",
    "reflect",
    "symmetric",
    "wrap",
    "empty",
)


def check_padding_mode(mode, constant_values=None):
    """Raises where no such mode exists, or where it has no use for `constant_values`."""
    reject(mode not in _PAD_MODES, f"`mode` must be one of {_PAD_MODES}", mode=mode)
    if constant_values is not None and mode != "constant":
        raise ValueError(f"`constant_values` goes with mode='constant' only. Received: mode={mode!r}")


def padded(x, pad_width, mode="constant", constant_values=None):
    check_padding_mode(mode, constant_values)
    pairs = pad_pairs(pad_width, len(x))
    return tuple(None if n is None else n + before + after for n, (before, after) in zip(x, pairs))


def cut_points(size, indices_or_sections):
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


def piece_size(start, stop, size):
    if size is None:
        return None if stop is None or start < 0 or stop < 0 else stop - start
    return len(range(*slice(start, stop).indices(size)))


def spend_on_pieces(count):
    """Counts the pieces of a tensor where a file is being loaded, before they are described one by one."""
    if isinstance(count, int):
        load_budget.spend(_BYTES_OF_DESCRIPTION * count, "allocated", f"the descriptions of {count} pieces of a tensor")


def split(x, indices_or_sections, axis=0):
    axis = canonical_axis(axis, len(x))
    spend_on_pieces(indices_or_sections)
    points = cut_points(x[axis], indices_or_sections)
    if points is None:
        sizes = [None] * indices_or_sections
    else:
        sizes = [piece_size(a, b, x[axis]) for a, b in zip(points, points[1:])]
    return [x[:axis] + (n,) + x[axis + 1 :] for n in sizes]


def even_points(size, sections):
    """Where to cut into pieces of which the first ones may be larger by 1."""
    small, larger = divmod(size, sections)
    return [i * small + min(i, larger) for i in range(1, sections)]


def array_split(x, indices_or_sections, axis=0):
    axis = canonical_axis(axis, len(x))
    size = x[axis]
    if not isinstance(indices_or_sections, int):
        return split(x, indices_or_sections, axis)
    reject(indices_or_sections < 1, "`indices_or_sections` must be 1 or more", indices_or_sections=indices_or_sections)
    spend_on_pieces(indices_or_sections)
    if size is None:
        return [x[:axis] + (None,) + x[axis + 1 :]] * indices_or_sections
    return split(x, even_points(size, indices_or_sections), axis)
