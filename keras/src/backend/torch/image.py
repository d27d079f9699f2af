"""Kernels of `keras.ops.image`; for the other ops their bodies serve."""

import torch
from torch.nn import functional

from keras.src.backend.common.by_body import ByBody
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


_PADDING_MODES = {"reflect": "reflection", "nearest": "border", "constant": "zeros"}


def projected(images, transform, interpolation, fill_mode, fill_value, data_format):
    if interpolation != "bilinear" or fill_mode not in _PADDING_MODES or not images.is_floating_point():
        raise ByBody
    single = images.ndim == 3
    batch = images[None] if single else images
    batch = batch if data_format == "channels_first" else batch.movedim(-1, 1)
    wide = batch if batch.dtype is torch.float64 else batch.float()
    offset = fill_value if fill_mode == "constant" else 0
    result = functional.grid_sample(
        wide - offset if offset else wide,
        _grid(transform, wide),
        padding_mode=_PADDING_MODES[fill_mode],
        align_corners=False,
    )
    result = (result + offset if offset else result).to(images.dtype)
    result = result if data_format == "channels_first" else result.movedim(1, -1)
    return result[0] if single else result


def _grid(transform, batch):
    """Where each pixel is taken from, from -1 at the one edge of the image to 1 at the other."""
    height, width = batch.shape[2:]
    numbers = transform.to(batch.dtype).reshape(-1, 8, 1, 1).expand(batch.shape[0], 8, 1, 1)
    y = torch.arange(height, dtype=batch.dtype, device=batch.device)[:, None]
    x = torch.arange(width, dtype=batch.dtype, device=batch.device)[None, :]
    a0, a1, a2, b0, b1, b2, c0, c1 = numbers.unbind(1)
    depth = c0 * x + c1 * y + 1
    columns, rows = (a0 * x + a1 * y + a2) / depth, (b0 * x + b1 * y + b2) / depth
    return torch.stack([(2 * columns + 1) / width - 1, (2 * rows + 1) / height - 1], -1)
