"""How many functions of Python steps and runs call: in small models these are what they cost."""

import pytest

from keras.src import backend
from keras.src.testing import jobs

if backend.backend() != "torch":
    pytest.skip("needs the torch backend", allow_module_level=True)

import torch

from keras.src.backend.torch import trainer

MOST = {
    "perceptron fit": 225,
    "perceptron evaluate": 68,
    "perceptron predict": 60,
    "recurrent fit": 277,
    "recurrent evaluate": 113,
    "recurrent predict": 105,
    # What a run calls beside its steps.
    "perceptron fit, run": 740,
    "perceptron evaluate, run": 675,
    "perceptron predict, run": 265,
    # The first step of a process, with all that is made and found out for it.
    "perceptron first step": 4750,
}


@jobs.once
def calls_of_steps():
    return jobs.run([("keras.src.testing.torch.step_calls.calls_of_steps", {})])[0][0]


@pytest.mark.parametrize("run", MOST)
def test_steps_call_few_functions(run):
    assert calls_of_steps()[run] <= MOST[run]


def test_gradients_without_a_watcher_are_those_of_autograd(monkeypatch):
    first, second, unused = (torch.ones(3, requires_grad=True) for _ in range(3))
    loss = (first * second.detach() * 2).sum() + (second**3).sum()
    found = trainer._gradients(loss, [first, second, unused], is_watched=False)
    assert [g if g is None else g.tolist() for g in found] == [[2.0] * 3, [3.0] * 3, None]
    assert first.grad is None

    with pytest.raises(RuntimeError, match="does not require grad"):
        trainer._gradients(torch.ones(()), [first], is_watched=False)
    with pytest.raises(RuntimeError, match="scalar"):
        trainer._gradients(first * 2, [first], is_watched=False)

    monkeypatch.setattr(trainer, "_run_backward", None)  # As in a version of PyTorch that names it otherwise.
    (again,) = trainer._gradients((first * 2).sum(), [first], is_watched=False)
    assert again.tolist() == [2.0] * 3
