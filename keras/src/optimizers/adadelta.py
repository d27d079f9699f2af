"""Adadelta."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.optimizers.rule_optimizer import RuleOptimizer, with_common_arguments


@keras_export("keras.optimizers.Adadelta")
class Adadelta(RuleOptimizer):
    """Steps whose size follows from that of the steps before, relative to that of the gradients.

    Args:
        learning_rate: Float, schedule or callable; 1.0 in the paper.
        rho: Float, decay of the running means.
        epsilon: Float that keeps the division from zero.
        **kwargs: See `keras.optimizers.Optimizer`: weight decay, clipping, averages, accumulation, name.

    Reference: [Zeiler, 2012](https://arxiv.org/abs/1212.5701).

    Example:

    >>> v = keras.Variable(1.0)
    >>> keras.optimizers.Adadelta(learning_rate=1.0).apply([keras.ops.ones(())], [v])
    """

    @with_common_arguments
    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-7):
        pass

    def _slot_groups(self):
        return (("accumulated_grad", "accumulated_delta_var"),)

    def update_step(self, grad, variable, learning_rate):
        """Updates one variable."""
        grad, rate = self._inputs(grad, variable, learning_rate)
        mean_step = self._slot("accumulated_delta_var", variable)
        square = self._move(self._slot("accumulated_grad", variable), ops.square(grad), self.rho)
        step = ops.divide(ops.multiply(self._root(mean_step), grad), self._root(square))
        self._move(mean_step, ops.square(step), self.rho)
        self._step_down(variable, rate, step)

    def _root(self, square):
        return ops.sqrt(ops.add(square, self.epsilon))
