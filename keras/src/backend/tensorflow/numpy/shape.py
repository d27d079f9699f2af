"""Kernels of `keras.ops.numpy` that change shapes, join, cut and repeat."""

import numpy as np
import tensorflow as tf

from keras.src.backend.common.shaping_rules import check_padding_mode
from keras.src.backend.tensorflow import convertible, support
from keras.src.backend.tensorflow.support import (
    dims,
    flatten,
    ints,
    move_axis,
    number_of,
    through,
)
from keras.src.backend.tensorflow.tensors import Tensor, cast, sizes_as_tensor

_raw = tf.raw_ops
_UINT16_TO_INT32 = {tf.uint16: tf.int32}

reshape = support.reshape


def transpose(x, axes=None):
    if axes is None:
        axes = range(x.shape.rank - 1, -1, -1)
    return support.transpose(x, axes)


def swapaxes(x, axis1, axis2):
    order = list(range(x.shape.rank))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return support.transpose(x, order)


def expand_dims(x, axis):
    if isinstance(axis, int):
        return _raw.ExpandDims(input=x, axis=axis)
    rank = x.shape.rank + len(axis)
    for place in sorted(range(rank)[a] for a in axis):
        x = _raw.ExpandDims(input=x, axis=place)
    return x


def squeeze(x, axis=None):
    axes = [axis] if isinstance(axis, int) else list(axis or ())
    if axis is not None and not axes:
        return x
    return _raw.Squeeze(input=x, axis=axes)


def broadcast_to(x, shape):
    return _raw.BroadcastTo(input=x, shape=ints(shape))


def concatenate(xs, axis=0):
    return _raw.ConcatV2(values=xs, axis=axis) if len(xs) > 1 else tf.identity(xs[0])


def stack(x, axis=0):
    return _raw.Pack(values=x, axis=axis)


def flip(x, axis=None):
    axes = support.all_axes(x) if axis is None else (axis,) if isinstance(axis, int) else axis
    return _raw.ReverseV2(tensor=x, axis=axes if isinstance(axes, Tensor) else ints(axes))


def roll(x, shift, axis=None):
    if axis is None:
        return support.reshape(tf.roll(flatten(x), _total(shift), 0), dims(x))
    axes = (axis,) if isinstance(axis, int) else axis
    shifts = (shift,) * len(axes) if isinstance(shift, int) else shift
    return tf.roll(x, shifts, axes)


def _total(shift):
    return sum(shift) if isinstance(shift, (tuple, list)) else shift


def _repeat(x, repeats, axis):
    return tf.repeat(x, repeats, axis)


def repeat(x, repeats, axis=None):
    x = flatten(x) if axis is None else x
    axis = 0 if axis is None else axis
    counts = repeats if isinstance(repeats, (int, Tensor)) else np.asarray(repeats)
    if isinstance(counts, int) and x.shape[axis] is not None:
        counts = np.full(x.shape[axis], counts)
    if isinstance(counts, np.ndarray) and counts.ndim == 1 and x.shape[axis] is not None and counts.size > 1:
        # Known counts are places to gather from: the result then has a known shape.
        return tf.gather(x, np.repeat(np.arange(counts.size, dtype="int32"), counts), axis=axis)
    return through(_UINT16_TO_INT32, _repeat)(x, counts, axis)


def _tile(x, repeats):
    return _raw.Tile(input=x, multiples=ints(repeats))


def tile(x, repeats):
    rank = x.shape.rank
    if len(repeats) > rank:
        x = support.reshape(x, [1] * (len(repeats) - rank) + dims(x))
    return through(_UINT16_TO_INT32, _tile)(x, (1,) * (rank - len(repeats)) + tuple(repeats))


def split(x, indices_or_sections, axis=0):
    if isinstance(indices_or_sections, int):
        return list(tf.split(x, indices_or_sections, axis))
    size = dims(x)[axis]
    points = [0, *(number_of(i, "indices_or_sections") for i in indices_or_sections), size]
    pieces = []
    for start, stop in zip(points, points[1:]):
        key = [slice(None)] * x.shape.rank
        key[axis] = slice(start, None if stop is size else stop)
        pieces.append(x[tuple(key)])
    return pieces


