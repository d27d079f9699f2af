"""The arguments of one call, with the places of the symbolic tensors in them."""

from keras.src import tree
from keras.src.backend.common.keras_tensor import KerasTensor


class SymbolicArguments:
    """Arguments of a recorded call.

    `keras_tensors` are the symbolic tensors among them in order; `fill_in(values)` gives the arguments of the
    same call on other values, `values` being a dict from the id of a symbolic tensor to what replaces it.
    """

    def __init__(self, *args, **kwargs):
        self.args = args
        self.kwargs = kwargs
        if not kwargs and len(args) == 1 and isinstance(args[0], KerasTensor):
            self.single = args[0]
            self.keras_tensors = [args[0]]
            return
        self.single = None
        if not kwargs and all(isinstance(x, KerasTensor) for x in args):
            self.keras_tensors = list(args)
        else:
            self.keras_tensors = [x for x in tree.flatten((args, kwargs)) if isinstance(x, KerasTensor)]

    def convert(self, function):
        """Replaces every symbolic tensor by `function(tensor)`, in place."""
        self.args, self.kwargs = tree.map_structure(
            lambda x: function(x) if isinstance(x, KerasTensor) else x, (self.args, self.kwargs)
        )

    def fill_in(self, values):
        """Arguments `(args, kwargs)` with the symbolic tensors replaced by `values[id(tensor)]`."""
        if self.single is not None:
            return (values[id(self.single)],), {}

        def replace(x):
            return values.get(id(x), x) if isinstance(x, KerasTensor) else x

        return tree.map_structure(replace, self.args), tree.map_structure(replace, self.kwargs)
