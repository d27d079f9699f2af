"""Nadam."""

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.optimizers.rule_optimizer import RuleOptimizer, power, with_common_arguments


@keras_export("keras.optimizers.Nadam")
class Nadam(RuleOptimizer):
    """Adam with Nesterov momentum.

    Args:
        learning_rate: Float, schedule or callable.
        beta_1: Float, decay of the mean of the gradients.
        beta_2: Float, decay of the mean of their squares.
        epsilon: Float that keeps the division from zero.
        **kwargs: See `keras.optimizers.Optimizer`: weight decay, clipping, averages, accumulation, name.

    Reference: [Dozat, 2015](http://cs229.stanford.edu/proj2015/054_report.pdf).

    Example:

    >>> v = keras.Variable(1.0)
    >>> keras.optimizers.Nadam(learning_rate=0.5).apply([keras.ops.ones(()) * 10], [v])
    """

    @with_common_arguments
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        pass

    def _slot_groups(self):
        return (("momentum", "velocity"),)

    def build(self, var_list):
        """Creates the state for the variables that are to be trained.

        Args:
            var_list: List of variables.
        """
        if self.built:
            return
        super().build(var_list)
        self._u_product = self.add_variable((), "ones", dtype=backend.floatx(), name="u_product")

    def _decay_at(self, step):
        """The momentum grows over the first steps, `beta_1 * (1 - 0.96^step / 2)`."""
        return ops.multiply(self.beta_1, ops.subtract(1.0, ops.multiply(0.5, power(0.96, step))))

    def begin_update(self):
        """Multiplies the product of the momenta by that of this step."""
        step = self._step_number(self._u_product.dtype)
        self.assign(self._u_product, ops.multiply(ops.cast(self._u_product, step.dtype), self._decay_at(step)))

    def _compute_shared(self, dtype):
        """Factors of the mean and of the gradient, and what the mean of squares is to be divided by."""
        step = self._step_number(dtype)
        decay, next_decay = self._decay_at(step), self._decay_at(ops.add(step, 1.0))
        product = ops.cast(self._u_product, step.dtype)
        of_mean = ops.divide(next_decay, ops.subtract(1.0, ops.multiply(product, next_decay)))
        of_gradient = ops.divide(ops.subtract(1.0, decay), ops.subtract(1.0, product))
        return ops.cast(of_mean, dtype), ops.cast(of_gradient, dtype), self._bias(self.beta_2, dtype)

    def update_step(self, gradient, variable, learning_rate):
        """Updates one variable."""
        gradient, rate = self._inputs(gradient, variable, learning_rate)
        of_mean, of_gradient, bias_of_square = self._shared_factors(variable.dtype)
        mean = self._move(self._slot("momentum", variable), gradient, self.beta_1)
        square = self._move(self._slot("velocity", variable), ops.square(gradient), self.beta_2)
        ahead = ops.add(ops.multiply(of_mean, mean), ops.multiply(of_gradient, gradient))
        square = ops.divide(square, bias_of_square)
        self._step_down(variable, rate, ops.divide(ahead, ops.add(ops.sqrt(square), self.epsilon)))
