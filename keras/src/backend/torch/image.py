"""Kernels of `keras.ops.image`: none yet, the bodies of the ops serve."""
