"""Follow the regularized leader."""

from keras.src import initializers, ops
from keras.src.api_export import keras_export
from keras.src.optimizers.rule_optimizer import RuleOptimizer, with_common_arguments


@keras_export("keras.optimizers.Ftrl")
class Ftrl(RuleOptimizer):
    """Follow the regularized leader, proximal: sparse models by an L1 penalty, for large and sparse inputs.

    Args:
        learning_rate: Float, schedule or callable.
        learning_rate_power: Float, at most 0: how the rate falls with the sum of squares.
        initial_accumulator_value: Float, at least 0: what the sums of squares start from.
        l1_regularization_strength: Float, at least 0.
        l2_regularization_strength: Float, at least 0.
        l2_shrinkage_regularization_strength: Float, at least 0: an L2 penalty on the size of the variables themselves.
        beta: Float, added to the root of the sums of squares.
        **kwargs: See `keras.optimizers.Optimizer`: weight decay, clipping, averages, accumulation, name.

    Reference: [McMahan et al., 2013](https://research.google.com/pubs/archive/41159.pdf).

    Example:

    >>> v = keras.Variable(1.0)
    >>> keras.optimizers.Ftrl(learning_rate=0.5).apply([keras.ops.ones(())], [v])
    """

    @with_common_arguments
    def __init__(
        self,
        learning_rate=0.001,
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        l2_shrinkage_regularization_strength=0.0,
        beta=0.0,
    ):
        if learning_rate_power > 0:
            raise ValueError(
                f"`learning_rate_power` must be at most 0. Received: learning_rate_power={learning_rate_power}"
            )
        for argument in self._own_arguments[1:5]:
            if getattr(self, argument) < 0:
                raise ValueError(f"`{argument}` must be at least 0. Received: {argument}={getattr(self, argument)}")

    def _slot_groups(self):
        return (("accumulator", "linear"),)

    def _slot_initializer(self, name):
        return initializers.Constant(self.initial_accumulator_value) if name == "accumulator" else "zeros"

    def update_step(self, gradient, variable, learning_rate):
        """Updates one variable."""
        gradient, rate = self._inputs(gradient, variable, learning_rate)
        squares, linear = self._slot("accumulator", variable), self._slot("linear", variable)
        # The shrinkage acts on the gradient in the linear term, not in the sum of squares.
        shrunk = ops.add(gradient, ops.multiply(2.0 * self.l2_shrinkage_regularization_strength, variable))
        total = ops.add(squares, ops.square(gradient))
        root, new_root = self._root(squares), self._root(total)
        pull = ops.multiply(ops.divide(ops.subtract(new_root, root), rate), variable)
        direction = ops.subtract(ops.add(linear, shrunk), pull)
        self.assign(squares, total)
        self.assign(linear, direction)
        self.assign(variable, self._closed_form(direction, new_root, rate))

    def _root(self, squares):
        return ops.power(squares, -self.learning_rate_power)

    def _closed_form(self, linear, root, rate):
        """The minimum of the linear term with its penalties."""
        l2 = ops.add(self.l2_regularization_strength, ops.divide(self.beta, ops.multiply(2.0, rate)))
        curvature = ops.add(ops.divide(root, rate), ops.multiply(2.0, l2))
        strength = self.l1_regularization_strength
        return ops.divide(ops.subtract(ops.clip(linear, -strength, strength), linear), curvature)
