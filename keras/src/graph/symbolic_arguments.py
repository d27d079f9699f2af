"""The arguments of one call, with the places of the symbolic tensors in them."""

from keras.src import tree
from keras.src.backend.common.keras_tensor import KerasTensor

_LEAVES = (int, float, bool, str, type(None))


def symbolic_tensors_in(args, kwargs):
    """List of the symbolic tensors among the arguments of a call, in the order of a flattened structure."""
    found = []
    for x in (*args, *[kwargs[name] for name in sorted(kwargs)]) if kwargs else args:
        if isinstance(x, KerasTensor):
            found.append(x)
        elif type(x) not in _LEAVES:
            found += [leaf for leaf in tree.flatten(x) if isinstance(leaf, KerasTensor)]
    return found


class SymbolicArguments:
    """Arguments of a recorded call.

    `keras_tensors` are the symbolic tensors among them in order; `fill_in(values)` gives the arguments of the
    same call on other values, `values` being a dict from the id of a symbolic tensor to what replaces it.
    """

    def __init__(self, *args, **kwargs):
        self.args = args
        self.kwargs = kwargs
        self._fill = None
        # (A layer takes `mask=None` for: as the input has it.)
        says_no_more = all(name == "mask" and x is None for name, x in kwargs.items())
        if says_no_more and len(args) == 1 and isinstance(args[0], KerasTensor):
            self.single = args[0]
            self.keras_tensors = [args[0]]
            return
        self.single = None
        self.keras_tensors = symbolic_tensors_in(args, kwargs)

    def convert(self, function):
        """Replaces every symbolic tensor by `function(tensor)`, in place."""
        self.args, self.kwargs = tree.map_structure(
            lambda x: function(x) if isinstance(x, KerasTensor) else x, (self.args, self.kwargs)
        )
        self._fill = None

    def fill_in(self, values):
        """Arguments `(args, kwargs)` with the symbolic tensors replaced by `values[id(tensor)]`."""
        if self.single is not None:
            return (values[id(self.single)],), {}
        if self._fill is None:
            self._fill = _filler((self.args, self.kwargs)) or (lambda values: (self.args, self.kwargs))
        return self._fill(values)


def _filler(x):
    """A function from values to the structure `x` with its symbolic tensors replaced; `None` where it has none."""
    if isinstance(x, KerasTensor):
        key = id(x)
        return lambda values: values.get(key, x)
    kind = type(x)
    if kind in (list, tuple):
        parts = [_filler(item) or _constant(item) for item in x]
        return (lambda values: kind([part(values) for part in parts])) if _is_symbolic(x) else None
    if kind is dict:
        entries = [(key, _filler(item) or _constant(item)) for key, item in x.items()]
        return (lambda values: {key: part(values) for key, part in entries}) if _is_symbolic(x) else None
    if not _is_symbolic(x):
        return None
    return lambda values: tree.map_structure(
        lambda leaf: values.get(id(leaf), leaf) if isinstance(leaf, KerasTensor) else leaf, x
    )


def _constant(x):
    return lambda values: x


def _is_symbolic(x):
    return any(isinstance(leaf, KerasTensor) for leaf in tree.flatten(x))
