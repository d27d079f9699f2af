"""Kernels of `keras.ops.numpy` that sum up, compare and count along axes."""

import math

import torch
from torch import diff
from torch.nn import functional

from keras.src.backend.torch.dtypes import to_engine_dtype


def sum(x, axis=None, keepdims=False):
    if axis == ():
        return x
    if x.is_floating_point():
        return torch.sum(x, axis, keepdims)
    return torch.sum(x, axis, keepdims, dtype=x.dtype)


def nansum(x, axis=None, keepdims=False):
    return torch.nan_to_num(x, nan=0.0) if axis == () else torch.nansum(x, axis, keepdims, dtype=x.dtype)


def prod(x, axis=None, keepdims=False, dtype=None):
    dtype = to_engine_dtype(dtype)
    if axis.__class__ is int:
        return torch.prod(x, axis, keepdims, dtype=dtype)
    axes = range(x.ndim) if axis is None else sorted(a % x.ndim for a in axis)
    for i in reversed(axes):
        x = torch.prod(x, i, keepdims, dtype=dtype)
    return x.to(dtype)


def nanprod(x, axis=None, keepdims=False):
    return prod(torch.where(torch.isnan(x), 1, x), axis, keepdims, x.dtype)


def nanmax(x, axis=None, keepdims=False):
    return _extreme_but_nan(torch.amax, -math.inf, x, axis, keepdims)


def nanmin(x, axis=None, keepdims=False):
    return _extreme_but_nan(torch.amin, math.inf, x, axis, keepdims)


def _extreme_but_nan(reduce, worst, x, axis, keepdims):
    if axis == ():
        return x
    axis = () if axis is None else axis  # What torch takes for all axes.
    if not x.is_floating_point():
        return reduce(x, axis, keepdims)
    missing = torch.isnan(x)
    result = reduce(torch.where(missing, worst, x), axis, keepdims)
    return torch.where(all(missing, None if axis == () else axis, keepdims), math.nan, result)


def mean(x, axis=None, keepdims=False):
    return x if axis == () else torch.mean(x, axis, keepdims)


def nanmean(x, axis=None, keepdims=False):
    return x if axis == () else torch.nanmean(x, axis, keepdims)


def var(x, axis=None, keepdims=False):
    if axis != () and _in_one_pass(x):
        return torch.var(x, axis, correction=0, keepdim=keepdims)
    return mean_and_variance(x, axis, keepdims)[1]


def std(x, axis=None, keepdims=False):
    return torch.zeros_like(x) if axis == () else torch.std(x, axis, correction=0, keepdim=keepdims)


def _in_one_pass(x):
    return torch.compiler.is_compiling() or x.numel() <= 512 or not x.is_cpu


def mean_and_variance(x, axis, keepdims):
    """Mean and variance; on a CPU in two passes, since `torch.var_mean` takes five times as long there."""
    if axis == ():
        return x, torch.zeros_like(x)
    if _in_one_pass(x):
        variance, average = torch.var_mean(x, axis, correction=0, keepdim=keepdims)
        return average, variance
    average = torch.mean(x, axis, True)
    centred = x - average
    squares = centred * centred if not x.is_complex() else (centred * centred.conj()).real
    variance = torch.mean(squares, axis, keepdims)
    return (average if keepdims else average.reshape(variance.shape)), variance


def _named(axis, x):
    """The axes by their numbers: of `()`, which means all, a `DTensor` has a gradient of NaNs."""
    return tuple(range(x.ndim)) if axis is None else axis


def amax(x, axis=None, keepdims=False):
    return x if axis == () else torch.amax(x, _named(axis, x), keepdims)


def amin(x, axis=None, keepdims=False):
    return x if axis == () else torch.amin(x, _named(axis, x), keepdims)


def max(x, axis=None, keepdims=False, initial=None):
    if initial is None:
        return x if axis == () else torch.amax(x, _named(axis, x), keepdims)
    return _extreme(amax, torch.maximum, x, axis, keepdims, initial)


def min(x, axis=None, keepdims=False, initial=None):
    if initial is None:
        return x if axis == () else torch.amin(x, _named(axis, x), keepdims)
    return _extreme(amin, torch.minimum, x, axis, keepdims, initial)


def _extreme(reduce, compare, x, axis, keepdims, initial):
    """An extreme that is bounded by `initial`, or is `initial` where there are no elements."""
    initial = torch.as_tensor(initial, dtype=x.dtype, device=x.device)
    if x.numel() == 0:
        return initial.expand(sum(x, axis, keepdims).shape)
    return compare(reduce(x, axis, keepdims), initial)


def all(x, axis=None, keepdims=False):
    return torch.all(x) if axis is None and not keepdims else torch.all(x, axis, keepdim=keepdims)


def any(x, axis=None, keepdims=False):
    return torch.any(x) if axis is None and not keepdims else torch.any(x, axis, keepdim=keepdims)


def _orderable(x):
    return x.to(torch.uint8) if x.dtype is torch.bool else x


def argmax(x, axis=None, keepdims=False):
    return torch.argmax(_orderable(x), axis, keepdims).int()


def argmin(x, axis=None, keepdims=False):
    return torch.argmin(_orderable(x), axis, keepdims).int()


