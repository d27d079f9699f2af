"""Adam."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.optimizers.rule_optimizer import RuleOptimizer, with_common_arguments


@keras_export("keras.optimizers.Adam")
class Adam(RuleOptimizer):
    """Adam: steps along a running mean of gradients, scaled by a running mean of their squares.

    Args:
        learning_rate: Float, schedule or callable.
        beta_1: Float, decay of the mean of the gradients.
        beta_2: Float, decay of the mean of their squares.
        epsilon: Float that keeps the division from zero; the `epsilon hat` of the paper, before section 2.1.
        amsgrad: Whether the largest mean of squares so far is used.
        **kwargs: See `keras.optimizers.Optimizer`: weight decay, clipping, averages, accumulation, name.

    Reference: [Kingma and Ba, 2014](https://arxiv.org/abs/1412.6980); [Reddi et al., 2018](
    https://openreview.net/pdf?id=ryQu7f-RZ) for `amsgrad`.

    Example:

    >>> v = keras.Variable(1.0)
    >>> keras.optimizers.Adam(learning_rate=0.5).apply([keras.ops.ones(()) * 10], [v])
    >>> round(float(v), 3)
    0.5
    """

    @with_common_arguments
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        pass

    def _slot_groups(self):
        groups = (("momentum", "velocity"),)
        return (*groups, ("velocity_hat",)) if self.amsgrad else groups

    def _compute_shared(self, dtype):
        return self._bias_correction(self.beta_1, self.beta_2, dtype)

    def update_step(self, gradient, variable, learning_rate):
        """Updates one variable."""
        gradient, rate = self._inputs(gradient, variable, learning_rate)
        mean = self._move(self._slot("momentum", variable), gradient, self.beta_1)
        square = self._move(self._slot("velocity", variable), ops.square(gradient), self.beta_2)
        if self.amsgrad:
            largest = self._slot("velocity_hat", variable)
            square = ops.maximum(largest, square)
            self.assign(largest, square)
        rate = ops.multiply(rate, self._shared_factors(variable.dtype))
        self._step_down(variable, rate, ops.divide(mean, ops.add(ops.sqrt(square), self.epsilon)))
