"""Kernels of `keras.ops.numpy` for products of vectors, matrices and tensors."""

import math

import torch
from torch import kron


def _product(function):
    """A sum of products that PyTorch has for floats, made to serve integers and bools; int8 gives int32."""

    def kernel(x1, x2, *settings):
        if x1.is_floating_point():
            return function(x1, x2, *settings)
        if x1.is_complex():
            return function(x1, x2, *settings)
        result = function(_summable(x1), _summable(x2), *settings)
        return result.to(torch.int32 if x1.dtype is torch.int8 else x1.dtype)

    return kernel


def _summable(x):
    """Integers in a dtype whose matrices PyTorch multiplies on the device; sums of products of bytes are exact in float64."""
    if x.device.type != "cpu" or x.dtype is torch.int8:
        return x.to(torch.float64)
    return x if x.dtype is torch.int64 else x.to(torch.int32)


_matmul = _product(torch.matmul)


def matmul(x1, x2):
    if x1.dtype is torch.int8 and x2.ndim == 2 and x1.ndim > 1 and _multiplies_bytes(x1, x2):
        if x1.ndim == 2:
            return torch._int_mm(x1, x2)
        return torch._int_mm(x1.reshape(-1, x1.shape[-1]), x2).reshape(*x1.shape[:-1], x2.shape[1])
    return _matmul(x1, x2)


def _multiplies_bytes(x1, x2):
    """Whether the device multiplies matrices of bytes with `x2`; others than CPUs do so for many rows, in steps of eight bytes."""
    if x2.dtype is not torch.int8:
        return False
    return x1.device.type == "cpu" or (x2.shape[0] % 8 == x2.shape[1] % 8 == 0 and math.prod(x1.shape[:-1]) > 16)


def _dot(x1, x2):
    if x1.ndim == 0 or x2.ndim == 0:
        return x1 * x2
    if x2.ndim == 1 or x1.ndim <= 2 and x2.ndim == 2:
        return torch.matmul(x1, x2)
    return torch.tensordot(x1, x2, ([-1], [-2]))


def _same(kernel):
    """Keeps the dtype of the arguments, int8 as well."""
    return lambda x1, x2, *settings: kernel(x1, x2, *settings).to(x1.dtype)


_dot_of_any = _same(_product(_dot))


def dot(x1, x2):
    return _dot(x1, x2) if x1.is_floating_point() else _dot_of_any(x1, x2)


def _inner(x1, x2):
    return torch.inner(x1, x2)


inner = _same(_product(_inner))


def outer(x1, x2):
    return torch.outer(x1.reshape(-1), x2.reshape(-1))


def vdot(x1, x2):
    return _flat_dot(torch.conj(x1).reshape(-1), x2.reshape(-1))


_flat_dot = _same(_product(torch.matmul))


def _tensordot(x1, x2, axes):
    if not isinstance(axes, int):
        axes = tuple([int(a)] if isinstance(a, int) else [int(i) for i in a] for a in axes)
    return torch.tensordot(x1, x2, axes)


_tensordot_of_any = _same(_product(_tensordot))


def tensordot(x1, x2, axes=2):
    return _tensordot_of_any(x1, x2, axes)


def einsum(subscripts, *operands, **kwargs):
    first = operands[0]
    if first.is_floating_point() or first.is_complex():
        return torch.einsum(subscripts, *operands)
    result = torch.einsum(subscripts, *(_summable(x) for x in operands))
    return result.to(torch.int32 if first.dtype is torch.int8 else first.dtype)


def cross(x1, x2, axisa=-1, axisb=-1, axisc=-1, axis=None):
    if axis is not None:
        axisa = axisb = axisc = axis
    x1, x2 = x1.movedim(axisa, -1), x2.movedim(axisb, -1)
    if x1.shape[-1] == 2 and x2.shape[-1] == 2:
        return x1[..., 0] * x2[..., 1] - x1[..., 1] * x2[..., 0]
    x1, x2 = (torch.nn.functional.pad(x, (0, 3 - x.shape[-1])) for x in (x1, x2))
    return torch.linalg.cross(x1, x2).movedim(-1, axisc)


def trace(x, offset=0, axis1=0, axis2=1):
    return torch.diagonal(x, offset, axis1, axis2).sum(-1, dtype=x.dtype)


def slogdet(x):
    sign, logarithm = torch.linalg.slogdet(x.float() if x.dtype.itemsize == 2 else x)
    return sign.to(x.dtype), logarithm.to(x.dtype)
