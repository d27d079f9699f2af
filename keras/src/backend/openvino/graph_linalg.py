"""Graph kernels of `keras.ops.linalg`."""

import openvino.opset15 as opset

from keras.src.backend.openvino.tensor import graph_kernel


@graph_kernel
def inv(x):
    return opset.inverse(x, False)
