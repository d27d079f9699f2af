"""Control flow on JAX: Python's own where the decision is known, XLA's where it is traced."""

import functools

import jax
import jax.numpy as jnp
import numpy as np

from keras.src import tree
from keras.src.backend.common.repeatable import Repeatable


def _strong(x):
    """Arrays for Python numbers, which would else be weakly typed."""
    if isinstance(x, (bool, int, float, complex)):
        return jnp.asarray(x, dtype=jnp.result_type(type(x)))
    return x


def _strong_structure(xs):
    return tree.map_structure(_strong, xs)


def _is_known(x):
    return not isinstance(x, jax.core.Tracer)


def cond(pred, true_fn, false_fn):
    """Calls one of two functions."""
    if _is_known(pred):
        return _strong_structure(true_fn() if pred else false_fn())
    return jax.lax.cond(
        jnp.asarray(pred).astype("bool"), lambda: _strong_structure(true_fn()), lambda: _strong_structure(false_fn())
    )


def switch(index, branches, *operands):
    """Calls the branch at `index`, which is clipped into range."""
    if _is_known(index):
        return _strong_structure(branches[int(np.clip(index, 0, len(branches) - 1))](*operands))
    return jax.lax.switch(index, branches, *operands)


def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """Repeats `body` while `cond` holds."""
    several = isinstance(loop_vars, (tuple, list))
    state = _strong_structure(tuple(loop_vars) if several else (loop_vars,))
    dtypes = [x.dtype for x in tree.flatten(state)]

    def goes_on(state):
        count, values = state
        more = jnp.asarray(cond(*values)).astype("bool").reshape(())
        return more if maximum_iterations is None else more & (count < maximum_iterations)

    def step(state):
        count, values = state
        results = body(*values)
        results = tuple(results) if isinstance(results, (tuple, list)) else (results,)
        flat = [jnp.asarray(x, dtype) for x, dtype in zip(tree.flatten(results), dtypes, strict=True)]
        return count + 1, tree.pack_sequence_as(values, flat)

    _, state = jax.lax.while_loop(goes_on, step, (jnp.int32(0), state))
    return state if several else state[0]


def fori_loop(lower, upper, body_fun, init_val):
    """Repeats `value = body_fun(i, value)`."""
    return jax.lax.fori_loop(lower, upper, body_fun, _strong_structure(init_val))


def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    """Loops over the leading axis of `xs`, carrying a state, and stacks what each step gives out."""
    if unroll != 1 and not all(isinstance(x.shape[0], int) for x in tree.flatten(xs) if x is not None):
        unroll = 1  # a length that an export leaves open cannot be cut into turns
    return jax.lax.scan(f, _strong_structure(init), xs, length=length, reverse=reverse, unroll=unroll)


def map(f, xs):
    """Calls `f` on each element along the leading axis, one after the other."""
    return jax.lax.map(f, xs)


def vectorized_map(function, elements):
    """Calls `function` on all elements along the leading axis at once."""
    return jax.vmap(function)(elements)


def associative_scan(f, elems, reverse=False, axis=0):
    """Combines all prefixes along an axis."""
    axis %= tree.flatten(elems)[0].ndim
    return jax.lax.associative_scan(f, elems, reverse=reverse, axis=axis)


def unstack(x, num=None, axis=0):
    """Splits into a list of arrays without the axis."""
    return [jax.lax.index_in_dim(x, i, axis, keepdims=False) for i in range(x.shape[axis])]


def stop_gradient(variable):
    """Returns its argument, through which no gradient flows."""
    return jax.lax.stop_gradient(variable)


def custom_gradient(f):
    """Wraps a function that returns its result and a gradient function."""
    return jax.custom_gradient(f)


def remat(f):
    """Wraps a function so that its intermediate results are computed again for gradients.

    What is no array, such as `training=True`, stays what it is.
    """

    @functools.wraps(f)
    def function(*args, **kwargs):
        call = Repeatable(f, args, kwargs, lambda x: isinstance(x, jax.Array), lambda variable: variable._own_value())
        return call.finish(jax.checkpoint(call)(*call.tensors))

    return function
