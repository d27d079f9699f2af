"""Graph kernels of `keras.src.ops.linalg`: the runtime has an inverse of matrices and no factorisations."""

import openvino.opset15 as opset

from keras.src.backend.common.matrix_iterations import MatrixIterations
from keras.src.backend.openvino.build import repeated
from keras.src.backend.openvino.tensor import constant, graph_kernel, wrap


@graph_kernel
def inv(x):
    return opset.inverse(x, False)


_by_loops = MatrixIterations(repeated, lambda x: wrap(constant(x)), inv)
solve, solve_triangular = _by_loops.solve, _by_loops.solve_triangular
lu_factor, slogdet, det, cholesky = _by_loops.lu_factor, _by_loops.slogdet, _by_loops.det, _by_loops.cholesky
qr, eigh, svd = _by_loops.qr, _by_loops.eigh, _by_loops.svd
