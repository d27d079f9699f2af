"""Kernels of `keras.ops.numpy` that pick, place and order elements."""

import torch
from torch import (
    diag,
    diagflat,
    diagonal,
    tril,
    triu,
)

from keras.src.backend.common.shape_rules import canonical_axis
from keras.src.backend.torch.core import convert_to_tensor


def _from_front(indices, size):
    """Integer indices, negative ones counted from the end."""
    if not indices.dtype.is_signed:
        return indices.long()
    indices = indices.long()
    return torch.where(indices < 0, indices + size, indices)


def take(x, indices, axis=None):
    if axis is None:
        x, axis = x.reshape(-1), 0
    if indices.ndim == 1:
        return _pick(x, axis, indices)
    axis = range(x.ndim)[axis]
    picked = _pick(x, axis, indices.reshape(-1))
    return picked.reshape(x.shape[:axis] + indices.shape + x.shape[axis + 1 :])


_POSITIONS = (torch.int32, torch.int64)


def _pick(x, axis, indices):
    """Slices along an axis; that some are counted from the end is seen, on a CPU, by PyTorch's refusal."""
    if indices.dtype in _POSITIONS and x.is_cpu and not torch.compiler.is_compiling():
        try:
            return torch.index_select(x, axis, indices)
        except IndexError:
            pass
    return torch.index_select(x, axis, _from_front(indices, x.shape[axis]))


def take_along_axis(x, indices, axis=None):
    if axis is None:
        x, indices, axis = x.reshape(-1), indices.reshape(-1), 0
    return torch.take_along_dim(x, _from_front(indices, x.shape[axis]), axis)


def get_item(x, key):
    if key.__class__ is int or isinstance(key, torch.Tensor):
        return x[key]
    key = key if isinstance(key, tuple) else (key,)
    if not any(isinstance(k, slice) and k.step is not None and k.step < 0 for k in key):
        return x[tuple(_as_index(k) for k in key)]
    return _with_forward_steps(x, key)


def _as_index(k):
    if isinstance(k, (int, slice, type(None), type(Ellipsis), torch.Tensor)):
        return k
    return convert_to_tensor(k)


def _with_forward_steps(x, key):
    """`x[key]` where slices run backwards, which PyTorch lacks: the dimension is flipped, the slice mirrored."""
    places = sum(k is not None and k is not Ellipsis for k in key)
    forward, dimension = [], 0
    for k in key:
        if k is Ellipsis:
            dimension += x.ndim - places
        elif k is not None:
            if isinstance(k, slice) and k.step is not None and k.step < 0:
                start, stop, step = k.indices(x.shape[dimension])
                x = x.flip(dimension)
                last = x.shape[dimension] - 1
                k = slice(last - start, last - stop, -step)
            dimension += 1
        forward.append(_as_index(k))
    return x[tuple(forward)]


def nonzero(x):
    return tuple(places.to(torch.int32) for places in torch.nonzero(x, as_tuple=True))


def isin(x1, x2, assume_unique=False, invert=False):
    if x1.dtype in (torch.bool, torch.float16, torch.bfloat16):
        x1, x2 = x1.float(), x2.float()
    return torch.isin(x1, x2, assume_unique=assume_unique, invert=invert)


# Order


def _flat_or_not(x, axis):
    return (x.reshape(-1), 0) if axis is None else (x, axis)


def sort(x, axis=-1):
    if axis is not None and not x.dim():
        canonical_axis(axis, 0)
    return torch.sort(*_flat_or_not(x, axis)).values


def argsort(x, axis=-1):
    x, axis = _flat_or_not(x, axis)
    x = x.reshape(-1) if x.ndim == 0 else x
    return torch.argsort(x, dim=axis, stable=True).to(torch.int32)


def argpartition(x, kth, axis=-1):
    return argsort(x, axis)


def searchsorted(sorted_sequence, values, side="left"):
    if sorted_sequence.dtype is torch.bool:
        sorted_sequence, values = sorted_sequence.to(torch.uint8), values.to(torch.uint8)
    return torch.searchsorted(sorted_sequence, values, side=side, out_int32=True)


def digitize(x, bins):
    bins = convert_to_tensor(bins).to(x.device)
    common = torch.promote_types(x.dtype, bins.dtype)
    common = torch.uint8 if common is torch.bool else common
    return torch.bucketize(x.to(common), bins.to(common), right=True, out_int32=True)


def unique(
    x,
    sorted=True,
    return_index=False,
    return_inverse=False,
    return_counts=False,
    axis=None,
    size=None,
    fill_value=None,
):
    values, inverse, counts = torch.unique(x, return_inverse=True, return_counts=True, dim=axis)
    along = 0 if axis is None else axis
    found = [_resized(values, along, size, fill_value)]
    if return_index:
        found.append(_resized(_first_places(inverse.reshape(-1), counts), 0, size, 0))
    if return_inverse:
        found.append(inverse)
    if return_counts:
        found.append(_resized(counts, 0, size, 0))
    return (found[0], *(extra.to(torch.int32) for extra in found[1:])) if len(found) > 1 else found[0]


def _first_places(inverse, counts):
    places = torch.arange(inverse.numel(), device=inverse.device)
    return torch.full_like(counts, inverse.numel()).scatter_reduce(0, inverse, places, "amin")


def _resized(x, axis, size, fill_value):
    """`x` cut or filled up along `axis`; the filling is the first slice where no value is given."""
    found = x.shape[axis]
    if size is None or size == found:
        return x
    if size < found:
        return x.narrow(axis, 0, size)
    filling = x.narrow(axis, 0, 1)
    if fill_value is not None:
        filling = torch.full_like(filling, fill_value)
    return torch.cat([x, filling.repeat_interleave(size - found, axis)], axis)


def unravel_index(indices, shape):
    return tuple(places.to(indices.dtype) for places in torch.unravel_index(indices.long(), shape))
