"""Kernels of `keras.ops.numpy` that reorder, join and cut."""

import torch
from torch import (
    broadcast_to,
    dstack,
    fliplr,
    flipud,
    hstack,
    ravel,
    reshape,
    stack,
    swapaxes,
    tile,
    vstack,
)

from keras.src.backend.common.shaping_rules import check_padding_mode
from keras.src.backend.torch.core import convert_to_tensor

concatenate = torch.cat
moveaxis = torch.movedim


def transpose(x, axes=None):
    return torch.permute(x, tuple(range(x.ndim - 1, -1, -1)) if axes is None else axes)


def expand_dims(x, axis):
    if axis.__class__ is int:
        return torch.unsqueeze(x, axis)
    rank = x.ndim + len(axis)
    for i in sorted(a % rank for a in axis):
        x = x.unsqueeze(i)
    return x


def squeeze(x, axis=None):
    if axis is None:
        return torch.squeeze(x)
    for i in (axis,) if axis.__class__ is int else axis:
        if x.shape[i] != 1:
            raise ValueError(
                f"Only dimensions of size 1 can be squeezed. Received: axis={axis} for shape {tuple(x.shape)}"
            )
    return torch.squeeze(x, axis)


def flip(x, axis=None):
    if axis is None:
        axis = tuple(range(x.ndim))
    return torch.flip(x, (axis,) if axis.__class__ is int else axis)


def roll(x, shift, axis=None):
    if isinstance(axis, tuple) and not isinstance(shift, (tuple, list)):
        shift = (shift,) * len(axis)
    return torch.roll(x, shift, axis)


def repeat(x, repeats, axis=None):
    if not isinstance(repeats, int):
        repeats = convert_to_tensor(repeats).to(x.device)
    return torch.repeat_interleave(x, repeats, axis)


def split(x, indices_or_sections, axis=0):
    if not isinstance(indices_or_sections, int):
        return list(torch.tensor_split(x, tuple(int(i) for i in indices_or_sections), axis))
    size = x.shape[axis]
    if size % indices_or_sections:
        raise ValueError(f"{size} elements along axis {axis} cannot be cut into {indices_or_sections} equal pieces.")
    return list(torch.tensor_split(x, indices_or_sections, axis))


def view(x, dtype):
    return x.view(getattr(torch, dtype))


# Padding


def _pairs(pad_width, rank):
    """One pair for each dimension, from an int, a pair, one pair in a list, or all pairs."""
    if isinstance(pad_width, (list, tuple)) and [type(p) in (list, tuple) and len(p) for p in pad_width] == [2] * rank:
        return pad_width
    if isinstance(pad_width, int):
        return [(pad_width, pad_width)] * rank
    if isinstance(pad_width[0], int):
        return [tuple(pad_width) * (2 // len(pad_width))] * rank
    pairs = [tuple(pair) * (2 // len(pair)) for pair in pad_width]
    return pairs * rank if len(pairs) == 1 else pairs


def pad(x, pad_width, mode="constant", constant_values=None):
    pairs = _pairs(pad_width, x.ndim)
    if mode == "constant":
        amounts = [amount for pair in reversed(pairs) for amount in pair]
        return torch.nn.functional.pad(x, amounts, value=0 if constant_values is None else constant_values)
    check_padding_mode(mode, constant_values)
    if mode not in _SOURCES:
        raise ValueError(f"`mode` must be one of 'constant', {', '.join(map(repr, _SOURCES))}. Received: mode={mode!r}")
    for axis, (before, after) in enumerate(pairs):
        if before or after:
            places = torch.arange(-before, x.shape[axis] + after, device=x.device)
            x = x.index_select(axis, _SOURCES[mode](places, x.shape[axis]))
    return x


def _there_and_back(places, turn, period):
    """Positions of a walk of the given period that turns at its middle."""
    places = torch.remainder(places, period)
    return torch.minimum(places, turn - places)


_SOURCES = {
    "edge": lambda places, size: places.clamp(0, size - 1),
    "wrap": lambda places, size: torch.remainder(places, size),
    "symmetric": lambda places, size: _there_and_back(places, 2 * size - 1, 2 * size),
    "reflect": lambda places, size: _there_and_back(places, 2 * size - 2, 2 * size - 2) if size > 1 else places * 0,
}
"""Padding mode -> from which position each element comes, for positions counted from the first true element."""
