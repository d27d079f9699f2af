"""What the layers of one outermost call share."""

from keras.src.backend.common.global_state import STATE


class Token:
    """Stands for one outermost call. (Dynamo traces no plain `object()`.)"""

    __slots__ = ()


class CallContext:
    """State of one call of an outermost layer, seen by the layers called within.

    Args:
        entry_layer: The outermost layer.
        training: Whether the call trains; `None` where nobody said.
        token: An object that stands for the outermost call.
        values: Dict of arguments, by name, for the layers within that registered these names.
    """

    __slots__ = ("entry_layer", "token", "training", "values")

    def __init__(self, entry_layer, training=None, token=None, values=None):
        self.entry_layer = entry_layer
        self.training = training
        self.token = Token() if token is None else token
        self.values = values


class calling:
    """Opens a call of `layer` with the resolved `training`; yields the context."""

    __slots__ = ("layer", "previous", "training", "values")

    def __init__(self, layer, training, values=None):
        self.layer = layer
        self.training = training
        self.values = values

    def __enter__(self):
        outer = self.previous = STATE.call
        if outer is None:
            self.layer._forget_losses()
            STATE.call = CallContext(self.layer, self.training, values=self.values)
        elif outer.training != self.training or self.values is not None:
            values = outer.values if self.values is None else self.values
            STATE.call = CallContext(outer.entry_layer, self.training, outer.token, values)
        return STATE.call

    def __exit__(self, *exception):
        STATE.call = self.previous
