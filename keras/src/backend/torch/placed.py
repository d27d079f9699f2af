"""Tensors that several processes hold together (`DTensor`s), as code sees them that serves ordinary tensors as well."""

import functools

from keras.src.backend.common import running
from keras.src.utils.module_utils import LazyModule

# Imported where there are several processes, and not with the library.
tensors = LazyModule("torch.distributed.tensor", pip_name="torch")


class _Placed:
    # Classes of such tensors: none before a distribution over several processes is in force.
    kinds = ()


PLACED = _Placed()


def whole(x):
    """An ordinary tensor of all of `x`; where several processes hold parts of it, all of them call this."""
    return x.full_tensor() if isinstance(x, PLACED.kinds) else x


def local(x):
    """What this process holds of `x`, in the same memory."""
    return x._local_tensor if isinstance(x, PLACED.kinds) else x


def by_rows(function):
    """Decorator for a kernel that computes each row by itself, of which processes compute theirs.

    Args:
        function: Function of a tensor with rows, others like it (nested in any way), and tensors without rows. It returns
            tensors with rows, nested in any way.
    """

    @functools.wraps(function)
    def call(rows, others, *wholes):
        if PLACED.kinds and any(isinstance(x, PLACED.kinds) for x in (rows, *wholes)):
            return running.engine.distribution.computed_by_rows(function, (rows, others), wholes)
        return function(rows, others, *wholes)

    return call
