"""Kernels of `keras.ops.numpy` that sort, search, count and find what is distinct."""

import tensorflow as tf

from keras.src.backend.tensorflow.numpy.elementwise import isnan
from keras.src.backend.tensorflow.support import (
    dims,
    flatten,
    infinity,
    ints,
    move_axis,
    reshape,
    scalar_like,
    through,
)
from keras.src.backend.tensorflow.tensors import cast, convert_to_tensor

_raw = tf.raw_ops
_ORDERABLE = {tf.bool: tf.int32, tf.uint16: tf.int32, tf.uint8: tf.int32, tf.int8: tf.int32, tf.uint32: tf.int64}
_KEY_BITS = {tf.float32: tf.int32, tf.float64: tf.int64}


def sort(x, axis=-1):
    if axis is None:
        x, axis = flatten(x), -1
    return _sort(x, axis)


def _sort_along(x, axis):
    if not x.dtype.is_floating:
        return tf.sort(x, axis)
    # NaNs go last: they sort as infinities, and as many places at the end become NaN again.
    hole = tf.math.is_nan(x)
    if tf.executing_eagerly() and not _raw.Any(input=hole, axis=ints(tuple(range(x.shape.rank)))):
        return _sorted_numbers(x, axis)
    ordered = tf.sort(tf.where(hole, infinity(x.dtype), x), axis)
    numbers = tf.reduce_sum(cast(~hole, "int32"), axis, keepdims=True)
    rank = x.shape.rank
    places = reshape(tf.range(tf.shape(x)[axis]), [-1 if i == range(rank)[axis] else 1 for i in range(rank)])
    return tf.where(places < numbers, ordered, scalar_like(float("nan"), x))


def _sorted_numbers(x, axis):
    """As `tf.sort`, which takes longer to choose its way than to sort a few numbers."""
    x = move_axis(x, axis, -1)
    ordered = _raw.TopKV2(input=_raw.Neg(x=x), k=x.shape[-1], sorted=True).values
    return move_axis(_raw.Neg(x=ordered), -1, axis)


_sort = through(_ORDERABLE, _sort_along)


def sort_key(x):
    """Integers in the same order as `x`, NaN greatest, equal where elements are equal."""
    if x.dtype in _ORDERABLE:
        return cast(x, _ORDERABLE[x.dtype])
    if not x.dtype.is_floating:
        return x
    x = x if x.dtype in _KEY_BITS else cast(x, "float32")
    bits_dtype = _KEY_BITS[x.dtype]
    x = tf.where(tf.math.is_nan(x), scalar_like(float("nan"), x), x + 0)
    bits = tf.bitcast(x, bits_dtype)
    # Negative numbers grow with their magnitude as integers: their other bits are flipped.
    flipped = tf.bitwise.bitwise_xor(bits, cast(bits_dtype.max, bits_dtype))
    key = tf.where(bits < 0, flipped, bits)
    return tf.where(tf.math.is_nan(x), cast(bits_dtype.max, bits_dtype), key)


def argsort(x, axis=-1):
    if axis is None or x.shape.rank == 0:
        x, axis = flatten(x), -1
    return tf.argsort(sort_key(x), axis, stable=True)


def argpartition(x, kth, axis=-1):
    return argsort(x, axis)


def searchsorted(sorted_sequence, values, side="left"):
    if sorted_sequence.dtype in _ORDERABLE:
        wide = _ORDERABLE[sorted_sequence.dtype]
        sorted_sequence, values = cast(sorted_sequence, wide), cast(values, wide)
    found = tf.searchsorted(sorted_sequence, flatten(values), side)
    return reshape(found, dims(values))


def digitize(x, bins):
    bins = convert_to_tensor(bins)
    wide = tf.float64 if tf.float64 in (x.dtype, bins.dtype) or x.dtype.size > 4 else tf.float32
    return searchsorted(cast(bins, wide), cast(x, wide), "right")


def histogram(x, bins=10, range=None):
    x = flatten(x)
    if x.dtype.size < 4:
        counts, edges = histogram(cast(x, "float32"), bins, range)
        return counts, cast(edges, x.dtype)
    low, high = _limits(x, range)
    inside = (x >= low) & (x <= high)
    # A range of one value is widened by a half on both sides, as in NumPy.
    flat = tf.equal(low, high)
    low, high = tf.where(flat, low - 0.5, low), tf.where(flat, high + 0.5, high)
    edges = tf.linspace(low, high, bins + 1)
    place = cast(searchsorted(edges, x, "right") - 1, "int32")
    place = tf.where(inside, tf.clip_by_value(place, 0, bins - 1), -1)
    return tf.math.unsorted_segment_sum(tf.ones_like(place), place, bins), edges


