"""`TFSMLayer`: a SavedModel of TensorFlow as a layer."""

import os

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.layers.layer import Layer
from keras.src.saving import serialization_lib


@keras_export("keras.layers.TFSMLayer")
class TFSMLayer(Layer):
    """Calls a function of a SavedModel, on the TensorFlow backend.

    The SavedModel may come from `tf.saved_model.save`, or from another version of Keras. Its variables are the weights of the
    layer. A config, and so a file of a model with this layer, holds the path only; it is read with `safe_mode=False`
    only, since the graphs of a SavedModel can do harm.

    Args:
        filepath: Path of the SavedModel, a folder.
        call_endpoint: Name of the function to call: an attribute of the saved object, or a signature.
        call_training_endpoint: Name of the function to call while training; `call_endpoint` by default.
        trainable: Whether training changes its variables.
        name: Name of the layer.
        dtype: Dtype policy; inputs are cast to its compute dtype.

    Inputs: What the function takes; further arguments by keyword. Outputs: what it gives.

    Raises:
        NotImplementedError: The backend is another one.
        ValueError: There is no such function, or a config is read in safe mode.
        OSError: There is no SavedModel at the path.

    Example:

    >>> if keras.backend.backend() == "tensorflow":
    ...     import tempfile
    ...
    ...     import tensorflow as tf
    ...
    ...     module = tf.Module()
    ...     module.kernel = tf.Variable(tf.ones((3, 2)))
    ...     spec = tf.TensorSpec((None, 3))
    ...     module.serve = tf.function(lambda x: x @ module.kernel, input_signature=[spec])
    ...     with tempfile.TemporaryDirectory() as folder:
    ...         tf.saved_model.save(module, folder)
    ...         layer = keras.layers.TFSMLayer(folder)
    ...     assert layer(keras.ops.ones((4, 3))).shape == (4, 2)
    """

    def __init__(
        self, filepath, call_endpoint="serve", call_training_endpoint=None, trainable=True, name=None, dtype=None
    ):
        if backend.own_code.load_saved_model is None:
            raise NotImplementedError(
                "The TFSMLayer is only currently supported with the TensorFlow backend. The backend is "
                f"{backend.backend()!r}."
            )
        super().__init__(trainable=trainable, name=name, dtype=dtype)
        self.filepath = os.fspath(filepath)
        self.call_endpoint, self.call_training_endpoint = call_endpoint, call_training_endpoint
        self._loaded = backend.own_code.load_saved_model(self.filepath)
        self._endpoint = self._found("call_endpoint", call_endpoint)
        self._training_endpoint = (
            self._endpoint
            if call_training_endpoint is None
            else self._found("call_training_endpoint", call_training_endpoint)
        )
        with self._open_name_scope():
            for variable in backend.own_code.saved_model_variables(self._loaded):
                self._track_variable(variable)
        self._start_built()

    def _found(self, argument, name):
        endpoint = backend.own_code.saved_model_endpoint(self._loaded, name)
        if endpoint is None:
            raise ValueError(
                f"The endpoint {name!r} is neither a function of the SavedModel nor one of its signatures, which are "
                f"{list(getattr(self._loaded, 'signatures', ()))}. Received: {argument}={name!r}"
            )
        return endpoint

    def call(self, inputs, training=False, **kwargs):
        return (self._training_endpoint if training else self._endpoint)(inputs, **kwargs)

    def compute_output_spec(self, inputs, training=False, **kwargs):
        return backend.compute_output_spec(self.call, inputs, training=training, **kwargs)

    def get_config(self):
        endpoints = {name: getattr(self, name) for name in ("filepath", "call_endpoint", "call_training_endpoint")}
        return {**super().get_config(), **endpoints}

    @classmethod
    def from_config(cls, config, custom_objects=None, safe_mode=None):
        """Makes a layer from what `get_config` gave.

        Args:
            config: Dict of constructor arguments.
            custom_objects: Not used.
            safe_mode: Must be off, since a SavedModel is loaded from a path that the config names. By default what the
                loading function around this call says; where nobody says anything it is on.

        Raises:
            ValueError: `safe_mode` is on.
        """
        safe_mode = serialization_lib.in_safe_mode() if safe_mode is None else safe_mode
        if safe_mode is not False:
            raise ValueError(
                "The config of a TFSMLayer names the path of a SavedModel, and the graphs in it can do harm. If you trust "
                "it, pass `safe_mode=False` to the function that loads the model, or call "
                "`keras.config.enable_unsafe_deserialization()`."
            )
        return super().from_config(config)
