"""Worker processes, as loaders of data fork them: which one this is, so that each draws random numbers of its own."""

import os

_STARTED, _OWN = [0], [0]
"""How many processes were forked since the last seeding, and the number of this one among them."""


def _before_fork():
    _STARTED[0] += 1


def _after_fork_in_child():
    _OWN[0] = _STARTED[0]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork_in_child)


def count_anew():
    """Numbers the processes that are forked from now on from 1."""
    _STARTED[0] = 0


def number():
    """The number of this forked process, the same when a program runs again; 0 in the first process."""
    return _OWN[0]


def check_engine(runs_after_fork, name):
    """Raises where a forked process uses what was made before the fork, on an engine that would wait there forever.

    Args:
        runs_after_fork: Whether the engine computes in forked processes.
        name: Name of the engine.
    """
    if not runs_after_fork:
        raise RuntimeError(
            f"The {name} backend does not compute in a process that was forked from one in which it runs, as this worker "
            "was: a call would wait forever. Let the loader start its workers by 'spawn', make the layer within the "
            "worker, augment in `tf.data` or in the model, or use the torch or numpy backend."
        )
