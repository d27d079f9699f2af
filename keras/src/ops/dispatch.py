"""Calling declared ops: the paths off the fast lane of the public function, which `public_functions` generates.

The public function remembers, per combination of argument types and dtypes, how each argument is converted ("plan", in
`declaration.plans`). A usual call does two dict look-ups and calls the kernel. What is not remembered comes to `dispatch`.
"""

import contextlib
import itertools

from keras.src import backend, tree
from keras.src.backend import config, door
from keras.src.backend.common.by_body import ByBody
from keras.src.backend.common.dtypes import result_type, standardize_dtype
from keras.src.backend.common.keras_tensor import KerasTensor, of_any_rank
from keras.src.backend.common.memory import tell_if_out_of_memory
from keras.src.backend.common.shapes import static_shape
from keras.src.backend.common.variables import Variable
from keras.src.graph.operation import as_description, description_of_tensor, is_recorded, record_call
from keras.src.ops import sparsity
from keras.src.ops.dtype_rules import held

SCALARS = door.NUMBERS
MISSING = object()
MOST_CHECKED_CALLS = 1000
DENSE = set(backend.core.TENSOR_TYPES)
"""Types seen so far that are dense tensors of the engine, whose `dtype` attribute says all."""
VARIABLE = backend.Variable
"""The usual type of variables. Their `dtype` is a name, so that plans tell them from tensors."""

declared = []
is_compiling = backend.core.is_compiling


@config.on_floatx_change
def forget_plans():
    """Rules may answer differently from now on."""
    for declaration in declared:
        declaration.plans.clear()
        declaration.results.clear()


def list_key(xs):
    """What a plan depends on in a list of tensors."""
    if type(xs) in (list, tuple):
        return tuple([x.dtype if type(x) in DENSE or type(x) is VARIABLE else type(x) for x in xs])
    return type(xs)


def remember(known, key):
    """Adds to a set, unless a tracer would take that for an effect of the code that it traces."""
    if not backend.core.forbids_side_effects():
        known.add(key)


# ---------------------------------------------------------------------------------------------------------------------
# Off the fast lane


def dispatch(declaration, args):
    """A call that the public function has no plan for: symbolic, on foreign types, or the first of its kind."""
    if declaration.settle is not None:
        args = declaration.settle(*args)
    _reject_symbolic_config(declaration, args)
    if _has_symbolic(declaration, args):
        return _call_symbolically(declaration, args)
    server = _server_of(declaration, args)
    if server is not None:
        return server.call(declaration, _without_variables(args))
    given, args = args, list(args)
    composite = sparsity.holds_composite(declaration, args)
    for i in declaration.tensor_positions:
        args[i] = _prepare(declaration, declaration.parameters[i], args[i])
    converters = _plan(declaration, args)
    _plan_for_variables(declaration, given, converters)
    if declaration.dtype_position is not None:
        args[declaration.dtype_position] = converters[-1]
    for i, convert in zip(declaration.tensor_positions, converters):
        if convert is not None:
            args[i] = convert(args[i])
    if declaration.checked:
        check(declaration, args)
    try:
        return sparsity.run(declaration, args) if composite else declaration.target(*args)
    except Exception as error:
        return explain(declaration, args, error)


def _server_of(declaration, args):
    """Who serves the foreign tensors among the arguments of a call, by way of variables too; usually `None`."""
    for i in declaration.tensor_positions:
        for x in args[i] if type(args[i]) in (list, tuple) else (args[i],):
            x = x.value if isinstance(x, Variable) else x
            server = None if type(x) in DENSE else door.server_of(x)
            if server is not None:
                return server
    return None


def _without_variables(args):
    """Arguments with the values of variables in their place, as a scope maps them."""
    return [_without_variables(x) if type(x) is list else x.value if isinstance(x, Variable) else x for x in args]


def explain(declaration, args, error):
    """Raises what the rules say of a call that failed, when they see a fault in it, else what the engine says.

    A call that only failed since foreign tensors came by way of a variable or of a size goes to their server.
    """
    if isinstance(error, ByBody):
        return declaration.body(*args)
    if _has_symbolic(declaration, args):
        return _call_symbolically(declaration, args)
    plain = _without_variables(args)
    server = door.server_among(plain)
    if server is not None:
        return server.call(declaration, plain)
    return _explained(declaration, args, error, backend.core)


