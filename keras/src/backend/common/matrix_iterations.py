"""Factorisations of matrices as iterations, for graphs whose runtime has none.

Each is one loop node whatever the size of the matrix: its steps work on whole matrices, with masks for the rows and columns that a
step concerns.
"""

import numpy as np

from keras.src.utils.later import ops

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


def _steps(n, sweeps=12):
    return sweeps * len(_tournament(n))


def _sizes(x):
    rows, columns = x.shape[-2:]
    if rows is None or columns is None:
        raise NotImplementedError("Matrices of unknown size are not factorised in a graph: their sizes must be known.")
    return rows, columns


class MatrixIterations:
    """Kernels of `keras.ops.linalg` for one kind of graph.

    Args:
        repeated: Function `(count, step, *state)`: what the state has become after `count` calls `state = step(i, *state)`.
        constant: Function that makes an array a tensor of the graph.
        inv: Kernel of the inverse, or `None`, where elimination gives it.
    """

    def __init__(self, repeated, constant, inv=None):
        self.repeated, self.constant = repeated, constant
        self.inv = inv or self._inverse

    def solve(self, a, b):
        """Solution of linear systems, by the inverse."""
        inverse = self.inv(a)
        if b.ndim >= a.ndim:
            return ops.matmul(inverse, b)
        return ops.squeeze(ops.matmul(inverse, ops.expand_dims(b, -1)), -1)

    def solve_triangular(self, a, b, lower):
        """Solution of triangular systems."""
        return self.solve(ops.tril(a, 0) if lower else ops.triu(a, 0), b)

    def _numbers(self, n):
        return self.constant(np.arange(n, dtype="int32"))

    def _identity(self, like, n):
        """Unit matrices of size `n` in the batch and the dtype of `like`."""
        return ops.zeros_like(like[..., :1, :1]) + np.eye(n).astype(like.dtype)

    def _column(self, x, k):
        """Column `k`, a number of the graph, as a matrix."""
        return ops.expand_dims(ops.take(x, k, -1), -1)

    def _row(self, x, k):
        return ops.expand_dims(ops.take(x, k, -2), -2)

    def _safe(self, x):
        """`x` with 1 in the place of 0, to divide by."""
        return ops.where(ops.equal(x, 0), 1, x)

    # Inverses

    def _turn(self, k, x, inverse):
        """Makes column `k` one of the unit matrix, by a pivot from this row or those below (Gauss and Jordan)."""
        rows = self._numbers(x.shape[-1])
        size = ops.where(rows >= k, ops.absolute(ops.take(x, k, -1)), -1.0)
        pivot = ops.argmax(size, -1, True)
        source = ops.where(ops.equal(rows, k), pivot, ops.where(ops.equal(rows, pivot), k, rows))
        source = ops.expand_dims(source, -1)
        x, inverse = (ops.take_along_axis(a, source, -2) for a in (x, inverse))
        scale = self._column(self._row(x, k), k)
        row, row_of_inverse = self._row(x, k) / scale, self._row(inverse, k) / scale
        is_pivot = ops.equal(ops.expand_dims(rows, -1), k)
        column = ops.where(is_pivot, ops.zeros_like(self._column(x, k)), self._column(x, k))
        x = ops.where(is_pivot, row, x - column * row)
        return x, ops.where(is_pivot, row_of_inverse, inverse - column * row_of_inverse)

    def _inverse(self, x):
        return self.repeated(_sizes(x)[1], self._turn, x, self._identity(x, x.shape[-1]))[1]

    # Elimination

    def _eliminate(self, k, x, pivots):
        """Brings the largest element of column `k` into place, and subtracts its row from those below."""
        rows, columns = self._numbers(x.shape[-2]), self._numbers(x.shape[-1])
        pivot = ops.argmax(ops.where(rows >= k, ops.absolute(ops.take(x, k, -1)), -1), -1, True)
        source = ops.where(ops.equal(rows, k), pivot, ops.where(ops.equal(rows, pivot), k, rows))
        x = ops.take_along_axis(x, ops.expand_dims(source, -1), -2)
        is_below = ops.expand_dims(rows > k, -1)
        factors = ops.where(is_below, self._column(x, k) / self._safe(self._column(self._row(x, k), k)), 0)
        rest = x - factors * ops.where(columns > k, self._row(x, k), 0)
        x = ops.where(is_below & ops.equal(columns, k), factors, rest)
        return x, ops.where(ops.equal(self._numbers(pivots.shape[-1]), k), pivot, pivots)

    def lu_factor(self, x):
        """Lower and upper factor in one matrix, and the rows that were exchanged."""
        count = min(_sizes(x))
        return self.repeated(count, self._eliminate, x, ops.cast(ops.zeros_like(x[..., 0, :count]), "int32"))

    def _signed_diagonal(self, x):
        """The diagonal of the upper factor, each element with the sign of its row's swap."""
        packed, pivots = self.lu_factor(x)
        values = ops.diagonal(packed, 0, -2, -1)
        return ops.where(ops.equal(pivots, self._numbers(x.shape[-1])), values, -values)

    def slogdet(self, x):
        """Sign and logarithm of the determinant."""
        values = self._signed_diagonal(x)
        return ops.prod(ops.sign(values), -1), ops.sum(ops.log(ops.absolute(values)), -1, False)

    def det(self, x):
        """Determinant."""
        return ops.prod(self._signed_diagonal(x), -1)

    def _cholesky_step(self, k, rest, factor):
        column = self._column(rest, k) / ops.sqrt(self._column(self._row(rest, k), k))
        column = ops.where(ops.expand_dims(self._numbers(rest.shape[-2]) >= k, -1), column, 0)
        factor = ops.where(ops.equal(self._numbers(rest.shape[-1]), k), column, factor)
        return rest - column * ops.swapaxes(column, -1, -2), factor

    def cholesky(self, x, upper):
        """The triangular factor of positive matrices."""
        factor = self.repeated(_sizes(x)[1], self._cholesky_step, x, x * 0)[1]
        return ops.swapaxes(factor, -1, -2) if upper else factor

    # Reflections

    def _reflect(self, k, q, r):
        """Mirrors column `k` onto its axis, with the sign that LAPACK chooses."""
        rows = ops.expand_dims(self._numbers(r.shape[-2]), -1)
        column = ops.where(rows >= k, self._column(r, k), 0)
        tail = ops.sum(ops.where(rows > k, column * column, 0), -2, True)
        first = self._row(column, k)
        length = ops.sqrt(tail + first * first)
        end = ops.where(first < 0, length, -length)
        mirror = ops.where(ops.equal(rows, k), first - end, column)
        scale = ops.where(ops.equal(tail, 0), 0, 2 / self._safe(ops.sum(mirror * mirror, -2, True)))
        reflection = self._identity(r, r.shape[-2]) - scale * mirror * ops.swapaxes(mirror, -1, -2)
        return ops.matmul(q, reflection), ops.matmul(reflection, r)

    def qr(self, x, mode):
        """An orthogonal and a triangular factor."""
        m, n = _sizes(x)
        q, r = self.repeated(min(m, n), self._reflect, self._identity(x, m), x)
        k = m if mode == "complete" else min(m, n)
        return q[..., :k], ops.triu(r, 0)[..., :k, :]

    # Rotations (Jacobi): in each step all columns are turned in pairs, as in the rounds of a tournament

    def _rotation(self, k, x):
        """The orthogonal matrix that makes the elements of `x`, symmetric, vanish where this round's pairs meet."""
        n = x.shape[-1]
        rounds = _tournament(n)
        partners = ops.take(self.constant(rounds), k % len(rounds), 0)
        numbers = self._numbers(n)
        meets = ops.equal(ops.expand_dims(partners, -1), numbers)
        own = ops.diagonal(x, 0, -2, -1)
        others = ops.sum(ops.where(meets, ops.expand_dims(own, -2), 0), -1, False)
        between = ops.sum(ops.where(meets, x, 0), -1, False)
        is_small = between * between <= _NEGLIGIBLE * ops.absolute(own * others)
        between = ops.where(ops.equal(partners, numbers) | is_small, 0, between)
        ratio = (others - own) / (2 * self._safe(between))
        is_positive = (ratio > 0) | (ops.equal(ratio, 0) & (numbers < partners))
        tangent = 1 / (ops.absolute(ratio) + ops.sqrt(1 + ratio * ratio))
        tangent = ops.where(ops.equal(between, 0), 0, ops.where(is_positive, tangent, -tangent))
        cosine = 1 / ops.sqrt(1 + tangent * tangent)
        turned = ops.where(meets, ops.expand_dims(tangent * cosine, -1), 0)
        return ops.where(ops.equal(ops.expand_dims(numbers, -1), numbers), ops.expand_dims(cosine, -1), turned)

    def _diagonalise(self, k, x, vectors):
        turn = self._rotation(k, x)
        return ops.matmul(ops.matmul(ops.swapaxes(turn, -1, -2), x), turn), ops.matmul(vectors, turn)

    def eigh(self, x):
        """Eigenvalues and eigenvectors of symmetric matrices."""
        _, n = _sizes(x)
        symmetric = ops.tril(x, 0) + ops.swapaxes(ops.tril(x, -1), -1, -2)
        vectors = self._identity(x, n)
        # Many rotations gather rounding errors: one step of Newton and Schulz and a second, short round undo them.
        for sweeps in (12, 2):
            turned = ops.matmul(ops.swapaxes(vectors, -1, -2), ops.matmul(symmetric, vectors))
            _, vectors = self.repeated(_steps(n, sweeps), self._diagonalise, turned, vectors)
            vectors = ops.matmul(
                vectors, 1.5 * self._identity(x, n) - 0.5 * ops.matmul(ops.swapaxes(vectors, -1, -2), vectors)
            )
        values = ops.sum(vectors * ops.matmul(symmetric, vectors), -2, False)
        order = ops.argsort(values, -1)
        return ops.take_along_axis(values, order, -1), ops.take_along_axis(vectors, ops.expand_dims(order, -2), -1)

    def _orthogonalise(self, k, x, vectors):
        turn = self._rotation(k, ops.matmul(ops.swapaxes(x, -1, -2), x))
        return ops.matmul(x, turn), ops.matmul(vectors, turn)

    def svd(self, x, full_matrices, compute_uv):
        """Singular values and vectors."""
        m, n = _sizes(x)
        if m < n:
            result = self.svd(ops.swapaxes(x, -1, -2), full_matrices, compute_uv)
            return (
                (ops.swapaxes(result[2], -1, -2), result[1], ops.swapaxes(result[0], -1, -2)) if compute_uv else result
            )
        turned, v = self.repeated(_steps(n), self._orthogonalise, x, self._identity(x, n))
        values = ops.sqrt(ops.sum(turned * turned, -2, False))
        order = ops.flip(ops.argsort(values, -1), (-1,))
        values = ops.take_along_axis(values, order, -1)
        if not compute_uv:
            return values
        order = ops.expand_dims(order, -2)
        u = self._completed(ops.take_along_axis(turned, order, -1) / ops.expand_dims(self._safe(values), -2))
        return (u if full_matrices else u[..., :n]), values, ops.swapaxes(ops.take_along_axis(v, order, -1), -1, -2)

    def _completed(self, u):
        """Orthonormal columns, some of which may be zero, and further ones: a square orthogonal matrix."""
        m, n = _sizes(u)
        q, r = self.qr(u, "complete")
        signs = ops.where(ops.diagonal(r, 0, -2, -1) < 0, self.constant(-np.ones((), u.dtype)), 1)
        rest = ops.ones_like(q[..., 0, n:])
        return q * ops.expand_dims(ops.concatenate([signs, rest], -1), -2)
