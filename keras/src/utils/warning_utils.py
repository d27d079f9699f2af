"""Warnings that point at the user's line."""

import sys
import warnings

from keras.src.utils.traceback_utils import is_of_library

_ENGINES = frozenset(("jax", "tensorflow", "torch", "openvino", "contextlib"))
# In the names of files for what TensorFlow's AutoGraph makes of functions.
_REWRITTEN = "__autograph_generated_file"


def warn(message, category=UserWarning):
    """Warns at the innermost line that is not the library's own, nor an engine's, however deep the cause was found.

    Args:
        message: String.
        category: Class of the warning.
    """
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and _is_passed_over(frame):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


def _is_passed_over(frame):
    """Whether a frame is one of the library, or of an engine that traces it or calls it back."""
    filename = frame.f_code.co_filename
    of_engine = frame.f_globals.get("__name__", "").partition(".")[0] in _ENGINES or _REWRITTEN in filename
    return of_engine or is_of_library(filename)