def _explained(declaration, args, error, core):
    tell_if_out_of_memory(error, f"keras.ops.{declaration.name}")
    if declaration.shape_rule is not None:
        try:
            validate(declaration, args)
        except (ValueError, TypeError) as clear_error:
            raise clear_error from error
    result = core.rescue(declaration.public, args)
    if result is NotImplemented:
        raise _named(declaration, args, error) from error
    return result


_OF_ENGINES = {RuntimeError, IndexError, ZeroDivisionError, *backend.core.ARGUMENT_ERRORS}


def _named(declaration, args, error):
    """The engine's error as a `ValueError` or `TypeError` that names the op; errors of compilers stay as they are."""
    kind = ValueError if type(error) in _OF_ENGINES else type(error)
    if kind not in (ValueError, TypeError) or "keras.ops." in str(error) or is_compiling():
        return error
    received = ", ".join(f"{name}={_in_short(x)}" for name, x in zip(declaration.names, args))
    return kind(f"keras.ops.{declaration.name}: {error}. Received: {received}")


def _in_short(x):
    """An argument in a message: the shape and dtype of a tensor, else its value."""
    if isinstance(x, list):
        return f"[{', '.join(map(_in_short, x))}]"
    return (
        f"a tensor of shape {tuple(x.shape)} and dtype {x.dtype}"
        if hasattr(x, "shape") and hasattr(x, "dtype")
        else repr(x)
    )


def check(declaration, args):
    """Raises what the rules find wrong with a call on tensors; shapes that were right once are not looked at again."""
    if is_compiling():
        return
    validate(declaration, args)
    key = tuple([tuple([e.shape for e in x]) if type(x) is list else getattr(x, "shape", x) for x in args])
    if len(declaration.checked_calls) < MOST_CHECKED_CALLS:
        with contextlib.suppress(TypeError, ValueError):
            declaration.checked_calls.add(key)


def validate(declaration, args):
    """Raises what the rules find wrong with a call on tensors."""
    _reject_symbolic_config(declaration, args)
    args = list(args)
    for i in declaration.tensor_positions:
        args[i] = tree.map_structure(_as_symbolic, args[i]) if args[i] is not None else None
    output_spec(declaration, args)


def _as_symbolic(x):
    if x is None or type(x) in SCALARS:
        return x
    return KerasTensor(static_shape(x), standardize_dtype(x.dtype), record_history=False)


def _reject_symbolic_config(declaration, args):
    for i in declaration.config_positions:
        if isinstance(args[i], KerasTensor) and declaration.parameters[i].kind != "numbers":
            raise TypeError(
                f"keras.ops.{declaration.name}: `{declaration.names[i]}` must be a Python value, since it becomes part of the "
                f"operation's config. Received the symbolic tensor {args[i]!r}."
            )


def _is_symbolic(x):
    if type(x) is list or type(x) is tuple:
        return any(_is_symbolic(e) for e in x)
    return isinstance(x, KerasTensor)


def _has_symbolic(declaration, args):
    return any(_is_symbolic(args[i]) for i in declaration.tensor_positions + declaration.argument_positions)


def _call_symbolically(declaration, args):
    # Absent tensors stand in saved nodes as None, but not those that saved files hold as config.
    tensors = [
        args[i]
        for i in declaration.tensor_positions
        if declaration.names[i] not in declaration.legacy or args[i] is not None
    ]
    named = {declaration.names[i]: args[i] for i in declaration.argument_positions if args[i] is not None}
    # An operation takes a name, which must not be used up by calls within layers.
    operation = declaration.operation_class.of_call(args) if is_recorded(tensors, named) else None
    return record_call(operation, tuple(tensors), named, output_spec(declaration, args))


def _prepare(declaration, parameter, x):
    """An engine tensor, a Python scalar or None, from whatever was passed for a tensor parameter."""
    if parameter.kind != "tensors":
        return _prepare_one(declaration, parameter, x)
    if not isinstance(x, (list, tuple)):
        x = _prepare_one(declaration, parameter, x)
        return list(backend.core.unstack(x, x.shape[0], 0))
    return [_prepare_one(declaration, parameter, e) for e in x]


def _prepare_one(declaration, parameter, x):
    if x is None:
        return _none_for(declaration, parameter)
    if type(x) in SCALARS or type(x) in DENSE or sparsity.is_composite(x):
        return x
    if isinstance(x, Variable):
        return _prepare_one(declaration, parameter, x.value)
    if isinstance(x, backend.core.TENSOR_TYPES):
        DENSE.add(type(x))
        return x
    return _prepare_one(declaration, parameter, backend.core.convert_to_tensor(x, sparse=False, ragged=False))