def _limits(x, range):
    if range is not None:
        return cast(range[0], x.dtype), cast(range[1], x.dtype)
    some = tf.size(x) > 0
    zero, one = tf.zeros((), x.dtype), tf.ones((), x.dtype)
    return tf.where(some, tf.reduce_min(x), zero), tf.where(some, tf.reduce_max(x), one)


def bincount(x, weights=None, minlength=0, sparse=False):
    x = cast(x, "int32")
    dtype = tf.int32 if weights is None else weights.dtype
    if sparse:
        counts = tf.sparse.bincount(x, weights, minlength=minlength or None, axis=-1)
        return tf.SparseTensor(counts.indices, cast(counts.values, dtype), counts.dense_shape)
    amounts = tf.ones_like(x) if weights is None else weights
    if dtype.size < 4 and weights is not None:
        amounts = cast(amounts, "float32" if dtype.is_floating else "int32")
    count = tf.maximum(tf.reduce_max(tf.concat([flatten(x), [-1]], 0)) + 1, minlength)
    if x.shape.rank == 1:
        return cast(tf.math.unsorted_segment_sum(amounts, x, count), dtype)
    rows = tf.shape(x)[0]
    places = x + tf.range(rows)[:, None] * count
    flat = tf.math.unsorted_segment_sum(flatten(amounts), flatten(places), rows * count)
    return cast(tf.reshape(flat, [rows, count]), dtype)


# ---------------------------------------------------------------------------------------------------------------------
# What is distinct


def unique(
    x,
    sorted=True,
    return_index=False,
    return_inverse=False,
    return_counts=False,
    axis=None,
    size=None,
    fill_value=None,
):
    rows = flatten(x) if axis is None else move_axis(x, axis, 0)
    keys = rows[:, None] if axis is None else tf.reshape(rows, [tf.shape(rows)[0], -1])
    first, inverse = _first_places(keys, sorted)
    values = tf.gather(rows, first)
    counts = tf.math.unsorted_segment_sum(tf.ones_like(inverse), inverse, tf.shape(first)[0])
    if axis is None:
        inverse = reshape(inverse, dims(x))
    if size is not None:
        fill = values[:1] if fill_value is None else tf.fill(tf.shape(values[:1]), cast(fill_value, x.dtype))
        values, first, counts = _sized(values, size, fill), _sized(first, size, first[:1]), _sized(counts, size, [0])
    if axis is not None:
        values = move_axis(values, 0, axis)
    extra = [r for r, asked in ((first, return_index), (inverse, return_inverse), (counts, return_counts)) if asked]
    return (values, *extra) if extra else values


def _first_places(keys, by_value):
    """Where each distinct row is found first, and which of them each row is."""
    order = _rows_in_order(keys)
    ordered = tf.gather(keys, order)
    same = tf.reduce_all(tf.equal(ordered[1:], ordered[:-1]) | (isnan(ordered[1:]) & isnan(ordered[:-1])), -1)
    is_new = tf.concat([tf.ones_like(order[:1]), cast(~same, "int32")], 0)
    group = tf.cumsum(is_new) - 1
    first = tf.boolean_mask(order, tf.equal(is_new, 1))
    inverse = tf.scatter_nd(order[:, None], group, tf.shape(group))
    if by_value:
        return first, inverse
    appearance = tf.argsort(first, stable=True)
    rank = tf.argsort(appearance)
    return tf.gather(first, appearance), tf.gather(rank, inverse)


def _rows_in_order(keys):
    """Stable order of rows, the first column counting most."""
    columns = keys.shape[-1]
    if columns is None:
        raise ValueError("`unique` along an axis needs slices of known size. Received a tensor with unknown sizes.")
    order = tf.range(tf.shape(keys)[0])
    for column in range(columns - 1, -1, -1):
        order = tf.gather(order, argsort(tf.gather(keys[:, column], order)))
    return order


def _sized(x, size, fill):
    x = x[:size]
    missing = size - tf.shape(x)[0]
    return tf.ensure_shape(tf.concat([x, tf.repeat(fill, missing, 0)], 0), [size, *x.shape[1:]])
