"""Shorter tracebacks: frames of the library are left out of them, unless they are asked for."""

import functools
import os

from keras.src.api_export import keras_export

_LIBRARY = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_settings = {"filter": True}


@keras_export("keras.config.enable_traceback_filtering")
def enable_traceback_filtering():
    """Leaves the library's own frames out of tracebacks; this is the default.

    Example:

    >>> keras.config.enable_traceback_filtering()
    >>> keras.config.is_traceback_filtering_enabled()
    True
    """
    _settings["filter"] = True


@keras_export("keras.config.disable_traceback_filtering")
def disable_traceback_filtering():
    """Shows every frame in tracebacks, for those who debug the library.

    Example:

    >>> keras.config.disable_traceback_filtering()
    >>> keras.config.is_traceback_filtering_enabled()
    False
    >>> keras.config.enable_traceback_filtering()
    """
    _settings["filter"] = False


@keras_export("keras.config.is_traceback_filtering_enabled")
def is_traceback_filtering_enabled():
    """Whether the library's own frames are left out of tracebacks.

    Returns:
        Boolean.

    Example:

    >>> keras.config.is_traceback_filtering_enabled()
    True
    """
    return _settings["filter"]


def filter_traceback(function):
    """Decorator for entry points: an exception that passes through, and those that led to it, lose the frames of the
    library; the entry point itself stays."""

    @functools.wraps(function)
    def entry(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except Exception as error:
            if is_traceback_filtering_enabled():
                _filter_chain(error)
            raise

    return entry


def _filter_chain(error):
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        error.__traceback__ = _outside(error.__traceback__)
        error = error.__cause__ or error.__context__


def _outside(traceback):
    """The chain of frames without those of the library, and without this decorator's, which comes again."""
    frames = []
    while traceback is not None:
        if not is_of_library(traceback.tb_frame.f_code.co_filename):
            frames.append(traceback)
        traceback = traceback.tb_next
    for outer, inner in zip(frames, [*frames[1:], None]):
        outer.tb_next = inner
    return frames[0] if frames else None


def is_of_library(filename):
    """Whether a file belongs to the library; its tests are users of it."""
    return filename.startswith(_LIBRARY) and not filename.endswith("_test.py")
