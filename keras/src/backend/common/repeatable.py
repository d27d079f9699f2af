"""Calls that can be done again, as rematerialization does them: with the same results, and with effects only once."""

from keras.src import tree
from keras.src.backend.common.global_state import Reopened
from keras.src.backend.common.pure_call import InnerScope


class RepeatableScope(InnerScope):
    """A scope that knows which layer added which loss."""

    def __init__(self, state_mapping):
        super().__init__(state_mapping)
        self.losses_of_layers = []

    def add_loss_of(self, layer, loss):
        """Keeps a loss that a layer added."""
        self.losses_of_layers.append((layer, loss))


class Repeatable:
    """A call of a function on given arguments.

    Each time it runs in the scopes in which this was made, and reads the variables that it assigns to as they were
    before the first time. What it assigns, and the
    losses that layers add, are among its results, so that they may leave an engine's transformation, and come into
    effect by `finish`.

    Args:
        f: The function.
        args: Its arguments.
        kwargs: Its keyword arguments.
        is_tensor: Function that tells the tensors, whose values the call may get anew; all other arguments stay as they
            are.
        held: Function from a variable to its value, such that later assignments do not change it.
    """

    def __init__(self, f, args, kwargs, is_tensor, held):
        self._f = f
        self._arguments = args, kwargs
        self._leaves = tree.flatten(self._arguments)
        self._places = [i for i, x in enumerate(self._leaves) if is_tensor(x)]
        self._is_tensor = is_tensor
        self._held = held
        self._before = None
        self._scopes = Reopened()
        self.tensors = [self._leaves[i] for i in self._places]

    def __call__(self, *tensors):
        """Returns a list of tensors for `finish`."""
        args, kwargs = tree.pack_sequence_as(self._arguments, _filled(self._leaves, self._places, tensors))
        with self._scopes, RepeatableScope(self._before or ()) as scope:
            outputs = self._f(*args, **kwargs)
        changes = scope.changes()
        layers, losses = [layer for layer, _ in scope.losses_of_layers], [loss for _, loss in scope.losses_of_layers]
        leaves = tree.flatten(outputs)
        places = [i for i, x in enumerate(leaves) if self._is_tensor(x)]
        if self._before is None:
            self._before = [(variable, self._held(variable)) for variable, _ in changes]
            self._results = outputs, places, layers
        return [*(leaves[i] for i in places), *losses, *(value for _, value in changes)]

    def finish(self, results):
        """Assigns to variables and adds losses, as the call did; returns its outputs.

        Args:
            results: What the call returned, as the engine's transformation gave it back.
        """
        outputs, places, layers = self._results
        # The first outputs would keep alive what is to be computed again.
        del self._results
        end = len(places) + len(layers)
        for layer, loss in zip(layers, results[len(places) : end]):
            layer.add_loss(loss)
        for (variable, _), value in zip(self._before, results[end:]):
            variable.assign(value)
        return tree.pack_sequence_as(outputs, _filled(tree.flatten(outputs), places, results))


def _filled(leaves, places, tensors):
    filled = list(leaves)
    for place, tensor in zip(places, tensors):
        filled[place] = tensor
    return filled
