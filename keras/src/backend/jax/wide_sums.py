"""Sums of small floats within a program, computed in float32 and rounded once: where devices share a sum, none rounds its part."""

import jax
from jax import lax
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal

from keras.src.backend.jax.support import FLOAT32, is_small_float

# Primitives whose parameters hold programs that belong to the one around them.
_CONTAINERS = {"jit", "pjit", "scan", "while", "cond", "checkpoint", "remat2", "custom_jvp_call", "custom_vjp_call"}


def with_wide_sums(function):
    """A function of arrays as it is, but for roundings within products, convolutions, and sums of small floats.

    XLA divides what is summed up, and adds up the parts in the dtype of the sum. So gradients of weights would be sums of
    rounded parts, and those of one device are not.

    Args:
        function: Function of structures of arrays that is about to be compiled.
    """

    def wide(*args):
        program, shapes = jax.make_jaxpr(function, return_shape=True)(*args)
        return jax.tree.unflatten(jax.tree.structure(shapes), _run(program, jax.tree.leaves(args)))

    return wide


def _run(program, args):
    jaxpr = program.jaxpr
    values = dict(zip([*jaxpr.constvars, *jaxpr.invars], [*program.consts, *args], strict=True))

    def read(atom):
        return atom.val if isinstance(atom, Literal) else values[atom]

    for equation in jaxpr.eqns:
        with equation.ctx.manager:
            results = _results(equation, [read(atom) for atom in equation.invars])
        values.update(zip(equation.outvars, results, strict=True))
    return [read(atom) for atom in jaxpr.outvars]


def _results(equation, inputs):
    primitive, params = equation.primitive, equation.params
    if primitive.name in _CONTAINERS:
        params = {name: _widened(value) for name, value in params.items()}
    elif _is_small(equation.outvars):
        dtype = equation.outvars[0].aval.dtype
        if "preferred_element_type" in params:
            return [primitive.bind(*inputs, **{**params, "preferred_element_type": FLOAT32}).astype(dtype)]
        if primitive is lax.reduce_sum_p:
            return [primitive.bind(inputs[0].astype(FLOAT32), **params).astype(dtype)]
        if primitive is lax.scatter_add_p:
            return [_scattered(*inputs, params).astype(dtype)]
    results = primitive.bind(*inputs, **primitive.get_bind_params(params))
    return results if primitive.multiple_results else [results]


def _is_small(variables):
    return len(variables) == 1 and is_small_float(getattr(variables[0].aval, "dtype", FLOAT32))


def _scattered(x, indices, updates, params):
    names = ("dimension_numbers", "indices_are_sorted", "unique_indices", "mode")
    return lax.scatter_add(
        x.astype(FLOAT32), indices, updates.astype(FLOAT32), **{name: params[name] for name in names}
    )


def _widened(value):
    """A parameter of an equation: its programs compute wide sums, too."""
    if isinstance(value, (tuple, list)):
        return type(value)(map(_widened, value)) if _holds_programs(value) else value
    if isinstance(value, Jaxpr):
        return _widened(ClosedJaxpr(value, ())).jaxpr
    if not isinstance(value, ClosedJaxpr):
        return value
    avals = [v.aval for v in value.jaxpr.invars]
    shapes = [
        jax.ShapeDtypeStruct(aval.shape, aval.dtype, weak_type=getattr(aval, "weak_type", False)) for aval in avals
    ]
    return jax.make_jaxpr(lambda *args: _run(value, args))(*shapes)


def _holds_programs(values):
    return type(values) in (tuple, list) and any(isinstance(value, (Jaxpr, ClosedJaxpr)) for value in values)
