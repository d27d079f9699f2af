"""Kernels of `keras.ops` for mathematics beyond NumPy's namespace."""

import math

import torch
from torch import (
    erf,
    erfc,
    erfinv,
    rsqrt,
)

from keras.src.backend.torch.numpy.linear import slogdet


def logsumexp(x, axis=None, keepdims=False):
    return x if axis == () else torch.logsumexp(x, tuple(range(x.ndim)) if axis is None else axis, keepdims)


# Segments


def _segments(reduction, empty):
    """A kernel that reduces the slices of each segment; slices of segments out of range are dropped."""

    def kernel(data, segment_ids, num_segments=None, sorted=False):
        count = num_segments
        if count is None:
            count = int(segment_ids.max()) + 1 if segment_ids.numel() else 0
        segment_ids = segment_ids.long()
        rows = torch.where((segment_ids < 0) | (segment_ids >= count), count, segment_ids)
        rows = rows.reshape(-1, *[1] * (data.ndim - 1)).expand(data.shape)
        wide = data.to(torch.uint8) if data.dtype is torch.bool else data
        result = torch.full((count + 1, *data.shape[1:]), empty(data.dtype), dtype=wide.dtype, device=data.device)
        return result.scatter_reduce(0, rows, wide, reduction)[:count].to(data.dtype)

    return kernel


def _lowest(dtype):
    if dtype is torch.bool:
        return 0
    return -math.inf if dtype.is_floating_point else torch.iinfo(dtype).min


def _highest(dtype):
    if dtype is torch.bool:
        return 1
    return math.inf if dtype.is_floating_point else torch.iinfo(dtype).max


segment_sum = _segments("sum", lambda dtype: 0)
segment_prod = _segments("prod", lambda dtype: 1)
segment_max = _segments("amax", _lowest)
segment_min = _segments("amin", _highest)


# Order


def top_k(x, k, sorted=True):
    if x.dtype is torch.bool:
        values, indices = top_k(x.to(torch.uint8), k, sorted)
        return values.to(torch.bool), indices
    values, indices = torch.topk(x, k, sorted=sorted)
    return values, indices.int()


def in_top_k(targets, predictions, k):
    targets = targets.long()
    valid = (targets >= 0) & (targets < predictions.shape[1])
    chosen = predictions.gather(1, torch.where(valid, targets, 0).unsqueeze(1))
    better = torch.sum(predictions > chosen, 1)
    return valid & (better < k) & torch.isfinite(chosen).squeeze(1)


# Spectra: pairs of real and imaginary parts


def _widened(x):
    return x.float() if x.dtype.itemsize == 2 else x


def _on_pairs(function):
    """A kernel from real and imaginary parts to real and imaginary parts."""

    def kernel(x):
        first, second = x
        result = function(torch.complex(_widened(first), _widened(second)))
        return result.real.to(first.dtype), result.imag.to(first.dtype)

    return kernel


fft = _on_pairs(torch.fft.fft)
fft2 = _on_pairs(torch.fft.fft2)
ifft2 = _on_pairs(torch.fft.ifft2)


def rfft(x, fft_length=None):
    result = torch.fft.rfft(_widened(x), fft_length)
    return result.real.to(x.dtype), result.imag.to(x.dtype)


def irfft(x, fft_length=None):
    first, second = x
    return torch.fft.irfft(torch.complex(_widened(first), _widened(second)), fft_length).to(first.dtype)


def extract_sequences(x, sequence_length, sequence_stride):
    return x.unfold(-1, sequence_length, sequence_stride)


# Distances, determinants, complex views


def cdist(x, y):
    distances = torch.cdist(_widened(x), _widened(y), compute_mode="donot_use_mm_for_euclid_dist")
    return distances.to(x.dtype)


def logdet(x):
    return slogdet(x)[1]


def view_as_complex(x):
    return torch.complex(*_widened(x).unbind(-1))


def view_as_real(x):
    return torch.view_as_real(x.resolve_conj()) if x.is_complex() else torch.stack([x, torch.zeros_like(x)], -1)
