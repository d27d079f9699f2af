"""Ops leave nothing of themselves in the graphs of `torch.compile`: as many nodes as PyTorch's own functions."""

import numpy as np
import pytest

from keras.src import backend, ops

torch = pytest.importorskip("torch") if backend.backend() == "torch" else None
pytestmark = pytest.mark.skipif(torch is None, reason="graphs of torch.compile need the torch backend")


def nodes(function, *args):
    counts = []

    def count(module, example_inputs):
        counts.append(len(module.graph.nodes))
        return module.forward

    torch._dynamo.reset()
    torch.compile(function, backend=count, fullgraph=True)(*args)
    assert len(counts) == 1
    return counts[0]


def by_ops(x, y):
    for _ in range(2):
        x = ops.tanh(ops.multiply(ops.add(x, y), 0.5))
        x = ops.subtract(ops.maximum(x, y), ops.mean(x, 1, True))
        x = ops.reshape(ops.reshape(x, (2, 8)), (4, 4))
        x = ops.softmax(ops.matmul(x, y))
        x = ops.where(ops.greater(x, y), x, ops.exp(y))
        x = ops.concatenate([x[:2], ops.relu(y)[2:]], 0)
    return ops.sum(x, 1), ops.transpose(x, (1, 0))


def by_hand(x, y):
    for _ in range(2):
        x = torch.tanh(torch.mul(torch.add(x, y), 0.5))
        x = torch.subtract(torch.maximum(x, y), torch.mean(x, 1, True))
        x = torch.reshape(torch.reshape(x, (2, 8)), (4, 4))
        x = torch.softmax(torch.matmul(x, y), -1)
        x = torch.where(torch.gt(x, y), x, torch.exp(y))
        x = torch.cat([x[:2], torch.relu(y)[2:]], 0)
    return torch.sum(x, 1), torch.permute(x, (1, 0))


def test_as_many_nodes_as_by_hand():
    x, y = (torch.rand(4, 4) for _ in range(2))
    assert nodes(by_ops, x, y) <= nodes(by_hand, x, y)
    for ours, theirs in zip(by_ops(x, y), by_hand(x, y)):
        torch.testing.assert_close(ours, theirs)


def test_float64_stays_in_bodies_and_beside_numbers():
    x = torch.linspace(0.1, 0.9, 5, dtype=torch.float64)
    calls = (
        ops.relu,
        ops.hard_tanh,
        ops.normalize,
        ops.ptp,
        lambda x: ops.add(x, 1.0),
        lambda x: ops.where(x > 0.5, x, 0.0),
    )
    for call in calls:
        assert call(x if call is not ops.normalize else x[None]).dtype is torch.float64
    assert ops.add(x, 1.0).numpy() == pytest.approx(np.linspace(0.1, 0.9, 5) + 1, abs=1e-15)
