"""Kernels of `keras.ops.image`; for the other ops their bodies serve."""

import torch
from torch.nn import functional

from keras.src.backend.common.resampling import resize_weights


def resample(images, size, interpolation, antialias, axes):
    rank = images.ndim
    if interpolation == "bilinear":
        channel = rank - 1 if axes[1] == rank - 2 else rank - 3
        moved = images.movedim(channel, -3)
        batch = moved if rank == 4 else moved.unsqueeze(0)
        result = functional.interpolate(batch, size, mode="bilinear", antialias=bool(antialias))
        return (result if rank == 4 else result.squeeze(0)).movedim(-3, channel)
    for axis, new_size in zip(axes, size):
        if images.shape[axis] != new_size:
            weights = resize_weights(images.shape[axis], new_size, interpolation, antialias)
            weights = torch.as_tensor(weights, dtype=images.dtype, device=images.device)
            images = torch.tensordot(images, weights, ([axis], [0])).movedim(-1, axis)
    return images
