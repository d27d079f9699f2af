"""Kernels that are called by name, not through a declaration: NumPy's on arrays, the graph's on `GraphTensor`s."""

from keras.src.backend.numpy import numpy as eager
from keras.src.backend.openvino import graph_complex, graph_numpy
from keras.src.backend.openvino.tensor import dual, has_complex
from keras.src.backend.openvino.unsupported import not_in_graph

SCALAR_OPERANDS = eager.SCALAR_OPERANDS

einsum = dual(eager.einsum, graph_numpy.einsum)


def _get_item_in_graph(x, key):
    return (graph_complex if has_complex(x) else graph_numpy).get_item(x, key)


get_item = dual(lambda x, key: x[key], _get_item_in_graph)
view = dual(eager.view, not_in_graph("view"))
