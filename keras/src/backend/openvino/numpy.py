"""Kernels that are called by name, not through a declaration: NumPy's on arrays, the graph's on `GraphTensor`s."""

from keras.src.backend.numpy import numpy as eager
from keras.src.backend.openvino import graph_numpy
from keras.src.backend.openvino.tensor import dual

SCALAR_OPERANDS = eager.SCALAR_OPERANDS

einsum = dual(eager.einsum, graph_numpy.einsum)
get_item = dual(lambda x, key: x[key], graph_numpy.get_item)
view = dual(eager.view, graph_numpy.view)
