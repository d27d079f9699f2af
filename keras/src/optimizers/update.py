"""Updates by an optimizer as engines see them."""

from keras.src import backend


class Update:
    """One update of several variables: what an engine may ask that knows the rule of the optimizer itself.

    Settings of the rule, such as `beta_1` or `nesterov`, are public attributes of `optimizer`.

    Args:
        optimizer: The optimizer.
        gradients: List of tensors, final: clipped, and means where gradients are accumulated.
        variables: List of the variables.
        learning_rate: Variable or scalar tensor.
    """

    def __init__(self, optimizer, gradients, variables, learning_rate):
        self.optimizer = optimizer
        self.gradients = gradients
        self.variables = variables
        self.learning_rate = learning_rate

    def slots(self, name):
        """What the rule remembers under a name, a list with a variable for each of `variables`."""
        slots, index = self.optimizer._slots[name], self.optimizer._trainable_variables_indices
        return [slots[index[id(variable)]] for variable in self.variables]

    def decaying(self):
        """Those of the variables that the weight decay of the optimizer shrinks."""
        optimizer = self.optimizer
        return [] if optimizer.weight_decay is None else [v for v in self.variables if optimizer._use_weight_decay(v)]

    @property
    def calls(self):
        """Variable that counts the calls of `apply` so far; where gradients are accumulated, an update takes several."""
        return self.optimizer._iterations


def stateless(optimizer, optimizer_variables, gradients, variables, values):
    """What `apply` makes of given values, without changing any variable; two lists of tensors.

    Unlike for `stateless_apply`, the optimizer may know more variables, frozen since, than have gradients.

    Args:
        optimizer: The optimizer.
        optimizer_variables: Values of the variables of the optimizer.
        gradients: List of gradients.
        variables: List of the variables that have gradients.
        values: Values of these variables.
    """
    if len(optimizer._trainable_variables) == len(variables):
        return optimizer.stateless_apply(optimizer_variables, gradients, values)
    own = optimizer.variables
    mapping = [*zip(variables, values, strict=True), *zip(own, optimizer_variables, strict=True)]
    with backend.StatelessScope(state_mapping=mapping) as scope:
        optimizer.apply(gradients, variables)
    return _values_in(scope, variables, values), _values_in(scope, own, optimizer_variables)


def _values_in(scope, variables, values):
    found = [scope.get_current_value(variable) for variable in variables]
    return [value if new is None else new for value, new in zip(values, found)]
