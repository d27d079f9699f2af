"""Recurrent networks of PyTorch, which run a whole sequence in one call (by cuDNN on a GPU)."""

import torch

from keras.src.backend.torch.placed import by_rows
from keras.src.backend.torch.steps import made_of


@by_rows
def lstm(sequences, states, kernel, recurrent_kernel, bias):
    """Long short-term memory over sequences.

    Args:
        sequences: Tensor of shape `(batch, time, features)`.
        states: List of the output and the memory to begin with, each of shape `(batch, units)`; `None` for zeros.
        kernel: Tensor of shape `(features, 4 * units)`.
        recurrent_kernel: Tensor of shape `(units, 4 * units)`.
        bias: Tensor of shape `(4 * units,)`, or `None`.

    Returns:
        `(outputs, states)`, or `None` while Dynamo traces, which does not see into these functions.
    """
    if torch.compiler.is_compiling() or sequences.is_meta:
        return None
    weights = made_of((kernel, recurrent_kernel, bias), _weights)
    if states is None:
        before = (_zeros(sequences, recurrent_kernel),) * 2
    else:
        before = [state.unsqueeze(0) for state in states]
    outputs, output, memory = torch.lstm(sequences, before, weights, bias is not None, 1, 0.0, False, False, True)
    return outputs, [output[0], memory[0]]


def _zeros(sequences, recurrent_kernel):
    """A state of zeros, as the functions of PyTorch take it."""
    return sequences.new_zeros((1, sequences.shape[0], recurrent_kernel.shape[0]))


def _weights(kernel, recurrent_kernel, bias):
    kernels = _transposed(kernel, recurrent_kernel)
    return kernels if bias is None else [*kernels, bias, torch.zeros_like(bias)]


def _transposed(*kernels):
    # The kernel for CPUs would copy them, both forward and backward.
    return [x.T.contiguous() if x.is_cpu else x.T for x in kernels]


@by_rows
def gru(sequences, states, kernel, recurrent_kernel, bias):
    """Gated recurrent unit over sequences; see `lstm`. The bias has shape `(2, 3 * units)`."""
    return _one_state(torch.gru, _weights_of_gru, sequences, states, kernel, recurrent_kernel, bias)


def _weights_of_gru(kernel, recurrent_kernel, bias):
    kernels = _transposed(_gates_of_torch(kernel), _gates_of_torch(recurrent_kernel))
    return kernels if bias is None else [*kernels, *_gates_of_torch(bias)]


def _gates_of_torch(weights):
    """PyTorch has the reset gate before the update gate."""
    update, reset, candidate = weights.chunk(3, -1)
    return torch.cat([reset, update, candidate], -1)


@by_rows
def rnn_tanh(sequences, states, kernel, recurrent_kernel, bias):
    """Fully connected recurrence over sequences; see `lstm`."""
    return _one_state(torch.rnn_tanh, _weights, sequences, states, kernel, recurrent_kernel, bias)


@by_rows
def rnn_relu(sequences, states, kernel, recurrent_kernel, bias):
    """As `rnn_tanh`, with another activation."""
    return _one_state(torch.rnn_relu, _weights, sequences, states, kernel, recurrent_kernel, bias)


def _one_state(function, weights_of, sequences, states, kernel, recurrent_kernel, bias):
    if torch.compiler.is_compiling() or sequences.is_meta:
        return None
    weights = made_of((kernel, recurrent_kernel, bias), weights_of)
    before = _zeros(sequences, recurrent_kernel) if states is None else states[0].unsqueeze(0)
    outputs, state = function(sequences, before, weights, bias is not None, 1, 0.0, False, False, True)
    return outputs, [state[0]]
