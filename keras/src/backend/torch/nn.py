"""Kernels of `keras.ops.nn`: activations, normalisations, losses, attention; convolutions in the module beside."""

import math

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

from keras.src.backend import config
from keras.src.backend.torch.dtypes import to_engine_dtype
from keras.src.backend.torch.nn_conv import (
    adaptive_average_pool,
    adaptive_max_pool,
    average_pool,
    conv,
    conv_transpose,
    depthwise_conv,
    max_pool,
)
from keras.src.backend.torch.nn_sequence import ctc_loss, dot_product_attention
from keras.src.backend.torch.numpy_reductions import mean_and_variance

hard_shrink = functional.hardshrink
hard_sigmoid = functional.hardsigmoid
hard_silu = functional.hardswish
log_sigmoid = functional.logsigmoid
soft_shrink = functional.softshrink
tanh_shrink = functional.tanhshrink


def affine(x, kernel, bias, axes=1):
    if x.ndim == 2 and kernel.ndim == 2:
        return torch.addmm(bias, x, kernel) if x.is_floating_point() else torch.matmul(x, kernel) + bias
    before, after = x.shape[: x.ndim - axes], kernel.shape[axes:]
    count = math.prod(kernel.shape[:axes])
    rows = affine(x.reshape(-1, count), kernel.reshape(count, -1), bias.reshape(-1))
    return rows.view(*before, *after)


def gelu(x, approximate=True):
    return functional.gelu(x, approximate="tanh" if approximate else "none")


def hard_tanh(x):
    return torch.clamp(x, -1, 1)


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


# Encoding


def one_hot(x, num_classes, axis=-1, dtype=None, sparse=False):
    axis = axis % (x.ndim + 1)
    classes = torch.arange(num_classes, device=x.device)
    if axis < x.ndim:
        classes = classes.reshape(num_classes, *[1] * (x.ndim - axis))
    return (x.unsqueeze(axis) == classes).to(to_engine_dtype(dtype))


# Normalisation


def _is_small_float(x):
    return x.dtype is torch.float16 or x.dtype is torch.bfloat16


def moments(x, axes, keepdims=False, synchronized=False):
    if synchronized:
        raise NotImplementedError("`synchronized=True` is not available on the torch backend.")
    if not _is_small_float(x):
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
    wide = x.float() if _is_small_float(x) else x
    axes, _ = _trailing(axis, x.ndim)
    result = wide * torch.rsqrt(torch.mean(wide * wide, axes, True) + epsilon)
    return (result if scale is None else result * scale).to(x.dtype)


# Losses


def _inside_unit_interval(p):
    """Probabilities kept off 0 and 1 by epsilon, or by the least that their dtype can tell from 1."""
    epsilon = config.epsilon()
    below_one = max(epsilon, torch.finfo(p.dtype).eps / 2) if _is_small_float(p) else epsilon
    return torch.clamp(p, epsilon, 1.0 - below_one)


def _log_probabilities(output, from_logits, axis):
    if from_logits:
        return torch.log_softmax(output, axis)
    return torch.log(_inside_unit_interval(output / torch.sum(output, axis, True)))


def binary_crossentropy(target, output, from_logits=False):
    if from_logits:
        return functional.binary_cross_entropy_with_logits(output, target, reduction="none")
    output = _inside_unit_interval(output)
    return -(target * torch.log(output) + (1.0 - target) * torch.log(1.0 - output))


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    return -torch.sum(target * _log_probabilities(output, from_logits, axis), axis)


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    if axis != -1:
        output = output.movedim(axis, -1)
    log_probabilities = _log_probabilities(output, from_logits, -1)
    classes = output.shape[-1]
    rows, target = log_probabilities.reshape(-1, classes), target.reshape(-1).long()
    if target.device.type != "cpu" or torch.compiler.is_compiling():
        loss = functional.nll_loss(rows, _known_classes(target, classes), reduction="none")
    else:
        try:
            loss = functional.nll_loss(rows, target, reduction="none")
        except IndexError:
            loss = functional.nll_loss(rows, _known_classes(target, classes), reduction="none")
    return loss.reshape(output.shape[:-1])


# PyTorch gives targets of this number no loss; others beyond the classes are errors, on accelerators fatal ones.
_NO_CLASS = -100


def _known_classes(target, classes):
    return torch.where((target >= 0) & (target < classes), target, _NO_CLASS)


# Patches and polar coordinates


def _on_floats(function):
    """A kernel that moves elements about, which PyTorch does with floats only."""

    def kernel(x, *settings):
        return function(x, *settings) if x.is_floating_point() else function(x.double(), *settings).to(x.dtype)

    return kernel


unfold = _on_floats(functional.unfold)
fold = _on_floats(functional.fold)


def polar(abs_, angle):
    if _is_small_float(abs_):
        abs_, angle = abs_.float(), angle.float()
    return torch.polar(abs_, angle)
