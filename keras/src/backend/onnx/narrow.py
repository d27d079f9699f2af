"""Weights of few bits: they stay so in files, and nodes make floats of them."""

import ml_dtypes
import numpy as np

from keras.src.backend.onnx.graph import constant, current, emit

_LEAST = 1024
"""Smaller constants are no weights that a file grows by."""
_FOUR_BITS_SINCE = 21


def is_weight(x):
    """Whether a tensor is a large constant of eight bits."""
    return x.value is not None and x.dtype in (np.int8, np.uint8) and x.value.size >= _LEAST


def widened(x, dtype):
    """A large constant of eight bits, or of four where its numbers are as small, in another dtype by a node."""
    graph = current()
    narrow = _narrow(x)
    if narrow.dtype == dtype:
        return x
    key = ("widened", id(x), dtype)
    found = graph.remembered(key)
    return graph.remember(key, emit("Cast", [narrow], x.dims, dtype), x) if found is None else found


def _narrow(x):
    if current().opset < _FOUR_BITS_SINCE or x.dtype != np.int8 or x.value.min() < -8 or x.value.max() > 7:
        return x
    return constant(x.value.astype(ml_dtypes.int4), name=x.name)
