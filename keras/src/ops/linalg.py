"""Factorisations, inverses, equations and norms of matrices; leading dimensions are batches."""

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.backend.common import shape_rules
from keras.src.backend.common.keras_tensor import any_symbolic_tensors
from keras.src.backend.common.shape_rules import canonical_axes, pattern, reject
from keras.src.graph.operation import Operation
from keras.src.ops import numpy as ops
from keras.src.ops.core import cast
from keras.src.ops.core import shape as shape_of
from keras.src.ops.declare import Axis, Tensor, op
from keras.src.ops.dtype_rules import real_part, to_complex, to_float, to_float_at_least, to_floats

EPSILONS = {"float16": 2**-10, "bfloat16": 2**-7, "float32": 2**-23, "float64": 2**-52}


def _matrix(x, name="x"):
    reject(len(x) < 2, f"`{name}` must hold matrices: rank 2 or more", shape=x)
    return x


def _two_floats(x):
    dtype = to_float(x)[1]
    return dtype, (dtype, real_part(dtype)[1])


@op(dtype=to_float, shape=pattern("...nn->...nn"))
def cholesky(x: Tensor, upper=False):
    """Cholesky factor of positive definite matrices.

    Args:
        x: Tensor of shape `(..., n, n)`.
        upper: Whether to return the upper factor, the transpose of the lower one.

    Returns:
        Tensor of shape `(..., n, n)`, triangular.

    Example:

    >>> keras.ops.cholesky([[4.0, 2.0], [2.0, 5.0]])
    array([[2., 0.],
           [1., 2.]], dtype=float32)
    """


@op(dtype=to_float, shape=pattern("...nn->...nn"))
def cholesky_inverse(x: Tensor, upper=False):
    """Inverse of positive definite matrices, from their Cholesky factors.

    Args:
        x: Tensor of shape `(..., n, n)`: the factors.
        upper: Whether they are upper triangular.

    Returns:
        Tensor of shape `(..., n, n)`.

    Example:

    >>> keras.ops.cholesky_inverse([[2.0, 0.0], [0.0, 4.0]])
    array([[0.25  , 0.    ],
           [0.    , 0.0625]], dtype=float32)
    """
    factor = ops.swapaxes(x, -1, -2) if upper else x
    inverse = inv(factor)
    return ops.matmul(ops.swapaxes(inverse, -1, -2), inverse)


@op(dtype=to_float, shape=pattern("...nn->..."))
def det(x: Tensor):
    """Determinants of square matrices.

    Example:

    >>> keras.ops.det([[1.0, 2.0], [3.0, 4.0]])
    array(-2., dtype=float32)
    """


@op(dtype=lambda x: (to_complex(x)[0], (to_complex(x)[1],) * 2), shape=pattern("...nn->...n,...nn"))
def eig(x: Tensor):
    """Eigenvalues and right eigenvectors of square matrices.

    Args:
        x: Tensor of shape `(..., n, n)`.

    Returns:
        Pair of complex tensors of shapes `(..., n)` and `(..., n, n)`; the vectors stand in the columns.

    Example:

    >>> values, vectors = keras.ops.eig([[0.0, 1.0], [-1.0, 0.0]])
    >>> keras.ops.sort(keras.ops.imag(values))
    array([-1.,  1.], dtype=float32)
    """


@op(dtype=lambda x: (_two_floats(x)[0], _two_floats(x)[1][::-1]), shape=pattern("...nn->...n,...nn"))
def eigh(x: Tensor):
    """Eigenvalues in ascending order and eigenvectors of symmetric (Hermitian) matrices.

    Args:
        x: Tensor of shape `(..., n, n)`.

    Returns:
        Pair of tensors of shapes `(..., n)` and `(..., n, n)`; the vectors stand in the columns.

    Example:

    >>> values, vectors = keras.ops.eigh([[2.0, 1.0], [1.0, 2.0]])
    >>> values
    array([1., 3.], dtype=float32)
    """


@op(dtype=to_float, shape=pattern("...nn->...nn"))
def inv(x: Tensor):
    """Inverses of square matrices.

    Example:

    >>> keras.ops.inv([[2.0, 0.0], [1.0, 4.0]])
    array([[ 0.5  ,  0.   ],
           [-0.125,  0.25 ]], dtype=float32)
    """


def _least(m, n):
    return None if m is None or n is None else min(m, n)


