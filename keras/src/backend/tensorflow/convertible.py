"""Whether graphs are made for converters, which know fewer operations than TensorFlow has."""

import contextlib
import threading


class _State(threading.local):
    on = False


_STATE = _State()


def wanted():
    """Whether graphs of this thread are to be converted."""
    return _STATE.on


@contextlib.contextmanager
def convertible():
    """Context in which graphs are made of operations that converters know, where there is a choice."""
    previous, _STATE.on = _STATE.on, True
    try:
        yield
    finally:
        _STATE.on = previous
