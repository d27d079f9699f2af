"""The public functions of declared ops: generated source, with the true signature and the fast lane."""

import inspect
import linecache
import operator

import numpy as np

from keras.src import backend
from keras.src.backend import config, contract
from keras.src.backend.common import shape_rules
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.ops import documentation
from keras.src.ops.dispatch import (
    DENSE,
    MISSING,
    VARIABLE,
    ForeignValue,
    check,
    declared,
    dispatch,
    explain,
    is_compiling,
    list_key,
    weak_arguments,
)

EMPTY = inspect.Parameter.empty
_ENGINE_COMPILES = is_compiling is not contract.Core.is_compiling


def as_shape(shape):
    """A tuple from an int, a list or a tuple; entries stay as they are."""
    if isinstance(shape, (list, tuple)):
        return tuple(shape)
    return shape if shape is None or isinstance(shape, KerasTensor) else _shape_of_scalar_or_array(shape)


def _shape_of_scalar_or_array(shape):
    return tuple(shape) if getattr(shape, "ndim", 0) == 1 or hasattr(shape, "as_list") else (shape,)


def as_numbers(x):
    """Python numbers from a list, an array or a tensor; what has no values yet stays as it is."""
    if type(x) in (int, float, KerasTensor) or not hasattr(x, "__len__") and not hasattr(x, "shape"):
        return x
    if isinstance(x, (list, tuple)):
        return tuple(map(as_numbers, x))
    if backend.core.is_tensor(x) and (backend.core.is_traced(x) or is_compiling()):
        return x
    values = np.asarray(backend.core.convert_to_numpy(x)).tolist()
    return tuple(values) if isinstance(values, list) else values


def as_one_axis(axis):
    """An int."""
    if isinstance(axis, KerasTensor):
        return axis
    shape_rules.reject(not hasattr(axis, "__index__"), "`axis` must be an integer", axis=axis)
    return operator.index(axis)


def as_padding(padding):
    """`"valid"` or `"same"` from any case of letters."""
    lower = padding.lower() if isinstance(padding, str) else padding
    if lower not in ("valid", "same"):
        raise ValueError(f"`padding` must be 'valid' or 'same'. Received: padding={padding!r}")
    return lower


def require_sparse(sparse):
    """`sparse`; `ValueError` where it asks for what the engine does not have."""
    if sparse and not backend.core.SUPPORTS_SPARSE_TENSORS:
        raise ValueError(
            f"`sparse` must be False on the {backend.backend()} backend, which has no sparse tensors. "
            f"Received: sparse={sparse}"
        )
    return sparse


def public_function(declaration):
    """The function that users call, generated from the declaration so that it has the true signature."""
    source = _source(declaration)
    filename = f"<keras op {declaration.name}>"
    namespace = {
        "declaration": declaration,
        "plans": declaration.plans,
        "run_kernel": declaration.target,
        "dense": DENSE,
        "variable": VARIABLE,
        "is_compiling": is_compiling,
        "checked_calls": declaration.checked_calls,
        "missing": MISSING,
        "dispatch": dispatch,
        "explain": explain,
        "foreign_value": ForeignValue,
        "list_key": list_key,
        "check": check,
        "data_formats": frozenset(("channels_last", "channels_first")),
        "paddings": frozenset(("valid", "same")),
        **{f"normalise_{kind}": _naming(declaration, function) for kind, (_, function) in NORMALISERS.items()},
        **{f"default_{p.name}": p.default for p in declaration.parameters},
    }
    exec(compile(source, filename, "exec"), namespace)
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    function = namespace[declaration.name]
    declaration.plan_key = namespace.get("plan_key")
    # The namespace has no `__name__`: Dynamo would look for its names in the module so called.
    function.__module__ = declaration.function.__module__
    function.__doc__ = documentation.complete(declaration.function.__doc__, declaration)
    function.declaration = declaration
    declared.append(declaration)
    return function


def bind(declaration):
    """Makes the public function call what the declaration is bound to now."""
    declaration.public.__globals__["run_kernel"] = declaration.target
    declaration.checked_calls.clear()


def _naming(declaration, function):
    """`function` of one argument, with the name of the op in the errors that it raises."""

    def named(x):
        try:
            return function(x)
        except (ValueError, TypeError) as error:
            raise type(error)(f"keras.ops.{declaration.name}: {error}") from error

    return named


