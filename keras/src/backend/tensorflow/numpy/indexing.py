"""Kernels of `keras.ops.numpy` that pick and place elements by position."""

import functools

import numpy as np
import tensorflow as tf

from keras.src.backend.common.variables import Variable as BaseVariable
from keras.src.backend.tensorflow.numpy.elementwise import nonzero
from keras.src.backend.tensorflow.support import as_index, dims, flatten, has_gpu, ints, transpose
from keras.src.backend.tensorflow.tensors import Tensor, cast, convert_to_tensor, product

_raw = tf.raw_ops


def from_front(indices, size):
    """Indices with the negative ones counted from the end."""
    indices = as_index(indices)
    if indices.dtype.is_unsigned:
        return indices
    return tf.where(indices < 0, indices + cast(size, indices.dtype), indices)


def take(x, indices, axis=None):
    if axis is None:
        x, axis = flatten(x), 0
    if tf.executing_eagerly() and not has_gpu():
        # Negative indices are seldom; on a CPU they raise, and only then are they worth three more ops.
        try:
            return _raw.GatherV2(params=x, indices=as_index(indices), axis=axis)
        except tf.errors.InvalidArgumentError:
            pass
    return _raw.GatherV2(params=x, indices=from_front(indices, dims(x)[axis]), axis=axis)


def take_along_axis(x, indices, axis=None):
    if axis is None:
        return take(flatten(x), flatten(indices), 0)
    axis = range(x.shape.rank)[axis]
    x, indices = _broadcast_except(x, indices, axis)
    indices = from_front(indices, dims(x)[axis])
    rank = x.shape.rank
    if axis == rank - 1:
        return tf.gather(x, indices, batch_dims=rank - 1, axis=-1)
    order = [i for i in range(rank) if i != axis] + [axis]
    back = [order.index(i) for i in range(rank)]
    picked = tf.gather(transpose(x, order), transpose(indices, order), batch_dims=rank - 1, axis=-1)
    return transpose(picked, back)


def _broadcast_except(x, indices, axis):
    """Both with equal sizes but along `axis`."""
    static_x, static_i = x.shape.as_list(), indices.shape.as_list()
    if all(a == b and a is not None for i, (a, b) in enumerate(zip(static_x, static_i)) if i != axis):
        return x, indices
    sizes_x, sizes_i = dims(x), dims(indices)
    common = [_common_size(a, b) for a, b in zip(sizes_x, sizes_i)]
    shape_x = [sizes_x[i] if i == axis else n for i, n in enumerate(common)]
    shape_i = [sizes_i[i] if i == axis else n for i, n in enumerate(common)]
    return tf.broadcast_to(x, ints(tuple(shape_x))), tf.broadcast_to(indices, ints(tuple(shape_i)))


def _common_size(a, b):
    if isinstance(a, int) and isinstance(b, int):
        return b if a == 1 else a
    return tf.where(tf.equal(a, 1), b, a)


def unravel_index(indices, shape):
    total = product(shape)
    flat = from_front(indices, total)
    results = []
    for size in reversed(shape):
        results.append(cast(tf.math.floormod(flat, cast(size, flat.dtype)), indices.dtype))
        flat = tf.math.floordiv(flat, cast(size, flat.dtype))
    return tuple(reversed(results))


def isin(x1, x2, assume_unique=False, invert=False):
    if x1.dtype is tf.bool:
        x1, x2 = cast(x1, "int32"), cast(x2, "int32")
    found = tf.reduce_any(tf.equal(x1[..., None], flatten(x2)), -1)
    return tf.logical_not(found) if invert else found


# ---------------------------------------------------------------------------------------------------------------------
# x[key]


def get_item(x, key):
    key = key if isinstance(key, tuple) else (key,)
    if all(isinstance(k, (int, slice)) or k is None or k is Ellipsis for k in key) and bool not in {
        type(k) for k in key
    }:
        spec = _strided(key)
        return _raw.StridedSlice(input=x, **spec) if spec else x[key]
    return _advanced(x, _spelled_out(key, x.shape.rank))


