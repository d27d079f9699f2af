"""Regularizers: penalties that are added to the loss."""

from keras.src.api_export import keras_export
from keras.src.regularizers.regularizers import L1, L1L2, L2, OrthogonalRegularizer, Regularizer
from keras.src.saving.registry import Registry

__all__ = ["L1", "L1L2", "L2", "OrthogonalRegularizer", "Regularizer", "deserialize", "get", "serialize"]

REGISTRY = Registry("regularizer", (L1, L1L2, L2, OrthogonalRegularizer), aliases={"l1_l2": L1L2})


@keras_export("keras.regularizers.serialize")
def serialize(regularizer):
    """Describes a regularizer by plain values.

    Args:
        regularizer: A `Regularizer` or a function.

    Returns:
        A config.

    Example:

    >>> keras.regularizers.serialize(keras.regularizers.L2())["class_name"]
    'L2'
    """
    return REGISTRY.serialize(regularizer)


@keras_export("keras.regularizers.deserialize")
def deserialize(config, custom_objects=None):
    """Builds a regularizer from its config.

    Args:
        config: What `serialize` returned, or a name.
        custom_objects: Optional dict of name → class or function.

    Returns:
        A regularizer.

    Example:

    >>> keras.regularizers.deserialize({"class_name": "L2", "config": {"l2": 3.0}}).l2
    3.0
    """
    return REGISTRY.deserialize(config, custom_objects)


@keras_export("keras.regularizers.get")
def get(identifier):
    """Turns a name, config, class, function or None into a regularizer.

    Args:
        identifier: For example `"l2"` or `keras.regularizers.L2`.

    Returns:
        A regularizer; None for None.

    Raises:
        ValueError: The name is unknown, or the identifier is of no such type.

    Example:

    >>> keras.regularizers.get("l2").l2
    0.01
    """
    return REGISTRY.get(identifier)
