"""Adafactor."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.optimizers.rule_optimizer import RuleOptimizer, with_common_arguments


@keras_export("keras.optimizers.Adafactor")
class Adafactor(RuleOptimizer):
    """Adam-like steps with little memory: of a matrix of squares only the means of rows and columns are kept.

    Args:
        learning_rate: Float, schedule or callable; an upper bound, as the rate falls with the inverse root of the step.
        beta_2_decay: Float: the means of squares decay by `1 - step ** beta_2_decay`.
        epsilon_1: Float, added to the squares of gradients.
        epsilon_2: Float, the least size that a variable counts as.
        clip_threshold: Float, the root mean square that steps are scaled down to.
        relative_step: Kept in the config only: the rate falls in either case, as in Keras 3.15.
        **kwargs: See `keras.optimizers.Optimizer`: weight decay, clipping, averages, accumulation, name.

    Reference: [Shazeer and Stern, 2018](https://arxiv.org/abs/1804.04235).

    Example:

    >>> v = keras.Variable([[1.0, 2.0]])
    >>> keras.optimizers.Adafactor(learning_rate=0.1).apply([keras.ops.ones((1, 2))], [v])
    """

    @with_common_arguments
    def __init__(
        self,
        learning_rate=0.001,
        beta_2_decay=-0.8,
        epsilon_1=1e-30,
        epsilon_2=1e-3,
        clip_threshold=1.0,
        relative_step=True,
    ):
        pass

    def build(self, var_list):
        """Creates the state for the variables that are to be trained.

        Args:
            var_list: List of variables.
        """
        if self.built:
            return
        super().build(var_list)
        self._rows, self._columns, self._squares = [], [], []
        for variable in var_list:
            self._add_slots(variable)

    def _add_slots(self, variable):
        if variable.overwrite_with_gradient:
            slots = (None, None, None)
        else:
            # Files of Keras 3 hold placeholders for the rows and columns of a vector, and the full squares of a matrix.
            slots = [self._mean_slot(variable, len(variable.shape) + axis) for axis in (-1, -2)]
            slots.append(self.add_variable_from_reference(variable, name="velocity"))
        for store, slot in zip((self._rows, self._columns, self._squares), slots):
            store.append(slot)

    def _mean_slot(self, variable, axis):
        """A slot for means over an axis of a matrix; it lies as the other axes of the variable do."""
        is_matrix = len(variable.shape) > 1
        dropped = [axis] if is_matrix else range(len(variable.shape))
        shape = [size for number, size in enumerate(variable.shape) if number not in dropped]
        without = getattr(variable._layout, "without", None)
        layout = None if without is None else without(*dropped)
        dtype = variable.dtype if is_matrix else "int32"
        return self.add_variable(tuple(shape), dtype=dtype, layout=layout, name=variable.name)

    def _compute_shared(self, dtype):
        """The greatest rate, and the share of the running mean of squares that is kept."""
        step = self._step_number(dtype)
        keep = ops.subtract(1.0, ops.power(step, self.beta_2_decay))
        return ops.cast(ops.rsqrt(step), dtype), ops.cast(keep, dtype)

    def update_step(self, gradient, variable, learning_rate):
        """Updates one variable."""
        gradient, rate = self._inputs(gradient, variable, learning_rate)
        greatest_rate, keep = self._shared_factors(variable.dtype)
        rate = ops.minimum(rate, greatest_rate)
        rate = ops.multiply(ops.maximum(self.epsilon_2, _root_mean_square(variable)), rate)
        squares = ops.add(ops.square(gradient), self.epsilon_1)
        scaled = ops.multiply(gradient, ops.rsqrt(self._mean_squares(variable, squares, keep)))
        excess = ops.maximum(1.0, ops.divide(_root_mean_square(scaled), self.clip_threshold))
        self._step_down(variable, rate, ops.divide(scaled, excess))

    def _mean_squares(self, variable, squares, keep):
        """The running mean of squares, of a matrix the product of the means of its rows and columns."""
        index = self._get_variable_index(variable)
        if len(variable.shape) < 2:
            return self._moved(self._squares[index], squares, keep)
        rows = self._moved(self._rows[index], ops.mean(squares, axis=-1), keep)
        columns = self._moved(self._columns[index], ops.mean(squares, axis=-2), keep)
        share = ops.divide(rows, ops.mean(rows, axis=-1, keepdims=True))
        mean = ops.multiply(ops.expand_dims(share, -1), ops.expand_dims(columns, -2))
        self.assign(self._squares[index], mean)
        return mean

    def _moved(self, slot, target, keep):
        """What `_move` does, for a tensor `keep`."""
        value = ops.add(ops.multiply(keep, slot), ops.multiply(ops.subtract(1.0, keep), target))
        self.assign(slot, value)
        return value


def _root_mean_square(x):
    return ops.sqrt(ops.mean(ops.square(x)))
