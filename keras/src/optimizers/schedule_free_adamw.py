"""Adam without a schedule."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.optimizers.rule_optimizer import RuleOptimizer, with_common_arguments


@keras_export("keras.optimizers.ScheduleFreeAdamW")
class ScheduleFreeAdamW(RuleOptimizer):
    """Adam with a mean of all iterates in place of a schedule that decays.

    Gradients are taken at the variables, which lie between the last iterate and the mean.

    Args:
        learning_rate: Float, schedule or callable.
        beta_1: Float in (0, 1]: how near the variables are to the mean of the iterates.
        beta_2: Float, decay of the mean of the squares of gradients.
        epsilon: Float that keeps the division from zero.
        warmup_steps: Integer, over how many steps the rate rises.
        **kwargs: See `keras.optimizers.Optimizer`: weight decay, clipping, averages, accumulation, name.

    Reference: [Defazio et al., 2024](https://arxiv.org/abs/2405.15682).

    Example:

    >>> v = keras.Variable(1.0)
    >>> keras.optimizers.ScheduleFreeAdamW(learning_rate=0.5).apply([keras.ops.ones(())], [v])
    >>> round(float(v), 3)
    0.5
    """

    @with_common_arguments
    def __init__(self, learning_rate=0.0025, beta_1=0.9, beta_2=0.999, epsilon=1e-8, warmup_steps=0):
        if not 0 < beta_1 <= 1:
            raise ValueError(f"`beta_1` of ScheduleFreeAdamW must lie in (0, 1]. Received: beta_1={beta_1}")

    def build(self, var_list):
        """Creates the state for the variables that are to be trained.

        Args:
            var_list: List of variables.
        """
        if self.built:
            return
        super().build(var_list)
        iterates, squares = [], []
        for variable in var_list:
            skip = variable.overwrite_with_gradient
            iterates.append(
                None if skip else self.add_variable_from_reference(variable, "momentum", _copy_of(variable))
            )
            squares.append(None if skip else self.add_variable_from_reference(variable, "velocity"))
        self._slots = {"momentum": iterates, "velocity": squares}

    def _compute_shared(self, dtype):
        return self._step_number(dtype), self._bias(self.beta_2, dtype)

    def update_step(self, gradient, variable, learning_rate):
        """Updates one variable."""
        gradient, rate = self._inputs(gradient, variable, learning_rate)
        step, bias = self._shared_factors(variable.dtype)
        if self.warmup_steps > 0:
            rate = ops.multiply(rate, ops.cast(ops.minimum(1.0, ops.divide(step, self.warmup_steps)), variable.dtype))
        square = self._move(self._slot("velocity", variable), ops.square(gradient), self.beta_2)
        root = ops.sqrt(ops.divide(square, bias))
        iterate = self._slot("momentum", variable)
        moved = ops.subtract(iterate, ops.multiply(rate, ops.divide(gradient, ops.add(root, self.epsilon))))
        mean = self._mean_of_iterates(variable, iterate)
        mean = ops.add(mean, ops.divide(ops.subtract(moved, mean), ops.cast(step, variable.dtype)))
        self.assign(iterate, moved)
        self.assign(variable, _between(moved, mean, self.beta_1))

    def _mean_of_iterates(self, variable, iterate):
        """The mean that the variable and the last iterate stand for: it is not kept itself."""
        return ops.divide(ops.subtract(variable, ops.multiply(1.0 - self.beta_1, iterate)), self.beta_1)


def _between(start, end, part):
    return ops.add(ops.multiply(1.0 - part, start), ops.multiply(part, end))


def _copy_of(variable):
    """An initializer that gives the value of a variable."""
    return lambda shape, dtype: ops.copy(ops.cast(variable, dtype))
