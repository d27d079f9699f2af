"""Kernels of `keras.ops.linalg`: ONNX has a determinant of matrices, and no factorisations."""

from keras.src.backend.common.matrix_iterations import MatrixIterations
from keras.src.backend.onnx.control_flow import repeated
from keras.src.backend.onnx.graph import constant, emit
from keras.src.backend.onnx.unsupported import UNSUPPORTED  # noqa: F401

_by_loops = MatrixIterations(repeated, constant)
inv, solve, solve_triangular = _by_loops.inv, _by_loops.solve, _by_loops.solve_triangular
lu_factor, slogdet, cholesky = _by_loops.lu_factor, _by_loops.slogdet, _by_loops.cholesky
qr, eigh, svd = _by_loops.qr, _by_loops.eigh, _by_loops.svd


def det(x):
    return emit("Det", [x], x.dims[:-2], x.dtype)
