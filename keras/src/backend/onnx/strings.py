"""Tensors of strings, and tables from tokens to indices: ONNX looks up, and neither hashes nor takes texts apart."""

import numpy as np

from keras.src.backend.onnx import build
from keras.src.backend.onnx.build import cast, like
from keras.src.backend.onnx.graph import constant, emit, emit_elementwise, sizes_of
from keras.src.backend.onnx.serialize import TABLES
from keras.src.backend.onnx.tensor import NotInGraph

SUPPORTED = True


def _refuses(what):
    def kernel(*args):
        raise NotInGraph(f"ONNX graphs {what}. Prepare these inputs before the model.")

    return kernel


hash_buckets = cross_hash_buckets = _refuses("compute no hashes")
all_known = _refuses("cannot check that all tokens are known, as `num_oov_indices=0` asks")
ragged = _refuses("have no rows of different lengths")
split = _refuses("do not take texts apart")


def standardized(x, lower, left_out):
    """Strings as they are: the runtime changes the letters of vectors only."""
    return _refuses("do not change texts")() if lower or left_out else x


def cut(x, width, fill):
    """Rows as they are, where no width is asked for."""
    return x if width is None else _refuses("do not cut rows of tokens")()


def of_values(function, x):
    """What the function makes of a tensor: all are dense."""
    return function(constant(x))


def dense(x, fill):
    """The tensor itself."""
    return x


def equal(x, value):
    """Where a tensor has a value."""
    return emit_elementwise("Equal", [x, like(value, x)], np.bool_)


def where(condition, x, y):
    """The number `x` where the condition holds and `y` elsewhere."""
    return emit_elementwise("Where", [condition, x if hasattr(x, "dims") else like(x, y), y])


def shifted(x, offset):
    """`x + offset`."""
    return emit_elementwise("Add", [x, like(offset, x)]) if offset else x


def remainder(x, divisor):
    """What is left of integers, from 0 to `divisor - 1`."""
    return emit_elementwise("Mod", [x, like(divisor, x)])


def as_tokens(x):
    """A tensor of strings as it is, one of numbers as integers."""
    return x if x.dtype.kind == "O" else cast(x, "int64")


def table(keys, values, default):
    """The attributes of a node that looks up: from strings or integers to integers, with the integer for what is not in it."""
    of_integers = isinstance(keys, np.ndarray)
    keys = [int(k) for k in keys] if of_integers else [_text(k) for k in keys]
    values = [int(v) for v in values]
    return {"keys_int64s" if of_integers else "keys_strings": keys, "values_int64s": values, "default_int64": default}


def _text(token):
    """A token as a string; those of ONNX are of UTF-8."""
    try:
        return token.decode() if isinstance(token, bytes) else token
    except UnicodeDecodeError:
        raise NotInGraph(f"ONNX has no strings that are not of UTF-8. Received in a vocabulary: {token!r}") from None


def look_up(table, x):
    """The integers in a table for a tensor."""
    if not table["values_int64s"]:
        return build.broadcast_to(constant(np.int64(table["default_int64"])), sizes_of(x))
    return emit("LabelEncoder", [x], x.dims, np.int64, domain=TABLES, **table)


def take(values, indices, default):
    """The strings or integers, of a list, at a tensor of indices, with a default for those out of range."""
    indices = cast(indices, "int64")
    low = emit_elementwise("GreaterOrEqual", [indices, like(0, indices)], np.bool_)
    inside = emit_elementwise("And", [low, emit_elementwise("Less", [indices, like(len(values), indices)], np.bool_)])
    places = emit_elementwise("Where", [inside, emit_elementwise("Add", [indices, like(1, indices)]), like(0, indices)])
    of_strings = isinstance(default, (str, bytes))
    held = [_text(v) for v in (default, *values)] if of_strings else [default, *values]
    return build.gather(constant(np.array(held, "O" if of_strings else "int64")), places, 0)
