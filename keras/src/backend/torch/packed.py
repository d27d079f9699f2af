"""Products with weights of four bits that are never unpacked."""

import functools

import torch
from torch.autograd import forward_ad
from torch.utils.weak import WeakIdKeyDictionary

from keras.src.backend.common.digits import DIGITS, SMALLEST, joined, split

MOST_ROWS, MOST_BY_DIGITS = 8, 64
"""Rows that FBGEMM sums up, and that are multiplied as integers; beyond these it is faster to unpack the weight."""

_BOTH_SIGNS = -0x78
_COPIES = WeakIdKeyDictionary()


def int4_sums(x, packed, block):
    if not _can_serve(x, packed):
        return None
    rows = x.shape[:-1].numel()
    size, block = x.shape[-1], block or x.shape[-1]
    if rows > MOST_ROWS:
        return _sums_by_digits(x, packed) if rows <= MOST_BY_DIGITS and block >= size else None
    indices, offsets = _bags(rows, size, block)
    sums = torch.ops.quantized.embedding_bag_4bit_rowwise_offsets(
        _in_rows(packed), indices, offsets, False, 0, False, x.reshape(-1)
    )
    return sums.view(*x.shape[:-1], -1, sums.shape[-1])


def _sums_by_digits(x, packed):
    """The sums of one group, as products of bytes: digits of inputs with both halves of the weight, 16 times each."""
    rows = x.reshape(-1, x.shape[-1])
    scale = rows.abs().amax(1, keepdim=True).clamp_min(SMALLEST) / 127
    digits, sums = torch.cat(split(rows / scale, torch.round)).to(torch.int8), []
    for half in (packed << 4, packed & -16):
        sums.append(joined(torch._int_mm(digits, half).float().chunk(DIGITS)))
    sums = torch.stack(sums, -1).flatten(1) * (scale / 16)
    return sums.view(*x.shape[:-1], 1, -1)


def _can_serve(x, packed):
    """Whether these are plain tensors of which nobody wants derivatives or a graph."""
    if x.__class__ is not torch.Tensor or packed.__class__ not in (torch.Tensor, torch.nn.Parameter):
        return False
    if x.dtype is not torch.float32 or not x.is_cpu or not packed.is_cpu or not x.numel():
        return False
    is_followed = x.requires_grad and torch.is_grad_enabled() or forward_ad._current_level >= 0
    is_traced = torch.compiler.is_compiling() or torch._C._are_functorch_transforms_active()
    return not is_followed and not is_traced and "fbgemm" in torch.backends.quantized.supported_engines


@functools.lru_cache(64)
def _bags(rows, size, block):
    """The numbers of the rows of the weight, for each row of inputs, and where groups begin among them."""
    starts = torch.arange(0, size, block, dtype=torch.int32)
    places = torch.arange(rows, dtype=torch.int32)[:, None]
    return torch.arange(size, dtype=torch.int32).repeat(rows), (places * size + starts).reshape(-1)


def _in_rows(packed):
    """A packed matrix as FBGEMM sums up its rows: numbers from 0 on, then the scale and the offset of the row.

    It takes as many bytes as the variable, is made when it is first asked for, and again after the variable has changed.
    """
    state = (None if packed.is_inference() else packed._version, packed.data_ptr())
    known = _COPIES.get(packed)
    if known is None or known[0] != state:
        ends = torch.tensor([1.0, -8.0], dtype=torch.float16).view(torch.int8).expand(packed.shape[0], -1)
        known = _COPIES[packed] = (state, torch.cat([packed.detach() ^ _BOTH_SIGNS, ends], 1).view(torch.uint8))
    return known[1]
