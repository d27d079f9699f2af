"""Graph kernels of `keras.src.ops.linalg`.

The runtime has an inverse of matrices and no factorisations. Those are iterations here, each one `Loop` node whatever the size of
the matrix: its steps work on whole matrices, with masks for the rows and columns that a step concerns.
"""

import numpy as np
import openvino.opset15 as opset

from keras.src.backend.openvino.build import repeated
from keras.src.backend.openvino.graph_arrays import (
    argmax,
    argsort,
    concatenate,
    diagonal,
    expand_dims,
    flip,
    prod,
    squeeze,
    sum,
    swapaxes,
    take,
    take_along_axis,
    tril,
    triu,
)
from keras.src.backend.openvino.graph_elementwise import absolute, equal, log, sign, sqrt, where
from keras.src.backend.openvino.graph_products import matmul
from keras.src.backend.openvino.tensor import constant, graph_kernel, wrap


@graph_kernel
def inv(x):
    return opset.inverse(x, False)


def solve(a, b):
    inverse = inv(a)
    if b.ndim >= a.ndim:
        return matmul(inverse, b)
    return squeeze(matmul(inverse, expand_dims(b, -1)), -1)


def solve_triangular(a, b, lower):
    return solve(tril(a, 0) if lower else triu(a, 0), b)


def _numbers(n):
    return wrap(constant(np.arange(n, dtype="int32")))


def _identity(like, n):
    """Unit matrices of size `n` in the batch and the dtype of `like`."""
    return wrap(constant(np.broadcast_to(np.eye(n), (*like.shape[:-2], n, n)).astype(like.dtype)))


def _column(x, k):
    """Column `k`, a number of the graph, as a matrix."""
    return expand_dims(take(x, k, -1), -1)


def _row(x, k):
    return expand_dims(take(x, k, -2), -2)


def _safe(x):
    """`x` with 1 in the place of 0, to divide by."""
    return where(equal(x, 0), 1, x)


# Elimination


def _eliminate(k, x, pivots):
    """Brings the largest element of column `k` into place, and subtracts its row from those below."""
    rows, columns = _numbers(x.shape[-2]), _numbers(x.shape[-1])
    pivot = argmax(where(rows >= k, absolute(take(x, k, -1)), -1), -1, True)
    source = where(equal(rows, k), pivot, where(equal(rows, pivot), k, rows))
    x = take_along_axis(x, expand_dims(source, -1), -2)
    is_below = expand_dims(rows > k, -1)
    factors = where(is_below, _column(x, k) / _safe(_column(_row(x, k), k)), 0)
    rest = x - factors * where(columns > k, _row(x, k), 0)
    x = where(is_below & equal(columns, k), factors, rest)
    return x, where(equal(_numbers(pivots.shape[-1]), k), pivot, pivots)


def lu_factor(x):
    count = min(x.shape[-2:])
    return repeated(count, _eliminate, x, wrap(constant(np.zeros((*x.shape[:-2], count), "int32"))))


def _signed_diagonal(x):
    """The diagonal of the upper factor, each element with the sign of its row's swap."""
    packed, pivots = lu_factor(x)
    values = diagonal(packed, 0, -2, -1)
    return where(equal(pivots, _numbers(x.shape[-1])), values, -values)


def slogdet(x):
    values = _signed_diagonal(x)
    return prod(sign(values), -1, False, None), sum(log(absolute(values)), -1, False)


def det(x):
    return prod(_signed_diagonal(x), -1, False, None)


def _cholesky_step(k, rest, factor):
    column = _column(rest, k) / sqrt(_column(_row(rest, k), k))
    column = where(expand_dims(_numbers(rest.shape[-2]) >= k, -1), column, 0)
    factor = where(equal(_numbers(rest.shape[-1]), k), column, factor)
    return rest - column * swapaxes(column, -1, -2), factor


def cholesky(x, upper):
    factor = repeated(x.shape[-1], _cholesky_step, x, x * 0)[1]
    return swapaxes(factor, -1, -2) if upper else factor


# Reflections


def _reflect(k, q, r):
    """Mirrors column `k` onto its axis, with the sign that LAPACK chooses."""
    rows = expand_dims(_numbers(r.shape[-2]), -1)
    column = where(rows >= k, _column(r, k), 0)
    tail = sum(where(rows > k, column * column, 0), -2, True)
    first = _row(column, k)
    length = sqrt(tail + first * first)
    end = where(first < 0, length, -length)
    mirror = where(equal(rows, k), first - end, column)
    scale = where(equal(tail, 0), 0, 2 / _safe(sum(mirror * mirror, -2, True)))
    reflection = _identity(r, r.shape[-2]) - scale * mirror * swapaxes(mirror, -1, -2)
    return matmul(q, reflection), matmul(reflection, r)


