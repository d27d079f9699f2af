"""Variables that processes divide among themselves, gathered many at a time for a step, and gradients added up likewise.

Each exchange costs its latency, however little it carries. What a step reads first of a bucket brings all of it; autograd
then has the gradients of the whole bucket at once. A step that records no gradients keeps the last bucket only.
"""

import contextlib

import torch
import torch.distributed as dist

from keras.src.backend.common.global_state import STATE
from keras.src.backend.torch.placed import PLACED, tensors
from keras.src.backend.torch.reductions import buckets


class Gathering:
    """The wholes of divided variables, as a step needs them.

    Args:
        variables: List of variables; all processes have the same, in the same order.
        axis: Number of the axis of the mesh that divides batches.
    """

    def __init__(self, variables, axis):
        self._axis, self._bucket_of = axis, {}
        self._known, self._keeps_all = {}, torch.is_grad_enabled()
        alike = {}
        for value in (variable._value for variable in variables if variable._holds_value()):
            if _is_divided_along(value, axis):
                key = value.device_mesh, value.dtype, value.device, value.requires_grad
                alike.setdefault(key, []).append(value)
        for values in alike.values():
            count = values[0].device_mesh.size(axis)
            for bucket in buckets(values, lambda value, count=count: count * value._local_tensor.nbytes):
                self._bucket_of |= {id(value): bucket for value in bucket}

    def whole(self, value):
        """The whole along the axis of a value that a variable holds; `None` where it is in no bucket."""
        bucket = self._bucket_of.get(id(value))
        if bucket is None or torch.is_grad_enabled() != self._keeps_all:
            return None
        known = self._known.get(id(value))
        if known is None or known[1] != value._local_tensor._version:
            if not self._keeps_all:
                self._known.clear()
            for each, whole in zip(bucket, _Gathered.apply(self._axis, *bucket)):
                self._known[id(each)] = whole, each._local_tensor._version
            known = self._known[id(value)]
        return known[0]

    def forget(self):
        """Lets go of the wholes."""
        self._known.clear()


@contextlib.contextmanager
def gathering(variables, distribution):
    """Context of a step that reads variables, some of which may be divided along the axis of batches."""
    axis = list(distribution.device_mesh.axis_names).index(distribution.batch_dim_name)
    outer, STATE.gathering = STATE.gathering, Gathering(variables, axis)
    try:
        yield
    finally:
        STATE.gathering = outer


def _is_divided_along(value, axis):
    """Whether a value is divided along an axis of its mesh, and no other one divides it there, too."""
    if not isinstance(value, PLACED.kinds) or axis >= len(value.placements):
        return False
    own = value.placements[axis]
    return type(own) is tensors.Shard and sum(p.is_shard(own.dim) for p in value.placements) == 1


class _Gathered(torch.autograd.Function):
    """From values that are divided along an axis of a mesh to the wholes; gradients are added up and divided again."""

    @staticmethod
    def forward(ctx, axis, *values):
        ctx.set_materialize_grads(False)
        ctx.axis, ctx.values = axis, values
        mesh, parts = values[0].device_mesh, [value._local_tensor for value in values]
        own = torch.cat([part.reshape(-1) for part in parts])
        all_parts = own.new_empty(mesh.size(axis), own.numel())
        dist.all_gather_into_tensor(all_parts.view(-1), own, group=mesh.get_group(axis))
        columns = all_parts.split([part.numel() for part in parts], dim=1)
        return tuple(_joined(value, column, axis) for value, column in zip(values, columns))

    @staticmethod
    def backward(ctx, *gradients):
        given = [number for number, gradient in enumerate(gradients) if gradient is not None]
        results = [None] * len(gradients)
        for dtype in dict.fromkeys(gradients[number].dtype for number in given):
            together = [number for number in given if gradients[number].dtype is dtype]
            pairs = [(gradients[number], ctx.values[number]) for number in together]
            for number, part in zip(together, _own_sums(pairs, ctx.axis)):
                results[number] = part
        return None, *results


def _joined(value, column, axis):
    """A whole along an axis, of parts in the rows of a matrix."""
    along, part = value.placements[axis].dim, value._local_tensor
    whole = torch.cat([row.view(part.shape) for row in column], dim=along)
    return _laid_out(whole, value, _without(value.placements, axis))


def _without(placements, axis, instead=None):
    return (*placements[:axis], instead or tensors.Replicate(), *placements[axis + 1 :])


def _laid_out(part, value, placements):
    """A tensor of the shape of a value, of which this process holds a part."""
    return tensors.DTensor.from_local(
        part, value.device_mesh, placements, run_check=False, shape=value.shape, stride=value.stride()
    )


def _own_sums(pairs, axis):
    """Of pairs of a gradient and a value: the parts of the gradients that belong to those of the values.

    Shares of processes are added up, of all of them at once; what is no share is laid out alone.
    """
    results, shares = [None] * len(pairs), []
    for number, (gradient, value) in enumerate(pairs):
        wanted = _without(value.placements, axis, tensors.Partial())
        if gradient.placements == wanted:
            shares.append(number)
        else:
            results[number] = gradient.redistribute(value.device_mesh, value.placements)
    if shares:
        values = [pairs[number][1] for number in shares]
        sums = _scattered([pairs[number][0]._local_tensor for number in shares], values, axis)
        for number, value, part in zip(shares, values, sums):
            results[number] = _laid_out(part, value, value.placements)
    return results


def _scattered(shares, values, axis):
    """For each of several tensors of which processes have shares: the part of the sum that is this process's."""
    mesh = values[0].device_mesh
    count = mesh.size(axis)
    columns = []
    for share, value in zip(shares, values):
        pieces = share.detach().chunk(count, dim=value.placements[axis].dim)
        columns.append(torch.stack([piece.reshape(-1) for piece in pieces]))
    given = torch.cat(columns, dim=1)
    own = given.new_empty(given.shape[1])
    dist.reduce_scatter_tensor(own, given.view(-1), group=mesh.get_group(axis))
    parts = own.split([column.shape[1] for column in columns])
    return [part.view(value._local_tensor.shape) for part, value in zip(parts, values)]
