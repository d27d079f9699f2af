"""Kernels of `keras.src.ops.image` that are called by name, not through a declaration."""
