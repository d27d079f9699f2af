"""The engine that runs, for what all engines share: `keras.src.backend` puts itself here as soon as it has one."""

engine = None
_hooks = []


def on_another_engine(function):
    """Registers a function that runs, without arguments, when this process goes on with another engine."""
    _hooks.append(function)
    return function


def engine_has_changed():
    """Runs what is registered."""
    for hook in _hooks:
        hook()
