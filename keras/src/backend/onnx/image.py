"""Kernels of `keras.ops.image`."""

from keras.src.backend.onnx.unsupported import UNSUPPORTED  # noqa: F401
