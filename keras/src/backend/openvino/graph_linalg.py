"""Graph kernels of `keras.ops.linalg`."""

import numpy as np
import openvino.opset15 as opset

from keras.src.backend.openvino.build import ints, like, rank_of, shape_of
from keras.src.backend.openvino.tensor import constant, graph_kernel


@graph_kernel
def inv(x):
    return opset.inverse(x, False)


@graph_kernel
def solve(a, b):
    return _solved(a, b)


@graph_kernel
def solve_triangular(a, b, lower):
    n = shape_of(a)[-1]
    kept = constant(np.tri(n, dtype=bool) if lower else ~np.tri(n, k=-1, dtype=bool))
    return _solved(opset.select(kept, a, like(0, a)).output(0), b)


def _solved(a, b):
    """By the inverse: the runtime has no factorisations."""
    inverse = opset.inverse(a, False)
    if rank_of(b) >= rank_of(a):
        return opset.matmul(inverse, b, False, False)
    column = opset.unsqueeze(b, ints([rank_of(b)]))
    return opset.squeeze(opset.matmul(inverse, column, False, False), ints([rank_of(b)]))
