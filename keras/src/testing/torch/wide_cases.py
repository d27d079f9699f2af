"""Sums in 16 bits of which two processes have parts, as steps compute them: each rounded once."""

import torch

import keras
from keras.src.backend.torch.placed import tensors, whole
from keras.src.backend.torch.wide_sums import WideSums

# In 16 bits 256 and 1 are 256 again, but 256 and 2 are 258: the sum of all, and not that of rounded parts.
PARTS = [256.0, 1.0, 1.0, 0.0]


def sums():
    """What ops give, by their names; -1 where a process has but a part of the result."""
    keras.distribution.set_distribution(keras.distribution.DataParallel())
    mesh = keras.distribution.distribution().device_mesh.backend_mesh
    values = torch.tensor(PARTS)
    wide = tensors.distribute_tensor(values, mesh, [tensors.Shard(0)])
    x = wide.bfloat16()
    row, column = (tensors.distribute_tensor(torch.ones(4, 1).bfloat16(), mesh, [tensors.Replicate()]), x.view(1, 4))
    none = tensors.distribute_tensor(torch.zeros(1).bfloat16(), mesh, [tensors.Replicate()])
    ops = {
        "sum": lambda: x.sum(),
        "mean": lambda: x.mean(dim=0) * 4,
        "product": lambda: column @ row,
        "with bias": lambda: torch.addmm(none, column, row),
        "cast": lambda: wide.sum().bfloat16(),
    }
    with WideSums() as sums:
        results = {name: op() for name, op in ops.items()}
        with sums.together():
            results["waits"] = x.sum().view(1).float().bfloat16()
            results["is read"] = column.mm(row) + 0
            results["waits again"] = x.sum()
    return {name: -1 if _is_part(y) else float(whole(y)) for name, y in results.items()}


def _is_part(y):
    return y.dtype is not torch.bfloat16 or any(placement.is_partial() for placement in y.placements)
