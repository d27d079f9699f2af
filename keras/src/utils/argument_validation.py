"""Checks of arguments, under the names by which other libraries know them."""


def standardize_tuple(value, n, name, allow_zero=False):
    """An int, or a tuple of ints, as a tuple with one int for each dimension.

    Args:
        value: Int, or a sequence of `n` ints.
        n: Number of dimensions.
        name: Name of the argument, for the error.
        allow_zero: Whether 0 is admitted beside positive ints.

    Raises:
        ValueError: The value is anything else.
    """
    least = 0 if allow_zero else 1
    values = (value,) * n if hasattr(value, "__index__") else value
    is_sequence = isinstance(values, (tuple, list))
    if is_sequence and len(values) == n and all(hasattr(v, "__index__") and int(v) >= least for v in values):
        return tuple(int(v) for v in values)
    raise ValueError(
        f"`{name}` must be an int of {least} or more, or a tuple of {n} of them. Received: {name}={value!r}"
    )


def standardize_padding(value, allow_causal=False):
    """The name of a padding in lower case; lists and tuples are left as they are.

    Args:
        value: `"valid"`, `"same"`, `"causal"` in any case, or a sequence.
        allow_causal: Whether `"causal"` is admitted.

    Raises:
        ValueError: The value is anything else.
    """
    if isinstance(value, (list, tuple)):
        return value
    allowed = ("valid", "same", "causal") if allow_causal else ("valid", "same")
    padding = value.lower() if isinstance(value, str) else value
    if padding not in allowed:
        raise ValueError(f"`padding` must be a list, a tuple or one of {allowed}. Received: padding={value!r}")
    return padding


def validate_string_arg(value, allowable_strings, caller_name, arg_name, allow_none=False, allow_callables=False):
    """Raises `ValueError` unless a value is one of some strings.

    Args:
        value: The value.
        allowable_strings: The strings.
        caller_name: Who takes the argument, for the error.
        arg_name: Name of the argument, for the error.
        allow_none: Whether `None` will do.
        allow_callables: Whether a callable will do.
    """
    if isinstance(value, str) and value in allowable_strings:
        return
    if (allow_none and value is None) or (allow_callables and callable(value)):
        return
    further = (" or None" if allow_none else "") + (" or a callable" if allow_callables else "")
    raise ValueError(
        f"`{arg_name}` of {caller_name} must be one of {tuple(allowable_strings)}{further}. "
        f"Received: {arg_name}={value!r}"
    )
