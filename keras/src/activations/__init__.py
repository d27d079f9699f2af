"""Activations: functions of a tensor, given to layers by name."""

import types

from keras.src.activations import activations
from keras.src.activations.activations import (
    celu,
    elu,
    exponential,
    gelu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_tanh,
    leaky_relu,
    linear,
    log_sigmoid,
    log_softmax,
    mish,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    soft_shrink,
    softmax,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    tanh,
    tanh_shrink,
    threshold,
)
from keras.src.api_export import keras_export
from keras.src.saving.registry import Registry

MEMBERS = tuple(
    f
    for name, f in vars(activations).items()
    if isinstance(f, types.FunctionType) and f.__module__ == activations.__name__ and not name.startswith("_")
)
REGISTRY = Registry(
    "activation function",
    MEMBERS,
    aliases={"swish": silu, "hard_swish": hard_silu},
    default=linear,
    instantiate=False,
)


@keras_export("keras.activations.serialize")
def serialize(activation):
    """Describes an activation by plain values.

    Args:
        activation: A function, or a layer used as an activation.

    Returns:
        The name of a built-in activation, else a config.

    Example:

    >>> keras.activations.serialize(keras.activations.relu)
    'relu'
    """
    if isinstance(activation, types.FunctionType) and _is_built_in(activation):
        return activation.__name__
    return REGISTRY.serialize(activation)


def _is_built_in(function):
    """Whether it is an activation of this library, or the operation of the same name."""
    return function.__name__ in REGISTRY.members and hasattr(function, "_api_export_path")


@keras_export("keras.activations.deserialize")
def deserialize(config, custom_objects=None):
    """Builds an activation from its config.

    Args:
        config: What `serialize` returned: a name or a config.
        custom_objects: Optional dict of name → class or function.

    Returns:
        A function, or a layer used as an activation.

    Example:

    >>> keras.activations.deserialize("relu") is keras.activations.relu
    True
    """
    return REGISTRY.deserialize(config, custom_objects)


@keras_export("keras.activations.get")
def get(identifier):
    """Turns a name, config, function, layer or None into an activation.

    Args:
        identifier: For example `"relu"`, `keras.ops.tanh` or `keras.layers.LeakyReLU()`.

    Returns:
        A callable; `linear` for None.

    Raises:
        ValueError: The name is unknown, or the identifier is of no such type.

    Example:

    >>> keras.activations.get(None) is keras.activations.linear
    True
    """
    return REGISTRY.get(identifier)
