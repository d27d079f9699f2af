"""Declaring operations.

One declaration (a signature with a docstring, a dtype rule and a shape rule or a body) gives the public function, the
`Operation` class that graphs and saved files name, its config, its symbolic shape and dtype, and its row in `REGISTRY`,
over which the tests run:

    @elementwise(dtype=to_float)
    def sin(x: Tensor):
        '''Trigonometric sine, element-wise.'''

Annotations say what a parameter is: `Tensor` (promotes), `Tensor | None`, `Tensors` (a list of them), `Index` (a tensor
that does not promote); everything else is config. `Axis`, `OneAxis`, `Numbers`, `Shape`, `DataFormat`, `Padding`, `Dtype` and `Sparse` mark
config that the public function brings into one form before a kernel, a rule or a graph sees it; `Argument` and
`ShapeArgument` mark what is neither tensor nor config. The backend's kernel of the same name does the work, else the body.
"""

import functools
import inspect
import sys
import types
from typing import Any

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.backend.common import running, shape_rules
from keras.src.graph.operation import Operation
from keras.src.ops import dispatch, public_functions
from keras.src.ops.dtype_rules import as_is, same

REGISTRY = {}
"""Every declared op by its public name."""

_NAMESPACES = {
    "numpy": ("keras.ops.", "keras.ops.numpy."),
    "nn": ("keras.ops.", "keras.ops.nn."),
    "linalg": ("keras.ops.", "keras.ops.linalg."),
    "image": ("keras.ops.image.",),
    "math": ("keras.ops.",),
    "core": ("keras.ops.",),
    "einops": ("keras.ops.",),
}


class Tensor:
    """Marks a parameter that is a tensor and takes part in dtype promotion."""


class Index:
    """Marks a parameter that is a tensor and keeps its own dtype."""


class Tensors:
    """Marks a parameter that is a list of tensors, or one tensor to be iterated over along axis 0."""


class Axis:
    """Marks config that is an int, a tuple of ints, or None; lists become tuples."""


class OneAxis:
    """Marks config that is one int; engines would take `None` in ways of their own."""


class Numbers:
    """Marks config that is a number or a tuple of numbers; lists, arrays and tensors with values become tuples."""


class Shape:
    """Marks config that is a tuple of ints; ints and lists become tuples."""


class DataFormat:
    """Marks config that is `"channels_last"` or `"channels_first"`; `None` becomes the configured one."""


class Padding:
    """Marks config that is `"valid"` or `"same"`, in any case of letters; anything else raises."""


class Dtype:
    """Marks config that is the dtype of the result; `None` becomes floatx."""


class Sparse:
    """Marks config that asks for a sparse result; raises where the engine has no sparse tensors."""


class ShapeArgument:
    """Marks a `Shape` that belongs to the call and not to the config, as an `Argument` does."""


class Argument:
    """Marks a number, or a scalar tensor, that belongs to the call and not to the config: a graph keeps it with the node."""


_KINDS = {
    Tensor: "tensor",
    Index: "index",
    Tensors: "tensors",
    Axis: "axis",
    OneAxis: "one_axis",
    Numbers: "numbers",
    Shape: "shape",
    DataFormat: "data_format",
    Padding: "padding",
    Dtype: "dtype",
    Sparse: "sparse",
    Argument: "argument",
    ShapeArgument: "shape_argument",
}


class Parameter:
    """One parameter of an op: its name, its kind (a value of `_KINDS`, or `config`) and its default."""

    def __init__(self, parameter):
        annotation = parameter.annotation
        self.optional = isinstance(annotation, types.UnionType)
        if self.optional:
            annotation = next(a for a in annotation.__args__ if a is not type(None))
        self.name = parameter.name
        self.default = parameter.default
        self.kind = _KINDS.get(annotation, "config")
        self.is_tensor = self.kind in ("tensor", "index", "tensors")
        self.is_argument = self.kind in ("argument", "shape_argument")


