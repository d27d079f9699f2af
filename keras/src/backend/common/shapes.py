"""Shapes as tuples of sizes."""

import operator

from keras.src.utils.messages import shown

OPEN_SIZES = set()
"""Types of sizes that a graph of the running engine, or of a guest, leaves open: descriptions do not know them."""


def standardize_shape(shape):
    """Returns a shape as a tuple of non-negative ints and `None`.

    Raises:
        ValueError: It is not iterable, or a size is something else.
    """
    try:
        shape = tuple(shape)
    except TypeError:
        raise ValueError(f"A shape is a tuple of integers or None. Received: {shown(shape)}") from None
    return tuple([size if size.__class__ is int and size >= 0 else _checked_size(size, shape) for size in shape])


def _checked_size(size, shape):
    if size is None or type(size) in OPEN_SIZES:
        return None
    try:
        number = operator.index(size)
    except TypeError:
        raise ValueError(f"A shape holds integers or None. Received: {shown(size)} in {shown(shape)}") from None
    if number < 0:
        raise ValueError(f"A shape holds no negative sizes. Received: {shown(size)} in {shown(shape)}")
    return number


def static_shape(x):
    """Shape of a tensor as a tuple, `None` where the rank or a size is unknown, or a graph leaves a size open."""
    shape = x.shape
    if getattr(shape, "rank", 0) is None:
        return None
    return tuple([n if isinstance(n, int) else None for n in shape])
