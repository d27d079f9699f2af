"""Constraints: bounds on the values of variables."""

from keras.src.api_export import keras_export
from keras.src.constraints.constraints import Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm
from keras.src.saving.registry import Registry

__all__ = ["Constraint", "MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm", "deserialize", "get", "serialize"]

REGISTRY = Registry("constraint", (MaxNorm, MinMaxNorm, NonNeg, UnitNorm))


@keras_export("keras.constraints.serialize")
def serialize(constraint):
    """Describes a constraint by plain values.

    Args:
        constraint: A `Constraint` or a function.

    Returns:
        A config.

    Example:

    >>> keras.constraints.serialize(keras.constraints.MaxNorm())["class_name"]
    'MaxNorm'
    """
    return REGISTRY.serialize(constraint)


@keras_export("keras.constraints.deserialize")
def deserialize(config, custom_objects=None):
    """Builds a constraint from its config.

    Args:
        config: What `serialize` returned, or a name.
        custom_objects: Optional dict of name → class or function.

    Returns:
        A constraint.

    Example:

    >>> keras.constraints.deserialize({"class_name": "MaxNorm", "config": {"max_value": 3.0}}).max_value
    3.0
    """
    return REGISTRY.deserialize(config, custom_objects)


@keras_export("keras.constraints.get")
def get(identifier):
    """Turns a name, config, class, function or None into a constraint.

    Args:
        identifier: For example `"max_norm"` or `keras.constraints.MaxNorm`.

    Returns:
        A constraint; None for None.

    Raises:
        ValueError: The name is unknown, or the identifier is of no such type.

    Example:

    >>> keras.constraints.get("max_norm").max_value
    2
    """
    return REGISTRY.get(identifier)
