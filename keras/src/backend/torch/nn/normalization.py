"""Kernels of `keras.ops.nn` that normalise."""

import torch
from torch.nn import functional

from keras.src.backend import config
from keras.src.backend.torch.dtypes import is_small_float
from keras.src.backend.torch.numpy.reduction import mean_and_variance


def moments(x, axes, keepdims=False, synchronized=False):
    if synchronized:
        raise NotImplementedError("`synchronized=True` is not available on the torch backend.")
    if not is_small_float(x):
        return mean_and_variance(x, axes, keepdims)
    limits = torch.finfo(x.dtype)
    both = mean_and_variance(x.float(), axes, keepdims)
    return tuple(m.clamp(limits.min, limits.max).to(x.dtype) for m in both)


def batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=1e-3):
    factor = torch.rsqrt(variance + epsilon)
    if scale is not None:
        factor = factor * scale
    shift = -mean * factor if offset is None else torch.addcmul(offset, mean, factor, value=-1)
    if axis != -1 and axis != x.ndim - 1:
        shape = [1] * x.ndim
        shape[axis] = -1
        factor, shift = factor.reshape(shape), shift.reshape(shape)
    return torch.addcmul(shift, x, factor)


def _trailing(axis, rank):
    """Axes counted from the front in ascending order, and whether they are the last ones."""
    axes = range(rank) if axis is None else (axis,) if axis.__class__ is int else axis
    axes = sorted(range(rank)[a] for a in axes)
    return axes, axes == list(range(rank - len(axes), rank))


def _are_rows(weights, x):
    """Whether weights, if there are any, have the shape of the rows of `x`."""
    return weights is None or weights.shape == x.shape[-1:]


def layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None):
    epsilon = config.epsilon() if epsilon is None else epsilon
    if axis == -1 and _are_rows(gamma, x) and _are_rows(beta, x):
        return functional.layer_norm(x, x.shape[-1:], gamma, beta, epsilon)
    axes, at_the_end = _trailing(axis, x.ndim)
    sizes = [x.shape[i] for i in axes]
    gamma, beta = (
        None if w is None else w.expand(sizes) if w.numel() == 1 else w.reshape(sizes) for w in (gamma, beta)
    )
    if at_the_end:
        return functional.layer_norm(x, sizes, gamma, beta, epsilon)
    last = list(range(-len(axes), 0))
    return functional.layer_norm(x.movedim(axes, last), sizes, gamma, beta, epsilon).movedim(last, axes)


def rms_normalization(x, scale=None, axis=-1, epsilon=None):
    epsilon = config.epsilon() if epsilon is None else epsilon
    if axis == -1 and _are_rows(scale, x):
        return functional.rms_norm(x, x.shape[-1:], scale, epsilon)
    wide = x.float() if is_small_float(x) else x
    axes, _ = _trailing(axis, x.ndim)
    result = wide * torch.rsqrt(torch.mean(wide * wide, axes, True) + epsilon)
    return (result if scale is None else result * scale).to(x.dtype)
