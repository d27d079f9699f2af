"""Graph kernels of `keras.src.ops.nn`."""
