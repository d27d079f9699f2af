"""Kernels of `keras.ops.nn` that multiply matrices."""

import math

import torch


def affine(x, kernel, bias, axes=1):
    if x.ndim == 2 and kernel.ndim == 2:
        return torch.addmm(bias, x, kernel) if x.is_floating_point() else torch.matmul(x, kernel) + bias
    before, after = x.shape[: x.ndim - axes], kernel.shape[axes:]
    count = math.prod(kernel.shape[:axes])
    rows = affine(x.reshape(-1, count), kernel.reshape(count, -1), bias.reshape(-1))
    return rows.reshape(*before, *after)
