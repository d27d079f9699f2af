"""`TorchModuleWrapper`: a module of PyTorch as a layer."""

import base64

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.layers.layer import Layer
from keras.src.saving import serialization_lib
from keras.src.saving.object_registration import get_registered_name, get_registered_object


@keras_export("keras.layers.TorchModuleWrapper")
class TorchModuleWrapper(Layer):
    """Wraps a `torch.nn.Module` as a layer, on the torch backend.

    The module's parameters are the weights of the layer: optimizers train them, except those with `requires_grad=False`.
    Buffers stay the module's own; they go into files with the parameters. `training=True` and `training=False` in a call
    put the module into training and evaluation mode; without either it stays in the mode in which it is. A module that
    becomes an attribute of a layer or a model is wrapped by itself.

    Into files go the arrays of the module's `state_dict`. The module itself is described by its config where its class is
    registered (`keras.saving.register_keras_serializable`) and has a method `get_config`. Any other module is pickled; such
    files are read with `safe_mode=False` only, since pickles can run any code.

    Args:
        module: The `torch.nn.Module`. A lazy one must have been called before.
        name: Name of the layer.
        output_shape: Shape of the outputs, with the batch (`None`); by default it is found by calling the module.
        **kwargs: Arguments of `keras.Layer`, such as `trainable` and `dtype`. In mixed precision the module is called under
            `torch.autocast`.

    Inputs: What the module takes. Outputs: What it gives.

    Raises:
        TypeError: `module` is no module.
        ValueError: A lazy module has no parameters yet, the backend is another one, or a pickle is read in safe mode.

    Example:

    >>> if keras.backend.backend() == "torch":
    ...     import torch
    ...
    ...     layer = keras.layers.TorchModuleWrapper(torch.nn.Linear(3, 2))
    ...     assert layer(torch.ones(4, 3)).shape == (4, 2)
    ...     assert [w.name for w in layer.weights] == ["weight", "bias"]
    """

    def __init__(self, module, name=None, output_shape=None, **kwargs):
        super().__init__(name=name, **kwargs)
        _check_backend()
        backend.own_code.hold_module(self, module)
        self.output_shape_of_module = output_shape
        with self._open_name_scope():
            for variable in backend.own_code.module_variables(module):
                self._track_variable(variable)
        self._start_built()

    def parameters(self, recurse=True):
        """The parameters of the module, as `torch.nn.Module.parameters` gives them."""
        return self.module.parameters(recurse=recurse)

    def call(self, *args, training=None, **kwargs):
        return backend.own_code.run_module(self.module, args, kwargs, training, self.compute_dtype)

    def compute_output_spec(self, *args, training=None, **kwargs):
        if self.output_shape_of_module is not None:
            return backend.KerasTensor(self.output_shape_of_module, self.compute_dtype)
        with backend.own_code.evaluation_mode(self.module):
            return self._spec_by_calling(args, kwargs)

    def compute_output_shape(self, input_shape):
        if self.output_shape_of_module is not None:
            return tuple(self.output_shape_of_module)
        return self.compute_output_spec(backend.KerasTensor(input_shape, self.compute_dtype)).shape

    def save_own_variables(self, store):
        """Writes the arrays of the module's `state_dict` into a mapping, by their names."""
        for name, array in backend.own_code.module_state(self.module).items():
            store[name] = array

    def load_own_variables(self, store):
        """Reads the parameters and buffers of the module from a mapping that `save_own_variables` wrote."""
        backend.own_code.set_module_state(self.module, {name: store[name] for name in store.keys()})

    def get_config(self):
        module = self.module
        if _is_described_by_config(module):
            described = serialization_lib.serialize_keras_object(module)
        else:
            described = base64.b64encode(backend.own_code.pickled_module(module)).decode("ascii")
        return {**super().get_config(), "module": described, "output_shape": self.output_shape_of_module}

    @classmethod
    def from_config(cls, config, custom_objects=None, safe_mode=None):
        """Makes a layer from what `get_config` gave.

        Args:
            config: Dict of constructor arguments, with the module as a config or a pickle.
            custom_objects: Optional dict of name → class, for modules whose class is not registered.
            safe_mode: Whether to refuse pickles, which can run any code. By default what the loading function around
                this call says; where nobody says anything they are refused.

        Raises:
            ValueError: The module is pickled, and `safe_mode` is on.
        """
        safe_mode = serialization_lib.in_safe_mode() if safe_mode is None else safe_mode
        module = config["module"]
        if isinstance(module, dict):
            module = _module_of_config(module, custom_objects, safe_mode is not False)
        elif isinstance(module, str):
            module = _unpickled(module, safe_mode)
        return cls(**{**config, "module": module})


def _check_backend():
    if backend.own_code.hold_module is None:
        raise ValueError(f"TorchModuleWrapper needs the torch backend. The backend is {backend.backend()!r}.")


def _is_described_by_config(module):
    kind = type(module)
    return get_registered_object(get_registered_name(kind)) is kind and hasattr(module, "get_config")


def _module_of_config(config, custom_objects, safe_mode):
    """The module that a config describes; a class without a method `from_config` takes its config as arguments."""
    kind = get_registered_object(config.get("registered_name"), custom_objects)
    if kind is None or hasattr(kind, "from_config"):
        return serialization_lib.deserialize_keras_object(config, custom_objects, safe_mode)
    return kind(**serialization_lib.deserialize_keras_object(config["config"], custom_objects, safe_mode))


def _unpickled(text, safe_mode):
    if safe_mode is not False:
        raise ValueError(
            "The config of a TorchModuleWrapper holds a pickled module, and reading it can run any code. If you trust the "
            "file, pass `safe_mode=False` to the function that loads it, or call "
            "`keras.config.enable_unsafe_deserialization()`. Files without pickles come from modules whose class is "
            "registered by `keras.saving.register_keras_serializable` and has a method `get_config`."
        )
    _check_backend()
    return backend.own_code.module_of_pickle(base64.b64decode(text))


if backend.own_code.wrap_modules_by is not None:
    backend.own_code.wrap_modules_by(TorchModuleWrapper)