def _factored(x):
    return (_matrix(x), x[:-2] + (_least(*x[-2:]),))


@op(dtype=to_floats(None, "int32"), shape=_factored)
def lu_factor(x: Tensor):
    """LU factorisation with pivoting.

    Args:
        x: Tensor of shape `(..., m, n)`.

    Returns:
        Pair of a tensor of shape `(..., m, n)` that packs both factors, and an int32 tensor of the pivots.

    Example:

    >>> lu, pivots = keras.ops.lu_factor([[2.0, 4.0], [1.0, 5.0]])
    >>> lu
    array([[2. , 4. ],
           [0.5, 3. ]], dtype=float32)
    >>> pivots
    array([0, 1], dtype=int32)
    """


@op(dtype=lambda x: (to_float(x)[0], "int32"), shape=pattern("...mn->..."))
def matrix_rank(x: Tensor, tol=None):
    """Numbers of linearly independent rows of matrices.

    Args:
        x: Tensor of shape `(..., m, n)`.
        tol: Singular values up to it count as zero; by default the largest one times `max(m, n)` times the dtype's epsilon.

    Returns:
        Tensor of int32 of shape `(...)`.

    Example:

    >>> keras.ops.matrix_rank([[1.0, 2.0], [2.0, 4.0]])
    array(1, dtype=int32)
    """
    values = svd(x, False, False)
    if tol is None:
        tol = ops.max(values, -1, True) * (
            _longer_side(x, _dtype_name(values)) * EPSILONS.get(_dtype_name(values), 2**-23)
        )
    return ops.sum(cast(values > tol, "int32"), -1)


def _dtype_name(x):
    return backend.standardize_dtype(x.dtype)


@op(dtype=to_float, shape=pattern("...mn->...nm"))
def pinv(x: Tensor, rcond=None):
    """Moore-Penrose inverses of matrices.

    Args:
        x: Tensor of shape `(..., m, n)`.
        rcond: Singular values up to `rcond` times the largest one count as zero; by default `max(m, n)` times the
            dtype's epsilon.

    Returns:
        Tensor of shape `(..., n, m)`.

    Example:

    >>> keras.ops.pinv([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]])
    array([[1. , 0. , 0. ],
           [0. , 0.5, 0. ]], dtype=float32)
    """
    u, s, vh = svd(x, False, True)
    if rcond is None:
        rcond = _longer_side(x, _dtype_name(s)) * EPSILONS.get(_dtype_name(s), 2**-23)
    kept = s > rcond * ops.max(s, -1, True)
    inverse = ops.where(kept, 1.0 / ops.where(kept, s, 1.0), 0.0)
    rows = ops.swapaxes(ops.conjugate(vh), -1, -2)
    return ops.matmul(
        rows * cast(ops.expand_dims(inverse, -2), _dtype_name(rows)), ops.swapaxes(ops.conjugate(u), -1, -2)
    )


def _longer_side(x, dtype):
    rows, columns = shape_of(x)[-2:]
    known = isinstance(rows, int) and isinstance(columns, int)
    return max(rows, columns) if known else cast(ops.maximum(rows, columns), dtype)


def _qr_shapes(x, mode="reduced"):
    _matrix(x)
    reject(mode not in ("reduced", "complete"), "`mode` must be 'reduced' or 'complete'", mode=mode)
    m, n = x[-2:]
    reject(None in (m, n), "the last two sizes must be known", shape=x)
    k = m if mode == "complete" else _least(m, n)
    return (x[:-2] + (m, k), x[:-2] + (k, n))


@op(dtype=to_floats(None, None), shape=_qr_shapes)
def qr(x: Tensor, mode="reduced"):
    """QR factorisation: orthonormal columns times an upper triangle.

    Args:
        x: Tensor of shape `(..., m, n)`.
        mode: `"reduced"`, with `min(m, n)` columns, or `"complete"`, with `m`.

    Returns:
        Pair of tensors of shapes `(..., m, k)` and `(..., k, n)`.

    Example:

    >>> q, r = keras.ops.qr([[3.0, 1.0], [4.0, 2.0]])
    >>> keras.ops.matmul(q, r)
    array([[3., 1.],
           [4., 2.]], dtype=float32)
    """


def _svd_dtype(x, compute_uv=True):
    dtype = to_float(x)[1]
    values = real_part(dtype)[1]
    return dtype, (dtype, values, dtype) if compute_uv else values


