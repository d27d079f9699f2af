"""Initializers: what a variable holds at first."""

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.initializers.constant_initializers import STFT, Constant, Identity, Ones, Zeros
from keras.src.initializers.initializer import Initializer
from keras.src.initializers.random_initializers import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    Orthogonal,
    RandomInitializer,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
    compute_fans,
)
from keras.src.saving.registry import Registry

__all__ = ["Initializer", "RandomInitializer", "compute_fans", "deserialize", "get", "serialize"]

MEMBERS = (
    Constant,
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    Identity,
    LecunNormal,
    LecunUniform,
    Ones,
    Orthogonal,
    RandomNormal,
    RandomUniform,
    STFT,
    TruncatedNormal,
    VarianceScaling,
    Zeros,
)
REGISTRY = Registry(
    "initializer",
    MEMBERS,
    aliases={
        "IdentityInitializer": Identity,
        "OrthogonalInitializer": Orthogonal,
        "STFTInitializer": STFT,
        "normal": RandomNormal,
        "one": Ones,
        "uniform": RandomUniform,
        "zero": Zeros,
    },
)

_NO_ARRAYS = (str, Initializer)


@keras_export("keras.initializers.serialize")
def serialize(initializer):
    """Describes an initializer by plain values.

    Args:
        initializer: An `Initializer` or a function.

    Returns:
        A config.

    Example:

    >>> keras.initializers.serialize(keras.initializers.Zeros())["class_name"]
    'Zeros'
    """
    return REGISTRY.serialize(initializer)


@keras_export("keras.initializers.deserialize")
def deserialize(config, custom_objects=None):
    """Builds an initializer from its config.

    Args:
        config: What `serialize` returned, or a name.
        custom_objects: Optional dict of name → class or function.

    Returns:
        An initializer.

    Example:

    >>> keras.initializers.deserialize({"class_name": "Constant", "config": {"value": 2.0}}).value
    2.0
    """
    return REGISTRY.deserialize(config, custom_objects)


@keras_export("keras.initializers.get")
def get(identifier):
    """Turns a name, config, class, function, array or None into an initializer.

    Args:
        identifier: For example `"glorot_uniform"`, `keras.initializers.Zeros` or an array for `Constant`.

    Returns:
        An initializer; None for None.

    Raises:
        ValueError: The name is unknown, or the identifier is of no such type.

    Example:

    >>> keras.initializers.get("he_normal").scale
    2.0
    """
    if not isinstance(identifier, _NO_ARRAYS) and (hasattr(identifier, "__array__") or backend.is_tensor(identifier)):
        return Constant(identifier)
    return REGISTRY.get(identifier)
