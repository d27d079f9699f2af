"""`Lambda`: a function as a layer."""

import inspect

from keras.src import backend, tree
from keras.src.api_export import keras_export
from keras.src.layers.layer import Layer
from keras.src.saving import serialization_lib
from keras.src.saving.object_registration import CustomObjectScope
from keras.src.utils.messages import cut

_HOLDS_FUNCTIONS = ("function", "output_shape", "mask", "arguments")


@keras_export("keras.layers.Lambda")
class Lambda(Layer):
    """Wraps a function of tensors as a layer, for small steps without weights.

    A named function that is registered (`keras.saving.register_keras_serializable`), or one of `keras.ops`, goes into files
    by its name. A Python lambda goes there as compiled code, which is read only with `safe_mode=False`, and only by the
    same version of Python; a layer of your own is better then.

    Args:
        function: Function of the inputs, and of `mask` and `training` where it has parameters of these names. Variables
            that it uses are not trained.
        output_shape: Shape of the outputs without the batch: a tuple of ints, a list of such tuples, or a function of
            the shape of the inputs (with the batch). By default it is found by calling the function on symbolic tensors.
        mask: Mask of the outputs, or a function `(inputs, mask)` that gives it; none by default.
        arguments: Dict of further keyword arguments of the function.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: What the function takes. Outputs: what it gives.

    Raises:
        TypeError: `function` is no function.
        ValueError: `output_shape` or `arguments` is of another kind; or a config with a Python lambda is read in safe mode.
        NotImplementedError: The function does not take symbolic tensors, and there is no `output_shape`.

    Example:

    >>> layer = keras.layers.Lambda(keras.ops.clip, arguments={"x_min": 0.0, "x_max": 1.0})
    >>> layer(keras.ops.array([[-1.0, 0.5, 2.0]]))
    array([[0. , 0.5, 1. ]], dtype=float32)
    """

    def __init__(self, function, output_shape=None, mask=None, arguments=None, **kwargs):
        super().__init__(**kwargs)
        if not callable(function) or inspect.isclass(function):
            raise TypeError(f"`function` must be a function of the inputs. Received: function={function!r}")
        if arguments is not None and not isinstance(arguments, dict):
            raise ValueError(f"`arguments` must be a dict of keyword arguments. Received: arguments={arguments!r}")
        self.function = function
        self.arguments = dict(arguments or {})
        self.mask = mask
        self.supports_masking = mask is not None
        self._output_shape = _checked_output_shape(output_shape)
        known = _parameters_of(function)
        self._passes_mask = "mask" in known and "mask" not in self.arguments
        self._passes_training = "training" in known and "training" not in self.arguments
        self._start_built()

    def call(self, inputs, mask=None, training=None):
        options = dict(self.arguments)
        if self._passes_mask:
            options["mask"] = mask
        if self._passes_training:
            options["training"] = training
        return self.function(inputs, **options)

    def compute_mask(self, inputs, mask=None):
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def compute_output_shape(self, input_shape):
        if self._output_shape is None:
            inputs = tree.map_shape_structure(self._input_of_shape, input_shape)
            return tree.map_structure(lambda x: x.shape, self._spec_of_function(inputs, None, None))
        if callable(self._output_shape):
            return self._output_shape(input_shape)
        shapes = []
        tree.map_shape_structure(shapes.append, input_shape)
        batch = shapes[0][:1]
        return tree.map_shape_structure(lambda sample: (*batch, *sample), self._output_shape)

    def compute_output_spec(self, inputs, mask=None, training=None):
        if self._output_shape is None:
            return self._spec_of_function(inputs, mask, training)
        shape = self.compute_output_shape(tree.map_structure(lambda x: tuple(x.shape), inputs))
        return tree.map_shape_structure(lambda s: backend.KerasTensor(s, self.compute_dtype), shape)

    def _spec_of_function(self, inputs, mask, training):
        try:
            return self._spec_by_calling((inputs,), {"mask": mask, "training": training})
        except Exception as error:
            raise NotImplementedError(
                f"The function of layer {self.name!r} could not be called on symbolic tensors to find the shape of its "
                f"outputs: {type(error).__name__}: {cut(str(error))}\n\nUse operations of `keras.ops`, or say what the shape "
                "is by the argument `output_shape`."
            ) from error

    def get_config(self):
        config = {"function": _described(self.function)}
        if self._output_shape is not None:
            config["output_shape"] = _described(self._output_shape)
        if self.mask is not None:
            config["mask"] = _described(self.mask)
        config["arguments"] = serialization_lib.serialize_keras_object(self.arguments)
        return {**super().get_config(), **config}

    @classmethod
    def from_config(cls, config, custom_objects=None, safe_mode=None):
        """Makes a layer from what `get_config` gave.

        Args:
            config: Dict of constructor arguments, with functions as configs.
            custom_objects: Optional dict of name → function, for functions that are not registered.
            safe_mode: Whether to refuse Python lambdas, which can run any code. By default what the loading function
                around this call says; where nobody says anything they are refused.

        Raises:
            ValueError: The config holds a Python lambda, and `safe_mode` is on.
            TypeError: The config names no function that is known.
        """
        safe_mode = serialization_lib.in_safe_mode() if safe_mode is None else safe_mode
        with CustomObjectScope(custom_objects), serialization_lib.SafeModeScope(safe_mode is not False):
            read = {name: _read(config[name]) for name in _HOLDS_FUNCTIONS if name in config}
        return cls(**{**config, **read})


def _parameters_of(function):
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):  # Functions that are not written in Python may tell none.
        return {}


def _checked_output_shape(output_shape):
    """`output_shape`, with lists of sizes as tuples.

    Raises:
        ValueError: It is no shape, structure of shapes or function.
    """
    if output_shape is None or callable(output_shape):
        return output_shape
    if isinstance(output_shape, (list, tuple)) and all(n is None or hasattr(n, "__index__") for n in output_shape):
        return tuple(output_shape)
    if isinstance(output_shape, (list, tuple)):
        return [_checked_output_shape(sample) for sample in output_shape]
    raise ValueError(
        "`output_shape` must be the shape of a sample (a tuple of ints), a list of such shapes, or a function of the "
        f"shape of the inputs. Received: output_shape={output_shape!r}"
    )


def _described(value):
    """What a config holds of a function, array or shape; of a Python lambda, its parts by name."""
    config = serialization_lib.serialize_keras_object(value)
    if isinstance(config, dict) and config.get("class_name") == "__lambda__":
        code, defaults, closure = config["config"]["value"]
        parts = {"code": code, "defaults": defaults, "closure": closure}
        config = {"class_name": "__lambda__", "config": {k: _as_list(x) for k, x in parts.items()}}
    return config


def _as_list(values):
    return list(values) if isinstance(values, tuple) else values


def _read(config):
    """The reverse of `_described`; objects that are no configs are left as they are."""
    return serialization_lib.deserialize_keras_object(config) if isinstance(config, (dict, list, str)) else config
