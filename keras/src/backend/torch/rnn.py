"""Recurrent networks of PyTorch, which run a whole sequence in one call (by cuDNN on a GPU)."""

import torch

from keras.src.backend.torch.steps import made_of


def lstm(sequences, states, kernel, recurrent_kernel, bias):
    """Long short-term memory over sequences.

    Args:
        sequences: Tensor of shape `(batch, time, features)`.
        states: List of the output and the memory to begin with, each of shape `(batch, units)`.
        kernel: Tensor of shape `(features, 4 * units)`.
        recurrent_kernel: Tensor of shape `(units, 4 * units)`.
        bias: Tensor of shape `(4 * units,)`, or `None`.

    Returns:
        `(outputs, states)`, or `None` while Dynamo traces, which does not see into these functions.
    """
    if torch.compiler.is_compiling() or sequences.is_meta:
        return None
    weights = made_of((kernel, recurrent_kernel, bias), _weights_of_lstm)
    before = [state.unsqueeze(0) for state in states]
    outputs, *states = torch._VF.lstm(sequences, before, weights, bias is not None, 1, 0.0, False, False, True)
    return outputs, [state[0] for state in states]


def _weights_of_lstm(kernel, recurrent_kernel, bias):
    kernels = [kernel.T, recurrent_kernel.T]
    if kernel.is_cpu:
        # The kernel for CPUs would copy them, both forward and backward.
        kernels = [x.contiguous() for x in kernels]
    return kernels if bias is None else [*kernels, bias, torch.zeros_like(bias)]


def gru(sequences, states, kernel, recurrent_kernel, bias):
    """Gated recurrent unit over sequences; see `lstm`. The bias has shape `(2, 3 * units)`."""
    biases = [] if bias is None else list(_gates_of_torch(bias))
    return _one_state(
        torch._VF.gru, sequences, states, [_gates_of_torch(kernel), _gates_of_torch(recurrent_kernel)], biases
    )


def _gates_of_torch(weights):
    """PyTorch has the reset gate before the update gate."""
    update, reset, candidate = weights.chunk(3, -1)
    return torch.cat([reset, update, candidate], -1)


def rnn_tanh(sequences, states, kernel, recurrent_kernel, bias):
    """Fully connected recurrence over sequences; see `lstm`."""
    biases = [] if bias is None else [bias, torch.zeros_like(bias)]
    return _one_state(torch._VF.rnn_tanh, sequences, states, [kernel, recurrent_kernel], biases)


def rnn_relu(sequences, states, kernel, recurrent_kernel, bias):
    """As `rnn_tanh`, with another activation."""
    biases = [] if bias is None else [bias, torch.zeros_like(bias)]
    return _one_state(torch._VF.rnn_relu, sequences, states, [kernel, recurrent_kernel], biases)


def _one_state(function, sequences, states, kernels, biases):
    if torch.compiler.is_compiling() or sequences.is_meta:
        return None
    weights = [kernel.T for kernel in kernels] + biases
    outputs, state = function(sequences, states[0].unsqueeze(0), weights, bool(biases), 1, 0.0, False, False, True)
    return outputs, [state[0]]
