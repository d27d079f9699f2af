"""Lamb."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.optimizers.rule_optimizer import RuleOptimizer, with_common_arguments


@keras_export("keras.optimizers.Lamb")
class Lamb(RuleOptimizer):
    """Adam with a step for each variable that is in proportion to the variable's norm: for large batches.

    Args:
        learning_rate: Float, schedule or callable.
        beta_1: Float, decay of the mean of the gradients.
        beta_2: Float, decay of the mean of their squares.
        epsilon: Float that keeps the division from zero.
        **kwargs: See `keras.optimizers.Optimizer`: weight decay, clipping, averages, accumulation, name.

    Reference: [You et al., 2019](https://arxiv.org/abs/1904.00962).

    Example:

    >>> v = keras.Variable([3.0, 4.0])
    >>> keras.optimizers.Lamb(learning_rate=0.1).apply([keras.ops.ones((2,))], [v])
    """

    @with_common_arguments
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        pass

    def _slot_groups(self):
        return (("momentum", "velocity"),)

    def _compute_shared(self, dtype):
        return self._bias(self.beta_1, dtype), self._bias(self.beta_2, dtype)

    def update_step(self, gradient, variable, learning_rate):
        """Updates one variable."""
        gradient, rate = self._inputs(gradient, variable, learning_rate)
        mean = self._move(self._slot("momentum", variable), gradient, self.beta_1)
        square = self._move(self._slot("velocity", variable), ops.square(gradient), self.beta_2)
        bias_of_mean, bias_of_square = self._shared_factors(variable.dtype)
        mean, square = ops.divide(mean, bias_of_mean), ops.divide(square, bias_of_square)
        direction = ops.divide(mean, ops.add(ops.sqrt(square), self.epsilon))
        self._step_down(variable, ops.multiply(rate, _trust(variable, direction)), direction)


def _trust(variable, direction):
    """Norm of the variable over that of the direction; 1 where either is zero."""
    size, length = _norm(variable), _norm(direction)
    ratio = ops.divide(size, ops.where(ops.greater(length, 0), length, 1.0))
    return ops.where(ops.logical_and(ops.greater(size, 0), ops.greater(length, 0)), ratio, 1.0)


def _norm(x):
    return ops.sqrt(ops.sum(ops.square(x)))
