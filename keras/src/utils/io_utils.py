"""What is printed, and where: to the terminal, or to a log."""

import logging
import sys

from keras.src.api_export import keras_export
from keras.src.backend.common.global_state import STATE

LOGGER = logging.getLogger("keras")
_settings = {"interactive": True}


@keras_export(["keras.config.enable_interactive_logging", "keras.utils.enable_interactive_logging"])
def enable_interactive_logging():
    """Sends messages and progress bars to standard output; this is the default.

    Example:

    >>> keras.config.enable_interactive_logging()
    >>> keras.config.is_interactive_logging_enabled()
    True
    """
    _settings["interactive"] = True


@keras_export(["keras.config.disable_interactive_logging", "keras.utils.disable_interactive_logging"])
def disable_interactive_logging():
    """Sends messages to the logger `keras` of the `logging` module, as suits a server.

    Example:

    >>> keras.config.disable_interactive_logging()
    >>> keras.config.is_interactive_logging_enabled()
    False
    >>> keras.config.enable_interactive_logging()
    """
    _settings["interactive"] = False


@keras_export(["keras.config.is_interactive_logging_enabled", "keras.utils.is_interactive_logging_enabled"])
def is_interactive_logging_enabled():
    """Whether messages go to standard output.

    Returns:
        Boolean.

    Example:

    >>> keras.config.is_interactive_logging_enabled()
    True
    """
    return _settings["interactive"]


def print_msg(message, line_break=True):
    """Prints a message, or logs it where interactive logging is off; of processes that compute together the first does."""
    distribution = STATE.distribution
    if distribution is not None and distribution._process_id:
        return
    if not is_interactive_logging_enabled():
        LOGGER.info(message.rstrip("\n"))
        return
    text = f"{message}\n" if line_break else message
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding or "ascii"
        sys.stdout.write(text.encode(encoding, errors="replace").decode(encoding))
    sys.stdout.flush()


def redraws_in_place():
    """Whether output is watched as it appears: a terminal or a notebook, not a file or a pipe."""
    if not is_interactive_logging_enabled():
        return False
    isatty = getattr(sys.stdout, "isatty", None)
    return "ipykernel" in sys.modules or bool(isatty and isatty())


def ask_to_proceed_with_overwrite(filepath):
    """Asks on the terminal whether an existing file may be replaced.

    Args:
        filepath: Path of the file.

    Returns:
        Boolean: the answer.
    """
    answer = input(f"[WARNING] {filepath} already exists - overwrite? [y/n]").strip().lower()
    while answer not in ("y", "n"):
        answer = input('Enter "y" (overwrite) or "n" (cancel).').strip().lower()
    return answer == "y"