def count_nonzero(x, axis=None):
    return (x != 0 if axis == () else torch.count_nonzero(x, axis)).to(torch.int32)


def cumsum(x, axis=None, dtype=None):
    x, axis = (x.reshape(-1), 0) if axis is None else (x, axis)
    return torch.cumsum(x, axis, dtype=to_engine_dtype(dtype))


def cumprod(x, axis=None, dtype=None):
    x, axis = (x.reshape(-1), 0) if axis is None else (x, axis)
    return torch.cumprod(x, axis, dtype=to_engine_dtype(dtype))


# Quantiles


def quantile(x, q, axis=None, method="linear", keepdims=False):
    return _quantile(x, q, axis, method, keepdims, skip_nan=False)


def nanquantile(x, q, axis=None, method="linear", keepdims=False):
    return _quantile(x, q, axis, method, keepdims, skip_nan=True)


def _quantile(x, q, axis, method, keepdims, skip_nan):
    """By sorting, since `torch.quantile` takes neither half precision nor many elements nor several axes."""
    axes = tuple(range(x.ndim)) if axis is None else (axis,) if axis.__class__ is int else axis
    axes = tuple(a % x.ndim for a in axes)
    kept = [i for i in range(x.ndim) if i not in axes]
    rows = x.permute((*kept, *axes)).reshape(*[x.shape[i] for i in kept], -1)
    rows = torch.sort(rows, -1).values  # NaN comes last
    missing = torch.isnan(rows)
    count = rows.shape[-1] - missing.sum(-1, keepdim=True) if skip_nan else rows.shape[-1]
    place = (q.reshape(-1).double() * (count - 1)).clamp(min=0)
    result = _between(rows, place, method)
    if not skip_nan:
        result = torch.where(missing[..., -1:], float("nan"), result)
    shape = [1 if i in axes else x.shape[i] for i in range(x.ndim)] if keepdims else [x.shape[i] for i in kept]
    return result.movedim(-1, 0).reshape((*q.shape, *shape))


_ROUNDINGS = {"lower": torch.floor, "higher": torch.ceil, "nearest": torch.round}


def _between(rows, place, method):
    """Elements of sorted rows at places that may lie between two of them."""
    if method in _ROUNDINGS:
        return _at(rows, _ROUNDINGS[method](place))
    if method not in ("linear", "midpoint"):
        raise ValueError(f"`method` must be 'linear', 'midpoint', 'lower', 'higher' or 'nearest'. Received: {method!r}")
    low, high = _at(rows, torch.floor(place)), _at(rows, torch.ceil(place))
    weight = 0.5 if method == "midpoint" else torch.frac(place).to(rows.dtype)
    return torch.where(low == high, low, low + (high - low) * weight)


def _at(rows, place):
    return rows.gather(-1, place.long().expand(*rows.shape[:-1], place.shape[-1]))


# Counts


def histogram(x, bins=10, range=None):
    x = x.reshape(-1)
    low, high = (
        (x.amin(), x.amax()) if range is None else (torch.as_tensor(r, dtype=x.dtype, device=x.device) for r in range)
    )
    point = low == high
    low, high = torch.where(point, low - 0.5, low), torch.where(point, high + 0.5, high)
    steps = torch.arange(bins + 1, dtype=torch.float64, device=x.device) / bins
    edges = torch.lerp(low.double(), high.double(), steps).to(x.dtype)
    place = torch.searchsorted(edges, x, right=True) - 1
    place = torch.where(x == edges[-1], bins - 1, place)
    inside = (x >= edges[0]) & (x <= edges[-1])
    counts = torch.zeros(bins, dtype=torch.int32, device=x.device)
    return counts.scatter_add(0, place.clamp(0, bins - 1), inside.to(torch.int32)), edges


def bincount(x, weights=None, minlength=0, sparse=False):
    if sparse:
        raise ValueError("`sparse=True` is not supported with the torch backend.")
    x = x.long()
    length = (
        minlength if x.numel() == 0 else torch.maximum(x.amax() + 1, torch.as_tensor(minlength, device=x.device)).item()
    )
    if weights is None:
        weights = torch.ones_like(x, dtype=torch.int32)
    counts = torch.zeros((*x.shape[:-1], length), dtype=weights.dtype, device=x.device)
    return counts.scatter_add(-1, x, weights)


# Neighbours


def correlate(x1, x2, mode="valid"):
    if x2.is_complex():
        x2 = x2.conj()
    short = _shorter_size(x1, x2)
    full = functional.conv1d(x1.reshape(1, 1, -1), x2.reshape(1, 1, -1), padding=x2.shape[0] - 1).reshape(-1)
    if mode == "full":
        return full
    if mode == "valid":
        return full[short - 1 : full.shape[0] - short + 1]
    before = short - 1 - short // 2
    if x1.shape[0] < x2.shape[0]:
        before = short - 1 - before
    return full[before : before + full.shape[0] - short + 1]


def _shorter_size(x1, x2):
    return x1.shape[0] if x1.shape[0] < x2.shape[0] else x2.shape[0]


def vander(x, N=None, increasing=False):
    return torch.vander(x, N, increasing).to(x.dtype)


def trapezoid(y, x=None, dx=1.0, axis=-1):
    return torch.trapezoid(y, dx=dx, dim=axis) if x is None else torch.trapezoid(y, x, dim=axis)
