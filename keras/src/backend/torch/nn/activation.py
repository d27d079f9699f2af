"""Kernels of `keras.ops.nn` that are activation functions."""

import torch
from torch import (
    celu,
    relu,
    selu,
    sigmoid,
    threshold,
)
from torch.nn import functional
from torch.nn.functional import (
    elu,
    glu,
    leaky_relu,
    relu6,
    silu,
    softplus,
    softsign,
)

hard_shrink = functional.hardshrink
hard_sigmoid = functional.hardsigmoid
hard_silu = functional.hardswish
log_sigmoid = functional.logsigmoid
soft_shrink = functional.softshrink
tanh_shrink = functional.tanhshrink


def gelu(x, approximate=True):
    return functional.gelu(x, approximate="tanh" if approximate else "none")


def hard_tanh(x):
    return torch.clamp(x, -1 if x.dtype.is_signed else 0, 1)


def sparse_plus(x):
    return torch.where(x >= 1, x, torch.square(0.5 * torch.clamp(x, -1.0, 1.0) + 0.5))


def sparsemax(x, axis=-1):
    x = x - torch.amax(x, axis, True)
    ordered = torch.sort(x, axis, descending=True).values
    sums = torch.cumsum(ordered, axis)
    counts = torch.cumsum(torch.ones_like(x), axis)
    size = torch.sum(1.0 + counts * ordered > sums, axis, True)
    excess = (sums.gather(axis, size - 1) - 1.0) / size
    return torch.clamp_min(x - excess.to(x.dtype), 0.0)


def sparse_sigmoid(x):
    return torch.clamp(0.5 * x + 0.5, 0.0, 1.0)


def squareplus(x, b=4):
    return 0.5 * (x + torch.sqrt(x * x + b))


def softmax(x, axis=-1):
    return torch.softmax(x, axis) if axis.__class__ is int else torch.exp(_log_softmax_over(x, axis))


def log_softmax(x, axis=-1):
    return torch.log_softmax(x, axis) if axis.__class__ is int else _log_softmax_over(x, axis)


def _log_softmax_over(x, axes):
    return x - torch.logsumexp(x, tuple(range(x.ndim)) if axes is None else axes, True)
