"""Operations that an OpenVINO graph cannot hold, and why.

They work on arrays; a model that contains one is run by the NumPy kernels instead of a compiled graph.
"""

from keras.src.backend.openvino.tensor import NotInGraph

_BY_VALUE = "the shape of its result depends on values, and shapes in a graph are static."

UNSUPPORTED = {
    "view": "the runtime does not give access to the bits of numbers.",
    "eig": "the runtime has no factorisations; those of symmetric matrices are iterations of a fixed length, this one is not.",
    "nonzero": _BY_VALUE,
    "unique": _BY_VALUE,
    "bincount": _BY_VALUE,
}


def not_in_graph(name):
    """The stand-in for a graph kernel: it says that there is none, and why."""

    def kernel(*args):
        raise NotInGraph(f"keras.ops.{name} cannot be part of an OpenVINO graph: {UNSUPPORTED[name]}")

    return kernel
