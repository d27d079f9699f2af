"""Kernels of `keras.ops.numpy`: indexing."""

import numpy as np

from keras.src.backend.onnx import build
from keras.src.backend.onnx.graph import constant, emit, size
from keras.src.backend.onnx.tensor import NotInGraph, Tensor, known


def take(x, indices, axis):
    indices = constant(indices)
    if axis is None:
        return build.gather(build.flat(x), indices, 0)
    return build.gather(x, indices, axis % x.ndim)


def take_along_axis(x, indices, axis):
    if axis is None:
        return take_along_axis(build.flat(x), build.flat(indices), 0)
    axis %= x.ndim
    sizes = [size(indices if i == axis else x, i) for i in range(x.ndim)]
    indices = build.broadcast_to(build.as_indices(indices), sizes)
    return emit("GatherElements", [x, indices], indices.dims, x.dtype, axis=axis)


def get_item(x, key):
    """`x[key]`: ints, slices, `None`, an ellipsis, and one tensor or list of integers."""
    keys = list(key) if isinstance(key, tuple) else [key]
    dots = [i for i, k in enumerate(keys) if k is Ellipsis]
    used = sum(k is not None and k is not Ellipsis for k in keys)
    missing = [slice(None)] * (x.ndim - used)
    if dots:
        keys[dots[0] : dots[0] + 1] = missing
    else:
        keys += missing
    axis, added, place = 0, [], 0
    for k in keys:
        if k is None:
            added.append(place)
            place += 1
        elif isinstance(k, slice):
            x = build.sliced(x, axis, _bound(k.start), _bound(k.stop), k.step or 1)
            axis, place = axis + 1, place + 1
        elif _is_scalar(k):
            x = build.gather(x, _checked(k, x.dims[axis]), axis)
        else:
            _refuse_more(keys, k)
            x = build.gather(x, constant(k), axis)
            axis, place = axis + constant(k).ndim, place + constant(k).ndim
    return build.unsqueeze(x, added)


def _refuse_more(keys, key):
    if constant(key).dtype == np.bool_:
        raise NotInGraph("A mask selects an unknown number of elements; an ONNX graph has `ops.where` for it.")
    if sum(not (k is None or isinstance(k, slice)) for k in keys) > 1:
        raise NotInGraph("Indexing by several tensors is not in ONNX graphs. Use `ops.take` or `ops.take_along_axis`.")


def _bound(k):
    return k if k is None or isinstance(k, Tensor) else int(k)


def _is_scalar(k):
    return getattr(k, "ndim", 0) == 0 and not isinstance(k, (list, tuple))


def _checked(k, n):
    """A scalar index as a tensor; ints must be in range."""
    if isinstance(k, Tensor):
        return k
    k = int(k)
    if known(n) and not -n <= k < n:
        raise ValueError(f"Index {k} is out of range for an axis of size {n}.")
    return constant(np.int64(k))
