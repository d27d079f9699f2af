"""Kernels that are called by name, not through a declaration: NumPy's on arrays, the graph's on `GraphTensor`s."""

from keras.src.backend.numpy.numpy import SCALAR_OPERANDS  # noqa: F401
from keras.src.backend.numpy.numpy import einsum as eager_einsum
from keras.src.backend.numpy.numpy import view as eager_view
from keras.src.backend.openvino import graph_complex, graph_numpy
from keras.src.backend.openvino.tensor import dual, has_complex
from keras.src.backend.openvino.unsupported import not_in_graph

einsum = dual(eager_einsum, graph_numpy.einsum)


def _get_item_in_graph(x, key):
    return (graph_complex if has_complex(x) else graph_numpy).get_item(x, key)


get_item = dual(lambda x, key: x[key], _get_item_in_graph)
view = dual(eager_view, not_in_graph("view"))
