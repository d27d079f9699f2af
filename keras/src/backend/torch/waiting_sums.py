"""Sums in 16 bits that processes share, added up many at a time: while gradients are computed, their numbers come later."""

import torch
from torch.utils import _pytree as pytree

from keras.src.backend.torch import reductions
from keras.src.backend.torch.placed import PLACED, local, tensors

aten = torch.ops.aten
# What these give lies in the memory of what they are given.
_VIEWS = {
    aten.t.default,
    aten.transpose.int,
    aten.permute.default,
    aten.view.default,
    aten._unsafe_view.default,
    aten.detach.default,
}


class WaitingSums:
    """Tensors that have memory, but no numbers before somebody reads one of them: then all get theirs, in one exchange."""

    def __init__(self):
        self._parts, self._copies, self._memory, self._bytes = [], [], {}, 0

    def rounded(self, x, dtype):
        """A tensor that is to be the sum of parts, rounded.

        Args:
            x: `DTensor` in float32 of which each process has a summand, and nothing else is divided.
            dtype: That of the result.
        """
        mesh = x.device_mesh
        result = torch.empty_like(x._local_tensor, dtype=dtype, memory_format=torch.contiguous_format)
        axes = tuple(number for number, placement in enumerate(x.placements) if placement.is_partial())
        self._parts.append((x._local_tensor, (mesh, axes), result))
        self._remember(result)
        self._bytes += x._local_tensor.nbytes
        if self._bytes > reductions.BUCKET:
            self.settle()
        everywhere = [tensors.Replicate()] * mesh.ndim
        return tensors.DTensor.from_local(result, mesh, everywhere, run_check=False)

    def result(self, op, args, kwargs):
        """The result of an op that waits as what it is given does; `None` for other ops, for which the numbers are there now."""
        if not self._parts or not any(map(self._waits, pytree.tree_leaves((args, kwargs)))):
            return None
        if op is not aten._to_copy.default and op not in _VIEWS:
            self.settle()
            return None
        result = op(*args, **kwargs)
        if op is aten._to_copy.default:
            self._copies.append((local(result), local(args[0])))
            self._remember(local(result))
        return result

    def settle(self):
        """Gives all their numbers."""
        parts, copies = self._parts, self._copies
        self.__init__()
        for place in dict.fromkeys(place for _, place, _ in parts):
            alike = [(part, result) for part, other, result in parts if other == place]
            for bucket in reductions.buckets(alike, lambda pair: pair[0].nbytes):
                for summed, (_, result) in zip(reductions.sums([part for part, _ in bucket], *place), bucket):
                    result.copy_(summed)
        for target, source in copies:
            target.copy_(source)

    def _remember(self, tensor):
        storage = tensor.untyped_storage()
        self._memory[storage.data_ptr()] = storage

    def _waits(self, x):
        return isinstance(x, torch.Tensor) and local(x).untyped_storage().data_ptr() in self._memory


def may_wait(x):
    """Whether each process has but a summand of a tensor, and is to have the whole."""
    return isinstance(x, PLACED.kinds) and all(
        p.is_replicate() or (type(p) is tensors.Partial and p.reduce_op == "sum") for p in x.placements
    )
