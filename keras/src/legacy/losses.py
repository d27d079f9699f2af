"""`tf.keras.losses.Reduction`: the names that Keras 2 had for reductions."""

from keras.src.api_export import keras_export


@keras_export("keras._legacy.losses.Reduction")
class Reduction:
    """Names of reductions, as Keras 2 had them. Losses of today take `"sum"`, `"none"` and `"sum_over_batch_size"` of these.

    Example:

    >>> from keras.src.legacy.losses import Reduction
    >>> Reduction.SUM
    'sum'
    """

    AUTO = "auto"
    NONE = "none"
    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"

    @classmethod
    def all(cls):
        """Lists the names.

        Returns:
            Tuple of strings.
        """
        return (cls.AUTO, cls.NONE, cls.SUM, cls.SUM_OVER_BATCH_SIZE)

    @classmethod
    def validate(cls, key):
        """Checks a name.

        Args:
            key: The name of a reduction.

        Raises:
            ValueError: `key` is none.
        """
        if key not in cls.all():
            raise ValueError(f'Invalid Reduction Key: {key}. Expected keys are "{cls.all()}"')
