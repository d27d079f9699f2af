"""`Operation`: what can be called on tensors now, or on symbolic tensors to extend a graph."""

import inspect
import math

from keras.src import backend, tree
from keras.src.api_export import keras_export
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.backend.common.global_state import STATE, cached_for_session
from keras.src.backend.common.keras_tensor import KerasTensor, any_symbolic_tensors
from keras.src.backend.common.remat import get_current_remat_mode
from keras.src.backend.common.shapes import static_shape
from keras.src.graph.node import Node
from keras.src.graph.symbolic_arguments import symbolic_tensors_in
from keras.src.utils.messages import cut
from keras.src.utils.naming import auto_name


class UnknownArguments(TypeError, ValueError):
    """Arguments that a constructor does not have: a `TypeError`, as Python has it, and a wrong value of a config."""


@cached_for_session
def constructor_parameters(cls):
    """Parameters of the constructor of `cls` without `self`, in order."""
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    return tuple(parameters)


@keras_export("keras.Operation")
class Operation:
    """A computation with a name, callable on tensors and on symbolic tensors.

    Called on tensors it computes (`call`). Called with a `KerasTensor` among its arguments it computes the description
    of its outputs (`compute_output_spec`) and records the call as a node of the graph.

    Args:
        name: Name, unique in a model; made from the class name when absent.

    Example:

    >>> class Double(keras.Operation):
    ...     def call(self, x):
    ...         return x * 2
    ...     def compute_output_spec(self, x):
    ...         return keras.KerasTensor(x.shape, x.dtype)
    >>> Double()(keras.Input((3,))).shape
    (None, 3)
    """

    def __new__(cls, *args, **kwargs):
        instance = super().__new__(cls)
        # Beside `__dict__`: subclasses may wrap `__setattr__` and want `__init__` to have run.
        instance.__dict__["_constructor_arguments"] = (args, kwargs)
        return instance

    # The `RematMode` that was given when the operation was made, where there was one.
    _remat_mode = None

    def __init__(self, name=None):
        if name is None:
            name = auto_name(self.__class__.__name__)
        elif not isinstance(name, str) or "/" in name:
            raise ValueError(f"`name` must be a string without the character '/'. Received: name={name!r}")
        state = self.__dict__
        state["_name"] = name
        state["_inbound_nodes"], state["_outbound_nodes"] = [], []

    @property
    def name(self):
        """Name of the operation."""
        return self._name

    @name.setter
    def name(self, value):
        self._name = value

    def __call__(self, *args, **kwargs):
        if any_symbolic_tensors(args, kwargs):
            return self.symbolic_call(*args, **kwargs)
        call = self.rematerialized_call(self.call, *args, **kwargs) if STATE.remat_scopes else self.call
        return call(*args, **kwargs)

    def symbolic_call(self, *args, **kwargs):
        """Describes the outputs for symbolic inputs and records the call in the graph.

        A tensor made with `record_history=False` is a description only: a call on one is not recorded, and its
        outputs are descriptions too. `Layer` runs `call` on such tensors to find its output specs. Where no input is
        symbolic, the outputs are described all the same.
        """
        described = args, kwargs
        if not any_symbolic_tensors(args, kwargs):
            described = tree.map_structure(description_of_tensor, described)
        return record_call(self, args, kwargs, self._describe_call(*described))

    def _describe_call(self, args, kwargs):
        """Descriptions of the outputs of a call with these arguments, which stand as its caller wrote them."""
        return self.compute_output_spec(*args, **kwargs)

    def call(self, *args, **kwargs):
        """The computation; to be overridden."""
        raise NotImplementedError(
            f"{self.__class__.__name__} does not define `call`: override it with the computation."
        )

    def quantized_call(self, *args, **kwargs):
        """The computation with quantized weights; to be overridden where there is one."""
        raise NotImplementedError(f"{self.__class__.__name__} does not define `quantized_call`.")

    def compute_output_spec(self, *args, **kwargs):
        """Shape and dtype of the outputs, as `KerasTensor`s.

        Unless overridden, `call` runs on descriptions of the inputs, so it must consist of `keras.ops`.
        """
        args, kwargs = tree.map_structure(as_description, (args, kwargs))
        return self.call(*args, **kwargs)

    def rematerialized_call(self, fn, *args, **kwargs):
        """`fn`, or a version that recomputes its intermediate values in the backward pass, as the `RematScope` says.

        Args:
            fn: The function.
            *args: Arguments of the coming call.
            **kwargs: Keyword arguments of the coming call.
        """
        mode = self._remat_mode or get_current_remat_mode()
        if mode is None or mode.mode is None:
            return fn
        wanted = mode.mode == "full" or (mode.mode == "list_of_layers" and self.name in mode.layer_names)
        if mode.mode == "larger_than":
            wanted = self._largest_output(args, kwargs) > mode.output_size_threshold
        return backend.core.remat(fn) if wanted else fn

    def _largest_output(self, args, kwargs):
        """Number of elements of the largest output of a call; unknown sizes count as 1."""
        args, kwargs = tree.map_structure(description_of_tensor, (args, kwargs))
        outputs = tree.flatten(self.compute_output_spec(*args, **kwargs))
        return max((math.prod(n or 1 for n in x.shape) for x in outputs), default=0)

    def get_config(self):
        """Constructor arguments from which `from_config` makes an equal operation.

        Those that were passed, and the defaults of the others.

        Raises:
            NotImplementedError: They are no plain data: numbers, strings, and lists, tuples and dicts of them.
        """
        config = self._arguments_by_name()
        if "name" in config:
            del config["name"]
            config = {"name": self.name, **config}
        if self._takes_by_position_only():
            self._refuse_config("it takes arguments by position only")
        for name, value in config.items():
            if not _is_plain(value):
                self._refuse_config(f"its argument {name!r} is of type {type(value)}")
        return config

    def _arguments_by_name(self):
        """The arguments of the constructor, those that were passed and the defaults of the others."""
        passed = self._passed_arguments()
        parameters = constructor_parameters(type(self))
        named = [p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
        config = {p.name: passed.get(p.name, p.default) for p in named}
        return {**config, **{name: value for name, value in passed.items() if name not in config and name != "name"}}

    def _takes_by_position_only(self):
        """Whether arguments were passed, or are to be, that have no names."""
        parameters = constructor_parameters(type(self))
        taken = [p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.POSITIONAL_ONLY)]
        return len(self._constructor_arguments[0]) > len(taken) or any(p.kind is p.POSITIONAL_ONLY for p in taken)

    @property
    def _auto_config(self):
        """The arguments of the constructor for libraries that look there: in `config`, without the name; or `None`, where
        one of them cannot be written to a config."""
        config = {name: value for name, value in self._arguments_by_name().items() if name != "name"}
        if self._takes_by_position_only() or not all(map(_is_writable, config.values())):
            return None
        return AutoConfig(config, self._serialize_argument)

    # How `_auto_config` writes arguments that are objects.
    _serialize_argument = staticmethod(lambda value: value)

    def _refuse_config(self, reason):
        raise NotImplementedError(
            f"The config of {type(self).__name__} cannot be read off its constructor: {reason}. Define `get_config()` "
            "to return what `from_config()` can make the operation from."
        )

    def _passed_arguments(self):
        args, kwargs = self._constructor_arguments
        names = [p.name for p in constructor_parameters(type(self)) if p.kind is p.POSITIONAL_OR_KEYWORD]
        return {**dict(zip(names, args)), **kwargs}

    @classmethod
    def from_config(cls, config):
        """Makes an operation from what `get_config` gave.

        Args:
            config: Dict of constructor arguments.
        """
        try:
            return cls(**config)
        except TypeError as error:
            kind = UnknownArguments if isinstance(error, UnknownArguments) else TypeError
            raise kind(
                f"{cls.__name__} could not be made from its config: {error}. Its constructor must accept every key of "
                f"`get_config()`, or `from_config` must be overridden. Received: config={config}"
            ) from error

    @property
    def input(self):
        """Symbolic input or inputs of the only call of this operation."""
        return self._get_node_attribute_at_index(0, "input_tensors", "input")

    @property
    def output(self):
        """Symbolic output or outputs of the only call of this operation."""
        return self._get_node_attribute_at_index(0, "output_tensors", "output")

    def _get_node_attribute_at_index(self, node_index, attribute, what):
        if not self._inbound_nodes:
            raise AttributeError(f"{self.name} has never been called on symbolic tensors, so it has no defined {what}.")
        if node_index >= len(self._inbound_nodes):
            raise ValueError(
                f"Asked for {what} of call {node_index} of {self.name}, which has {len(self._inbound_nodes)} recorded calls."
            )
        values = getattr(self._inbound_nodes[node_index], attribute)
        return values[0] if len(values) == 1 else values

    def __repr__(self):
        return f"<Operation name={self.name}>"


