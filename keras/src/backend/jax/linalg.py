"""Kernels of `keras.ops.linalg` on JAX."""

import jax
import jax.numpy as jnp

from keras.src.backend.jax.support import as_int32, in_float32, widen

det = in_float32(jnp.linalg.det)
inv = in_float32(jnp.linalg.inv)


def cholesky(x, upper=False):
    return jnp.linalg.cholesky(widen(x), upper=upper).astype(x.dtype)


def eig(x):
    return tuple(jnp.linalg.eig(widen(x)))


def eigh(x):
    values, vectors = jnp.linalg.eigh(widen(x))
    return values.astype(x.real.dtype), vectors.astype(x.dtype)


def qr(x, mode="reduced"):
    return tuple(part.astype(x.dtype) for part in jnp.linalg.qr(widen(x), mode))


def svd(x, full_matrices=True, compute_uv=True):
    found = jnp.linalg.svd(widen(x), full_matrices, compute_uv)
    if not compute_uv:
        return found.astype(x.real.dtype)
    u, s, vh = found
    return u.astype(x.dtype), s.astype(x.real.dtype), vh.astype(x.dtype)


def solve(a, b):
    if b.ndim == a.ndim - 1:
        return solve(a, b[..., None])[..., 0]
    return jnp.linalg.solve(widen(a), widen(b)).astype(a.dtype)


def solve_triangular(a, b, lower=False):
    if b.ndim == a.ndim - 1:
        return solve_triangular(a, b[..., None], lower)[..., 0]
    batch = jnp.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = (jnp.broadcast_to(x, batch + x.shape[-2:]) for x in (a, b))
    return jax.lax.linalg.triangular_solve(widen(a), widen(b), left_side=True, lower=lower).astype(a.dtype)


def lu_factor(x):
    packed, pivots, _ = jax.lax.linalg.lu(widen(x))
    return packed.astype(x.dtype), as_int32(pivots)


def jvp(fun, primals, tangents, has_aux=False):
    return jax.jvp(fun, tuple(primals), tuple(tangents), has_aux=has_aux)