class Declaration:
    """Everything known of one op."""

    def __init__(self, function, domain, dtype, shape, class_name, scalars, checked, legacy, sparse, values, settle):
        self.name = function.__name__
        self.domain = domain
        self.function = function
        self.parameters = [Parameter(p) for p in inspect.signature(function).parameters.values()]
        self.names = [p.name for p in self.parameters]
        self.tensor_positions = [i for i, p in enumerate(self.parameters) if p.is_tensor]
        self.argument_positions = [i for i, p in enumerate(self.parameters) if p.is_argument]
        self.config_positions = [i for i, p in enumerate(self.parameters) if not p.is_tensor and not p.is_argument]
        self.dtype_position = self.names.index("dtype") if "dtype" in self.names else None
        self.sparse_position = next((i for i, p in enumerate(self.parameters) if p.kind == "sparse"), None)
        self.sparse = sparse
        self.settle = settle
        self.dtype_rule = dtype
        self.shape_rule = shape
        self.shape_rule_config = _config_names(shape, self)
        self.shape_depends_on_numbers = shape is not None and "numbers" in inspect.signature(shape).parameters
        self.dtype_rule_config = _config_names(dtype, self)
        self.body = None if _is_only_a_docstring(function) else function
        self.values = values
        self.always_raw_scalars = scalars == "raw"
        self.scalars = scalars
        self.checked = checked
        self.checked_calls = set()
        self.legacy = legacy or {}
        self.plans = {}
        self.plan_key = None
        self.results = {}
        self.bind()
        self.operation_class = _operation_class(self, class_name)
        self.public = None
        if shape is None and self.body is None:
            raise TypeError(f"Op {self.name!r} needs a shape rule or a body.")

    def bind(self):
        """Finds what does the work on the engine that runs."""
        self.kernel = backend.ENGINE.kernel(self)
        self.target = self.kernel or _watched(self.values, _fused_body(self)) or _unsupported(self)
        takes_raw = self.name in backend.ENGINE.kernels(self.domain).SCALAR_OPERANDS
        self.raw_scalars = takes_raw or (self.kernel is None and self.scalars != "cast")

    def call_on(self, engine, args):
        """The result of a call on another engine than the running one; see `backend/door.py`."""
        return dispatch.call_on(engine, self, args)

    def config_of(self, args):
        """Config of a call by name."""
        return {self.names[i]: args[i] for i in self.config_positions}

    def arguments(self, config, tensors, named_tensors):
        """All arguments in the declared order, from the config values and the tensors of a call."""
        args = [p.default for p in self.parameters]
        for i, value in zip(self.config_positions, config):
            args[i] = value
        positions = sorted(self.tensor_positions + self.argument_positions)
        positions = [i for i in positions if self.names[i] not in named_tensors]
        if len(tensors) > len(positions):
            raise TypeError(f"{self.name} takes {len(positions)} tensors. Received {len(tensors)}.")
        for i, value in zip(positions, tensors):
            args[i] = value
        for name, value in named_tensors.items():
            args[self.names.index(name)] = value
        return args


@running.on_another_engine
def _bind_anew():
    dispatch.DENSE.clear()
    dispatch.DENSE.update((*backend.core.TENSOR_TYPES, dispatch.OfDtype))
    dispatch.forget_plans()
    for declaration in dispatch.declared:
        declaration.bind()
        public_functions.bind(declaration)


def _config_names(rule, declaration):
    if rule is None:
        return ()
    accepted = inspect.signature(rule).parameters
    takes_all = any(p.kind is p.VAR_KEYWORD for p in accepted.values())
    config = ((declaration.names[i], i) for i in sorted(declaration.config_positions + declaration.argument_positions))
    return tuple((name, i) for name, i in config if takes_all or name in accepted)


def _docstring_only():
    """The bytecode of a function that has no body."""


