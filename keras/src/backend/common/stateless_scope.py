"""A scope in which variables are read from, and written to, a mapping instead of themselves."""

from keras.src.api_export import keras_export
from keras.src.backend.common.global_state import STATE


@keras_export("keras.StatelessScope")
class StatelessScope:
    """Context that makes code which updates variables free of side effects.

    Args:
        state_mapping: Pairs `(variable, value)`: what the variables hold within the scope.
        collect_losses: Whether losses added by layers are gathered in `losses`.
        initialize_variables: Whether variables created within get their values when the outermost scope is left.

    Example:

    >>> v = keras.Variable(1.0)
    >>> with keras.StatelessScope([(v, keras.ops.ones(()) * 5)]) as scope:
    ...     _ = v.assign_add(2.0)
    >>> float(scope.get_current_value(v)), float(v)
    (7.0, 1.0)
    """

    holds_seeds = False
    """Whether draws of another engine's graph take their seeds from the generators that the scope maps."""

    def __init__(self, state_mapping=None, collect_losses=False, initialize_variables=True):
        self.collect_losses = collect_losses
        self.initialize_variables = initialize_variables
        self.losses = []
        self.state_mapping = {}
        # Ids are the keys, so the variables must outlive the scope.
        self._variables = []
        for variable, value in state_mapping or ():
            self._put(variable, _checked(variable, value))
        self._given = len(self._variables)

    def _put(self, variable, value):
        self._variables.append(variable)
        self.state_mapping[id(variable)] = value

    def __enter__(self):
        self._previous = STATE.enter("stateless_scope", self)
        return self

    def add_loss(self, loss):
        """Keeps a loss that a layer added."""
        self.losses.append(loss)

    def add_loss_of(self, layer, loss):
        """Keeps a loss that this layer added."""
        self.add_loss(loss)

    def add_update(self, update):
        """Records a new value; `update` is a pair `(variable, value)`."""
        self._put(*update)

    def get_current_value(self, variable):
        """Returns the value of a variable within this scope, or `None` where the scope has none."""
        return self.state_mapping.get(id(variable))

    def __exit__(self, *exception):
        STATE.enter("stateless_scope", self._previous)
        if self._previous is None and self.initialize_variables:
            initialize_all_variables()


def _checked(variable, value):
    if not hasattr(variable, "_convert_to_tensor"):
        raise ValueError(
            "`state_mapping` of a StatelessScope is a list of pairs (variable, value), where the first is a "
            f"`keras.Variable`. Received: {variable!r}"
        )
    value = variable._convert_to_tensor(value, dtype=variable.dtype)
    if tuple(value.shape) != tuple(variable.shape):
        raise ValueError(
            f"A value in `state_mapping` must have the shape of its variable {variable.path!r}, {variable.shape}. "
            f"Received: a value of shape {tuple(value.shape)}"
        )
    return value


def changes_within(scope):
    """Pairs of each variable that was assigned within a scope, and its value at last.

    Args:
        scope: `StatelessScope`.
    """
    changed = {id(v): v for v in scope._variables[scope._given :]}
    return [(v, scope.state_mapping[key]) for key, v in changed.items()]


def in_stateless_scope():
    """Whether a `StatelessScope` is open in this thread."""
    return STATE.stateless_scope is not None


def get_stateless_scope():
    """Returns the innermost open `StatelessScope`, or `None`."""
    return STATE.stateless_scope


_uninitialized = []


def register_uninitialized_variable(variable):
    """Remembers a variable that gets its value when the outermost scope is left."""
    _uninitialized.append(variable)


def take_uninitialized_variables():
    """The variables that wait for their values: it is now for the caller to give them, or to let them go."""
    waiting, _uninitialized[:] = list(_uninitialized), []
    return waiting


def initialize_all_variables():
    """Gives their values to the variables that were created in a stateless scope."""
    for variable in take_uninitialized_variables():
        if variable._value is None:
            variable._deferred_initialize()
