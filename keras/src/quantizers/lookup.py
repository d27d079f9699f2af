"""`get`, `serialize` and `deserialize` of quantizers."""

from keras.src.api_export import keras_export
from keras.src.quantizers.quantizers import AbsMaxQuantizer, Quantizer
from keras.src.saving.registry import Registry

QUANTIZERS = Registry("quantizer", (Quantizer, AbsMaxQuantizer), instantiate=False)


@keras_export("keras.quantizers.serialize")
def serialize(initializer):
    """Describes a quantizer by plain values.

    Args:
        initializer: A `Quantizer` or a function.

    Returns:
        A config.

    Example:

    >>> keras.quantizers.serialize(keras.quantizers.AbsMaxQuantizer(axis=0))["config"]["axis"]
    (0,)
    """
    return QUANTIZERS.serialize(initializer)


@keras_export("keras.quantizers.deserialize")
def deserialize(config, custom_objects=None):
    """Builds a quantizer from its config.

    Args:
        config: What `serialize` returned, or a name.
        custom_objects: Optional dict of name → class or function.

    Returns:
        A quantizer.

    Raises:
        ValueError: The name is unknown.

    Example:

    >>> keras.quantizers.deserialize({"class_name": "AbsMaxQuantizer", "config": {"axis": 0}}).axis
    (0,)
    """
    return _instance(QUANTIZERS.deserialize(config, custom_objects), {})


@keras_export("keras.quantizers.get")
def get(identifier, **kwargs):
    """Turns a name, config, class, function or None into a quantizer.

    Args:
        identifier: For example `"abs_max_quantizer"` or `keras.quantizers.AbsMaxQuantizer`.
        **kwargs: Arguments for the class where `identifier` is one or names one.

    Returns:
        A quantizer; None for None.

    Raises:
        ValueError: The name is unknown, or the identifier is of no such type.

    Example:

    >>> keras.quantizers.get("abs_max_quantizer", axis=0).axis
    (0,)
    """
    return _instance(QUANTIZERS.get(identifier), kwargs)


def _instance(found, arguments):
    return found(**arguments) if isinstance(found, type) else found