def _is_only_a_docstring(function):
    return function.__code__.co_code == _docstring_only.__code__.co_code


def _fused_body(declaration):
    """The body, as one program of the engine where it has such; not where a draw of random numbers is part of it."""
    if declaration.body is None or "seed" in declaration.names:
        return declaration.body
    shapes = [i for i, p in enumerate(declaration.parameters) if p.kind == "shape_argument"]
    static = tuple(sorted(declaration.config_positions + shapes))
    return backend.core.fused(declaration.body, declaration.tensor_positions, static)


def _watched(look, body):
    """A body before which `look`, if there is such, looks at the arguments."""
    if look is None or body is None:
        return body

    def target(*args):
        look(*args)
        return body(*args)

    return target


def _unsupported(declaration):
    """The stand-in for an op that the backend cannot do: it says so, and why."""
    unsupported_ops = backend.ENGINE.kernels(declaration.domain).UNSUPPORTED
    reason = unsupported_ops.get(declaration.name, "it has neither a kernel nor a body there.")
    message = f"keras.ops.{declaration.name} is not available on the {backend.backend()} backend: {reason}"

    def unsupported(*args):
        raise NotImplementedError(message)

    return unsupported


class DeclaredOperation(Operation):
    """Base of the operation classes that declarations make: config in the constructor, tensors in the call."""

    declaration = None

    def __init__(self, *args, name=None, **kwargs):
        super().__init__(name=name)
        bound = type(self).__signature__.bind(*args, **kwargs)
        bound.apply_defaults()
        for i in self.declaration.config_positions:
            parameter = self.declaration.parameters[i]
            self.__dict__[parameter.name] = public_functions.normalised(parameter, bound.arguments[parameter.name])
        # Tensors of the call that the constructor may be given instead.
        self._given = {key: bound.arguments[key] for key in self.declaration.legacy if key in self.declaration.names}
        for key, value in self.declaration.legacy.items():
            if key not in self._given and bound.arguments[key] != value:
                raise ValueError(
                    f"`{key}` of {type(self).__name__} must be {value}. Received: {key}={bound.arguments[key]}"
                )

    @classmethod
    def of_call(cls, args):
        """The operation of a call with these arguments."""
        operation = object.__new__(cls)
        Operation.__init__(operation)
        operation._given = {}
        declaration = cls.declaration
        for i in declaration.config_positions:
            operation.__dict__[declaration.names[i]] = args[i]
        return operation

    def _arguments(self, tensors, named_tensors):
        declaration = self.declaration
        config = [getattr(self, declaration.names[i]) for i in declaration.config_positions]
        args = declaration.arguments(config, tensors, named_tensors)
        for name, value in self._given.items():
            position = declaration.names.index(name)
            args[position] = value if args[position] is None else args[position]
        return args

    def call(self, *tensors, **named_tensors):
        return self.declaration.public(*self._arguments(tensors, named_tensors))

    def compute_output_spec(self, *tensors, **named_tensors):
        return dispatch.output_spec(self.declaration, self._arguments(tensors, named_tensors))

    def get_config(self):
        declaration = self.declaration
        config = {declaration.names[i]: getattr(self, declaration.names[i]) for i in declaration.config_positions}
        return {"name": self.name, **config, **declaration.legacy, **self._given}


def _camel_case(name):
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))


def _operation_class(declaration, class_name):
    class_name = class_name or _camel_case(declaration.name)
    keyword_only_name = inspect.Parameter("name", inspect.Parameter.KEYWORD_ONLY, default=None)
    tensors = {p.name for p in declaration.parameters if p.is_tensor or p.is_argument}
    defaults = {
        p.name: p.default for p in declaration.parameters if p.name not in tensors or p.name in declaration.legacy
    }
    config = [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default)
        for name, default in {**defaults, **declaration.legacy}.items()
    ]
    members = {
        "declaration": declaration,
        "__module__": f"keras.src.ops.{declaration.domain}",
        "__doc__": f"The operation of `keras.ops.{declaration.name}` in a graph.",
        "__signature__": inspect.Signature(_required_first(config) + [keyword_only_name]),
    }
    return type(class_name, (DeclaredOperation,), members)


