"""Kernels of `keras.ops.numpy`: tensors made from sizes and from other tensors."""

import numpy as np

from keras.src.backend.onnx import build
from keras.src.backend.onnx.graph import constant, emit, sizes_of
from keras.src.backend.onnx.tensor import NotInGraph, Tensor, Unknown, known, to_engine_dtype
from keras.src.backend.onnx.unsupported import UNSUPPORTED


def _filled(shape, value, dtype):
    shape = (shape,) if isinstance(shape, (int, Tensor)) else tuple(shape)
    scalar = build.cast(value, dtype) if isinstance(value, Tensor) else constant(value, to_engine_dtype(dtype))
    if all(map(known, shape)) and scalar.value is not None:
        return constant(np.full(shape, scalar.value))
    return build.broadcast_to(scalar, shape)


def zeros(shape, dtype):
    return _filled(shape, 0, dtype)


empty = zeros


def ones(shape, dtype):
    return _filled(shape, 1, dtype)


def full(shape, fill_value, dtype):
    return _filled(shape, fill_value, dtype)


def zeros_like(x, dtype):
    return _filled(sizes_of(x), 0, dtype)


empty_like = zeros_like


def ones_like(x, dtype):
    return _filled(sizes_of(x), 1, dtype)


def full_like(x, fill_value, dtype):
    return _filled(sizes_of(x), fill_value, dtype)


def array(x, dtype):
    return x if dtype is None else build.cast(x, dtype)


def arange(start, stop, step, dtype):
    start, stop = (0, start) if stop is None else (start, stop)
    whole = np.dtype(to_engine_dtype(dtype)).kind in "iu"
    inner = np.dtype("int64" if whole else "float32")
    bounds = [build.cast(constant(x), inner) for x in (start, stop, 1 if step is None else step)]
    unknown = bounds[1].node is not None and start in (0, None) and step in (1, None) and isinstance(stop, Tensor)
    length = stop.size_of if unknown and stop.size_of is not None else Unknown()
    return build.cast(emit("Range", bounds, (length,), inner), dtype)


def view(x, dtype):
    raise NotInGraph(f"keras.ops.view: {UNSUPPORTED['view']}")
