"""Functions of the state that JAX compiles: a step, and a loop of steps over a block of batches."""

import functools

import jax
import jax.numpy as jnp
from jax import lax

from keras.src import tree


def single_step(public_step, kind, state, data):
    """A public step with a state that keeps its structure and dtypes."""
    result, changed = public_step(state, data)
    before = (state[1],) if kind == "predict" else state
    after = (changed,) if kind == "predict" else changed
    parts = [
        [_as_before(new, old) for new, old in zip(jax.tree.leaves(new_part), old_part, strict=True)]
        for new_part, old_part in zip(after, before, strict=True)
    ]
    return result, parts[0] if kind == "predict" else tuple(parts)


def cut_step(single, spread, state, data, cuts):
    """A step on the true rows of a batch that processes have filled up; `cuts` is `None` for another one."""
    if cuts is None:
        return single(state, data)
    arrays = [x if cut is None else spread.cut(x, cut) for x, cut in zip(tree.flatten(data), cuts, strict=True)]
    return single(state, tree.pack_sequence_as(data, arrays))


def _as_before(new, old):
    return new if new is old else lax.convert_element_type(new, old.dtype)


def changing_little(single, kind):
    """A compiled step that gives back the variables it changed alone: a program copies what it returns as it came."""

    def news(values, before):
        return [None if new is old else new for new, old in zip(values, before)]

    def filled(values, before):
        return [old if new is None else new for new, old in zip(values, before)]

    def by_parts(function, changed, state):
        return function(changed, state[1]) if kind == "predict" else tuple(map(function, changed, state))

    @jax.jit
    def program(state, data):
        result, changed = single(state, data)
        return result, by_parts(news, changed, state)

    def run(state, data):
        result, changed = program(state, data)
        return result, by_parts(filled, changed, state)

    return run


def _batch_at(data, index):
    return jax.tree.map(lambda array: lax.dynamic_index_in_dim(array, index, keepdims=False), data)


def _zeros_like_result(inner, state, data):
    shapes, _ = jax.eval_shape(inner, state, _batch_at(data, 0))
    return jax.tree.map(lambda spec: jnp.zeros(spec.shape, spec.dtype), shapes)


def _loop_over_block(inner, state, data, start, stop):
    """Runs the steps `start` to `stop` of a block; logs are those of the last one."""

    def body(index, carry):
        logs, changed = inner(carry[1], _batch_at(data, index))
        return jax.tree.map(lambda x: lax.convert_element_type(x, x.dtype), logs), changed

    return lax.fori_loop(start, stop, body, (_zeros_like_result(inner, state, data), state))


def _predict_block(inner, state, data, start, stop):
    """Outputs of the steps `start` to `stop` of a block, in an array for all its steps."""
    steps = jax.tree.leaves(data)[0].shape[0]
    trainable, non_trainable = state
    one = _zeros_like_result(inner, state, data)
    outputs = jax.tree.map(lambda x: jnp.zeros((steps, *x.shape), x.dtype), one)

    def body(index, carry):
        outputs, non_trainable = carry
        result, non_trainable = inner((trainable, non_trainable), _batch_at(data, index))
        put = functools.partial(lax.dynamic_update_index_in_dim, index=index, axis=0)
        return jax.tree.map(lambda all_steps, x: put(all_steps, x), outputs, result), non_trainable

    return lax.fori_loop(start, stop, body, (outputs, non_trainable))


BLOCKS = {"train": _loop_over_block, "test": _loop_over_block, "predict": _predict_block}
