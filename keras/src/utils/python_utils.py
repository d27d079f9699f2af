"""Python functions as text: what a config holds of a lambda."""

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