def _none_for(declaration, parameter):
    """None, where a tensor may be absent."""
    if parameter.optional or parameter.default is None:
        return None
    raise ValueError(f"keras.ops.{declaration.name}: `{parameter.name}` must be a tensor. Received: None")


def _plan(declaration, args):
    """Converters for the tensor arguments, and the resolved `dtype` where there is such a parameter; remembered."""
    memo = declaration.plan_key(*_dense(declaration, args))
    # Variables and arrays come here each time, and have become tensors of a kind seen before.
    known = declaration.plans.get(memo, MISSING)
    if known is not MISSING:
        return known or (None,) * len(declaration.tensor_positions)
    plan = _converters(declaration, args, backend.core, declaration.raw_scalars)
    if not backend.core.forbids_side_effects():
        declaration.plans[memo] = plan if any(c is not None for c in plan) else None
    return plan


class OfDtype:
    """Stands for a sparse or ragged tensor in the key of a plan: its plan is that of a dense one."""

    def __init__(self, dtype):
        self.dtype = dtype


DENSE.add(OfDtype)


def _dense(declaration, args):
    """The arguments with dense stand-ins for sparse and ragged tensors."""
    if not sparsity.holds_composite(declaration, args):
        return args
    return [[_stand_in(e) for e in x] if type(x) is list else _stand_in(x) for x in args]


def _stand_in(x):
    return OfDtype(x.dtype) if sparsity.is_composite(x) else x


def _converters(declaration, args, core, raw_scalars):
    """Converters for the tensor arguments (of the engine with this core, numbers, or None), and the resolved `dtype`."""
    dtypes, keys = [], []
    for i in declaration.tensor_positions:
        kind = declaration.parameters[i].kind
        keys.append(tuple(map(_key, args[i])) if kind == "tensors" else _key(args[i]))
        if kind != "index":
            dtypes.extend(keys[-1] if kind == "tensors" else keys[-1:])
    compute, result = apply_dtype_rule(declaration, dtypes, args)
    compute = list(compute)
    raw_scalars = declaration.always_raw_scalars or (raw_scalars and _knows_raw_scalars(dtypes, compute))
    converters = []
    for i, key in zip(declaration.tensor_positions, keys):
        converters.append(_converter(declaration.parameters[i], key, compute, raw_scalars, core))
    if declaration.dtype_position is not None:
        converters.append(result)
    return tuple(converters)


def _plan_for_variables(declaration, given, converters):
    """Remembers a call with variables: they are read, then converted as their values are."""
    tensors = [given[i] for i in declaration.tensor_positions]
    leaves = tree.flatten(tensors)
    if not any([type(x) is VARIABLE for x in leaves]) or backend.core.forbids_side_effects():
        return
    kinds = {type(x) for x in leaves} - {VARIABLE, type(None)}
    if not kinds <= DENSE | set(SCALARS) or any([type(x) is tuple for x in tensors]):
        return
    readers = [_reading(x, convert) for x, convert in zip(tensors, converters)]
    declaration.plans[declaration.plan_key(*given)] = (*readers, *converters[len(tensors) :])


def call_on(engine, declaration, args):
    """The result of a call on another engine, see `door.Guest`.

    Args:
        engine: `loader.Engine`.
        declaration: The declared op.
        args: Its arguments, tensors of that engine among them.
    """
    kernel = engine.kernel(declaration)
    target = kernel or declaration.body
    if target is None:
        reason = engine.kernels(declaration.domain).UNSUPPORTED.get(declaration.name, "it has no kernel there.")
        raise NotImplementedError(f"keras.ops.{declaration.name} is not available in graphs of {engine.name}: {reason}")
    args = list(args)
    for i in declaration.tensor_positions:
        args[i] = _taken_by(engine.core, declaration, declaration.parameters[i], args[i])
    raw = kernel is None or declaration.name in engine.kernels(declaration.domain).SCALAR_OPERANDS
    converters = _converters(declaration, args, engine.core, raw)
    if declaration.dtype_position is not None:
        args[declaration.dtype_position] = converters[-1]
    for i, convert in zip(declaration.tensor_positions, converters):
        if convert is not None:
            args[i] = convert(args[i])
    try:
        return target(*args)
    except ByBody:
        return declaration.body(*args)
    except Exception as error:
        return _explained(declaration, args, error, engine.core)


