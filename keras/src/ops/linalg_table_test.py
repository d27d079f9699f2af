"""Rows for the ops of `keras.ops.linalg`: the oracles are NumPy; factors are unique up to signs, so products are compared."""

import numpy as np

from keras.src.testing.op_cases import SHAPE_ONLY, F, Table, case, of

TABLE = Table()
row = TABLE.row


def _solve(a, b):
    return np.linalg.solve(a, b) if b.ndim == a.ndim else np.linalg.solve(a, b[..., None])[..., 0]


def _triangular(a, b, lower=False):
    return _solve(np.tril(a) if lower else np.triu(a), b)


def _norm(x, ord=None, axis=None, keepdims=False):
    if axis is None and ord is None:
        result = np.linalg.norm(x.ravel())
        return result.reshape((1,) * x.ndim) if keepdims else result
    return np.linalg.norm(x, ord, axis, keepdims)


def _transposed(x):
    return np.swapaxes(x, -1, -2)


def _of_eigenvectors(values, vectors):
    return values, (vectors * values[..., None, :]) @ _transposed(vectors), _transposed(vectors) @ vectors


def _of_singular_vectors(u, s, vh):
    k = s.shape[-1]
    return s, (u[..., :k] * s[..., None, :]) @ vh[..., :k, :], _transposed(u) @ u, vh @ _transposed(vh)


_SPD = of("spd", 2, 3, 3)
row(
    "cholesky",
    case(_SPD),
    case(_SPD, upper=True),
    oracle=lambda x, upper=False: np.linalg.cholesky(x, upper=upper),
    half=None,
)
row(
    "cholesky_inverse",
    case(np.linalg.cholesky(np.eye(3, dtype="float32") * 2 + 0.5)),
    case(np.linalg.cholesky(np.eye(3, dtype="float32") * 2 + 0.5).T, upper=True),
    oracle=lambda x, upper=False: np.linalg.inv(x.T @ x if upper else x @ x.T),
    half=None,
)
row("det", case(F(2, 3, 3)), oracle=np.linalg.det, half=None, gradient=True)
row("inv", case(_SPD), oracle=np.linalg.inv, half=None, gradient=True, tolerance=1e-4)
row("eig", case(F(2, 3, 3)), oracle=SHAPE_ONLY, half=None, compiles=False)
row("eigh", case(_SPD), oracle=SHAPE_ONLY, half=None, products=_of_eigenvectors)
row("lu_factor", case(F(3, 3)), oracle=SHAPE_ONLY, half=None)
row("qr", case(F(4, 3)), case(F(2, 3, 4)), case(F(4, 3), mode="complete"), oracle=SHAPE_ONLY, half=None, unknown=False)
row(
    "svd",
    case(F(4, 3)),
    case(F(2, 3, 4), full_matrices=False),
    oracle=SHAPE_ONLY,
    half=None,
    products=_of_singular_vectors,
)
row(
    "matrix_rank",
    case(F(3, 4)),
    case(np.ones((3, 3), "float32")),
    oracle=lambda x, tol=None: np.linalg.matrix_rank(x, tol),
    half=None,
)
row("pinv", case(F(3, 4)), case(F(2, 4, 3)), oracle=lambda x, rcond=None: np.linalg.pinv(x), tolerance=1e-4, half=None)
row(
    "solve",
    case(_SPD, F(2, 3, 2)),
    case(of("spd", 2, 3, 3), F(2, 3)),
    oracle=_solve,
    tolerance=1e-4,
    half=None,
    gradient=True,
)
row(
    "solve_triangular",
    case(_SPD, F(2, 3, 2)),
    case(_SPD, F(2, 3, 2), lower=True),
    oracle=_triangular,
    tolerance=1e-4,
    half=None,
)
row(
    "lstsq",
    case(F(5, 3), F(5, 2)),
    case(F(5, 3), F(5)),
    oracle=lambda a, b, rcond=None: np.linalg.lstsq(a, b, rcond=None)[0],
    tolerance=1e-4,
    half=None,
)
row(
    "norm",
    case(F(2, 3)),
    case(F(2, 3), axis=1),
    case(F(2, 3), axis=-1, ord=1, keepdims=True),
    case(F(2, 3), axis=0, ord=3),
    case(F(2, 3), axis=0, ord=np.inf),
    case(F(2, 3), axis=0, ord=-np.inf),
    case(of("small", 2, 5), axis=1, ord=0),
    *(case(F(2, 3, 4), axis=(1, 2), ord=o) for o in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)),
    case(F(2, 3, 4), axis=(0, 2), ord=1, keepdims=True),
    oracle=_norm,
    tolerance=1e-4,
    gradient=True,
    half=None,
)
