"""`serialize` and `deserialize` of layers."""

from keras.src.api_export import keras_export
from keras.src.graph.operation import Operation
from keras.src.saving import serialization_lib
from keras.src.saving.legacy.legacy_configs import to_current
from keras.src.saving.object_registration import CustomObjectScope
from keras.src.utils.messages import shown


@keras_export("keras.layers.serialize")
def serialize(layer):
    """Describes a layer by plain Python values, without its weights.

    Args:
        layer: A `keras.Layer`; a model is one too.

    Returns:
        Dict with `module`, `class_name`, `config`, `registered_name` and, of a built layer, `build_config`.

    Raises:
        TypeError: The layer has no `get_config()`.

    Example:

    >>> keras.layers.serialize(keras.layers.Dense(2, name="d"))["config"]["units"]
    2
    """
    return serialization_lib.serialize_keras_object(layer)


@keras_export("keras.layers.deserialize")
def deserialize(config, custom_objects=None):
    """Builds a layer from its description; lambdas in it are refused (see `keras.config.enable_unsafe_deserialization`).

    Args:
        config: Dict, what `serialize` returned.
        custom_objects: Optional dict of name → class, for layers that are not registered.

    Returns:
        A new layer with weights of its own.

    Raises:
        TypeError: The class is unknown, or cannot be built from the config.
        ValueError: The config describes no layer, or something that is not allowed in files.

    Example:

    >>> config = keras.layers.serialize(keras.layers.Dense(2, name="d"))
    >>> keras.layers.deserialize(config).name
    'd'
    """
    if not isinstance(config, dict) or not isinstance(config.get("class_name"), str) or "config" not in config:
        raise ValueError(f"The config of a layer is a dict with `class_name` and `config`. Received: {shown(config)}")
    with CustomObjectScope(custom_objects):
        layer = serialization_lib.deserialize_keras_object(config if config.get("module") else to_current(config))
    if not isinstance(layer, Operation):
        raise ValueError(f"The config describes an object of {type(layer)}, which is no layer: {shown(config)}")
    return layer
