"""`Pipeline`: layers that prepare data, one after the other."""

from keras.src.api_export import keras_export
from keras.src.layers.layer import Layer
from keras.src.saving import serialization_lib


@keras_export("keras.layers.Pipeline")
class Pipeline(Layer):
    """Calls layers one after the other, on tensors, or on dicts that all of them take.

    Args:
        layers: List of layers.
        name: Name.

    Inputs: What the first layer takes. Outputs: what the last one gives.

    Example:

    >>> pipeline = keras.layers.Pipeline([keras.layers.RandomFlip(), keras.layers.Rescaling(1 / 255)])
    >>> pipeline(np.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    def __init__(self, layers, name=None):
        super().__init__(name=name)
        if not isinstance(layers, (list, tuple)) or not all(isinstance(layer, Layer) for layer in layers):
            raise ValueError(f"`layers` must be a list of layers. Received: layers={layers!r}")
        self._pipeline_layers = list(layers)
        self._convert_input_args = False
        self._allow_non_tensor_positional_args = True
        self.supports_masking = True

    @property
    def layers(self):
        """The layers, in a list."""
        return list(self._pipeline_layers)

    def call(self, inputs, training=True, mask=None):
        for layer in self._pipeline_layers:
            named = {"training": training} if layer._call_has_training_arg else {}
            if mask is not None and layer._call_has_mask_arg:
                named["mask"] = mask
            inputs, mask = layer(inputs, **named), None  # From here on, tensors carry their masks.
        return inputs

    def compute_output_shape(self, input_shape):
        for layer in self._pipeline_layers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    def compute_output_spec(self, *args, **kwargs):
        return self._spec_by_calling(args, kwargs)

    def get_config(self):
        layers = [serialization_lib.serialize_keras_object(layer) for layer in self._pipeline_layers]
        return {"layers": layers, "name": self.name}

    @classmethod
    def from_config(cls, config):
        layers = [serialization_lib.deserialize_keras_object(layer) for layer in config["layers"]]
        return cls(**{**config, "layers": layers})
