"""What a thread of the program holds: its scopes, and named attributes such as the global dtype policy."""

import functools
import gc
import threading

from keras.src.api_export import keras_export
from keras.src.utils import naming


class ThreadState(threading.local):
    """State of the current thread; scopes stand in slots of their own, since every variable read looks at them.

    `quiet` says that neither a stateless scope nor an autocast scope is open, so that a variable's value is what it
    holds. `distribution` is that of the process (an attribute of the class), or of the thread within a scope. `gathers`
    says of the process that what variables hold may be parts, so that their values are never simply that. `share` is the
    `replicas.Share` of a batch that this thread computes, where an engine runs a step for each device.
    """

    distribution = None
    gathers = False
    share = None
    # Whether each call of a layer opens its scope of names, as its first one does.
    names_calls = False

    def __init__(self):
        self.attributes = {}
        self.quiet = not self.gathers
        self.stateless_scope = None
        self.waiting_values = None
        self.autocast_scope = None
        self.symbolic_scope = None
        self.name_scopes = []
        self.remat_scopes = []
        self.door = None
        # What the layers of one outermost call share.
        self.call = None

    def enter(self, slot, scope):
        """Puts a scope into its slot and returns the one that it displaces."""
        previous = getattr(self, slot)
        setattr(self, slot, scope)
        self.quiet = self.stateless_scope is None and self.autocast_scope is None and not self.gathers
        return previous


STATE = ThreadState()
_SLOTS = ("stateless_scope", "autocast_scope", "symbolic_scope", "door", "call")
_STACKS = ("name_scopes", "remat_scopes")


class Reopened:
    """The scopes that are open when this is made, opened again for a while."""

    def __init__(self):
        self._scopes = _open_scopes()

    def __enter__(self):
        self._previous = _open_scopes()
        _enter_all(self._scopes)

    def __exit__(self, *exception):
        _enter_all(self._previous)


def _open_scopes():
    return {slot: getattr(STATE, slot) for slot in _SLOTS} | {stack: [*getattr(STATE, stack)] for stack in _STACKS}


def _enter_all(scopes):
    for slot in _SLOTS:
        STATE.enter(slot, scopes[slot])
    for stack in _STACKS:
        getattr(STATE, stack)[:] = scopes[stack]


_session_hooks = []


def get_global_attribute(name, default=None, set_to_default=False):
    """Returns an attribute of this thread.

    Args:
        name: Name of the attribute.
        default: What is returned where nothing was set.
        set_to_default: Whether `default` is kept under `name` as well.
    """
    value = STATE.attributes.get(name)
    if value is None:
        value = default
        if set_to_default and default is not None:
            STATE.attributes[name] = default
    return value


def set_global_attribute(name, value):
    """Keeps `value` under `name` for this thread."""
    STATE.attributes[name] = value


def on_clear_session(function):
    """Registers a function without arguments that `clear_session` calls; returns it."""
    _session_hooks.append(function)
    return function


def cached_for_session(function):
    """As `functools.cache`, emptied by `clear_session`: for keys that may be classes and functions of a user."""
    cached = functools.cache(function)
    on_clear_session(cached.cache_clear)
    return cached


@keras_export(["keras.utils.clear_session", "keras.backend.clear_session"])
def clear_session(free_memory=True):
    """Forgets the state that the library gathered: automatic names, global attributes, caches of the engine.

    Args:
        free_memory: Whether Python's garbage collector runs as well.

    Example:

    >>> keras.utils.clear_session()
    >>> keras.layers.Dense(1).name
    'dense'
    """
    naming.reset_names()
    STATE.attributes.clear()
    for hook in _session_hooks:
        hook()
    if free_memory:
        gc.collect()
