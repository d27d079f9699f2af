"""Graph kernels of `keras.src.ops.math`."""
