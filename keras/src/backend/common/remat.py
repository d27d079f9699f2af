"""Scope that asks layers to recompute activations in the backward pass instead of keeping them."""

from collections import namedtuple

from keras.src.api_export import keras_export
from keras.src.backend.common.global_state import STATE

RematMode = namedtuple("RematMode", ["mode", "output_size_threshold", "layer_names"])

_MODES = (None, "full", "activations", "larger_than", "list_of_layers")


@keras_export("keras.RematScope")
class RematScope:
    """Context whose layers trade memory for computation: activations are recomputed where gradients need them.

    Args:
        mode: `"full"` (each layer's call), `"activations"` (activation functions only), `"larger_than"` (layers whose
            output has more elements than the threshold), `"list_of_layers"` (the named layers), or `None` (nothing).
        output_size_threshold: Number of elements above which `"larger_than"` applies.
        layer_names: Names of the layers for `"list_of_layers"`.

    Example:

    >>> with keras.RematScope(mode="larger_than", output_size_threshold=2048):
    ...     layer = keras.layers.Dense(8)
    """

    def __init__(self, mode="full", output_size_threshold=1024, layer_names=None):
        if mode not in _MODES:
            known = ", ".join(map(repr, _MODES))
            raise ValueError(f"RematScope does not know the mode {mode!r}; it takes one of {known}.")
        self.mode = mode
        self.output_size_threshold = output_size_threshold
        self.layer_names = list(layer_names or [])

    def __enter__(self):
        STATE.remat_scopes.append(self)
        return self

    def __exit__(self, *exception):
        STATE.remat_scopes.pop()


def get_current_remat_mode():
    """Returns the `RematMode` of the innermost open scope, or `None`."""
    if not STATE.remat_scopes:
        return None
    scope = STATE.remat_scopes[-1]
    return RematMode(scope.mode, scope.output_size_threshold, scope.layer_names)