def _svd_shapes(x, full_matrices=True, compute_uv=True):
    _matrix(x)
    m, n = x[-2:]
    k = _least(m, n)
    if not compute_uv:
        return x[:-2] + (k,)
    rows, columns = (m, n) if full_matrices else (k, k)
    return (x[:-2] + (m, rows), x[:-2] + (k,), x[:-2] + (columns, n))


@op(dtype=_svd_dtype, shape=_svd_shapes, name="SVD")
def svd(x: Tensor, full_matrices=True, compute_uv=True):
    """Singular value decomposition `u @ diag(s) @ vh`.

    Args:
        x: Tensor of shape `(..., m, n)`.
        full_matrices: Whether `u` and `vh` are square.
        compute_uv: Whether to return `u` and `vh`.

    Returns:
        Tuple `(u, s, vh)`, or `s` alone: the singular values in descending order.

    Example:

    >>> u, s, vh = keras.ops.svd([[3.0, 0.0], [0.0, -5.0], [0.0, 0.0]])
    >>> s
    array([5., 3.], dtype=float32)
    >>> u.shape, vh.shape
    ((3, 3), (2, 2))
    """


def _solved(a, b):
    return pattern("...nn,...n->...n" if len(b) == len(a) - 1 else "...nn,...nk->...nk")(a, b)


@op(dtype=to_float_at_least, shape=_solved)
def solve(a: Tensor, b: Tensor):
    """Solutions `x` of `a @ x = b`.

    Args:
        a: Tensor of shape `(..., n, n)`.
        b: Tensor of shape `(..., n, k)` or `(..., n)`.

    Returns:
        Tensor of the shape of `b`.

    Example:

    >>> keras.ops.solve([[2.0, 0.0], [1.0, 4.0]], [2.0, 9.0])
    array([1., 2.], dtype=float32)
    """


@op(dtype=to_float_at_least, shape=_solved)
def solve_triangular(a: Tensor, b: Tensor, lower=False):
    """Solutions `x` of `a @ x = b` for triangular `a`.

    Args:
        a: Tensor of shape `(..., n, n)`.
        b: Tensor of shape `(..., n, k)` or `(..., n)`.
        lower: Whether `a` is lower triangular.

    Returns:
        Tensor of the shape of `b`.

    Example:

    >>> keras.ops.solve_triangular([[2.0, 0.0], [1.0, 4.0]], [2.0, 9.0], lower=True)
    array([1., 2.], dtype=float32)
    """


def _least_squares(a, b):
    return pattern("mn,m->n" if len(b) == 1 else "mn,mk->nk")(a, b)


@op(dtype=to_float_at_least, shape=_least_squares)
def lstsq(a: Tensor, b: Tensor, rcond=None):
    """Vectors `x` that minimise `|a @ x - b|`, the shortest of several.

    Args:
        a: Tensor of shape `(m, n)`.
        b: Tensor of shape `(m,)` or `(m, k)`.
        rcond: Singular values up to `rcond` times the largest one count as zero; see `pinv`.

    Returns:
        Tensor of shape `(n,)` or `(n, k)`.

    Example:

    >>> keras.ops.lstsq([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]], [1.0, 3.0, 5.0])
    array([1., 2.], dtype=float32)
    """
    return ops.matmul(pinv(a, rcond), b)


_ORDERS = (None, "fro", "nuc")
_MATRIX_ORDERS = (*_ORDERS, 1, -1, 2, -2, float("inf"), float("-inf"))


def _normed(x, ord=None, axis=None, keepdims=False):
    reject(isinstance(ord, str) and ord not in _ORDERS, "`ord` must be a number, 'fro', 'nuc' or None", ord=ord)
    axes = canonical_axes(axis, len(x))
    reject(ord is not None and len(axes) not in (1, 2), "`ord` needs one axis or two", axis=axis, ord=ord, shape=x)
    if isinstance(ord, str) and len(axes) != 2:
        raise ValueError(f"`ord`={ord!r} is a norm of matrices: two axes are expected. Received: axis={axis}")
    if len(axes) == 2 and ord not in _MATRIX_ORDERS:
        raise ValueError(f"`ord` of matrices must be one of {_MATRIX_ORDERS}. Received: ord={ord}")
    return shape_rules.reduced(x, axis, keepdims)


def _norm_dtype(x):
    dtype = to_float(x)[1]
    return dtype, real_part(dtype)[1]


