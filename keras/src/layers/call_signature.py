"""What is known of a layer's `call` from its signature, computed once for each function."""

import functools
import inspect
import types

from keras.src import backend, tree
from keras.src.backend.common.global_state import cached_for_session
from keras.src.utils.byte_strings import is_array_of_strings


class CallSignature:
    """The parameters of `call`, without `self`.

    `names` are the parameters that may be given by position, in order; `first` is the name of the main input.
    """

    def __init__(self, function):
        self._function = function
        self.names, only_named, self.rest, self.takes_any_keyword, self.defaults = _parameters(function)
        named = self.names + only_named
        self.known = frozenset(named)
        self.required = tuple([name for name in named if name not in self.defaults])
        self.first = self.names[0] if self.names else self.rest
        self.takes_training = "training" in self.known
        self.default_training = self.defaults.get("training")
        self.masks = {name: f"{name}_mask" for name in self.names if f"{name}_mask" in self.known}

    @functools.cached_property
    def signature(self):
        """The `inspect.Signature`."""
        return _without_self(inspect.signature(self._function))

    def bind(self, args, kwargs):
        """Dict of the given arguments by name, in order of the parameters; those of `*args` as a tuple.

        Raises:
            TypeError: The arguments do not fit the signature.
        """
        arguments = dict(zip(self.names, args))
        fits = len(args) <= len(self.names) or self.rest is not None
        for name, value in kwargs.items():
            fits = fits and name not in arguments and (name in self.known or self.takes_any_keyword)
            arguments[name] = value
        if not fits or any(name not in arguments for name in self.required):
            self.signature.bind(*args, **kwargs)
        if len(args) > len(self.names):
            arguments[self.rest] = tuple(args[len(self.names) :])
        return arguments


def _parameters(function):
    """Names that may be given by position, names that may not, those of `*args` and whether there are `**kwargs`, defaults.

    All without the first one.
    """
    if _is_plain(function):
        return _parameters_of_code(function)
    parameters = _without_self(inspect.signature(function)).parameters.values()
    kinds = {kind: tuple([p.name for p in parameters if p.kind == kind]) for kind in inspect._ParameterKind}
    return (
        kinds[inspect.Parameter.POSITIONAL_ONLY] + kinds[inspect.Parameter.POSITIONAL_OR_KEYWORD],
        kinds[inspect.Parameter.KEYWORD_ONLY],
        next(iter(kinds[inspect.Parameter.VAR_POSITIONAL]), None),
        bool(kinds[inspect.Parameter.VAR_KEYWORD]),
        {p.name: p.default for p in parameters if p.default is not p.empty},
    )


def _is_plain(function):
    """Whether its code tells all parameters of a function."""
    return type(function) is types.FunctionType and function.__code__.co_argcount and not function.__dict__


def _parameters_of_code(function):
    """As `_parameters`, for a plain function, which `inspect` takes 20 times as long to look at."""
    code, defaults = function.__code__, function.__defaults__ or ()
    names, count, end = code.co_varnames, code.co_argcount, code.co_argcount + code.co_kwonlyargcount
    by_name = {**dict(zip(names[count - len(defaults) : count], defaults)), **(function.__kwdefaults__ or {})}
    by_name.pop(names[0], None)
    rest = names[end] if code.co_flags & inspect.CO_VARARGS else None
    return names[1:count], names[count:end], rest, bool(code.co_flags & inspect.CO_VARKEYWORDS), by_name


def _without_self(signature):
    parameters = list(signature.parameters.values())
    return signature.replace(parameters=parameters[1:])


@cached_for_session
def call_signature(function):
    """The `CallSignature` of an unbound method."""
    return CallSignature(function)


def tensor_arguments(arguments):
    """Those arguments, by name, that are tensors or structures of tensors; `None`s may stand among them."""
    return {name: value for name, value in arguments.items() if holds_tensors(value)}


def holds_tensors(value):
    """Whether `value` is a tensor or symbolic tensor, or a structure in which at least one leaf is."""
    if isinstance(value, backend.KerasTensor) or backend.is_tensor(value) or is_array_of_strings(value):
        return True
    if value is None or not isinstance(value, (list, tuple, dict)):
        return False
    return any(
        isinstance(x, backend.KerasTensor) or backend.is_tensor(x) or is_array_of_strings(x)
        for x in tree.flatten(value)
    )


def shapes_of(arguments):
    """Dict from `<name>_shape` to the shape, or structure of shapes, of each argument that holds tensors."""
    return {
        f"{name}_shape": shape_of(value)
        if isinstance(value, backend.KerasTensor)
        else tree.map_structure(shape_of, value)
        for name, value in arguments.items()
    }


def shape_of(x):
    """Static shape of a tensor as a tuple; `None` for anything else and for a tensor of unknown rank."""
    shape = getattr(x, "shape", None)
    if shape is None or getattr(shape, "rank", 0) is None:
        return None
    return tuple(shape)
