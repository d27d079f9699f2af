"""Graph kernels of `keras.src.ops.image`."""
