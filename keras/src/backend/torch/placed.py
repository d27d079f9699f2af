"""Tensors that several processes hold together (`DTensor`s), as code sees them that serves ordinary tensors as well."""


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