def _is_plain(x):
    if isinstance(x, (list, tuple)):
        return all(map(_is_plain, x))
    if isinstance(x, dict):
        return all(map(_is_plain, x.values()))
    return x is None or x.__class__ in (bool, int, float, str)


def _is_writable(x):
    return _is_plain(x) or hasattr(x, "get_config")


class AutoConfig:
    """Arguments of a constructor, as other libraries read them.

    Args:
        config: Dict of the arguments.
        serialize_argument: Function from an argument to what a file can hold.
    """

    def __init__(self, config, serialize_argument):
        self.config = config
        self._serialize_argument = serialize_argument

    def serialize(self):
        """The arguments as a file holds them."""
        return {name: x if _is_plain(x) else self._serialize_argument(x) for name, x in self.config.items()}


def as_description(x):
    """A copy of the symbolic tensor `x` on which calls are not recorded; anything else as it is."""
    if not isinstance(x, KerasTensor):
        return x
    copy = KerasTensor.__new__(KerasTensor)
    copy.__dict__.update(x.__dict__)
    copy.__dict__.pop("_keras_history", None)
    copy.record_history = False
    return copy


def _owned(outputs, inputs):
    """Outputs with copies of those that are inputs, or come from earlier calls: these keep their origin."""
    given = set(map(id, inputs))

    def owned(x):
        if id(x) not in given and not hasattr(x, "_keras_history"):
            return x
        copy = as_description(x)
        copy._name = None
        return copy

    return owned(outputs) if isinstance(outputs, KerasTensor) else tree.map_structure(owned, outputs)


