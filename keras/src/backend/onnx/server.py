"""Who serves tensors of ONNX graphs (`backend/door.py`)."""

import numpy as np

from keras.src import tree
from keras.src.backend import door
from keras.src.backend.common.variables import Variable
from keras.src.backend.onnx import core, graph
from keras.src.backend.onnx.tensor import NotInGraph, Tensor


class Graphs(door.Guest):
    """Kernels that add nodes; an op on constants alone is computed at once, by the running engine."""

    def serves(self, x):
        return True

    def call(self, declaration, args):
        if all(map(_is_known, args)):
            return _folded(declaration, args)
        try:
            return super().call(declaration, args)
        except (TypeError, ValueError) as error:
            if not any(map(_has_unknown_size, args)):
                raise
            raise NotInGraph(
                f"keras.ops.{declaration.name} must know sizes that are unknown in this ONNX graph ({error}). Give the "
                "sizes of the inputs by `input_signature`."
            ) from error

    def next_seed(self, generator, first):
        return graph.constant(np.zeros(2, "uint32"))  # Whatever draws from it raises.


def _is_known(x):
    if isinstance(x, (list, tuple)):
        return all(map(_is_known, x))
    x = x.value if isinstance(x, Variable) else x
    return not isinstance(x, Tensor) or x.value is not None


def _has_unknown_size(x):
    if isinstance(x, (list, tuple)):
        return any(map(_has_unknown_size, x))
    return isinstance(x, Tensor) and None in x.shape


def _plain(x):
    """Constants of the graph as arrays."""
    if isinstance(x, (list, tuple)):
        return type(x)(map(_plain, x))
    return x.value if isinstance(x, Tensor) else x


def _folded(declaration, args):
    """The result of an op on constants, as constants."""
    with door.closed():
        result = declaration.public(*(_plain(x) for x in args))
    return tree.map_structure(lambda x: graph.constant(core.convert_to_numpy(x)), result)


SERVER = Graphs("onnx")
door.serve(Tensor, SERVER)
