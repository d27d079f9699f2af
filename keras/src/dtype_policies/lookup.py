"""`get`, `serialize` and `deserialize` of dtype policies."""

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.dtype_policies.dtype_policy import (
    AWQDTypePolicy,
    DTypePolicy,
    GPTQDTypePolicy,
    Int4DTypePolicy,
    QuantizedDTypePolicy,
    QuantizedFloat8DTypePolicy,
    dtype_policy,
    named_policy,
)
from keras.src.saving.registry import Registry

POLICIES = Registry(
    "dtype policy",
    [
        DTypePolicy,
        QuantizedDTypePolicy,
        QuantizedFloat8DTypePolicy,
        Int4DTypePolicy,
        GPTQDTypePolicy,
        AWQDTypePolicy,
    ],
    aliases={"FloatDTypePolicy": DTypePolicy},
)


@keras_export("keras.dtype_policies.serialize")
def serialize(dtype_policy):
    """Config of a dtype policy.

    Args:
        dtype_policy: A `DTypePolicy`.

    Returns:
        Dict from which `keras.dtype_policies.deserialize` makes an equal policy.

    Example:

    >>> keras.dtype_policies.serialize(keras.DTypePolicy("float16"))["config"]
    {'name': 'float16'}
    """
    return POLICIES.serialize(dtype_policy)


@keras_export("keras.dtype_policies.deserialize")
def deserialize(config, custom_objects=None):
    """Makes a dtype policy from its config.

    Args:
        config: Dict made by `keras.dtype_policies.serialize`.
        custom_objects: Dict from names to classes of one's own.

    Returns:
        A `DTypePolicy`.

    Example:

    >>> keras.dtype_policies.deserialize(keras.dtype_policies.serialize(keras.DTypePolicy("float16")))
    <DTypePolicy "float16">
    """
    return POLICIES.deserialize(config, custom_objects=custom_objects)


@keras_export("keras.dtype_policies.get")
def get(identifier):
    """Turns whatever may describe a dtype policy into one.

    Args:
        identifier: A policy, its name, its config, a dtype of NumPy or of the engine, or `None` for the global policy.

    Returns:
        A `DTypePolicy`.

    Raises:
        ValueError: The identifier describes no policy.

    Example:

    >>> keras.dtype_policies.get("int8_from_float32").quantization_mode
    'int8'
    """
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if isinstance(identifier, str):
        return named_policy(identifier)
    try:
        if isinstance(identifier, int):
            raise TypeError("some engines number their dtypes; a number is no description of a policy all the same")
        return DTypePolicy(backend.standardize_dtype(identifier))
    except (ValueError, TypeError) as error:
        raise ValueError(
            "A dtype policy is given as a DTypePolicy, the name of one, its config or a dtype. "
            f"Received: {identifier!r}"
        ) from error
