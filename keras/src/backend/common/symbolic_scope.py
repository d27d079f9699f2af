"""A scope that says: what runs now only infers shapes and dtypes."""

from keras.src.api_export import keras_export
from keras.src.backend.common.global_state import STATE


@keras_export("keras.SymbolicScope")
class SymbolicScope:
    """Context in which code runs on symbolic values, as during shape inference.

    Example:

    >>> with keras.SymbolicScope():
    ...     pass
    """

    def __enter__(self):
        self._previous = STATE.enter("symbolic_scope", self)
        return self

    def __exit__(self, *exception):
        STATE.enter("symbolic_scope", self._previous)


def in_symbolic_scope():
    """Whether a `SymbolicScope` is open in this thread."""
    return STATE.symbolic_scope is not None


def get_symbolic_scope():
    """Returns the innermost open `SymbolicScope`, or `None`."""
    return STATE.symbolic_scope
