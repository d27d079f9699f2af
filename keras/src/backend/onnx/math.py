"""Kernels of `keras.ops.math`."""

from keras.src.backend.onnx import build
from keras.src.backend.onnx.numpy.elementwise import erf, rsqrt  # noqa: F401
from keras.src.backend.onnx.numpy.reduction import top


def top_k(x, k, sorted):
    """The largest elements along the last axis, and their places."""
    values, places = top(x, k, True, sorted)
    return values, build.cast(places, "int32")
