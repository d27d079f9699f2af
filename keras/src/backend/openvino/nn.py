"""Kernels of `keras.src.ops.nn` that are called by name, not through a declaration."""