@op(dtype=_norm_dtype, shape=_normed, checked=True)
def norm(x: Tensor, ord=None, axis: Axis = None, keepdims=False):
    """Norms of vectors or matrices; the gradient at zero is zero.

    Args:
        x: Tensor.
        ord: Order: `None` for the root of the sum of squares; for vectors any number, `inf` and `-inf`; for matrices
            `"fro"`, `"nuc"`, 1, -1, 2, -2, `inf` and `-inf`.
        axis: Int for vectors, pair of ints for matrices; by default the whole tensor.
        keepdims: Whether reduced dimensions stay with size 1.

    Returns:
        Tensor of real numbers without the dimensions of `axis`.

    Example:

    >>> float(keras.ops.norm([3.0, 4.0]))
    5.0
    """
    axes = canonical_axes(axis, len(x.shape))
    if ord is None or ord == "fro" or (len(axes) == 1 and ord == 2):
        return _safe_root(ops.sum(ops.square(ops.absolute(x)), axes, keepdims))
    if len(axes) == 1:
        return _vector_norm(ops.absolute(x), ord, axes, keepdims)
    return _matrix_norm(x, ord, axes, keepdims)


def _safe_root(x):
    """Square root with the gradient 0 at 0."""
    positive = x > 0
    return ops.where(positive, ops.sqrt(ops.where(positive, x, 1.0)), 0.0)


def _vector_norm(x, ord, axes, keepdims):
    if ord == float("inf"):
        return ops.max(x, axes, keepdims)
    if ord == float("-inf"):
        return ops.min(x, axes, keepdims)
    if ord == 0:
        return ops.sum(cast(ops.not_equal(x, 0), _dtype_name(x)), axes, keepdims)
    if ord == 1:
        return ops.sum(x, axes, keepdims)
    return ops.power(ops.sum(ops.power(x, ord), axes, keepdims), 1.0 / ord)


def _matrix_norm(x, ord, axes, keepdims):
    extreme = ops.min if isinstance(ord, (int, float)) and ord < 0 else ops.max
    if ord in (1, -1, float("inf"), float("-inf")):
        summed, rest = axes if abs(ord) == 1 else axes[::-1]
        result = extreme(ops.sum(ops.absolute(x), summed, True), rest, True)
    elif ord in (2, -2, "nuc"):
        values = svd(ops.moveaxis(x, axes, (-2, -1)), False, False)
        result = ops.sum(values, -1) if ord == "nuc" else extreme(values, -1)
        result = ops.reshape(result, tuple(1 if i in axes else n for i, n in enumerate(shape_of(x))))
    else:
        raise ValueError(
            f"keras.ops.norm: `ord` of matrices must be one of 1, -1, 2, -2, inf, -inf, 'fro', 'nuc'. Received: {ord}"
        )
    if keepdims:
        return result
    return ops.reshape(result, tuple(n for i, n in enumerate(shape_of(x)) if i not in axes))


class JVP(Operation):
    """The operation of `keras.ops.jvp` in a graph."""

    def __init__(self, has_aux=False, *, name=None):
        super().__init__(name=name)
        self.has_aux = has_aux

    def call(self, fun, primals, tangents):
        return jvp(fun, primals, tangents, self.has_aux)

    def compute_output_spec(self, fun, primals, tangents):
        outputs = backend.core.compute_output_spec(fun, *primals)
        if self.has_aux:
            return outputs[0], outputs[0], outputs[1]
        return outputs, outputs


@keras_export(["keras.ops.jvp", "keras.ops.linalg.jvp"])
def jvp(fun, primals, tangents, has_aux=False):
    """Value of a function and its derivative along a direction (forward mode).

    Args:
        fun: Function of tensors.
        primals: Tuple of tensors at which to evaluate it.
        tangents: Tuple of tensors: the direction.
        has_aux: Whether `fun` returns a pair of outputs and auxiliary data.

    Returns:
        Pair of outputs and their derivatives, or triple with the auxiliary data.

    Example:

    >>> at, direction = keras.ops.array([1.0, 3.0]), keras.ops.array([1.0, 0.5])
    >>> value, slope = keras.ops.jvp(keras.ops.square, (at,), (direction,))
    >>> slope
    array([2., 3.], dtype=float32)
    """
    if any_symbolic_tensors((primals, tangents)):
        return JVP(has_aux).symbolic_call(fun, primals, tangents)
    return backend.ENGINE.linalg.jvp(fun, primals, tangents, has_aux)