def description_of_tensor(x):
    """What there is to know of a tensor, array or variable beforehand; anything else as it is."""
    if isinstance(x, KerasTensor) or not (hasattr(x, "shape") and hasattr(x, "dtype")):
        return x
    return KerasTensor(static_shape(x), standardize_dtype(x.dtype), record_history=False)


def _as_outputs(operation, outputs):
    """Outputs of a node: tensors that depend on no input, such as constants, are described; raises for what no node can hold, such as `None`."""
    if isinstance(outputs, KerasTensor):
        return outputs
    outputs = tree.map_structure(description_of_tensor, outputs)
    wrong = [x for x in tree.flatten(outputs) if not isinstance(x, KerasTensor)]
    if wrong:
        raise ValueError(
            f"The call of {operation.name!r} (of type {type(operation).__name__}) gave {cut(repr(wrong[0]))} among its outputs, "
            "so a graph cannot go on from it. Its `call` must return a tensor or a structure of tensors only."
        )
    return outputs


def is_recorded(args, kwargs):
    """Whether a call becomes part of a graph: no symbolic tensor in it is a mere description."""
    return all([x.record_history for x in symbolic_tensors_in(args, kwargs)])


def record_call(operation, args, kwargs, outputs):
    """Adds a call to the graph, or marks its outputs as mere descriptions where an input is one; returns the outputs.

    No operation is needed, and `None` will do, for a call that is not recorded.
    """
    inputs = symbolic_tensors_in(args, kwargs)
    recorded = all([x.record_history for x in inputs])
    outputs = _owned(outputs, inputs)
    if recorded:
        if outputs is None:
            raise ValueError(
                f"The call of {operation.name!r} (of type {type(operation).__name__}) gave nothing, so a graph cannot go "
                "on from it. Its `call` must return a tensor or a structure of tensors."
            )
        outputs = _as_outputs(operation, outputs)
        Node(operation, args, kwargs, outputs)
    for x in (outputs,) if isinstance(outputs, KerasTensor) else tree.flatten(outputs):
        if isinstance(x, KerasTensor):
            x.record_history = recorded
    return outputs
