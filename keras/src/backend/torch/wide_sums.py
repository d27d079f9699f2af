"""Sums in 16 bits that processes share, computed in float32 and rounded once, when their parts are added up."""

import contextlib

import torch
from torch.utils import _pytree as pytree
from torch.utils._python_dispatch import TorchDispatchMode

from keras.src.backend.common.global_state import STATE
from keras.src.backend.torch.placed import PLACED, tensors
from keras.src.backend.torch.waiting_sums import WaitingSums, may_wait

aten = torch.ops.aten
_SMALL = (torch.bfloat16, torch.float16)


class WideSums(TorchDispatchMode):
    """While a step runs on CPUs: no process rounds its part of a sum, as those of weights' gradients and of divided units are.

    Others than CPUs keep to 16 bits, in which they multiply matrices many times faster than in float32.
    """

    _waiting = None

    @contextlib.contextmanager
    def together(self):
        """Context of the computation of gradients: sums that processes share are added up many at a time."""
        self._waiting = WaitingSums()
        try:
            yield
            with torch.no_grad():
                self._waiting.settle()
        finally:
            self._waiting = None

    def __torch_dispatch__(self, op, types, args=(), kwargs=None):
        kwargs, shares_sum = kwargs or {}, _SUMS.get(op)
        if self._waiting is not None:
            result = self._waiting.result(op, args, kwargs)
            if result is not None:
                return result
        if op in _PRODUCTS and _is_small(args[0]):
            args = _with_whole_units(args)
        if shares_sum is not None and _is_small(args[0]) and shares_sum(*args):
            return self._rounded_once(op, args, kwargs, args[0].dtype)
        results = op(*args, **kwargs)
        for result in results if isinstance(results, (tuple, list)) else (results,):
            if _is_small(result) and _has_part_of_sum(result):
                return self._rounded_once(op, args, kwargs, result.dtype)
        return results

    def _rounded_once(self, op, args, kwargs, dtype):
        """What an op gives, computed in float32, as is what it is given: sums are rounded to 16 bits when they are whole."""
        # What comes in float32 is added up before, since the op may round it.
        args = pytree.tree_map(lambda x: _widened(_added_up(x)), args)
        return pytree.tree_map(lambda x: self._narrowed(x, dtype), op(*args, **kwargs))

    def _narrowed(self, x, dtype):
        """A result in 16 bits, of which no process has but a summand."""
        if not isinstance(x, torch.Tensor) or x.dtype is not torch.float32:
            return x
        if self._waiting is not None and _has_part_of_sum(x) and may_wait(x):
            return self._waiting.rounded(x, dtype)
        return _added_up(x).to(dtype)


def _with_whole_units(args):
    """Arguments of a product, whose factors come last, that sums over an axis divided for other reasons than the batch is.

    Sums in float32 of parts, rounded, are not always those of one device, and what a network gives in 16 bits hangs on each
    rounding. So processes give each other the factors.
    """
    *others, x1, x2 = args
    return *others, _whole_along(x1, x1.ndim - 1), _whole_along(x2, x2.ndim - 2)


def _whole_along(x, axis):
    """A tensor that is not divided along an axis, unless the batch is."""
    if not isinstance(x, PLACED.kinds) or not any(p.is_shard(axis) for p in x.placements):
        return x
    batch = STATE.distribution.batch_dim_name
    placements = [
        tensors.Replicate() if p.is_shard(axis) and name != batch else p
        for p, name in zip(x.placements, x.device_mesh.mesh_dim_names)
    ]
    return x.redistribute(x.device_mesh, placements)


def _is_small(x):
    return isinstance(x, torch.Tensor) and x.dtype in _SMALL and x.device.type == "cpu"


def _has_part_of_sum(x):
    return isinstance(x, PLACED.kinds) and any(map(_is_sum, x.placements))


def _is_sum(placement):
    return type(placement) is tensors.Partial and placement.reduce_op in ("sum", "avg")


def _is_divided(x):
    return isinstance(x, PLACED.kinds) and any(p.is_shard() for p in x.placements)


def _over_parts(x1, x2):
    """Whether a product sums over an axis of which processes have parts."""
    return any(
        isinstance(x, PLACED.kinds) and any(p.is_shard(axis) for p in x.placements)
        for x, axis in ((x1, x1.ndim - 1), (x2, x2.ndim - 2))
    )


def _added_over_parts(added, x1, x2):
    return _over_parts(x1, x2)


def _of_rows(*args):
    return any(map(_is_divided, args))


_PRODUCTS = {aten.mm.default, aten.bmm.default, aten.addmm.default, aten.baddbmm.default}
# Ops that are likely to give sums which processes share, and functions of their arguments that tell whether they do; others
# are computed once more where they turn out to.
_SUMS = {
    aten.mm.default: _over_parts,
    aten.bmm.default: _over_parts,
    aten.addmm.default: _added_over_parts,
    aten.baddbmm.default: _added_over_parts,
    aten.sum.default: _of_rows,
    aten.sum.dim_IntList: _of_rows,
    aten.convolution_backward.default: _of_rows,
    aten.native_layer_norm_backward.default: _of_rows,
    aten.embedding_dense_backward.default: _of_rows,
}


def _added_up(x):
    """What processes have summands of becomes the sum, on all of them."""
    if not _has_part_of_sum(x):
        return x
    return x.redistribute(x.device_mesh, [tensors.Replicate() if _is_sum(p) else p for p in x.placements])


def _widened(x):
    return x.float() if _is_small(x) else x
