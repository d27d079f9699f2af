"""The mask that travels with a tensor."""

import weakref

# Arrays of NumPy and tracers of JAX take no attributes: their masks stand here, under their id, for as long as they
# live.
MASKS_APART = {}


def get_keras_mask(x):
    """Returns the mask of a tensor, or `None`."""
    mask = getattr(x, "_keras_mask", None)
    if mask is None and MASKS_APART:
        entry = MASKS_APART.get(id(x))
        if entry is not None and entry[0]() is x:
            return entry[1]
    return mask


def set_keras_mask(x, mask):
    """Attaches a mask to a tensor; `None` takes it away."""
    try:
        x._keras_mask = mask
    except (AttributeError, TypeError):
        _remember(x, mask)


def _remember(x, mask):
    key = id(x)
    MASKS_APART.pop(key, None)
    if mask is None:
        return
    try:
        reference = weakref.ref(x, lambda _: MASKS_APART.pop(key, None))
    except TypeError:
        return
    MASKS_APART[key] = (reference, mask)
