"""Python functions as text, which is what a config holds of a lambda, and small helpers that other libraries use."""

import base64
import marshal
import types


def func_dump(func):
    """Turns a function into a (code, defaults, closure) tuple for JSON; `code` is marshalled and in base64."""
    code = base64.encodebytes(marshal.dumps(func.__code__)).decode("ascii")
    closure = tuple(cell.cell_contents for cell in func.__closure__) if func.__closure__ else None
    return code, func.__defaults__, closure


def func_load(code, defaults=None, closure=None, globs=None):
    """Builds the function that `func_dump` took apart; this runs whatever code the file holds, once it is called.

    Args:
        code: The text of the code, or the whole (code, defaults, closure) sequence.
        defaults: Sequence of default values, or None.
        closure: Sequence of the values (or cells) that the function closes over, or None.
        globs: Dict of global names of the function; it has none but its module by default, which engines ask for.

    Returns:
        A function.
    """
    if isinstance(code, (list, tuple)):
        code, defaults, closure = code
    try:
        compiled = marshal.loads(base64.b64decode(code))
    except (ValueError, EOFError, TypeError) as error:
        raise ValueError("The code of this lambda cannot be read: it comes from another version of Python.") from error
    cells = closure and tuple(c if isinstance(c, types.CellType) else types.CellType(c) for c in closure)
    defaults = tuple(defaults) if defaults is not None else None
    return types.FunctionType(
        compiled, globs or {"__name__": __name__}, name=compiled.co_name, argdefs=defaults, closure=cells or None
    )


def to_list(x):
    """A list as it is; anything else, a tuple too, as a list of one."""
    return x if isinstance(x, list) else [x]


def remove_by_id(values, value):
    """Takes an object out of a list, by identity.

    Args:
        values: List.
        value: The object.
    """
    values[:] = [x for x in values if x is not value]


def default(method):
    """Marks a method as one that a subclass has not overridden; see `is_default`."""
    method._is_default = True
    return method


def is_default(method):
    """Whether `default` marked a method."""
    return getattr(method, "_is_default", False)


def pythonify_logs(logs):
    """Logs with floats in the place of scalar tensors; dicts in them are merged into one.

    Args:
        logs: Dict of name → scalar, dict or something else, which is left as it is; or `None`.
    """
    result = {}
    for name, value in sorted((logs or {}).items()):
        if isinstance(value, dict):
            result.update(pythonify_logs(value))
            continue
        try:
            result[name] = float(value)
        except (TypeError, ValueError):
            result[name] = value
    return result


def is_continuous_axis(axis):
    """Whether axes follow each other without a gap; negative and other axes are looked at apart.

    Args:
        axis: Int, or sequence of ints.
    """
    if isinstance(axis, int):
        return True
    groups = sorted(a for a in axis if a >= 0), sorted(a for a in axis if a < 0)
    return all(group == list(range(group[0], group[0] + len(group))) for group in groups if group)


def remove_long_seq(maxlen, seq, label):
    """Sequences that are shorter than `maxlen`, and their labels.

    Args:
        maxlen: Int.
        seq: List of lists.
        label: List, one for each of them.
    """
    kept = [(x, y) for x, y in zip(seq, label) if len(x) < maxlen]
    return [x for x, _ in kept], [y for _, y in kept]
