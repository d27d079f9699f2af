"""Kernels of `keras.ops.nn` that compare predictions with targets."""

import torch
from torch.nn import functional

from keras.src.backend import config
from keras.src.backend.torch.dtypes import is_small_float


def _inside_unit_interval(p):
    """Probabilities kept off 0 and 1 by epsilon, or by the least that their dtype can tell from 1."""
    epsilon = config.epsilon()
    below_one = max(epsilon, torch.finfo(p.dtype).eps / 2) if is_small_float(p) else epsilon
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
