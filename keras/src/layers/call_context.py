"""What the layers of one outermost call share."""

import threading


class Token:
    """Stands for one outermost call. (Dynamo traces no plain `object()`.)"""

    __slots__ = ()


class CallContext:
    """State of one call of an outermost layer, seen by the layers called within.

    Args:
        entry_layer: The outermost layer.
        training: Whether the call trains; `None` where nobody said.
        token: An object that stands for the outermost call.
    """

    __slots__ = ("entry_layer", "token", "training")

    def __init__(self, entry_layer, training=None, token=None):
        self.entry_layer = entry_layer
        self.training = training
        self.token = Token() if token is None else token


class _Calls(threading.local):
    def __init__(self):
        self.context = None


CALLS = _Calls()


class calling:
    """Opens a call of `layer` with the resolved `training`; yields the context."""

    __slots__ = ("layer", "training", "previous")

    def __init__(self, layer, training):
        self.layer = layer
        self.training = training

    def __enter__(self):
        outer = self.previous = CALLS.context
        if outer is None:
            self.layer._forget_losses()
            CALLS.context = CallContext(self.layer, self.training)
        elif outer.training != self.training:
            CALLS.context = CallContext(outer.entry_layer, self.training, outer.token)
        return CALLS.context

    def __exit__(self, *exception):
        CALLS.context = self.previous
