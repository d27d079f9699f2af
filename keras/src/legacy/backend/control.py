"""Functions of `tf.keras.backend` that call functions."""

from keras.src import ops, tree
from keras.src.api_export import keras_export
from keras.src.layers.rnn.loop import recur


@keras_export("keras._legacy.backend.switch")
def switch(condition, then_expression, else_expression):
    """One of two tensors, or of what two functions return; for a condition with dimensions element by element."""
    if len(getattr(condition, "shape", ())) == 0:
        return ops.cond(ops.cast(condition, "bool"), _function(then_expression), _function(else_expression))
    chosen, other = _function(then_expression)(), _function(else_expression)()
    rank = len(chosen.shape)
    if len(condition.shape) > rank:
        raise ValueError(
            f"Rank of `condition` should be less than or equal to rank of `then_expression` and `else_expression`. "
            f"Received: condition of shape {tuple(condition.shape)}, then_expression of shape {tuple(chosen.shape)}"
        )
    while len(condition.shape) < rank:
        condition = ops.expand_dims(condition, -1)
    return ops.where(ops.cast(condition, "bool"), chosen, other)


@keras_export("keras._legacy.backend.map_fn")
def map_fn(fn, elems, name=None, dtype=None):
    """What a function gives for each element of the first axis, side by side."""
    results = [fn(item) for item in _items(elems)]
    stacked = tree.map_structure(lambda *values: ops.stack(values), *results)
    return stacked if dtype is None else tree.map_structure(lambda x: ops.cast(x, dtype), stacked)


@keras_export("keras._legacy.backend.foldl")
def foldl(fn, elems, initializer=None, name=None):
    """Calls `fn(accumulated, element)` along the first axis, and starts with the first element by default."""
    return _folded(fn, _items(elems), initializer)


@keras_export("keras._legacy.backend.foldr")
def foldr(fn, elems, initializer=None, name=None):
    """As `foldl`, from the last element to the first."""
    return _folded(fn, _items(elems)[::-1], initializer)


@keras_export("keras._legacy.backend.rnn")
def rnn(
    step_function,
    inputs,
    initial_states,
    go_backwards=False,
    mask=None,
    constants=None,
    unroll=False,
    input_length=None,
    time_major=False,
    zero_output_for_mask=False,
    return_all_outputs=True,
):
    """Calls `step_function(input, states)` along the time of `(samples, time, ...)`: the last output, all of them and the last states."""

    def step(x, states):
        output, new_states = step_function(x, [*states, *(constants or ())])
        return output, list(new_states)

    if not time_major:
        inputs, mask = _time_and_samples_swapped(inputs), _on(mask, _time_and_samples_swapped)
    if mask is not None:
        mask = ops.cast(mask, "bool")
        mask = ops.squeeze(mask, axis=-1) if len(mask.shape) == 3 else mask
    if go_backwards:
        inputs, mask = _backwards(inputs), _on(mask, _backwards)
    last, outputs, states = recur(
        step, inputs, list(initial_states), mask, unroll, zero_output_for_mask, return_all_outputs
    )
    outputs = ops.expand_dims(last, 0) if outputs is None else outputs
    return last, outputs if time_major else _time_and_samples_swapped(outputs), states


def _function(expression):
    return expression if callable(expression) else lambda: expression


def _items(elems):
    """The elements of the first axis, structured as `elems`."""
    slices = [ops.unstack(x) for x in tree.flatten(elems)]
    return [tree.pack_sequence_as(elems, list(items)) for items in zip(*slices)]


def _folded(fn, items, initializer):
    accumulated = items[0] if initializer is None else initializer
    for item in items[initializer is None :]:
        accumulated = fn(accumulated, item)
    return accumulated


def _on(mask, function):
    return None if mask is None else function(mask)


def _backwards(structure):
    return tree.map_structure(lambda x: ops.flip(x, axis=0), structure)


def _time_and_samples_swapped(structure):
    return tree.map_structure(lambda x: ops.swapaxes(x, 0, 1), structure)
