"""What the processes of a job tell each other of their lives: how long one may give no sign of it, and the word of its end."""

TIMEOUT = "KERAS_DISTRIBUTION_TIMEOUT"


def timeout_of(environment):
    """Seconds after which a process counts as dead, by a variable of the environment; `None`: nobody says so."""
    text = environment.get(TIMEOUT)
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds < float("inf"):
        raise ValueError(f"{TIMEOUT} must be a number of seconds, at least 1. Received: {text!r}")
    return seconds


def farewell(process):
    """The word by which a process tells that it ends."""
    return f"keras/ended/{process}"
