"""Graph kernels of `keras.src.ops.linalg`."""
