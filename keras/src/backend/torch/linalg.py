"""Kernels of `keras.ops.linalg`."""

import torch


def _widened(x):
    """PyTorch factors no matrices in half precision."""
    return x.float() if x.dtype.itemsize == 2 else x


def _in_single_precision(function):
    """A kernel for tensors that answers in their dtype, half precision included."""

    def kernel(*args, **settings):
        result = function(*(_widened(x) if isinstance(x, torch.Tensor) else x for x in args), **settings)
        if args[0].dtype.itemsize > 2:
            return result if isinstance(result, torch.Tensor) else tuple(result)
        if isinstance(result, torch.Tensor):
            return result.to(args[0].dtype)
        return tuple(part.to(args[0].dtype) for part in result)

    return kernel


det = _in_single_precision(torch.linalg.det)
inv = _in_single_precision(torch.linalg.inv)
eigh = _in_single_precision(torch.linalg.eigh)
qr = _in_single_precision(torch.linalg.qr)
cholesky = _in_single_precision(lambda x, upper=False: torch.linalg.cholesky(x, upper=upper))
cholesky_inverse = _in_single_precision(torch.cholesky_inverse)
pinv = _in_single_precision(lambda x, rcond=None: torch.linalg.pinv(x, rtol=rcond))


def eig(x):
    return tuple(torch.linalg.eig(_widened(x)))


def lu_factor(x):
    factors, pivots = torch.linalg.lu_factor(_widened(x))
    return factors.to(x.dtype), pivots.to(torch.int32) - 1


def matrix_rank(x, tol=None):
    x = _widened(x)
    rank = torch.linalg.matrix_rank(x) if tol is None else torch.linalg.matrix_rank(x, atol=tol, rtol=0.0)
    return rank.to(torch.int32)


@_in_single_precision
def svd(x, full_matrices=True, compute_uv=True):
    return torch.linalg.svd(x, full_matrices) if compute_uv else torch.linalg.svdvals(x)


def _with_columns(function):
    """A solver of `a @ x = b` that takes `b` of one rank less, a vector for each matrix."""

    def kernel(a, b, *settings):
        if b.ndim == a.ndim - 1:
            return function(a, b.unsqueeze(-1), *settings).squeeze(-1)
        return function(a, b, *settings)

    return _in_single_precision(kernel)


solve = _with_columns(torch.linalg.solve)
solve_triangular = _with_columns(lambda a, b, lower=False: torch.linalg.solve_triangular(a, b, upper=not lower))


def norm(x, ord=None, axis=None, keepdims=False):
    axes = tuple(range(x.ndim)) if axis is None else (axis,) if axis.__class__ is int else axis
    if ord is None or ord == "fro" or len(axes) == 1:
        return torch.linalg.vector_norm(x, 2 if ord in (None, "fro") else ord, axes, keepdims)
    return torch.linalg.matrix_norm(_widened(x), ord, axes, keepdims).to(x.real.dtype)


def jvp(fun, primals, tangents, has_aux=False):
    return torch.func.jvp(fun, tuple(primals), tuple(tangents), has_aux=has_aux)