def _strided(key):
    """Arguments of the raw op for a key of ints and slices of ints; `None` when a bound is something else."""
    frozen = tuple((k.start, k.stop, k.step) if isinstance(k, slice) else k for k in key)
    if tf.executing_eagerly() and all(
        b is None or isinstance(b, int) for k in key if isinstance(k, slice) for b in (k.start, k.stop, k.step)
    ):
        return _strided_arguments(frozen)
    return None


@functools.lru_cache(maxsize=4096)
def _strided_arguments(key):
    begin, end, strides = [], [], []
    masks = dict.fromkeys(("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"), 0)
    for i, k in enumerate(key):
        bit = 1 << i
        start, stop, step = 0, 1, 1
        if k is None:
            masks["new_axis_mask"] |= bit
        elif k is Ellipsis:
            masks["ellipsis_mask"] |= bit
        elif isinstance(k, tuple):
            start, stop, step = k[0], k[1], 1 if k[2] is None else k[2]
            masks["begin_mask"] |= bit if start is None else 0
            masks["end_mask"] |= bit if stop is None else 0
            start, stop = start or 0, stop or 0
        else:
            start, stop = k, k + 1
            masks["shrink_axis_mask"] |= bit
        begin.append(start)
        end.append(stop)
        strides.append(step)
    return {"begin": ints(tuple(begin)), "end": ints(tuple(end)), "strides": ints(tuple(strides)), **masks}


def _spelled_out(key, rank):
    """The key without an ellipsis, arrays as tensors, and boolean masks as integer indices."""
    key = [convert_to_tensor(k) if _is_array(k) else k for k in key]
    used = sum(_uses(k) for k in key)
    place = next((i for i, k in enumerate(key) if k is Ellipsis), None)
    if place is not None:
        key[place : place + 1] = [slice(None)] * (rank - used)
    else:
        key += [slice(None)] * (rank - used)
    result = []
    for k in key:
        result.extend(nonzero(k) if isinstance(k, Tensor) and k.dtype is tf.bool else [k])
    return result


def _is_array(k):
    return isinstance(k, (Tensor, tf.Variable, BaseVariable, np.ndarray, list, tuple, bool))


def _uses(k):
    """Number of dimensions that one part of a key takes."""
    if k is None or k is Ellipsis:
        return 0
    return k.shape.rank if isinstance(k, Tensor) and k.dtype is tf.bool else 1


def _advanced(x, key):
    """Indexing with integer tensors among ints, slices and new axes, by NumPy's rules."""
    arrays = [i for i, k in enumerate(key) if isinstance(k, Tensor) and k.shape.rank != 0]
    if arrays:
        # Plain ints beside arrays are arrays too, of rank 0.
        key = [convert_to_tensor(k) if isinstance(k, int) else k for k in key]
        arrays = [i for i, k in enumerate(key) if isinstance(k, Tensor)]
    basic = tuple(slice(None) if i in arrays else k for i, k in enumerate(key))
    x = x[basic]
    if not arrays:
        return x
    # Where the arrays' dimensions are after the basic key, in which every array left one dimension.
    kept = [i for i, k in enumerate(key) if not isinstance(k, int)]
    axes = [kept.index(i) for i in arrays]
    rest = [i for i in range(x.shape.rank) if i not in axes]
    sizes = dims(x)
    indices = [from_front(cast(key[i], "int32"), sizes[axis]) for i, axis in zip(arrays, axes)]
    if len(indices) == 1:
        return _raw.GatherV2(params=x, indices=indices[0], axis=axes[0])
    shape = functools.reduce(tf.broadcast_dynamic_shape, [tf.shape(i) for i in indices])
    places = tf.stack([tf.broadcast_to(i, shape) for i in indices], -1)
    picked = tf.gather_nd(transpose(x, [*axes, *rest]), places)
    adjacent = axes == list(range(axes[0], axes[0] + len(axes)))
    leading = places.shape.rank - 1
    if not adjacent or axes[0] == 0:
        return picked
    before = list(range(leading, leading + axes[0]))
    order = before + list(range(leading)) + list(range(leading + axes[0], picked.shape.rank))
    return transpose(picked, order)
