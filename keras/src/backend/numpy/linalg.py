"""Kernels of `keras.ops.linalg` on NumPy."""

import numpy as np

from keras.src.backend.numpy.support import in_float32, widen

UNSUPPORTED = {"jvp": "NumPy has no automatic differentiation."}

det = in_float32(np.linalg.det)
inv = in_float32(np.linalg.inv)


def cholesky(x, upper=False):
    factor = np.linalg.cholesky(widen(x)).astype(x.dtype, copy=False)
    return np.swapaxes(factor, -1, -2).conj() if upper else factor


def eig(x):
    wide = widen(x)
    dtype = "complex128" if wide.dtype in (np.float64, np.complex128) else "complex64"
    return tuple(part.astype(dtype) for part in np.linalg.eig(wide))


def eigh(x):
    values, vectors = np.linalg.eigh(widen(x))
    return values.astype(x.real.dtype), vectors.astype(x.dtype)


def qr(x, mode="reduced"):
    return tuple(part.astype(x.dtype) for part in np.linalg.qr(widen(x), mode))


def svd(x, full_matrices=True, compute_uv=True):
    if not compute_uv:
        return np.linalg.svd(widen(x), full_matrices, False).astype(x.real.dtype)
    u, s, vh = np.linalg.svd(widen(x), full_matrices)
    return u.astype(x.dtype), s.astype(x.real.dtype), vh.astype(x.dtype)


def solve(a, b):
    if b.ndim == a.ndim - 1:
        return solve(a, b[..., None])[..., 0]
    return np.linalg.solve(widen(a), widen(b)).astype(a.dtype, copy=False)


def solve_triangular(a, b, lower=False):
    return solve(np.tril(a) if lower else np.triu(a), b)


def lu_factor(x):
    """Gaussian elimination with partial pivoting, over all matrices of the batch at once."""
    packed = np.array(widen(x)).reshape(-1, *x.shape[-2:])
    rows, count = packed.shape[1], min(packed.shape[1:])
    pivots = np.empty((len(packed), count), "int32")
    batch = np.arange(len(packed))
    for k in range(count):
        pivots[:, k] = pivot = k + np.argmax(np.abs(packed[:, k:, k]), axis=1)
        packed[batch, k], packed[batch, pivot] = packed[batch, pivot], packed[batch, k]
        if k + 1 == rows:
            break
        divisor = packed[:, k, k][:, None]
        packed[:, k + 1 :, k] /= np.where(divisor == 0, 1, divisor)
        packed[:, k + 1 :, k + 1 :] -= packed[:, k + 1 :, k, None] * packed[:, None, k, k + 1 :]
    return packed.reshape(x.shape).astype(x.dtype), pivots.reshape(*x.shape[:-2], count)


def jvp(fun, primals, tangents, has_aux=False):
    raise NotImplementedError(f"keras.ops.jvp is not available on the numpy backend: {UNSUPPORTED['jvp']}")
