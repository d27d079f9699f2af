"""Adagrad."""

from keras.src import initializers, ops
from keras.src.api_export import keras_export
from keras.src.optimizers.rule_optimizer import RuleOptimizer, with_common_arguments


@keras_export("keras.optimizers.Adagrad")
class Adagrad(RuleOptimizer):
    """Steps along the gradient, divided by the root of the sum of all its squares so far.

    Args:
        learning_rate: Float, schedule or callable.
        initial_accumulator_value: Float, what the sums start from.
        epsilon: Float that keeps the division from zero.
        **kwargs: See `keras.optimizers.Optimizer`: weight decay, clipping, averages, accumulation, name.

    Reference: [Duchi et al., 2011](https://www.jmlr.org/papers/volume12/duchi11a/duchi11a.pdf).

    Example:

    >>> v = keras.Variable(1.0)
    >>> keras.optimizers.Adagrad(learning_rate=0.5, initial_accumulator_value=0.0).apply([keras.ops.ones(())], [v])
    >>> round(float(v), 3)
    0.5
    """

    @with_common_arguments
    def __init__(self, learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-7):
        pass

    def _slot_groups(self):
        return (("accumulator",),)

    def _slot_initializer(self, name):
        return initializers.Constant(self.initial_accumulator_value)

    def update_step(self, gradient, variable, learning_rate):
        """Updates one variable."""
        gradient, rate = self._inputs(gradient, variable, learning_rate)
        accumulator = self._slot("accumulator", variable)
        total = ops.add(accumulator, ops.square(gradient))
        self.assign(accumulator, total)
        self._step_down(variable, rate, ops.divide(gradient, ops.sqrt(ops.add(total, self.epsilon))))
