"""Kernels of `keras.ops.nn` that move elements about, and polar coordinates."""

import torch
from torch.nn import functional

from keras.src.backend.torch.dtypes import is_small_float


def _on_floats(function):
    """A kernel that moves elements about, which PyTorch does with floats only."""

    def kernel(x, *settings):
        return function(x, *settings) if x.is_floating_point() else function(x.double(), *settings).to(x.dtype)

    return kernel


unfold = _on_floats(functional.unfold)
fold = _on_floats(functional.fold)


def polar(abs_, angle):
    if is_small_float(abs_):
        abs_, angle = abs_.float(), angle.float()
    return torch.polar(abs_, angle)
