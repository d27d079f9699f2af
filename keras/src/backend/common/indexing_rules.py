"""Shape rules of ops that pick, place and order elements."""

from keras.src.backend.common import shape_rules
from keras.src.backend.common.shape_rules import along_axis, canonical_axis, reject


def taken(x, indices, axis=None):
    if axis is None:
        return indices
    axis = canonical_axis(axis, len(x))
    return x[:axis] + tuple(indices) + x[axis + 1 :]


def taken_along(x, indices, axis=None):
    if axis is None:
        return (shape_rules.size(indices),)
    axis = canonical_axis(axis, len(x))
    reject(len(x) != len(indices), "`x` and `indices` must have equal rank", shapes=(x, indices))
    rest = shape_rules.broadcast(x[:axis] + (1,) + x[axis + 1 :], indices[:axis] + (1,) + indices[axis + 1 :])
    return rest[:axis] + (indices[axis],) + rest[axis + 1 :]


def indexed_shape(shape, key):
    """Shape of `x[key]` by NumPy's rules of basic and advanced indexing."""
    key = without_ellipsis(key if isinstance(key, tuple) else (key,), len(shape))
    result, advanced, remaining = [], [], list(shape)
    for k in key:
        if k is None:
            result.append(1)
            continue
        if not remaining:
            raise IndexError(
                f"keras.ops.get_item: too many indices. Received: {len(key)} for a tensor of shape {shape}"
            )
        size = remaining.pop(0)
        if isinstance(k, slice):
            result.append(slice_size(k, size))
        elif isinstance(k, int):
            check_index(k, size, shape)
        else:
            advanced.append(
                (len(result), tuple(getattr(k, "shape", (len(k),) if isinstance(k, (list, tuple)) else ())))
            )
    if advanced:
        position = advanced[0][0] if all(p == advanced[0][0] for p, _ in advanced) else 0
        result[position:position] = shape_rules.broadcast(*(s for _, s in advanced))
    return tuple(result + remaining)


def slice_size(k, size):
    return None if size is None else len(range(*k.indices(size)))


def check_index(k, size, shape):
    if size is not None and not -size <= k < size:
        raise IndexError(
            f"keras.ops.get_item: index {k} is out of range for a dimension of size {size} of shape {shape}."
        )


def without_ellipsis(key, rank):
    places = [i for i, k in enumerate(key) if k is Ellipsis]
    if not places:
        return key
    if len(places) > 1:
        raise IndexError("keras.ops.get_item: a key can hold one ellipsis at the most.")
    used = sum(k is not None and k is not Ellipsis for k in key)
    return key[: places[0]] + (slice(None),) * (rank - used) + key[places[0] + 1 :]


def diagonal_matrix(x, k=0):
    if len(x) == 1:
        n = None if x[0] is None else x[0] + abs(k)
        return (n, n)
    if len(x) == 2:
        return (diagonal_length(x[0], x[1], k),)
    raise ValueError(f"`x` must have rank 1 or 2. Received shape: {x}")


def diagonal_length(rows, columns, offset):
    if rows is None or columns is None:
        return None
    return max(0, min(rows, columns - offset) if offset > 0 else min(rows + offset, columns))


def diagonal(x, offset=0, axis1=0, axis2=1):
    shape_rules.of_rank(2)(x)
    i, j = shape_rules.two_axes(x, axis1, axis2)
    rest = tuple(n for d, n in enumerate(x) if d not in (i, j))
    return rest + (diagonal_length(x[i], x[j], offset),)


def searched(sorted_sequence, values, side="left"):
    reject(side not in ("left", "right"), "`side` must be 'left' or 'right'", side=side)
    reject(len(sorted_sequence) != 1, "`sorted_sequence` must have rank 1", shape=sorted_sequence)
    return values


def put_into_bins(x, bins):
    reject(len(bins) != 1, "`bins` must have rank 1", shape=bins)
    return x


def sorted_places(x, axis=-1):
    """As `shape_rules.along_axis`; a scalar has one place."""
    return along_axis(x, axis) if x else (1,)


def found_unique(x, sorted=True, return_index=False, return_inverse=False, return_counts=False, axis=None, size=None):
    if axis is None:
        values, along = (size,), shape_rules.size(x)
    else:
        axis = canonical_axis(axis, len(x))
        values, along = x[:axis] + (size,) + x[axis + 1 :], x[axis]
    inverse = x if axis is None else (along,)
    extra = [(size,)] * return_index + [inverse] * return_inverse + [(size,)] * return_counts
    return (values, *extra) if extra else values


def unique_dtypes(x, return_index=False, return_inverse=False, return_counts=False):
    extra = return_index + return_inverse + return_counts
    return None, (x,) + ("int32",) * extra if extra else x


def unraveled(indices, shape):
    reject(any(isinstance(n, int) and n < 0 for n in shape), "`shape` must hold sizes of 0 or more", shape=shape)
    return (tuple(indices),) * len(shape)