def _source(declaration):
    """Source of the public function; with no tensor parameters it only normalises and calls."""
    parameters = declaration.parameters
    signature = ", ".join(p.name if p.default is EMPTY else f"{p.name}=default_{p.name}" for p in parameters)
    names = ", ".join(declaration.names)
    lines = [f"def {declaration.name}({signature}):"]
    lines += [line for p in parameters for line in _normalising_lines(p)]
    tensors = [p for p in parameters if p.is_tensor]
    slots = [f"convert_{p.name}" for p in tensors]
    if declaration.dtype_position is not None:
        slots.append("dtype")
    key_lines, key = _plan_key(declaration, tensors)
    if key is None:
        return "\n".join([*lines, *_guarded([f"return run_kernel({names})"], names, "Exception")]) + "\n"
    key_function = [f"def plan_key({', '.join(declaration.names)}):", *key_lines, f"    return {key}", ""]
    lines += [
        *key_lines,
        f"    plan = plans.get({key}, missing)",
        "    if plan is not None:",
        "        if plan is missing:",
        f"            return dispatch(declaration, ({names},))",
        f"        {', '.join(slots)}{',' if len(slots) == 1 else ''} = plan",
    ]
    conversions = [
        line
        for p in tensors
        for line in (f"if convert_{p.name} is not None:", f"    {p.name} = convert_{p.name}({p.name})")
    ]
    if conversions:
        lines += ["    " + line for line in _guarded(conversions, names, "foreign_value")]
    lines += _checking_lines(declaration) if declaration.checked else []
    lines += _guarded([f"return run_kernel({names})"], names, "Exception")
    return "\n".join(key_function + lines) + "\n"


def _guarded(lines, names, errors):
    """Lines of source whose errors of a kind `explain` sees."""
    handler = [f"    except {errors} as error:", f"        return explain(declaration, ({names},), error)"]
    return ["    try:", *["        " + line for line in lines], *handler]


def _plan_key(declaration, tensors):
    """The lines that find what a plan is remembered by, and the expression for it; `(None, None)` for an op without plans."""
    keys = [f"key_{p.name}" for p in tensors] + ([] if declaration.dtype_position is None else ["dtype"])
    if not keys:
        return None, None
    if tensors:
        keys += [f"type({declaration.names[i]})" for i in weak_arguments(declaration)]
    lines = [line for p in tensors for line in _key_lines(p)]
    return lines, keys[0] if len(keys) == 1 else f"({', '.join(keys)})"


def _checking_lines(declaration):
    """A call whose shapes and config were right once is not looked at again, nor one whose sizes stay unknown."""
    key = ", ".join([_shape_in_source(p) for p in declaration.parameters])
    lines = [
        "    try:",
        f"        seen = ({key},) in checked_calls",
        "    except (AttributeError, TypeError, ValueError):",
        "        seen = False",
        "    if not seen:",
        f"        check(declaration, ({', '.join(declaration.names)},))",
    ]
    return ["    if not is_compiling():", *["    " + line for line in lines]] if _ENGINE_COMPILES else lines


def _shape_in_source(parameter):
    name = parameter.name
    if parameter.kind == "tensors":
        return f"tuple([e.shape for e in {name}])"
    if not parameter.is_tensor:
        return name
    return (
        f"{name} if {name} is None else {name}.shape"
        if parameter.optional or parameter.default is None
        else f"{name}.shape"
    )


NORMALISERS = {
    "axis": ("type({}) is list", lambda axis: tuple(axis) if isinstance(axis, list) else axis),
    "one_axis": ("type({}) is not int", as_one_axis),
    "numbers": ("type({}) is not tuple", as_numbers),
    "shape": ("type({}) is not tuple", as_shape),
    "tensors": ("type({}) is tuple", list),
    "shape_argument": ("type({}) is not tuple", as_shape),
    "data_format": ("{} not in data_formats", config.standardize_data_format),
    "padding": ("{} not in paddings", as_padding),
    "dtype": ("{} is None", lambda dtype: config.floatx() if dtype is None else dtype),
    "sparse": ("{}", require_sparse),
}
"""By the kind of a parameter: when a value is not in the form that kernels know, and what brings it there."""


def _normalising_lines(parameter):
    if parameter.kind not in NORMALISERS:
        return []
    name, (condition, _) = parameter.name, NORMALISERS[parameter.kind]
    return [f"    if {condition.format(name)}:", f"        {name} = normalise_{parameter.kind}({name})"]


def normalised(parameter, value):
    """`value` in the form in which the public function hands it on."""
    return NORMALISERS[parameter.kind][1](value) if parameter.kind in NORMALISERS else value


def _key_lines(parameter):
    name = parameter.name
    if parameter.kind == "tensors":
        return [f"    key_{name} = list_key({name})"]
    return [
        f"    key_{name} = type({name})",
        f"    if key_{name} in dense or key_{name} is variable:",
        f"        key_{name} = {name}.dtype",
    ]
