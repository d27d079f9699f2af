"""Recurrent networks as one node each; all other recurrences, and those with masks, are `Scan` nodes."""

import numpy as np

from keras.src.backend.onnx import build
from keras.src.backend.onnx.graph import constant, emit_several, size, transposed

# Gates of the LSTM: input, forget, candidate and output here; input, output, forget, candidate in the node. Those of the GRU agree.
_OF_LSTM = (0, 3, 1, 2)


def lstm(sequences, states, kernel, recurrent_kernel, bias):
    """Long short-term memory over sequences.

    Args:
        sequences: Tensor of shape `(batch, time, features)`.
        states: List of the output and the memory to begin with, each of shape `(batch, units)`.
        kernel: Tensor of shape `(features, 4 * units)`.
        recurrent_kernel: Tensor of shape `(units, 4 * units)`.
        bias: Tensor of shape `(4 * units,)`, or `None`.

    Returns:
        `(outputs, states)`, or `None` where weights are no constants.
    """
    biases = None if bias is None else (bias, None)
    return _node("LSTM", sequences, states, (kernel, recurrent_kernel), biases, _OF_LSTM)


def gru(sequences, states, kernel, recurrent_kernel, bias):
    """Gated recurrent unit over sequences; see `lstm`. The bias has shape `(2, 3 * units)`."""
    biases = None if bias is None else (bias, bias)
    return _node("GRU", sequences, states, (kernel, recurrent_kernel), biases, (0, 1, 2), linear_before_reset=1)


def rnn_tanh(sequences, states, kernel, recurrent_kernel, bias):
    """Fully connected recurrence over sequences; see `lstm`."""
    return _node(
        "RNN",
        sequences,
        states,
        (kernel, recurrent_kernel),
        None if bias is None else (bias, None),
        (0,),
        activations=["Tanh"],
    )


def rnn_relu(sequences, states, kernel, recurrent_kernel, bias):
    """As `rnn_tanh`, with another activation."""
    return _node(
        "RNN",
        sequences,
        states,
        (kernel, recurrent_kernel),
        None if bias is None else (bias, None),
        (0,),
        activations=["Relu"],
    )


def _node(op, sequences, states, kernels, biases, order, **attributes):
    given = [constant(x) for x in kernels] + ([] if biases is None else [constant(biases[0])])
    if any(x.value is None for x in given) or sequences.dtype != np.float32:
        return None
    units = states[0].dims[-1]
    weights = [_by_gates(x.value, order, units).T[None] for x in given[:2]]
    inputs = [transposed(sequences, (1, 0, 2)), *map(_kept, given[:2], weights)]
    inputs += [None if biases is None else constant(_both_biases(given[2].value, order, units)[None]), None]
    inputs += [_initial(state, sequences) for state in states]
    time, batch = sequences.dims[1], sequences.dims[0]
    dtype = sequences.dtype
    last = ((1, batch, units), dtype)
    outputs, *ends = emit_several(
        op, inputs, [((time, 1, batch, units), dtype)] + [last] * len(states), hidden_size=units, **attributes
    )
    outputs = build.squeeze(outputs, [1])
    return transposed(outputs, (1, 0, 2)), [build.squeeze(x, [0]) for x in ends]


def _kept(original, value):
    return constant(np.ascontiguousarray(value), name=original.name)


def _by_gates(weights, order, units):
    """Columns in the order of gates that the node has."""
    parts = [weights[..., i * units : (i + 1) * units] for i in order]
    return np.concatenate(parts, -1)


def _both_biases(bias, order, units):
    """The biases of the inputs and of the states, one behind the other."""
    bias = bias if bias.ndim == 2 else np.stack([bias, np.zeros_like(bias)])
    return _by_gates(bias, order, units).reshape(-1)


def _initial(state, sequences):
    """A state as the node takes it, of shape `(1, batch, units)`."""
    if state.node is not None and state.node.op == "Expand" and _is_zero(state.node.inputs[0]):
        return None
    if state.ndim == 1:
        state = build.broadcast_to(state, [size(sequences, 0), state.dims[0]])
    return build.unsqueeze(state, [0])


def _is_zero(x):
    return x.value is not None and not x.value.any()
