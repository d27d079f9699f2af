"""Steps that take the batch alone, as on the other engines: what they do to variables is made a change of state."""

import functools
import inspect

from keras.src.backend.common.stateless_scope import StatelessScope

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class OtherVariables(Exception):
    """Tells that a step reads or changes variables that are no part of the state yet."""

    def __init__(self, variables):
        super().__init__(f"{len(variables)} variables are no part of the state")
        self.variables = variables


class _StateScope(StatelessScope):
    """A scope that notes variables of which it has no value."""

    def __init__(self, state_mapping):
        super().__init__(state_mapping, collect_losses=True, initialize_variables=False)
        self.others = {}

    def get_current_value(self, variable):
        value = super().get_current_value(variable)
        if value is None:
            self.others[id(variable)] = variable
        return value

    def add_update(self, update):
        if id(update[0]) not in self.state_mapping:
            self.others[id(update[0])] = update[0]
        super().add_update(update)


def takes_state(step):
    """Whether a step takes the state before the batch."""
    kinds = [parameter.kind for parameter in inspect.signature(step).parameters.values()]
    return inspect.Parameter.VAR_POSITIONAL in kinds or sum(kind in _POSITIONAL for kind in kinds) > 1


def with_state(step, kind, parts):
    """A step that takes the state and returns it changed, made from one that takes the batch alone.

    Args:
        step: Function of a batch.
        kind: "train", "test" or "predict".
        parts: The variables of each part of the state.

    Returns:
        Function of state and batch, which raises `OtherVariables` where the step needs more than the state.
    """

    def run(state, data):
        pairs = [pair for variables, values in zip(parts, state) for pair in zip(variables, values, strict=True)]
        with _StateScope(pairs) as scope:
            result = step(data)
        if scope.others:
            raise OtherVariables(list(scope.others.values()))
        changed = tuple([scope.get_current_value(variable) for variable in variables] for variables in parts)
        return result, (changed[1] if kind == "predict" else changed)

    return run


def stateful_too(kind, variables_of):
    """Decorator that lets a public step, which takes the state, be called with a batch alone, as overrides call
    `super().train_step(data)`.

    Args:
        kind: "train", "test" or "predict".
        variables_of: Function from a model to the variables of each part of the state.
    """

    def decorate(step):
        @functools.wraps(step)
        def either(self, *args, **kwargs):
            if len(args) + len(kwargs) != 1:
                return step(self, *args, **kwargs)
            (data,) = *args, *kwargs.values()
            parts = variables_of(self, kind)
            state = tuple([variable._own_value() for variable in variables] for variables in parts)
            result, changed = step(self, state, data)
            after = (state[0], changed) if kind == "predict" else changed
            for variables, values, old_values in zip(parts, after, state):
                for variable, value, old in zip(variables, values, old_values):
                    if value is not old:
                        variable.assign(value)
            return result

        return either

    return decorate
