"""What kernels know of the run of a model in this thread."""

import threading

import torch


class _Steps(threading.local):
    # Whether a model trains, evaluates or predicts: what is on an accelerator is not waited for then.
    are_running = False
    # What was made of weights, by their ids, while a model evaluates or predicts; else `None`.
    kept = None


STEPS = _Steps()


def made_of(weights, make):
    """`make(*weights)`; while a model evaluates or predicts, what was made before, if no weight has changed.

    Args:
        weights: Tuple of tensors; the last ones may be `None`.
        make: Function of them.
    """
    kept, first = STEPS.kept, weights[0]
    if kept is None or torch.is_grad_enabled():
        return make(*weights)
    # What is cast to another dtype is a new tensor in each call; tensors of the inference mode do not count changes.
    if first.__class__ is not torch.nn.Parameter or first.is_inference():
        return make(*weights)
    key = make, *[(id(weight), weight._version) for weight in weights if weight is not None]
    found = kept.get(key)
    if found is None:
        # The weights too, so that no other tensors get their ids.
        found = kept[key] = make(*weights), weights
    return found[0]
