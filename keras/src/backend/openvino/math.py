"""Kernels of `keras.src.ops.math` that are called by name, not through a declaration."""
