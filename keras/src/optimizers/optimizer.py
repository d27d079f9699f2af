"""The public base class of optimizers."""

from keras.src.api_export import keras_export
from keras.src.optimizers.base_optimizer import BaseOptimizer


@keras_export(["keras.Optimizer", "keras.optimizers.Optimizer"])
class Optimizer(BaseOptimizer):
    __doc__ = (
        BaseOptimizer.__doc__
        + """
    Example:

    >>> class Descent(keras.optimizers.Optimizer):
    ...     def update_step(self, gradient, variable, learning_rate):
    ...         self.assign_sub(variable, learning_rate * gradient)
    >>> v = keras.Variable(1.0)
    >>> Descent(learning_rate=0.5).apply([keras.ops.ones(())], [v])
    >>> float(v)
    0.5
    """
    )
