"""Stochastic gradient descent."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.optimizers.rule_optimizer import RuleOptimizer, with_common_arguments


@keras_export("keras.optimizers.SGD")
class SGD(RuleOptimizer):
    """Gradient descent, with momentum or without.

    `velocity = momentum * velocity - learning_rate * gradient`, and the variable moves by the velocity; with `nesterov`
    by `momentum * velocity - learning_rate * gradient`, from where the velocity will have taken it.

    Args:
        learning_rate: Float, schedule or callable.
        momentum: Float in [0, 1].
        nesterov: Whether to use Nesterov momentum.
        **kwargs: See `keras.optimizers.Optimizer`: weight decay, clipping, averages, accumulation, name.

    Example:

    >>> v = keras.Variable(1.0)
    >>> keras.optimizers.SGD(learning_rate=0.5).apply([keras.ops.ones(())], [v])
    >>> float(v)
    0.5
    """

    @with_common_arguments
    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False):
        if not isinstance(momentum, (int, float)) or not 0 <= momentum <= 1:
            raise ValueError(f"`momentum` must be a float in [0, 1]. Received: momentum={momentum!r}")

    def _slot_groups(self):
        return (("momentum",),) if self.momentum else ()

    def update_step(self, gradient, variable, learning_rate):
        """Updates one variable."""
        gradient, rate = self._inputs(gradient, variable, learning_rate)
        step = ops.multiply(gradient, rate)
        if not self.momentum:
            self.assign_sub(variable, step)
            return
        velocity = self._slot("momentum", variable)
        moved = ops.subtract(ops.multiply(velocity, self.momentum), step)
        self.assign(velocity, moved)
        if self.nesterov:
            moved = ops.subtract(ops.multiply(moved, self.momentum), step)
        self.assign_add(variable, moved)
