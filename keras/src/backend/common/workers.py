"""Worker processes, as loaders of data start them: which one this is, so that each draws random numbers of its own."""

import contextlib
import contextvars
import os
import sys
import zlib

_hooks = []


def _process():
    """What `multiprocessing` knows of this process, `None` where it is not used."""
    multiprocessing = sys.modules.get("multiprocessing.process")
    return None if multiprocessing is None else multiprocessing.current_process()


_STARTED, _OWN, _BASE, _FORKED = [0], [0], [0], [False]
"""How many processes were forked since the last seeding, the number of this one, that of the process started anew that
it comes from, and whether it was forked itself."""
_known = [_process() is None or _process().name == "MainProcess"]
"""Whether the number of this process is known: in one that was started anew, when what it was sent has been read."""
_arriving = contextvars.ContextVar("arriving", default=False)


def _find_number():
    process = _process()
    if getattr(process, "_identity", ()):
        _OWN[0] = _BASE[0] = zlib.crc32(repr((process.name, process._identity)).encode())
        _known[0] = True
    return _OWN[0]


def _before_fork():
    number()
    _STARTED[0] += 1


def _after_fork_in_child():
    _OWN[0], _FORKED[0], _known[0] = _BASE[0] + _STARTED[0], True, True
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
    return _OWN[0] if _known[0] else _find_number()


def number_of_maker():
    """The number of the process that made what is made now: of another one, while it arrives from there."""
    return 0 if _arriving.get() else number()


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