def array_split(x, indices_or_sections, axis=0):
    if not isinstance(indices_or_sections, int):
        return split(x, indices_or_sections, axis)
    size, count = dims(x)[axis], indices_or_sections
    sizes = (
        [size // count + cast(i < size % count, "int32") for i in range(count)] if isinstance(size, Tensor) else None
    )
    return list(tf.split(x, sizes or [size // count + (i < size % count) for i in range(count)], axis))


# ---------------------------------------------------------------------------------------------------------------------
# Padding


def pad_pairs(pad_width, rank):
    """A pair `(before, after)` for each dimension."""
    if isinstance(pad_width, (int, np.integer)):
        return [(pad_width, pad_width)] * rank
    pad_width = list(pad_width)
    if isinstance(pad_width[0], (int, np.integer, Tensor)):
        return [(pad_width[0], pad_width[-1])] * rank
    pairs = [(p[0], p[-1]) for p in pad_width]
    return pairs * rank if len(pairs) == 1 else pairs


def pad(x, pad_width, mode="constant", constant_values=None):
    pairs = pad_pairs(pad_width, x.shape.rank)
    if x.dtype is tf.int8 and convertible.wanted():  # LiteRT pads none.
        return cast(pad(cast(x, tf.int32), pad_width, mode, constant_values), tf.int8)
    if mode == "constant":
        return _pad_with_constants(x, pairs, constant_values)
    check_padding_mode(mode, constant_values)
    if mode in ("reflect", "symmetric") and _fits_mirror(x, pairs, mode):
        return _raw.MirrorPad(input=x, paddings=_paddings(pairs), mode=mode.upper())
    if mode not in _PLACES:
        raise ValueError(f"`mode` must be 'constant' or one of {sorted(_PLACES)}. Received: mode={mode!r}")
    for axis, (before, after) in enumerate(pairs):
        if not (isinstance(before, int) and isinstance(after, int) and before == after == 0):
            size = dims(x)[axis]
            x = tf.gather(x, _PLACES[mode](tf.range(-before, size + after), size), axis=axis)
    return x


def _paddings(pairs):
    if any(isinstance(n, Tensor) for pair in pairs for n in pair):
        return tf.stack([sizes_as_tensor(pair) for pair in pairs])
    return ints(tuple(tuple(int(n) for n in pair) for pair in pairs))


def _pad_with_constants(x, pairs, values):
    if values is None:
        return _raw.Pad(input=x, paddings=_paddings(pairs))
    if not isinstance(values, (tuple, list)):
        return _raw.PadV2(input=x, paddings=_paddings(pairs), constant_values=cast(values, x.dtype))
    for axis, (counts, around) in enumerate(zip(pairs, pad_pairs(values, x.shape.rank))):
        for side in (0, 1):
            pair = [(0, 0)] * x.shape.rank
            pair[axis] = (counts[0], 0) if side == 0 else (0, counts[1])
            x = _raw.PadV2(input=x, paddings=_paddings(pair), constant_values=cast(around[side], x.dtype))
    return x


def _fits_mirror(x, pairs, mode):
    """Whether the padding is shorter than what it mirrors, as TensorFlow wants it."""
    reach = 1 if mode == "reflect" else 0
    known = all(isinstance(n, (int, np.integer)) for pair in pairs for n in pair)
    return not known or all(n is None or max(pair) <= n - reach for n, pair in zip(x.shape, pairs))


def _mirrored(places, size, period, shift):
    places = tf.math.floormod(places, tf.maximum(period, 1))
    return tf.minimum(places, tf.maximum(period - shift - places, 0)) if shift else tf.minimum(places, period - places)


_PLACES = {
    "edge": lambda places, size: tf.clip_by_value(places, 0, size - 1),
    "wrap": lambda places, size: tf.math.floormod(places, size),
    "reflect": lambda places, size: _mirrored(places, size, 2 * (size - 1), 0),
    "symmetric": lambda places, size: tf.math.floormod(_mirrored(places, size, 2 * size, 1), size),
}


# ---------------------------------------------------------------------------------------------------------------------
# Diagonals


def diagonal(x, offset=0, axis1=0, axis2=1):
    rank = x.shape.rank
    axis1, axis2 = range(rank)[axis1], range(rank)[axis2]
    x = support.transpose(x, [i for i in range(rank) if i not in (axis1, axis2)] + [axis1, axis2])
    rows, columns = x.shape[-2], x.shape[-1]
    if rows is None or columns is None:
        return tf.linalg.diag_part(x, k=offset)
    count = max(0, min(rows, columns - offset) if offset > 0 else min(rows + offset, columns))
    flat = support.reshape(x, [*dims(x)[:-2], rows * columns])
    first = offset if offset >= 0 else -offset * columns
    return tf.gather(flat, np.arange(count, dtype="int32") * (columns + 1) + first, axis=-1)


def diag(x, k=0):
    return tf.linalg.diag(x, k=k) if x.shape.rank == 1 else diagonal(x, k)


def _trace(x, offset, axis1, axis2):
    return tf.reduce_sum(diagonal(x, offset, axis1, axis2), -1)


trace = through(support.HALF_TO_FLOAT32, lambda x, offset=0, axis1=0, axis2=1: _trace(x, offset, axis1, axis2))


def _below(x, k):
    """Which elements of the last two dimensions stand on or below the `k`-th diagonal."""
    sizes = dims(x)
    return tf.range(sizes[-2])[:, None] >= tf.range(sizes[-1])[None, :] - k


def tril(x, k=0):
    return tf.where(_below(x, k), x, tf.zeros((), x.dtype))


def triu(x, k=0):
    return tf.where(_below(x, k - 1), tf.zeros((), x.dtype), x)


def copy(x):
    return tf.identity(x)
