"""Checks of constructor arguments that many layers have."""

import operator


def check_is_integer(name, value):
    """Refuses what is of another kind than an integer.

    Args:
        name: Name of the argument, for the message.
        value: What was given for it.

    Raises:
        TypeError: It is no integer.
    """
    try:
        operator.index(value)
    except TypeError:
        raise TypeError(f"`{name}` must be an integer. Received: {name}={value!r}") from None


def positive_int(name, value):
    """`value` as an int.

    Args:
        name: Name of the argument, for the message.
        value: What was given for it.

    Raises:
        ValueError: It is no integer of 1 or more.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = 0
    if number <= 0 or isinstance(value, bool):
        raise ValueError(f"`{name}` must be a positive integer. Received: {name}={value!r}")
    return number
