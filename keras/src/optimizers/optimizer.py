"""The public base class of optimizers."""

from keras.src.api_export import keras_export
from keras.src.optimizers.base_optimizer import BaseOptimizer


@keras_export(["keras.Optimizer", "keras.optimizers.Optimizer"])
class Optimizer(BaseOptimizer):
    """Updates variables by gradients; a subclass implements the rule, `update_step(gradient, variable, learning_rate)`.

    Args:
        learning_rate: Float, `keras.optimizers.schedules.LearningRateSchedule`, or callable without arguments.
        weight_decay: Optional float: variables shrink by `learning_rate * weight_decay` of themselves at each step.
        clipnorm: Optional float: the gradient of each variable is scaled down to at most this norm.
        clipvalue: Optional float: each number of the gradients is clipped to at most this absolute value.
        global_clipnorm: Optional float: all gradients are scaled down together to at most this norm.
        use_ema: Whether exponential moving averages of the variables are kept.
        ema_momentum: Float, how slowly the averages move.
        ema_overwrite_frequency: Optional int: the variables are set to their averages every so many steps; at the end
            of training they are in any case.
        loss_scale_factor: Optional float: `scale_loss` multiplies losses by it, and gradients are divided by it.
        gradient_accumulation_steps: Optional int, at least 2: variables are updated every so many steps, by the mean of
            the gradients.
        name: String; made from the class name when absent.

    Example:

    >>> class Descent(keras.optimizers.Optimizer):
    ...     def update_step(self, gradient, variable, learning_rate):
    ...         self.assign_sub(variable, learning_rate * gradient)
    >>> v = keras.Variable(1.0)
    >>> Descent(learning_rate=0.5).apply([keras.ops.ones(())], [v])
    >>> float(v)
    0.5
    """