def _required_first(parameters):
    return sorted(parameters, key=lambda p: p.default is not inspect.Parameter.empty)


def op(
    function=None,
    *,
    dtype=as_is,
    shape=None,
    name=None,
    aliases=(),
    domain=None,
    export=True,
    scalars=None,
    checked=False,
    legacy=None,
    sparse=None,
    values=None,
    settle=None,
) -> Any:
    """Declares an op.

    Args:
        function: The declared function: signature, docstring, and perhaps a body in terms of other ops.
        dtype: Dtype rule, see `dtype_rules`.
        shape: Shape rule, see `shape_rules`; not needed where there is a body. One with a parameter `numbers` gets there
            a list of what was given for the tensors: Python numbers as they are, `None` for anything else.
        name: Class name of the operation where it is not the function's name in camel case.
        aliases: Further public names of the same op.
        domain: The historical module below `keras.src.ops`; read off the function's module when absent.
        export: Whether the function is public.
        scalars: `"raw"` where Python scalars reach the kernel as they are, `"cast"` where they reach the body as tensors of
            the dtype that the rule computes in; by default, a body gets them as they are beside a tensor.
        checked: Whether the rules look at each eager call before the engine does, where engines would let a fault pass.
        legacy: Config keys that saved files hold and that mean nothing any more, with the only value they may have; or
            names of tensors that the constructor of the operation takes in the place of the call.
        sparse: When the result is sparse, a word of `sparsity.WORDS`; never by default.
        values: Function of the arguments that raises where the values of tensors are wrong; called before the body of an
            eager call. Kernels look for themselves.
        settle: Function of the arguments that returns them as rules and kernels take them, where that depends on several.
            It sees calls off the fast lane only; kernels may meet what it would have changed.

    Returns:
        The public function.
    """
    if function is None:
        return functools.partial(
            op,
            dtype=dtype,
            shape=shape,
            name=name,
            aliases=aliases,
            domain=domain,
            export=export,
            scalars=scalars,
            checked=checked,
            legacy=legacy,
            sparse=sparse,
            values=values,
            settle=settle,
        )
    domain = domain or function.__module__.split(".")[3]
    declaration = Declaration(function, domain, dtype, shape, name, scalars, checked, legacy, sparse, values, settle)
    declaration.aliases = aliases
    public = declaration.public = public_functions.public_function(declaration)
    REGISTRY[declaration.name] = declaration
    if export:
        keras_export([space + n for n in (declaration.name, *aliases) for space in _NAMESPACES[domain]])(public)
    for alias in aliases:
        setattr(sys.modules[function.__module__], alias, public)
    return public


def elementwise(function=None, *, dtype=same, **options) -> Any:
    """Declares an op whose result has the broadcast shape of its tensor arguments; see `op`."""
    return _with_shape(shape_rules.broadcast, function, dtype, options)


def reduction(function=None, *, dtype=same, **options) -> Any:
    """Declares an op that reduces over `axis`, with or without `keepdims`; see `op`."""
    return _with_shape(shape_rules.reduced, function, dtype, options)


def _with_shape(shape, function, dtype, options):
    if function is None:
        return lambda f: op(f, dtype=dtype, shape=shape, **options)
    return op(function, dtype=dtype, shape=shape, **options)


def operation_classes(domain):
    """The operation classes of a domain by class name, also under that of an alias, for the module that saved files name."""
    found = [d for d in REGISTRY.values() if d.domain == domain]
    aliases = {_camel_case(alias): d.operation_class for d in found for alias in d.aliases}
    return aliases | {d.operation_class.__name__: d.operation_class for d in found}
