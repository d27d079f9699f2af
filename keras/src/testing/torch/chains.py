"""What ops make of the results of others where two processes have parts of them, and what of ordinary tensors."""

import numpy as np
import torch

import keras
from keras import ops
from keras.src.backend.torch.placed import tensors

ROWS = 8
REDUCTIONS = {
    "any": lambda x: ops.any(x > 0, axis=0),
    "all": lambda x: ops.all(x > -2, axis=0),
    "sum": lambda x: ops.sum(x, axis=0),
    "max": lambda x: ops.max(x),
    "std": lambda x: ops.std(x, axis=0),
    "norm": lambda x: ops.norm(x, axis=0),
    "norms": lambda x: ops.norm(x, axis=1, keepdims=True),
    # As many rows as there are to choose from: the zeros that gradients are added to are divided then.
    "take": lambda x: ops.take(ops.tile(x[:1], (ROWS, 1)), ops.cast([7, 5, 3, 6, 5, 6, 7, 5], "int32"), axis=0) * x,
}
THEN = {
    "float": lambda y: ops.cast(y, "float32") * 2,
    "sum": ops.sum,
    "number": lambda y: torch.tensor(float(ops.ravel(y)[0])),
    "truth": lambda y: torch.tensor(bool(ops.ravel(y)[0] > 0.5)),
    "choice": lambda y: ops.cond(ops.ravel(y)[0] > 1, lambda: ops.ones(2), lambda: ops.zeros(2)),
}


def results():
    """The results, and their gradients where they have some, by the names of both ops: of parts, and of ordinary tensors."""
    keras.distribution.set_distribution(keras.distribution.DataParallel())
    mesh = keras.distribution.distribution().device_mesh.backend_mesh
    whole = torch.as_tensor(np.random.default_rng(0).normal(size=(ROWS, 4)), dtype=torch.float32)
    parts = tensors.distribute_tensor(whole, mesh, [tensors.Shard(0)])
    pairs = [(first, then) for first in REDUCTIONS for then in THEN]
    return {f"{first}, {then}": [_results(first, then, x) for x in (parts, whole)] for first, then in pairs}


def _results(first, then, x):
    x = x.detach().clone().requires_grad_()
    y = THEN[then](REDUCTIONS[first](x))
    results = [ops.convert_to_numpy(y).astype(float).tolist()]
    if y.requires_grad:
        (y * y).sum().backward()
        results.append(ops.convert_to_numpy(x.grad).tolist())
    return results
