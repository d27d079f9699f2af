"""`JaxLayer`: a function of JAX as a layer."""

import functools
import inspect

from keras.src import backend, ops, tree
from keras.src.api_export import keras_export
from keras.src.backend import door
from keras.src.layers.layer import Layer
from keras.src.random.seed_generator import SeedGenerator, make_default_seed
from keras.src.saving import serialization_lib
from keras.src.saving.object_registration import CustomObjectScope

_OF_CALLS = ("params", "state", "rng", "inputs", "training")
_OF_INITIAL_CALLS = ("rng", "inputs", "training")


def _own_code_for(inputs):
    """The part of the engine that runs functions of JAX: JAX's own where its arrays come while another engine runs."""
    server = door.server_among(tree.flatten(inputs))
    if isinstance(server, door.Guest) and server.engine.name == "jax":
        return server.engine.own_code
    return backend.own_code


@keras_export("keras.layers.JaxLayer")
class JaxLayer(Layer):
    """Wraps a function of JAX as a layer, on the JAX backend, and by `jax2tf` on the TensorFlow backend.

    The leaves of the tree `params` are the weights of the layer, in the order of `jax.tree_util`; those of the tree `state`
    are weights that do not train, and take the values that each call returns. Functions that are registered
    (`keras.saving.register_keras_serializable`), or given in `custom_objects` when a file is loaded, go into files by
    their names.

    Args:
        call_fn: Pure function of JAX. It must have the parameter `inputs`, and may have `params`, `state`, `rng` and
            `training`: which of these it has is told from their names. `rng` is a random key while training, else `None`;
            `training` is a bool. With `state` it returns `(outputs, state)`, else `outputs`.
        init_fn: Function of `rng`, `inputs` and perhaps `training` (then `True`), which gives `params`, or `(params, state)` where
            `call_fn` has `state`. It is called when the layer is built, on arrays of ones of the shapes of the inputs, in
            which unknown sizes are 1.
        params: Initial tree of parameters, instead of `init_fn`.
        state: Initial tree of the state, instead of `init_fn`.
        seed: Seed of `rng`.
        native_serialization_platforms: On the TensorFlow backend, list of the platforms (`"cpu"`, `"cuda"`, `"tpu"`) for which
            the function is compiled; by default the one that runs.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`. In mixed precision the parameters and the inputs are
            cast, and the state is not.

    Inputs: A tensor, or a tree of tensors. Outputs: What `call_fn` gives.

    Raises:
        ValueError: The backend is another one; a function has other parameters, or does not give what it should; there
            is neither `init_fn` nor `params` and `state`.
        TypeError: `call_fn` or `init_fn` is no function.

    Example:

    >>> if keras.backend.backend() == "jax":
    ...     import jax
    ...
    ...     def initial(rng, inputs):
    ...         return {"scale": jax.random.normal(rng, inputs.shape[-1:])}
    ...
    ...     def scaled(params, inputs):
    ...         return inputs * params["scale"]
    ...
    ...     layer = keras.layers.JaxLayer(scaled, initial)
    ...     assert layer(jax.numpy.ones((4, 3))).shape == (4, 3)
    ...     assert layer.weights[0].shape == (3,)
    """

    def __init__(
        self,
        call_fn,
        init_fn=None,
        params=None,
        state=None,
        seed=None,
        native_serialization_platforms=None,
        **kwargs,
    ):
        if backend.own_code.jax_function is None:
            raise ValueError(
                f"{type(self).__name__} is only supported with the JAX or Tensorflow backend. Current backend: "
                f"{backend.backend()}"
            )
        super().__init__(**kwargs)
        self.call_fn, self.init_fn = call_fn, init_fn
        self.native_serialization_platforms = native_serialization_platforms
        self.seed = seed
        self._takes = _checked_parameters("call_fn", call_fn, _OF_CALLS, ("inputs",))
        if init_fn is not None:
            self._init_takes = _checked_parameters("init_fn", init_fn, _OF_INITIAL_CALLS, ())
        if "rng" in self._takes:
            self.seed_generator = SeedGenerator(seed)
        # Trees of plain values: not tracked. `None` stands for a tree that has no variables yet.
        self.__dict__.update(_trees={"params": None, "state": None}, _programs={}, _input_dtypes=None)
        self._make_variables(params, state)
        if init_fn is None and self._missing():
            raise ValueError(
                f"`call_fn` takes {self._missing()}, so these must be given, or an `init_fn` that makes them. Received: "
                f"init_fn=None, params={params!r}, state={state!r}"
            )

    def _missing(self):
        """Names of the trees that `call_fn` takes and that have no variables yet."""
        return [name for name, made in self._trees.items() if name in self._takes and made is None]

    def _build_for_call(self, tensors, args, kwargs):
        first = args[0] if args else kwargs.get("inputs")
        self.__dict__["_input_dtypes"] = [backend.standardize_dtype(x.dtype) for x in tree.flatten(first)]
        super()._build_for_call(tensors, args, kwargs)

    def build(self, input_shape):
        missing = self._missing()
        if not missing:
            return
        dtypes = iter(self._input_dtypes or ())
        inputs = tree.map_shape_structure(
            lambda shape: backend.KerasTensor(shape, next(dtypes, self.compute_dtype)), input_shape
        )
        seed = make_default_seed() if self.seed is None else self.seed
        initial = backend.own_code.jax_initial(self._call_init_fn, seed, inputs)
        trees = zip(self._trees, self._initial_trees(initial))
        self._make_variables(**{name: tree if name in missing else None for name, tree in trees})

    def _call_init_fn(self, rng, inputs):
        values = {"rng": rng, "inputs": inputs, "training": True}
        return self.init_fn(**{name: values[name] for name in self._init_takes})

    def _initial_trees(self, initial):
        if "state" not in self._takes:
            return initial, None
        if "params" not in self._takes and not _is_pair(initial):
            return None, initial
        if not _is_pair(initial):
            raise ValueError(
                "`init_fn` must return `(params, state)` when `call_fn` takes `state`. Received: a value of type "
                f"{type(initial)}"
            )
        return initial

    def _make_variables(self, params, state):
        """Makes a variable of each leaf."""
        for name, values, trains in (("params", params, True), ("state", state, False)):
            if values is not None:
                leaves, structure = backend.own_code.jax_leaves(values)
                self._trees[name] = structure, [self._variable_of(leaf, trains) for leaf in leaves]

    def _variable_of(self, leaf, trains):
        leaf = backend.convert_to_numpy(leaf if hasattr(leaf, "dtype") else backend.convert_to_tensor(leaf))
        dtype = backend.standardize_dtype(leaf.dtype)
        is_float = backend.is_float_dtype(dtype)
        return self.add_weight(
            shape=leaf.shape,
            initializer=lambda shape, dtype: backend.convert_to_tensor(leaf, dtype),
            dtype=self.variable_dtype if trains and is_float else dtype,
            trainable=trains and is_float,
            autocast=trains,
        )

    def call(self, inputs, training=False):
        training = bool(training)
        values = {"inputs": inputs, **{name: self._tree(name) for name in ("params", "state")}, "rng": None}
        if training and "rng" in self._takes:
            values["rng"] = backend.cast(self.seed_generator.next(), "uint32")
        names = [name for name in self._takes if name != "training"]
        outputs = self._program(training, names, _own_code_for(inputs))(*(values[name] for name in names))
        if "state" not in self._takes:
            return outputs
        if not _is_pair(outputs):
            raise ValueError(
                f"`call_fn` must return `(outputs, state)`, since it takes `state`. Received: a value of type {type(outputs)}"
            )
        self._set_state(outputs[1])
        return outputs[0]

    def _tree(self, name):
        if self._trees[name] is None:
            return None
        structure, variables = self._trees[name]
        return backend.own_code.jax_tree(structure, [ops.convert_to_tensor(v) for v in variables])

    def _program(self, training, names, own_code):
        """`call_fn` as a function of tensors of an engine, one for training and one else."""
        key = training, own_code.__name__
        if key not in self._programs:
            fixed = {"training": training} if "training" in self._takes else {}
            function = functools.partial(_call_by_name, self.call_fn, names, fixed)
            self._programs[key] = own_code.jax_function(function, self.native_serialization_platforms)
        return self._programs[key]

    def _set_state(self, values):
        structure, variables = self._trees["state"]
        leaves, received = backend.own_code.jax_leaves(values)
        if received != structure:
            raise ValueError(
                f"`call_fn` must return a state of the structure that it was given, {structure}. Received: {received}"
            )
        for variable, leaf in zip(variables, leaves):
            variable.assign(leaf)

    def compute_output_spec(self, inputs, training=False):
        return backend.compute_output_spec(self.call, inputs, training=training)

    def _functions(self):
        """The functions that a config holds, by the names of the arguments."""
        return {"call_fn": self.call_fn, "init_fn": self.init_fn}

    def get_config(self):
        functions = {name: serialization_lib.serialize_keras_object(f) for name, f in self._functions().items()}
        platforms = self.native_serialization_platforms
        return {**super().get_config(), **functions, "native_serialization_platforms": platforms}

    @classmethod
    def from_config(cls, config):
        """Makes a layer from what `get_config` gave.

        Args:
            config: Dict of constructor arguments, with functions as configs.

        Raises:
            TypeError: The config names a function that is not known.
            ValueError: The config holds a Python lambda, and is read in safe mode.
        """
        safe_mode = serialization_lib.in_safe_mode()
        with CustomObjectScope(None), serialization_lib.SafeModeScope(safe_mode is not False):
            read = {
                name: serialization_lib.deserialize_keras_object(config[name], safe_mode=safe_mode is not False)
                for name in ("call_fn", "init_fn")
                if config.get(name) is not None and not callable(config[name])
            }
        return cls(**{**config, **read})


def _call_by_name(function, names, fixed, *values):
    return function(**dict(zip(names, values)), **fixed)


def _is_pair(value):
    return isinstance(value, (tuple, list)) and len(value) == 2


def _checked_parameters(argument, function, supported, required):
    """Names of the parameters of a function.

    Raises:
        TypeError: It is no function.
        ValueError: A parameter is none of `supported`, or one of `required` is missing.
    """
    if not callable(function):
        raise TypeError(f"`{argument}` must be a function. {function!r} is not a callable object")
    names = list(inspect.signature(function).parameters)
    for name in required:
        if name not in names:
            raise ValueError(f"Missing required argument in `{argument}`: `{name}`")
    for name in names:
        if name not in supported:
            listed = ", ".join(f"`{each}`" for each in supported)
            raise ValueError(f"Unsupported argument in `{argument}`: `{name}`, supported arguments are {listed}")
    return names