def _taken_by(core, declaration, parameter, x):
    """A tensor argument as the engine with this core takes it."""
    if x is None:
        return _none_for(declaration, parameter)
    if type(x) in SCALARS:
        return x
    if parameter.kind != "tensors":
        return taken_by(core, x)
    if isinstance(x, (list, tuple)):
        return [e if type(e) in SCALARS else taken_by(core, e) for e in x]
    x = taken_by(core, x)
    return list(core.unstack(x, x.shape[0], 0))


def taken_by(core, x):
    """`x` as a dense tensor of the engine with this core; what has values on the running engine becomes a constant."""
    if isinstance(x, Variable):
        x = x.value
    if backend.core.is_tensor(x) and core is not backend.core:
        x = backend.core.convert_to_numpy(x)
    return core.convert_to_tensor(x, sparse=False, ragged=False)


def _reading(x, convert):
    """A converter that reads variables first, where the argument `x` is or holds one."""
    if type(x) is list:
        read = _read_each if VARIABLE in map(type, x) else None
    else:
        read = _read if type(x) is VARIABLE else None
    if read is None or convert is None:
        return read or convert
    return lambda x: convert(read(x))


def _read(x):
    value = x.value
    return value if type(value) in DENSE else _read_in_scope(value)


def _read_in_scope(value):
    """A value of an unusual type: `ForeignValue` where a scope has mapped the variable to a foreign tensor."""
    if door.server_of(value) is not None:
        raise ForeignValue
    return value


def _read_each(xs):
    return [_read(x) if type(x) is VARIABLE else x for x in xs]


class ForeignValue(Exception):
    """Ends the fast lane of a call whose variables stand for foreign tensors; `explain` goes on from there."""


def weak_arguments(declaration):
    """Positions of config whose type the dtype rule looks at, as with the numbers of `threshold`."""
    return [i for _, i in declaration.dtype_rule_config if i != declaration.dtype_position]


def _key(x):
    if x is None:
        return type(None)
    return SCALARS.get(type(x)) or x.dtype


def apply_dtype_rule(declaration, keys, args):
    """`(compute, result)` of the rule, `compute` with one entry for each key; absent arguments take no part."""
    dtypes = [k if k in SCALARS else held(standardize_dtype(k)) for k in keys if k is not type(None)]
    extra = {name: args[i] for name, i in declaration.dtype_rule_config}
    try:
        compute, result = declaration.dtype_rule(*dtypes, **extra)
    except (ValueError, TypeError) as error:
        raise type(error)(f"keras.ops.{declaration.name}: {error}") from error
    if not isinstance(compute, tuple):
        compute = (compute,) * len(dtypes)
    present = iter(compute)
    return [None if k is type(None) else next(present) for k in keys], result


def _remembered_dtypes(declaration, keys, args):
    """As `apply_dtype_rule`, which is asked once for each combination of dtypes where no config takes part."""
    if declaration.dtype_rule_config:
        return apply_dtype_rule(declaration, keys, args)
    key = tuple(keys)
    found = declaration.results.get(key)
    if found is None:
        found = declaration.results[key] = apply_dtype_rule(declaration, keys, args)
    return found


def _knows_raw_scalars(keys, compute):
    """Whether engines know Python scalars as weak here: beside a tensor, in a usual dtype."""
    beside_a_tensor = any(k not in SCALARS and k is not type(None) for k in keys)
    return beside_a_tensor and not any(str(c).startswith(("bfloat16", "float8")) for c in compute)


def _converter(parameter, key, compute, raw_scalars, core):
    """What turns an argument with this key into what the kernel takes; consumes entries of `compute`."""
    if parameter.kind == "index":
        return _converter_of_one(key, None, False, core)
    if parameter.kind == "tensor":
        return _converter_of_one(key, compute.pop(0), raw_scalars, core)
    converters = [_converter_of_one(k, compute.pop(0), raw_scalars, core) for k in key]
    if all(c is None for c in converters):
        return None
    return lambda xs: [x if c is None else c(x) for c, x in zip(converters, xs)]


def _converter_of_one(key, dtype, raw_scalars, core):
    if key is type(None):
        return None
    if key in SCALARS:
        if raw_scalars:
            # Engines refuse or misread bools in arithmetic with numbers.
            return int if key is bool and dtype not in (None, "bool") else None
        dtype = dtype or result_type(key)
        return lambda x: core.convert_to_tensor(x, dtype=dtype)
    if dtype is None or standardize_dtype(key) == dtype:
        return None
    return lambda x: core.cast(x, dtype)


