"""Sums of gradients over processes: many at a time, since each exchange costs its latency, however little it carries."""

import torch
import torch.distributed as dist

from keras.src.backend.torch.placed import PLACED, tensors

# Bytes that one exchange carries; a gradient that is larger goes alone.
BUCKET = 25 * 2**20


def laid_out(gradients, parameters):
    """Gradients of which each process has a share become their sums, laid out as their parameters are.

    Args:
        gradients: List of tensors, or of `None`.
        parameters: List of tensors, as many.
    """
    gradients, together = list(gradients), {}
    for number, (gradient, parameter) in enumerate(zip(gradients, parameters)):
        if not isinstance(gradient, PLACED.kinds) or not isinstance(parameter, PLACED.kinds):
            continue
        axes = _summed_axes(gradient, parameter)
        if axes:
            key = gradient.device_mesh, axes, gradient.dtype, gradient.device
            together.setdefault(key, []).append(number)
        else:
            gradients[number] = gradient.redistribute(parameter.device_mesh, parameter.placements)
    for (mesh, axes, *_), numbers in together.items():
        for bucket in buckets(numbers, lambda number: gradients[number]._local_tensor.nbytes):
            for number, summed in zip(bucket, sums([gradients[i]._local_tensor for i in bucket], mesh, axes)):
                gradients[number] = _placed(summed, parameters[number])
    return gradients


def _summed_axes(gradient, parameter):
    """The axes of the mesh along which shares are to be added; none where something else is to be done."""
    axes = []
    if gradient.device_mesh != parameter.device_mesh:
        return ()
    for axis, (has, wants) in enumerate(zip(gradient.placements, parameter.placements)):
        if type(has) is tensors.Partial and has.reduce_op == "sum" and wants.is_replicate():
            axes.append(axis)
        elif has != wants:
            return ()
    return tuple(axes)


def buckets(items, bytes_of):
    """Lists of items that go together in an exchange.

    Args:
        items: List.
        bytes_of: Function from an item to the bytes that it has the exchange carry.
    """
    bucket, size = [], 0
    for item in items:
        bytes_here = bytes_of(item)
        if bucket and size + bytes_here > BUCKET:
            yield bucket
            bucket, size = [], 0
        bucket.append(item)
        size += bytes_here
    if bucket:
        yield bucket


def sums(parts, mesh, axes):
    """Sums of tensors along axes of a mesh, in memory of their own.

    Args:
        parts: List of tensors that this process has.
        mesh: The `DeviceMesh` of PyTorch.
        axes: Tuple of numbers of axes.
    """
    flat = torch.cat([part.reshape(-1) for part in parts]).detach()
    for axis in axes:
        dist.all_reduce(flat, group=mesh.get_group(axis))
    sizes = [part.numel() for part in parts]
    return [summed.view(part.shape) for summed, part in zip(flat.split(sizes), parts)]


def _placed(part, parameter):
    """A tensor that lies as a parameter does, of which this process holds a part."""
    return tensors.DTensor.from_local(
        part,
        parameter.device_mesh,
        parameter.placements,
        run_check=False,
        shape=parameter.shape,
        stride=parameter.stride(),
    )
