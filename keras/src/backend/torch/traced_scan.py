"""A loop over slices whose number an exported program leaves open: PyTorch's operator `scan`, without its compiler.

`torch._higher_order_ops.scan.scan` sends the body through Dynamo, which takes seconds, and cannot follow layers. The operator
below it takes a function of flat lists of tensors that reads no other tensor: so those that the body reads from outside are
found by a first call, and become arguments.
"""

import torch
from torch._higher_order_ops.scan import scan_op
from torch.fx.experimental.proxy_tensor import disable_proxy_modes_tracing
from torch.overrides import TorchFunctionMode

from keras.src import tree


def has_open_length(leaves, length):
    """Whether the number of steps is known only when an exported program runs.

    Args:
        leaves: List of tensors that are cut into slices.
        length: Number of steps, or `None`.
    """
    return isinstance(length, torch.SymInt) or any(isinstance(x.shape[0], torch.SymInt) for x in leaves)


def scan(f, init, xs, length, reverse):
    """As `control_flow.scan`, in the graph of an export."""
    several = _Leaves((init, xs))
    count = len(_Leaves(init).tensors)
    # Tensors of their own: one that stands twice, or that the body reads as well, would be one argument to the tracer.
    carried = [x.clone() for x in several.tensors[:count]]
    rows = several.tensors[count:] or [torch.arange(length)]
    rows = [torch.flip(x, (0,)) for x in rows] if reverse else rows

    def step(leaves):
        carry, x = several.packed(leaves[: len(several.tensors)])
        return f(carry, x)

    first = [*carried, *(x[0] for x in rows)]
    with disable_proxy_modes_tracing(), _Readings(first) as readings:
        result = _Leaves(step(first))

    def body(*args):
        own, outer = args[: len(first)], args[len(first) :]
        with _Replacing(readings.found, outer):
            return [x.clone() for x in _Leaves(step(list(own))).tensors]

    outcome = list(scan_op(body, carried, rows, tuple(readings.found)))
    stacked = [torch.flip(y, (0,)) for y in outcome[count:]] if reverse else outcome[count:]
    return result.packed([*outcome[:count], *stacked])


class _Leaves:
    """The tensors of a structure, which may hold `None` and other values beside them."""

    def __init__(self, structure):
        self.structure, self.leaves = structure, tree.flatten(structure)
        self.tensors = [x for x in self.leaves if isinstance(x, torch.Tensor)]

    def packed(self, tensors):
        """The structure with other tensors."""
        rest = iter(tensors)
        return tree.pack_sequence_as(
            self.structure, [next(rest) if isinstance(x, torch.Tensor) else x for x in self.leaves]
        )


class _Readings(TorchFunctionMode):
    """Notes which tensors a function reads that it was not given and did not make."""

    def __init__(self, given):
        super().__init__()
        self.found, self.known = [], list(given)
        self._ids = {id(x) for x in given}

    def __torch_function__(self, function, types, args=(), kwargs=None):
        for x in _tensors_in((args, kwargs or {})):
            if self._note(x):
                self.found.append(x)
        result = function(*args, **(kwargs or {}))
        for x in _tensors_in(result):
            self._note(x)
        return result

    def _note(self, x):
        """Whether a tensor is new; it is kept, so that no other gets its id."""
        if id(x) in self._ids:
            return False
        self._ids.add(id(x))
        self.known.append(x)
        return True


class _Replacing(TorchFunctionMode):
    """Hands other tensors to whatever reads some."""

    def __init__(self, read, replacements):
        super().__init__()
        self.by_id = {id(old): new for old, new in zip(read, replacements)}

    def __torch_function__(self, function, types, args=(), kwargs=None):
        args, kwargs = _map_tensors(lambda x: self.by_id.get(id(x), x), (args, kwargs or {}))
        return function(*args, **kwargs)


def _tensors_in(structure):
    return [x for x in torch.utils._pytree.tree_leaves(structure) if isinstance(x, torch.Tensor)]


def _map_tensors(function, structure):
    return torch.utils._pytree.tree_map_only(torch.Tensor, function, structure)
