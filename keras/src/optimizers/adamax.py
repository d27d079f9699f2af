"""Adamax."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.optimizers.rule_optimizer import RuleOptimizer, with_common_arguments


@keras_export("keras.optimizers.Adamax")
class Adamax(RuleOptimizer):
    """Adam with the maximum norm: steps are scaled by the largest gradient, which fades.

    Args:
        learning_rate: Float, schedule or callable.
        beta_1: Float, decay of the mean of the gradients.
        beta_2: Float, decay of the largest gradient.
        epsilon: Float that keeps the division from zero.
        **kwargs: See `keras.optimizers.Optimizer`: weight decay, clipping, averages, accumulation, name.

    Reference: [Kingma and Ba, 2014](https://arxiv.org/abs/1412.6980), section 7.1.

    Example:

    >>> v = keras.Variable(1.0)
    >>> keras.optimizers.Adamax(learning_rate=0.5).apply([keras.ops.ones(()) * 10], [v])
    >>> round(float(v), 3)
    0.5
    """

    @with_common_arguments
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        pass

    def _slot_groups(self):
        return (("momentum", "norm"),)

    def _compute_shared(self, dtype):
        return self._bias(self.beta_1, dtype)

    def update_step(self, gradient, variable, learning_rate):
        """Updates one variable."""
        gradient, rate = self._inputs(gradient, variable, learning_rate)
        mean = self._move(self._slot("momentum", variable), gradient, self.beta_1)
        norm = self._slot("norm", variable)
        largest = ops.maximum(ops.multiply(norm, self.beta_2), ops.abs(gradient))
        self.assign(norm, largest)
        rate = ops.divide(rate, self._shared_factors(variable.dtype))
        self._step_down(variable, rate, ops.divide(mean, ops.add(largest, self.epsilon)))
