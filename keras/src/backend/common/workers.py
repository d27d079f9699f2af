"""Worker processes, as loaders of data start them: which one this is, so that each draws random numbers of its own."""

import contextlib
import contextvars
import os
import sys
import zlib

_hooks = []


def _number_of_name():
    """A number for a process that was started anew, by the name that `multiprocessing` gives it; 0 for the main one."""
    multiprocessing = sys.modules.get("multiprocessing.process")
    name = "MainProcess" if multiprocessing is None else multiprocessing.current_process().name
    return 0 if name == "MainProcess" else zlib.crc32(name.encode())


_BASE = _number_of_name()
_STARTED, _OWN, _FORKED = [0], [_BASE], [False]
"""How many processes were forked since the last seeding, the number of this one, and whether it was forked itself."""
_arriving = contextvars.ContextVar("arriving", default=False)


def _before_fork():
    _STARTED[0] += 1


def _after_fork_in_child():
    _OWN[0], _FORKED[0] = _BASE + _STARTED[0], True
    for hook in _hooks:
        hook()


def on_start(function):
    """Registers a function that runs, without arguments, in each process that is forked from this one."""
    _hooks.append(function)
    return function


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork_in_child)


def count_anew():
    """Numbers the processes that are forked from now on from 1."""
    _STARTED[0] = 0


def number():
    """The number of this process, the same when a program runs again; 0 in the first process."""
    return _OWN[0]


def number_of_maker():
    """The number of the process that made what is made now: of another one, while it arrives from there."""
    return 0 if _arriving.get() else _OWN[0]


@contextlib.contextmanager
def arriving():
    """Context in which a pickle is read, which the first process may have sent to each of its workers."""
    token = _arriving.set(True)
    try:
        yield
    finally:
        _arriving.reset(token)


def check_engine(runs_after_fork, name):
    """Raises where a forked process uses what was made before the fork, on an engine that would wait there forever.

    Args:
        runs_after_fork: Whether the engine computes in forked processes.
        name: Name of the engine.
    """
    if _FORKED[0] and not runs_after_fork:
        raise RuntimeError(
            f"The {name} backend does not compute in a process that was forked from one in which it runs, as this worker "
            "was: a call would wait forever. Call layers of data, outside of other layers and on NumPy arrays, which then "
            "compute by NumPy; let the loader start its workers by 'spawn'; or use the torch or numpy backend."
        )
