"""RMSprop."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.optimizers.rule_optimizer import RuleOptimizer, with_common_arguments


@keras_export("keras.optimizers.RMSprop")
class RMSprop(RuleOptimizer):
    """Steps along the gradient, divided by the root of a running mean of its square.

    Args:
        learning_rate: Float, schedule or callable.
        rho: Float, decay of the running means.
        momentum: Float; steps are added up with this decay when it is not 0.
        epsilon: Float that keeps the division from zero.
        centered: Whether the running variance is used instead of the mean square.
        **kwargs: See `keras.optimizers.Optimizer`: weight decay, clipping, averages, accumulation, name.

    Reference: [Hinton, 2012](https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf).

    Example:

    >>> v = keras.Variable(1.0)
    >>> keras.optimizers.RMSprop(learning_rate=0.1).apply([keras.ops.ones(()) * 10], [v])
    >>> round(float(v), 3)
    0.684
    """

    @with_common_arguments
    def __init__(self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False):
        pass

    def _slot_groups(self):
        used = (True, self.momentum > 0, self.centered)
        return [(name,) for name, use in zip(("velocity", "momentum", "average_gradient"), used) if use]

    def update_step(self, gradient, variable, learning_rate):
        """Updates one variable."""
        gradient, rate = self._inputs(gradient, variable, learning_rate)
        square = self._move(self._slot("velocity", variable), ops.square(gradient), self.rho)
        if self.centered:
            mean = self._move(self._slot("average_gradient", variable), gradient, self.rho)
            square = ops.subtract(square, ops.square(mean))
        step = ops.divide(ops.multiply(rate, gradient), ops.sqrt(ops.add(square, self.epsilon)))
        if self.momentum > 0:
            sum_of_steps = self._slot("momentum", variable)
            step = ops.add(ops.multiply(sum_of_steps, self.momentum), step)
            self.assign(sum_of_steps, step)
        self.assign_sub(variable, step)
