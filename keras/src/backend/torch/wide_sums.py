"""Sums in 16 bits that processes share, computed in float32 and rounded once, when their parts are added up."""

import torch
from torch.utils import _pytree as pytree
from torch.utils._python_dispatch import TorchDispatchMode

from keras.src.backend.torch.placed import PLACED, tensors

aten = torch.ops.aten
_SMALL = (torch.bfloat16, torch.float16)


class WideSums(TorchDispatchMode):
    """While gradients are computed on CPUs: no process rounds its part of a sum over rows, as those of weights' gradients are.

    Others than CPUs keep to 16 bits, in which they multiply matrices many times faster than in float32.
    """

    def __torch_dispatch__(self, op, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        sums = _SUMS.get(op)
        if sums is None or args[0].dtype not in _SMALL or args[0].device.type != "cpu" or not sums(*args):
            return op(*args, **kwargs)
        dtype = args[0].dtype
        results = op(*pytree.tree_map(_widened, args), **kwargs)
        return pytree.tree_map(lambda x: _narrowed(x, dtype), results)


def _over_parts(x1, x2):
    """Whether a product sums over an axis of which processes have parts."""
    return any(
        isinstance(x, PLACED.kinds) and any(p.is_shard(axis) for p in x.placements)
        for x, axis in ((x1, x1.ndim - 1), (x2, x2.ndim - 2))
    )


def _always(*args):
    return True


# Ops, and functions of their arguments that tell whether processes share a sum.
_SUMS = {
    aten.mm.default: _over_parts,
    aten.bmm.default: _over_parts,
    aten.sum.default: _always,
    aten.sum.dim_IntList: _always,
    aten.convolution_backward.default: _always,
    aten.native_layer_norm_backward.default: _always,
    aten.embedding_dense_backward.default: _always,
}


def _widened(x):
    return x.float() if isinstance(x, torch.Tensor) and x.dtype in _SMALL else x


def _narrowed(x, dtype):
    """A result in 16 bits, of which no process has but a summand."""
    if not isinstance(x, torch.Tensor) or x.dtype is not torch.float32:
        return x
    if isinstance(x, PLACED.kinds):
        x = x.redistribute(x.device_mesh, [tensors.Replicate() if p.is_partial() else p for p in x.placements])
    return x.to(dtype)
