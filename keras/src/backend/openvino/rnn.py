"""Recurrent networks in an OpenVINO graph: the runtime has a node for a whole sequence. Arrays are left to the loop over steps."""

import numpy as np
import openvino.opset15 as opset

from keras.src.backend.openvino.build import ints
from keras.src.backend.openvino.tensor import GraphTensor, node, wrap


def lstm(sequences, states, kernel, recurrent_kernel, bias):
    """See `contract.Rnn`."""
    if not _fits(sequences, kernel, recurrent_kernel, bias):
        return None
    bias = np.zeros(kernel.shape[1:], "float32") if bias is None else bias
    weights = [_in_rows(_gates_of_lstm(x)) for x in (kernel, recurrent_kernel, bias)]
    return _run(opset.lstm_sequence, sequences, states, 2, weights)


def _gates_of_lstm(weights):
    """The runtime has the gate that forgets first."""
    inputs, forget, candidate, output = np.split(weights, 4, -1)
    return np.concatenate([forget, inputs, candidate, output], -1)


def gru(sequences, states, kernel, recurrent_kernel, bias):
    """As `lstm`; the bias has shape `(2, 3 * units)`, and that of the candidate's state is reset with it."""
    if not _fits(sequences, kernel, recurrent_kernel, bias):
        return None
    of_input, of_state = np.zeros((2, kernel.shape[1]), "float32") if bias is None else bias
    units = recurrent_kernel.shape[0]
    gates, of_candidate = slice(2 * units), slice(2 * units, None)
    bias = np.concatenate([(of_input + of_state)[gates], of_input[of_candidate], of_state[of_candidate]])
    weights = [_in_rows(x) for x in (kernel, recurrent_kernel, bias)]
    return _run(opset.gru_sequence, sequences, states, 1, weights, linear_before_reset=True)


def _fits(sequences, *weights):
    """Whether a sequence is a node of a graph, and numbers and weights are such as the runtime's kernels take."""
    is_float32 = type(sequences) is GraphTensor and sequences.dtype == np.float32
    return is_float32 and all(x is None or (isinstance(x, np.ndarray) and x.dtype == np.float32) for x in weights)


def _in_rows(weights):
    """Weights with a row for each unit of a gate, after an axis for the direction."""
    return node(np.ascontiguousarray(weights.T)[np.newaxis])


def _run(sequence_node, sequences, states, count, weights, **settings):
    """Outputs and states of a sequence; every tensor of the node but the inputs has an axis for the direction."""
    batch, steps, _ = sequences.shape
    units = weights[1].get_shape()[-1]
    states = [np.zeros((batch, units), "float32")] * count if states is None else states
    before = [opset.unsqueeze(node(x), ints(1)) for x in states]
    lengths = node(np.full(batch, steps, "int32"))
    results = sequence_node(sequences.output, *before, lengths, *weights, units, "forward", **settings).outputs()
    outputs, *states = [wrap(opset.squeeze(x, ints(1))) for x in results]
    return outputs, states
