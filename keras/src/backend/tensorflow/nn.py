"""Kernels of `keras.ops.nn`."""
