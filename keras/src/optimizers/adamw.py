"""Adam with weight decay."""

from keras.src.api_export import keras_export
from keras.src.optimizers.adam import Adam
from keras.src.optimizers.rule_optimizer import with_common_arguments


@keras_export("keras.optimizers.AdamW")
class AdamW(Adam):
    """Adam with weight decay that does not pass through the running means.

    Args:
        learning_rate: Float, schedule or callable.
        weight_decay: Float: variables shrink by `learning_rate * weight_decay` of themselves at each step.
        beta_1: Float, decay of the mean of the gradients.
        beta_2: Float, decay of the mean of their squares.
        epsilon: Float that keeps the division from zero.
        amsgrad: Whether the largest mean of squares so far is used.
        **kwargs: See `keras.optimizers.Optimizer`: clipping, averages, accumulation, name.

    Reference: [Loshchilov and Hutter, 2019](https://arxiv.org/abs/1711.05101).

    Example:

    >>> v = keras.Variable(1.0)
    >>> keras.optimizers.AdamW(learning_rate=0.5, weight_decay=0.1).apply([keras.ops.zeros(())], [v])
    >>> round(float(v), 3)
    0.95
    """

    @with_common_arguments
    def __init__(self, learning_rate=0.001, weight_decay=0.004, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        if weight_decay is None:
            raise ValueError("`weight_decay` of AdamW must be a float. Received: weight_decay=None")
