"""Checks of constructor arguments that many layers have."""

import operator


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
