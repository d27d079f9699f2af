"""The names of Keras 2's legacy optimizers, which are gone."""

from keras.src.api_export import keras_export


@keras_export(
    [
        "keras.optimizers.legacy.Adagrad",
        "keras.optimizers.legacy.Adam",
        "keras.optimizers.legacy.Ftrl",
        "keras.optimizers.legacy.Optimizer",
        "keras.optimizers.legacy.RMSprop",
        "keras.optimizers.legacy.SGD",
    ]
)
class LegacyOptimizerWarning:
    """Raises an error that says what to use instead.

    Example:

    >>> try:
    ...     keras.optimizers.legacy.Adam()
    ... except ImportError as error:
    ...     print(type(error).__name__)
    ImportError
    """

    def __init__(self, *args, **kwargs):
        raise ImportError(
            "The optimizers of `keras.optimizers.legacy` belong to Keras 2. Use those of `keras.optimizers`, or "
            "Keras 2 itself, the package `tf_keras`, by setting the environment variable TF_USE_LEGACY_KERAS=1."
        )