# ---------------------------------------------------------------------------------------------------------------------
# Symbolic results


def output_spec(declaration, args):
    """Description of the results of a call, by the declared rules or, without a shape rule, by running the body."""
    tensors = [_described(declaration, declaration.parameters[i], args[i]) for i in declaration.tensor_positions]
    if not any(map(_is_symbolic, tensors)):
        tensors = tree.map_structure(description_of_tensor, tensors)
    keys = []
    for i, x in zip(declaration.tensor_positions, tensors):
        if declaration.parameters[i].kind != "index":
            keys.extend([_spec_key(e) for e in x] if isinstance(x, list) else [_spec_key(x)])
    compute, result = _remembered_dtypes(declaration, keys, args)
    return sparsity.mark(declaration, args, _output_spec_of_dense(declaration, args, tensors, compute, result))


def _output_spec_of_dense(declaration, args, tensors, compute, result):
    shapes = [_shape_of(x) for x in tensors]
    unknown_rank = any(_is_unknown(s, x) for s, x in zip(shapes, tensors))
    if declaration.shape_rule is None:
        try:
            return _run_body(declaration, args, tensors, compute, result)
        except (TypeError, ValueError) as error:
            if not unknown_rank:
                raise _named(declaration, args, error) from error
    if unknown_rank:
        return _pack_results(((None,) * len(result)) if isinstance(result, tuple) else None, result)
    settings = {name: args[i] for name, i in declaration.shape_rule_config}
    if declaration.shape_depends_on_numbers:
        settings["numbers"] = [x if type(x) in SCALARS else None for x in tensors]
    try:
        shape = declaration.shape_rule(*shapes, **settings)
    except (ValueError, TypeError) as error:
        raise type(error)(f"keras.ops.{declaration.name}: {error}") from error
    except (IndexError, KeyError, ZeroDivisionError) as error:
        message = f"keras.ops.{declaration.name}: shapes or sizes that the op can take are expected"
        raise ValueError(f"{message}. Received shapes: {shapes}, {settings}") from error
    return _pack_results(shape, result)


def _is_unknown(shape, x):
    """Whether the rank of a tensor, or of one in a list, is not known."""
    return None in shape if isinstance(shape, list) else shape is None and x is not None


def _pack_results(shape, dtype):
    """One KerasTensor, or a list or tuple of them, as the shape rule answered."""
    if isinstance(shape, list) or isinstance(dtype, tuple) or (shape and isinstance(shape[0], tuple)):
        dtypes = dtype if isinstance(dtype, tuple) else itertools.repeat(dtype)
        return type(shape)([of_any_rank(s, d) for s, d in zip(shape, dtypes)])
    return of_any_rank(shape, dtype)


def _described(declaration, parameter, x):
    if isinstance(x, KerasTensor) or type(x) in SCALARS:
        return x
    if x is None:
        return _none_for(declaration, parameter)
    if isinstance(x, (list, tuple)):
        if parameter.kind == "tensors":
            return [_described(declaration, parameter, e) for e in x]
        return _prepare_one(declaration, parameter, x)
    return x if hasattr(x, "shape") and hasattr(x, "dtype") else _prepare_one(declaration, parameter, x)


def _spec_key(x):
    if x is None:
        return type(None)
    return SCALARS.get(type(x)) or x.dtype


def _shape_of(x):
    if isinstance(x, list):
        return [_shape_of(e) for e in x]
    if x is None or isinstance(x, KerasTensor):
        return x if x is None else x.shape
    return () if type(x) in SCALARS else static_shape(x)


def _run_body(declaration, args, tensors, compute, result):
    args = list(args)
    compute = iter(compute)
    for i, x in zip(declaration.tensor_positions, tensors):
        if declaration.parameters[i].kind == "index":
            args[i] = as_description(x)
        elif isinstance(x, list):
            args[i] = [_as_computed(e, next(compute)) for e in x]
        else:
            args[i] = _as_computed(x, next(compute))
    if declaration.dtype_position is not None:
        args[declaration.dtype_position] = result
    return declaration.body(*args)


def _as_computed(x, dtype):
    if not isinstance(x, KerasTensor):
        return x
    x = as_description(x)
    x._sparse = x._ragged = False
    if dtype is not None:
        x._dtype = dtype
    return x
