"""Kernels of `keras.ops.image`."""
