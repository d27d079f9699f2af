"""A function that reads and updates variables, as a pure function of their values."""

from keras.src import tree
from keras.src.backend.common.global_state import STATE
from keras.src.backend.common.stateless_scope import StatelessScope


class InnerScope(StatelessScope):
    """A scope that asks the one around it for what it does not hold itself.

    Args:
        state_mapping: Pairs `(variable, value)`.
    """

    def __init__(self, state_mapping):
        super().__init__(collect_losses=True)
        for variable, value in state_mapping:
            self._put(variable, value)
        self._given = dict(self.state_mapping)
        self._around = STATE.stateless_scope

    def get_current_value(self, variable):
        value = self.state_mapping.get(id(variable))
        if value is None and self._around is not None:
            return self._around.get_current_value(variable)
        return value

    def changes(self):
        """Pairs of a variable and its value, for the variables that were assigned to."""
        held = {id(variable): variable for variable in self._variables}
        return [(held[key], value) for key, value in self.state_mapping.items() if value is not self._given.get(key)]


class PureCall:
    """Calls `function` with values in the place of variables, and keeps what it does to variables until `finish`.

    Args:
        function: Function from a list of tensors to `(outputs, auxiliary)`, a list of tensors and any structure.
        variables: List of variables.
        is_tensor: Function that tells the engine's tensors.
    """

    def __init__(self, function, variables, is_tensor):
        self._function = function
        self._variables = variables
        self._is_tensor = is_tensor
        self._changed = ()
        self._auxiliary = None
        self._places = ()

    def __call__(self, tensors, values):
        """Returns the outputs, and a list of the other tensors that the call made."""
        with InnerScope(zip(self._variables, values)) as scope:
            outputs, self._auxiliary = self._function(tensors)
        changes = scope.changes()
        self._changed = [variable for variable, _ in changes]
        leaves = tree.flatten(self._auxiliary)
        self._places = [i for i, leaf in enumerate(leaves) if self._is_tensor(leaf)]
        return outputs, [*(leaves[i] for i in self._places), *(value for _, value in changes)]

    def finish(self, tensors):
        """Assigns to the variables what the call assigned; returns the auxiliary structure.

        Args:
            tensors: The other tensors of the call, as the engine's transformation gave them back.
        """
        count = len(self._places)
        for variable, value in zip(self._changed, tensors[count:]):
            variable.assign(value)
        leaves = tree.flatten(self._auxiliary)
        for place, tensor in zip(self._places, tensors):
            leaves[place] = tensor
        auxiliary, self._auxiliary = self._auxiliary, None
        return tree.pack_sequence_as(auxiliary, leaves)
