"""What the built-in optimizers share: arguments that become attributes and config, slots, pieces of rules."""

import functools
import inspect

from keras.src import ops
from keras.src.optimizers.base_optimizer import SETTINGS
from keras.src.optimizers.optimizer import Optimizer

COMMON_ARGUMENTS = ("learning_rate", "name", *SETTINGS)


def with_common_arguments(constructor):
    """The constructor of an update rule from one that declares, and may check, the rule's own arguments.

    After these come the arguments that all optimizers share, unless it declares them too. What is not shared becomes an attribute.
    """
    own = list(inspect.signature(constructor).parameters.values())
    declared = [p.name for p in own]
    shared = [p for p in inspect.signature(Optimizer.__init__).parameters.values() if p.name not in declared]
    signature = inspect.Signature([*own, *shared])

    @functools.wraps(constructor)
    def __init__(self, *args, **kwargs):
        bound = signature.bind(self, *args, **kwargs)
        bound.apply_defaults()
        self._start(bound.arguments)
        constructor(**{name: bound.arguments[name] for name in declared})

    __init__.__signature__ = signature
    return __init__


class RuleOptimizer(Optimizer):
    """Base of the built-in optimizers.

    The constructor of a subclass hands all its arguments to `_start`: what is not common to all optimizers becomes an attribute and
    goes into the config.
    """

    def _start(self, arguments):
        own = {k: v for k, v in arguments.items() if k not in ("self", "__class__", "kwargs", *COMMON_ARGUMENTS)}
        Optimizer.__init__(self, **{k: arguments[k] for k in COMMON_ARGUMENTS}, **arguments["kwargs"])
        self._own_arguments = tuple(own)
        for name, value in own.items():
            setattr(self, name, value)

    def get_config(self):
        """Returns the constructor's arguments, as plain values."""
        return {**super().get_config(), **{name: getattr(self, name) for name in self._own_arguments}}

    def _slot_groups(self):
        """Groups of names of slots; the slots of a group are created together, variable by variable."""
        return ()

    def _slot_initializer(self, name):
        return "zeros"

    def build(self, var_list):
        """Creates the state for the variables that are to be trained.

        Args:
            var_list: List of variables.
        """
        if self.built:
            return
        super().build(var_list)
        self._set_untracked("_slots", {})  # The variables in it are known already.
        for names in self._slot_groups():
            initializers = [self._slot_initializer(name) for name in names]
            self._slots.update(zip(names, self.add_optimizer_variables(var_list, list(names), initializers)))

    def _slot(self, name, variable):
        """What the rule remembers of a variable under this name, a variable."""
        return self._slots[name][self._get_variable_index(variable)]

    # Pieces of update rules.

    def _step_number(self, dtype):
        """The number of this update, from one, in at least single precision: half could not count."""
        return ops.cast(ops.add(self.iterations, 1), "float64" if dtype == "float64" else "float32")

    def _bias(self, beta, dtype):
        """What a running mean that started from zero is to be divided by."""
        return ops.cast(ops.subtract(1.0, power(beta, self._step_number(dtype))), dtype)

    def _bias_correction(self, beta_1, beta_2, dtype):
        """Factor of the learning rate of Adam, which makes up for the means having started from zero."""
        step = self._step_number(dtype)
        of_square = ops.sqrt(ops.subtract(1.0, power(beta_2, step)))
        return ops.cast(ops.divide(of_square, ops.subtract(1.0, power(beta_1, step))), dtype)

    def _inputs(self, gradient, variable, learning_rate):
        """Gradient and learning rate in the dtype of the variable."""
        return ops.cast(gradient, variable.dtype), ops.cast(learning_rate, variable.dtype)

    def _move(self, slot, target, keep):
        """Moves a slot towards a target, `keep * slot + (1 - keep) * target`, and returns the new value."""
        before = slot.value
        value = ops.add(before, ops.multiply(ops.subtract(target, before), 1.0 - keep))
        self.assign(slot, value)
        return value

    def _step_down(self, variable, rate, direction):
        """Subtracts `rate * direction` from a variable."""
        self.assign_sub(variable, ops.multiply(rate, direction))


def power(base, exponent):
    """`base ** exponent` for a Python number and a float tensor, in the dtype of the tensor."""
    return ops.power(ops.cast(base, exponent.dtype), exponent)
