"""`Wrapper`: the base of layers around a layer."""

from keras.src.api_export import keras_export
from keras.src.layers.layer import Layer
from keras.src.saving import serialization_lib


@keras_export("keras.layers.Wrapper")
class Wrapper(Layer):
    """Base of layers that change what another layer does.

    Args:
        layer: The layer inside.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Example:

    >>> class Twice(keras.layers.Wrapper):
    ...     def call(self, x):
    ...         return self.layer(self.layer(x))
    >>> Twice(keras.layers.Dense(3))(keras.ops.ones((2, 3))).shape
    (2, 3)
    """

    _layers_in_config = ("layer",)

    def __init__(self, layer, **kwargs):
        if not isinstance(layer, Layer):
            raise ValueError(f"`layer` must be a `keras.Layer`. Received: layer={layer!r} (of type {type(layer)})")
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape=None):
        inner = self.layer
        if not inner.built:
            inner.build(input_shape)

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = {**config, "layer": serialization_lib.deserialize_keras_object(config["layer"], custom_objects)}
        return super().from_config(config)
