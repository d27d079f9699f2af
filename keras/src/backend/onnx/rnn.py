"""Recurrent networks as one node each; all other recurrences, and those with masks, are `Scan` nodes."""

import numpy as np

from keras.src.backend.onnx import build
from keras.src.backend.onnx.graph import constant, emit_several, size, transposed

# Gates of the LSTM: input, forget, candidate and output here; input, output, forget, candidate in the node. Those of the GRU agree.
_OF_LSTM = (0, 3, 1, 2)


def lstm(sequences, states, kernel, recurrent_kernel, bias):
    """Long short-term memory over sequences, see `contract.Rnn`; `None` where these are no float32."""
    return _node("LSTM", _OF_LSTM, sequences, states or (None, None), kernel, recurrent_kernel, bias)


def gru(sequences, states, kernel, recurrent_kernel, bias):
    """Gated recurrent unit over sequences; see `lstm`."""
    return _node("GRU", (0, 1, 2), sequences, states or (None,), kernel, recurrent_kernel, bias, linear_before_reset=1)


def _simple(activation):
    """A fully connected recurrence over sequences; see `lstm`."""

    def recurrence(sequences, states, *weights):
        return _node("RNN", (0,), sequences, states or (None,), *weights, activations=[activation])

    return recurrence


rnn_tanh, rnn_relu = _simple("Tanh"), _simple("Relu")


def _node(op, order, sequences, states, kernel, recurrent_kernel, bias, **attributes):
    weights = [constant(x) for x in (kernel, recurrent_kernel, bias) if x is not None]
    if sequences.dtype != np.float32 or any(x.dtype != np.float32 for x in weights):
        return None
    units, dtype = weights[1].dims[0], sequences.dtype
    batch, time, _ = sequences.dims
    kernels = [_of_kernel(x, order, units) for x in weights[:2]]
    biases = [_of_bias(x, order, units) for x in weights[2:]] or [None]
    inputs = [transposed(sequences, (1, 0, 2)), *kernels, *biases, None, *(_initial(x, sequences) for x in states)]
    all_of_them, last = ((time, 1, batch, units), dtype), ((1, batch, units), dtype)
    outputs, *ends = emit_several(op, inputs, [all_of_them, *[last] * len(states)], hidden_size=units, **attributes)
    return transposed(build.squeeze(outputs, [1]), (1, 0, 2)), [build.squeeze(x, [0]) for x in ends]


def _of_kernel(kernel, order, units):
    """A kernel as the node takes it: by nodes, where it is no constant, such as what is made of weights of few bits."""
    if kernel.value is not None:
        return _kept(kernel, _by_gates(kernel.value, order, units).T[None])
    parts = [build.sliced(kernel, 1, i * units, (i + 1) * units) for i in order]
    return build.unsqueeze(transposed(build.concatenated(parts, 1), (1, 0)), [0])


def _of_bias(bias, order, units):
    """The biases of the inputs and of the states, one behind the other, as the node takes them."""
    if bias.value is not None:
        both = bias.value if bias.ndim == 2 else np.stack([bias.value, np.zeros_like(bias.value)])
        return _kept(bias, _by_gates(both, order, units).reshape(1, -1))
    rows = [build.sliced(bias, 0, i, i + 1) for i in range(2)] if bias.ndim == 2 else [build.unsqueeze(bias, [0])]
    parts = [build.sliced(row, 1, i * units, (i + 1) * units) for row in rows for i in order]
    if len(rows) == 1:
        parts.append(constant(np.zeros((1, len(order) * units), np.float32)))
    return build.concatenated(parts, 1)


def _kept(original, value):
    return constant(np.ascontiguousarray(value), name=original.name)


def _by_gates(weights, order, units):
    """Columns in the order of gates that the node has."""
    parts = [weights[..., i * units : (i + 1) * units] for i in order]
    return np.concatenate(parts, -1)


def _initial(state, sequences):
    """A state as the node takes it, of shape `(1, batch, units)`; `None` for zeros."""
    if state is None:
        return None
    if state.ndim == 1:
        state = build.broadcast_to(state, [size(sequences, 0), state.dims[0]])
    return build.unsqueeze(state, [0])
