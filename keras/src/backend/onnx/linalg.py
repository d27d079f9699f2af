"""Kernels of `keras.ops.linalg`."""
