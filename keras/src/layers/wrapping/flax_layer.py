"""`FlaxLayer`: a module of Flax as a layer."""

import inspect

from keras.src.api_export import keras_export
from keras.src.layers.layer import Layer
from keras.src.layers.wrapping.jax_layer import JaxLayer
from keras.src.saving import serialization_lib


@keras_export("keras.layers.FlaxLayer")
class FlaxLayer(JaxLayer):
    """Wraps a `flax.linen.Module` as a layer, on the JAX backend, and by `jax2tf` on the TensorFlow backend.

    The collection `"params"` of the module's variables trains; all other collections, such as `"batch_stats"`, are state
    that each call updates. Within a training call the module has random numbers of the name `"dropout"`.

    A model with the layer can be saved where the class of the module is registered
    (`keras.saving.register_keras_serializable`) and has `get_config` and `from_config`.

    Args:
        module: The `flax.linen.Module`. The method that is called takes the inputs and, if it has a parameter `training`, a
            bool for that.
        method: The method to call, a function or its name; `__call__` by default.
        variables: Dict of the module's variables by collection; by default the module makes them when the layer is built.
        **kwargs: Arguments of `keras.layers.JaxLayer`, such as `seed`, and of `keras.Layer`.

    Inputs: What the module takes. Outputs: what it gives.

    Raises:
        ValueError: The backend is another one, or the module has no such method.
        TypeError: `module` is no module.

    Example:

    >>> if keras.backend.backend() == "jax":
    ...     import jax
    ...
    ...     try:
    ...         from flax import linen
    ...     except ImportError:
    ...         linen = None
    ...     if linen:
    ...         layer = keras.layers.FlaxLayer(linen.Dense(2))
    ...         assert layer(jax.numpy.ones((4, 3))).shape == (4, 2)
    ...         assert [w.shape for w in layer.weights] == [(2,), (3, 2)]
    """

    def __init__(self, module, method=None, variables=None, **kwargs):
        if isinstance(module, type) or not all(hasattr(module, name) for name in ("init", "apply")):
            raise TypeError(
                f"`module` must be a `flax.linen.Module`. Received: module={module!r} (of type {type(module)})"
            )
        functions = _Functions(module, method)
        params, state = _split(variables)
        super().__init__(functions.call, functions.init, params, state, **kwargs)
        self.module, self.method = module, method

    def _functions(self):
        method = self.method
        if inspect.ismethod(method):
            method = method.__func__.__name__
        described = {"module": self.module, "method": method}
        return {name: serialization_lib.serialize_keras_object(value) for name, value in described.items()}

    def get_config(self):
        platforms = self.native_serialization_platforms
        return {**Layer.get_config(self), "native_serialization_platforms": platforms, **self._functions()}

    @classmethod
    def from_config(cls, config):
        """Makes a layer from what `get_config` gave.

        Args:
            config: Dict of constructor arguments, with the module as a config and the method by its name.

        Raises:
            TypeError: The config names a class that is not known.
        """
        module, method = config["module"], config.get("method")
        if isinstance(module, dict):
            safe_mode = serialization_lib.in_safe_mode() is not False
            module = serialization_lib.deserialize_keras_object(module, safe_mode=safe_mode)
        if isinstance(method, dict):
            method = method.get("config")
        return cls(**{**config, "module": module, "method": method})


class _Functions:
    """`call_fn` and `init_fn` over a module of Flax."""

    def __init__(self, module, method):
        self.module, self.method = module, _method_of(module, method)
        parameters = inspect.signature(self.method).parameters
        self.call = self.call_with_training if "training" in parameters else self.call_without
        self.init = self.init_with_training if "training" in parameters else self.init_without

    def call_with_training(self, params, state, rng, inputs, training):
        return self._apply(params, state, rng, inputs, training=training)

    def call_without(self, params, state, rng, inputs):
        return self._apply(params, state, rng, inputs)

    def _apply(self, params, state, rng, inputs, **options):
        state = state or {}
        variables = {**({} if params is None else {"params": params}), **state}
        rngs = None if rng is None else {"dropout": rng}
        outputs, updated = self.module.apply(
            variables, inputs, rngs=rngs, method=self.method, mutable=list(state), **options
        )
        return outputs, {**state, **updated}

    def init_with_training(self, rng, inputs, training):
        return self._init(rng, inputs, training=training)

    def init_without(self, rng, inputs):
        return self._init(rng, inputs)

    def _init(self, rng, inputs, **options):
        return _split(self.module.init({"params": rng, "dropout": rng}, inputs, method=self.method, **options))


def _split(variables):
    """The parameters of a module and all its other collections."""
    if variables is None:
        return None, None
    variables = dict(variables)
    return variables.pop("params", {}), variables


def _method_of(module, method):
    """The method of a module, a function of it and the inputs, as Flax takes it.

    Raises:
        ValueError: The module has no method of this name.
        TypeError: `method` is neither a function nor a name.
    """
    name = "__call__" if method is None else method
    if not isinstance(name, str):
        if not callable(name):
            raise TypeError(f"`method` must be a method of the module. {method!r} is not a callable object")
        return getattr(name, "__func__", name)
    found = getattr(type(module), name, None) if name == "__call__" or not name.startswith("_") else None
    if not inspect.isfunction(found):
        raise ValueError(f"The module {type(module).__name__} has no method {name!r}. Received: method={method!r}")
    return found