def qr(x, mode):
    m, n = x.shape[-2:]
    q, r = repeated(min(m, n), _reflect, _identity(x, m), x)
    k = m if mode == "complete" else min(m, n)
    return q[..., :k], triu(r, 0)[..., :k, :]


# Rotations (Jacobi): in each step all columns are turned in pairs, as in the rounds of a tournament

_NEGLIGIBLE = 2.0**-48  # squared, in comparison with the product of the elements on the diagonal


def _tournament(n):
    """Partner of each of `n` players in each round; in odd fields one sits out, its own partner."""
    even = n + n % 2
    order, rounds = list(range(even)), []
    for _ in range(even - 1):
        partners = list(range(n))
        for a, b in zip(order[: even // 2], order[::-1]):
            if a < n and b < n:
                partners[a], partners[b] = b, a
        rounds.append(partners)
        order = [order[0], order[-1], *order[1:-1]]
    return np.array(rounds, "int32")


def _rotation(k, x):
    """The orthogonal matrix that makes the elements of `x`, symmetric, vanish where this round's pairs meet."""
    n = x.shape[-1]
    rounds = _tournament(n)
    partners = take(wrap(constant(rounds)), k % len(rounds), 0)
    numbers = _numbers(n)
    meets = equal(expand_dims(partners, -1), numbers)
    own = diagonal(x, 0, -2, -1)
    others = sum(where(meets, expand_dims(own, -2), 0), -1, False)
    between = sum(where(meets, x, 0), -1, False)
    is_small = between * between <= _NEGLIGIBLE * absolute(own * others)
    between = where(equal(partners, numbers) | is_small, 0, between)
    ratio = (others - own) / (2 * _safe(between))
    is_positive = (ratio > 0) | (equal(ratio, 0) & (numbers < partners))
    tangent = 1 / (absolute(ratio) + sqrt(1 + ratio * ratio))
    tangent = where(equal(between, 0), 0, where(is_positive, tangent, -tangent))
    cosine = 1 / sqrt(1 + tangent * tangent)
    turned = where(meets, expand_dims(tangent * cosine, -1), 0)
    return where(equal(expand_dims(numbers, -1), numbers), expand_dims(cosine, -1), turned)


def _diagonalise(k, x, vectors):
    turn = _rotation(k, x)
    return matmul(matmul(swapaxes(turn, -1, -2), x), turn), matmul(vectors, turn)


def _steps(n, sweeps=12):
    return sweeps * len(_tournament(n))


def eigh(x):
    n = x.shape[-1]
    symmetric = tril(x, 0) + swapaxes(tril(x, -1), -1, -2)
    vectors = _identity(x, n)
    # Many rotations gather rounding errors: one step of Newton and Schulz and a second, short round undo them.
    for sweeps in (12, 2):
        turned = matmul(swapaxes(vectors, -1, -2), matmul(symmetric, vectors))
        _, vectors = repeated(_steps(n, sweeps), _diagonalise, turned, vectors)
        vectors = matmul(vectors, 1.5 * _identity(x, n) - 0.5 * matmul(swapaxes(vectors, -1, -2), vectors))
    values = sum(vectors * matmul(symmetric, vectors), -2, False)
    order = argsort(values, -1)
    return take_along_axis(values, order, -1), take_along_axis(vectors, expand_dims(order, -2), -1)


def _orthogonalise(k, x, vectors):
    turn = _rotation(k, matmul(swapaxes(x, -1, -2), x))
    return matmul(x, turn), matmul(vectors, turn)


def svd(x, full_matrices, compute_uv):
    m, n = x.shape[-2:]
    if m < n:
        result = svd(swapaxes(x, -1, -2), full_matrices, compute_uv)
        return (swapaxes(result[2], -1, -2), result[1], swapaxes(result[0], -1, -2)) if compute_uv else result
    turned, v = repeated(_steps(n), _orthogonalise, x, _identity(x, n))
    values = sqrt(sum(turned * turned, -2, False))
    order = flip(argsort(values, -1), (-1,))
    values = take_along_axis(values, order, -1)
    if not compute_uv:
        return values
    order = expand_dims(order, -2)
    u = _completed(take_along_axis(turned, order, -1) / expand_dims(_safe(values), -2))
    return (u if full_matrices else u[..., :n]), values, swapaxes(take_along_axis(v, order, -1), -1, -2)


def _completed(u):
    """Orthonormal columns, some of which may be zero, and further ones: a square orthogonal matrix."""
    m, n = u.shape[-2:]
    q, r = qr(u, "complete")
    signs = where(diagonal(r, 0, -2, -1) < 0, wrap(constant(-np.ones((), u.dtype))), 1)
    rest = wrap(constant(np.ones((*u.shape[:-2], m - n), u.dtype)))
    return q * expand_dims(concatenate([signs, rest], -1), -2)
