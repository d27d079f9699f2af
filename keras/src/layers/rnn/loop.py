"""The loop over time that all recurrent layers share."""

from keras.src import backend, ops, tree
from keras.src.backend import door


def recur_known(advance, constants, z, weights, states, mask, settings):
    """As `recur`, for a cell of this library, whose first state is its output.

    Args:
        advance: Function `(z, states, weights, *constants) -> states`, of a module.
        constants: Tuple of functions and plain values.
        z: Tensor of shape `(time, batch, ...)`, what the inputs give.
        weights: Structure of tensors and `None`.
        states: List of tensors.
        mask: Bool tensor of shape `(time, batch)`, or `None`.
        settings: Tuple of the arguments of `recur` behind the mask.
    """
    run = door.engine_for(z).rnn.reusing(_run_known)
    return run((advance, constants, settings), (z, states, weights, mask))


def _run_known(static, tensors):
    advance, constants, settings = static
    z, states, weights, mask = tensors

    def step(z, states):
        states = advance(z, states, weights, *constants)
        return states[0], states

    return recur(step, z, states, mask, *settings, first_is_output=True)


def recur(
    step, sequence, states, mask=None, unroll=False, zero_output_for_mask=False, all_outputs=True, first_is_output=False
):
    """Calls `step` on each slice of a sequence, and hands the states on.

    Where the mask is `False`, states stay as they are, and the output is that of the step before (zeros where there is
    none), or zeros.

    Args:
        step: Function `(x, states) -> (output, states)`; states are lists of tensors.
        sequence: Tensor of shape `(time, batch, ...)`.
        states: List of tensors, the states before the first step.
        mask: Bool tensor of shape `(time, batch)`, or `None`.
        unroll: Whether the steps are written out in compiled code.
        zero_output_for_mask: Whether outputs of masked steps are zeros.
        all_outputs: Whether the outputs of all steps are needed.
        first_is_output: Whether the output of a step is its first state.

    Returns:
        `(last output, outputs or None, states)`; outputs of shape `(time, batch, ...)`.
    """
    if mask is None:
        return _recur_everywhere(step, sequence, states, unroll, all_outputs, first_is_output)
    if first_is_output:
        return _recur_on_states(step, sequence, states, mask, unroll, zero_output_for_mask, all_outputs)
    if zero_output_for_mask:
        return _recur_with_zeros(step, sequence, states, mask, unroll, all_outputs)
    return _recur_with_repeats(step, sequence, states, mask, unroll, all_outputs)


def _scan(body, carry, xs, unroll):
    if _is_written_out(xs, unroll):
        return _written_out(body, carry, xs)
    return ops.scan(body, carry, xs, unroll=True if unroll else door.engine_for(*tree.flatten(xs)).rnn.UNROLL)


def _is_written_out(xs, unroll):
    first = tree.flatten(xs)[0]
    return bool(unroll and first.shape[0] and not backend.is_keras_tensor(first))


def _written_out(body, carry, xs):
    """A loop of Python's, in which cells may do what a compiled loop cannot hold: assign variables, add losses."""
    outputs = []
    for slices in zip(*(ops.unstack(x, axis=0) for x in tree.flatten(xs))):
        carry, output = body(carry, tree.pack_sequence_as(xs, list(slices)))
        outputs.append(output)
    return carry, None if outputs[0] is None else ops.stack(outputs)


def _recur_everywhere(step, sequence, states, unroll, all_outputs, first_is_output):
    collects = all_outputs or not first_is_output

    def body(states, x):
        output, states = step(x, states)
        return states, output if collects else None

    states, outputs = _scan(body, states, sequence, unroll)
    return (outputs[-1] if collects else states[0]), (outputs if all_outputs else None), states


def _recur_on_states(step, sequence, states, mask, unroll, zero_output_for_mask, all_outputs):
    """Outputs are states that exist from the first step on that counts, so they are masked after the loop."""

    def body(states, slices):
        x, counts = slices
        states = _chosen(counts, step(x, states)[1], states)
        return states, states[0] if all_outputs else None

    states, outputs = _scan(body, states, (sequence, mask), unroll)
    if zero_output_for_mask:
        return (
            _where_counting(mask[-1], states[0]),
            outputs if outputs is None else _where_counting(mask, outputs),
            states,
        )
    last = _where_counting(ops.any(mask, axis=0), states[0])
    if outputs is not None:
        outputs = _where_counting(ops.greater(ops.cumsum(ops.cast(mask, "int32"), axis=0), 0), outputs)
    return last, outputs, states


def _recur_with_zeros(step, sequence, states, mask, unroll, all_outputs):
    def body(states, slices):
        x, counts = slices
        output, new = step(x, states)
        return _chosen(counts, new, states), _where_counting(counts, output)

    states, outputs = _scan(body, states, (sequence, mask), unroll)
    return outputs[-1], (outputs if all_outputs else None), states


def _recur_with_repeats(step, sequence, states, mask, unroll, all_outputs):
    def body(carry, slices):
        states, before = carry
        x, counts = slices
        output, new = step(x, states)
        output = _chosen(counts, [output], [ops.zeros_like(output) if before is None else before])[0]
        return (_chosen(counts, new, states), output), output if all_outputs else None

    # Of this step only the shape is of interest: compiled code does not compute it.
    nothing = None if _is_written_out(sequence, unroll) else ops.zeros_like(step(sequence[0], states)[0])
    (states, last), outputs = _scan(body, (states, nothing), (sequence, mask), unroll)
    return last, outputs, states


def _chosen(counts, new, old):
    return [ops.where(_spread(counts, len(b.shape)), ops.cast(a, b.dtype), b) for a, b in zip(new, old)]


def _where_counting(counts, values):
    return ops.where(_spread(counts, len(values.shape)), values, ops.zeros_like(values))


def _spread(counts, rank):
    """`counts` with further axes of size 1, up to `rank`."""
    while len(counts.shape) < rank:
        counts = ops.expand_dims(counts, -1)
    return counts
