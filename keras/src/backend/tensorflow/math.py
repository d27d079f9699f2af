"""Kernels of `keras.ops.math`."""
