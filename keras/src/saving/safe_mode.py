"""Whether configs may hold code."""

from contextvars import ContextVar

from keras.src.api_export import keras_export

_safe_mode = ContextVar("keras_safe_mode", default=None)
_unsafe_everywhere = False


class SafeModeScope:
    """Sets, within the `with` block, whether configs may hold code (`safe_mode=False`) or not.

    Args:
        safe_mode: Boolean; None leaves the choice to the caller of `deserialize_keras_object`.
    """

    def __init__(self, safe_mode=True):
        self.safe_mode = safe_mode
        self._tokens = []

    def __enter__(self):
        self._tokens.append(_safe_mode.set(self.safe_mode))
        return self

    def __exit__(self, *exception):
        _safe_mode.reset(self._tokens.pop())


@keras_export("keras.config.enable_unsafe_deserialization")
def enable_unsafe_deserialization():
    """Allows lambdas in all files that this process loads from now on: do so only where you trust each of them.

    Example:

    >>> keras.config.enable_unsafe_deserialization()  # doctest: +SKIP
    """
    global _unsafe_everywhere
    _unsafe_everywhere = True


def in_safe_mode():
    """`False` where code in configs is allowed, `True` where a scope forbids it, None where nobody said."""
    return False if _unsafe_everywhere else _safe_mode.get()
