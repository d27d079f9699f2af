"""Kernels of `keras.ops.nn` that encode classes."""

import torch

from keras.src.backend.torch.dtypes import to_engine_dtype


def one_hot(x, num_classes, axis=-1, dtype=None, sparse=False):
    axis = axis % (x.ndim + 1)
    classes = torch.arange(num_classes, device=x.device)
    if axis < x.ndim:
        classes = classes.reshape(num_classes, *[1] * (x.ndim - axis))
    return (x.unsqueeze(axis) == classes).to(to_engine_dtype(dtype))
