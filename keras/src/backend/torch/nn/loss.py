"""Kernels of `keras.ops.nn` that compare predictions with targets."""

import torch
from torch.nn import functional

from keras.src.backend import config
from keras.src.backend.common.labels import check_labels
from keras.src.backend.torch.dtypes import is_small_float
from keras.src.backend.torch.steps import STEPS


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
    if output.ndim == 2 and target.ndim == 1:
        return _losses_by_label(output, target, from_logits)
    losses = _losses_by_label(output.reshape(-1, output.shape[-1]), target.reshape(-1), from_logits)
    return losses.reshape(output.shape[:-1])


def _losses_by_label(rows, target, from_logits):
    # One call from logits: each function of PyTorch that gradients pass costs a small step.
    loss = functional.cross_entropy if from_logits else functional.nll_loss
    classes = rows.shape[-1]
    rows = rows if from_logits else _log_probabilities(rows, False, -1)
    if torch.compiler.is_compiling() or target.device.type != "cpu":
        if not _must_not_be_read(target):
            check_labels(target.cpu().numpy(), classes)
        return _losses_or_nan(loss, rows, target.long(), classes)
    try:
        return loss(rows, target.long(), reduction="none", ignore_index=_NO_LABEL)
    except IndexError:
        check_labels(target.detach().numpy(), classes)
        raise


# PyTorch gives targets of this number no loss; by default it is -100. Others beyond the classes are errors, on
# accelerators fatal ones.
_NO_LABEL = torch.iinfo(torch.int64).min


def _losses_or_nan(loss, rows, target, classes):
    known = (target >= 0) & (target < classes)
    losses = loss(rows, torch.where(known, target, 0), reduction="none")
    return torch.where(known, losses, torch.nan)


def _must_not_be_read(target):
    return torch.compiler.is_compiling() or STEPS.are_running or target.device.type == "meta"
