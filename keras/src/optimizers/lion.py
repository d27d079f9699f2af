"""Lion."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.optimizers.rule_optimizer import RuleOptimizer, with_common_arguments


@keras_export("keras.optimizers.Lion")
class Lion(RuleOptimizer):
    """Steps of the same size everywhere, in the direction of the sign of a running mean of gradients.

    Args:
        learning_rate: Float, schedule or callable; a third to a tenth of what Adam needs.
        beta_1: Float in (0, 1]: how much the direction follows the running mean, and not the present gradient.
        beta_2: Float, decay of the running mean.
        **kwargs: See `keras.optimizers.Optimizer`: weight decay, clipping, averages, accumulation, name.

    Reference: [Chen et al., 2023](https://arxiv.org/abs/2302.06675).

    Example:

    >>> v = keras.Variable(1.0)
    >>> keras.optimizers.Lion(learning_rate=0.25).apply([keras.ops.ones(()) * 10], [v])
    >>> float(v)
    0.75
    """

    @with_common_arguments
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.99):
        if not 0 < beta_1 <= 1:
            raise ValueError(
                "`beta_1` of Lion must lie in (0, 1]: with 0 the running mean would have no part. "
                f"Received: beta_1={beta_1}"
            )

    def _slot_groups(self):
        return (("momentum",),)

    def update_step(self, gradient, variable, learning_rate):
        """Updates one variable."""
        gradient, rate = self._inputs(gradient, variable, learning_rate)
        mean = self._slot("momentum", variable)
        mixed = ops.add(ops.multiply(mean, self.beta_1), ops.multiply(gradient, 1.0 - self.beta_1))
        self._step_down(variable, rate, ops.sign(mixed))
        self._move(mean, gradient, self.beta_2)
