"""Losses: what training makes small."""

from keras.src.api_export import keras_export
from keras.src.losses import losses
from keras.src.losses.loss import Loss
from keras.src.losses.loss_function_wrapper import LossFunctionWrapper
from keras.src.losses.margin import CategoricalHinge, Hinge, SquaredHinge, categorical_hinge, hinge, squared_hinge
from keras.src.losses.overlap import Dice, Tversky, dice, tversky
from keras.src.losses.probabilistic import (
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    KLDivergence,
    Poisson,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_generalized_cross_entropy,
    kl_divergence,
    poisson,
    sparse_categorical_crossentropy,
)
from keras.src.losses.regression import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    cosine_similarity,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from keras.src.losses.structured import CTC, Circle, circle, ctc
from keras.src.saving.registry import Registry

__all__ = ["Loss", "LossFunctionWrapper", "deserialize", "get", "losses", "serialize"]

FUNCTIONS = (
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_generalized_cross_entropy,
    categorical_hinge,
    circle,
    cosine_similarity,
    ctc,
    dice,
    hinge,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
    tversky,
)
CLASSES = (
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CTC,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    CategoricalHinge,
    Circle,
    CosineSimilarity,
    Dice,
    Hinge,
    Huber,
    KLDivergence,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    SparseCategoricalCrossentropy,
    SquaredHinge,
    Tversky,
)
_SHORT_NAMES = {
    "bce": binary_crossentropy,
    "kld": kl_divergence,
    "mae": mean_absolute_error,
    "mape": mean_absolute_percentage_error,
    "mse": mean_squared_error,
    "msle": mean_squared_logarithmic_error,
}
# Functions first: a name in snake case means the function.
REGISTRY = Registry(
    "loss", (*FUNCTIONS, *CLASSES), aliases={**_SHORT_NAMES, **{k.upper(): v for k, v in _SHORT_NAMES.items()}}
)


@keras_export("keras.losses.serialize")
def serialize(loss):
    """Describes a loss by plain values.

    Args:
        loss: A `Loss` or a function.

    Returns:
        A config.

    Example:

    >>> keras.losses.serialize(keras.losses.Dice())["class_name"]
    'Dice'
    """
    return REGISTRY.serialize(loss)


@keras_export("keras.losses.deserialize")
def deserialize(name, custom_objects=None):
    """Builds a loss from its config or name.

    Args:
        name: What `serialize` returned, or a name.
        custom_objects: Optional dict of name → class or function.

    Returns:
        A `Loss`, or a function.

    Example:

    >>> keras.losses.deserialize("Dice").name
    'dice'
    """
    return REGISTRY.deserialize(name, custom_objects)


@keras_export("keras.losses.get")
def get(identifier):
    """Turns a name, config, class, function or None into a loss.

    Args:
        identifier: For example `"mse"`, `"mean_squared_error"` or `keras.losses.Dice`; a name in snake case gives a
            function, the name of a class gives an instance.

    Returns:
        A `Loss` or a function; None for None.

    Raises:
        ValueError: The name is unknown, or the identifier is of no such type.

    Example:

    >>> keras.losses.get("mse").__name__
    'mean_squared_error'
    """
    return REGISTRY.get(identifier)
