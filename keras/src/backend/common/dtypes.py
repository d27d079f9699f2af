"""Names of dtypes, and the lattice by which they promote."""

import functools
import sys

import ml_dtypes
import numpy as np

from keras.src.api_export import keras_export
from keras.src.backend import config

FLOAT8_TYPES = ("float8_e4m3fn", "float8_e5m2")
INT_TYPES = ("uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64")
FLOAT_TYPES = ("bfloat16", "float16", "float32", "float64")
COMPLEX_TYPES = ("complex64", "complex128")
ALLOWED_DTYPES = frozenset({"bool", "string", *INT_TYPES, *FLOAT_TYPES, *FLOAT8_TYPES, *COMPLEX_TYPES})
PYTHON_TYPES = {bool: "bool", int: "int", float: "float", complex: "complex"}

# The edges of the lattice, as in JAX: what each dtype promotes to next. Python's own int, float and complex are weak.
_NEXT = {
    "bool": ("int",),
    "int": ("uint8", "int8"),
    "uint8": ("int16", "uint16"),
    "uint16": ("int32", "uint32"),
    "uint32": ("int64", "uint64"),
    "uint64": ("float",),
    "int8": ("int16",),
    "int16": ("int32",),
    "int32": ("int64",),
    "int64": ("float",),
    "float": ("bfloat16", "float16", "complex"),
    "bfloat16": ("float32",),
    "float16": ("float32",),
    "float32": ("float64", "complex64"),
    "float64": ("complex128",),
    "complex": ("complex64",),
    "complex64": ("complex128",),
    "complex128": (),
}
_NARROW = {"int64": "int32", "uint64": "uint32", "float64": "float32", "complex128": "complex64"}
_WIDE = {narrow: wide for wide, narrow in _NARROW.items()}


def _reachable(dtype):
    return {dtype}.union(*map(_reachable, _NEXT[dtype]))


_ABOVE = {dtype: _reachable(dtype) for dtype in _NEXT}


def _join(dtypes):
    """The least dtype that all of them promote to."""
    common = set.intersection(*(_ABOVE[dtype] for dtype in dtypes))
    return next(dtype for dtype in common if common <= _ABOVE[dtype])


def _kept_64_bit_types():
    """Results that are not narrowed: what the engine works in by itself, or what floatx asks for."""
    engine = config.backend()
    if engine == "tensorflow":
        return ("int64", "float64")
    if engine == "jax":
        return ("int64", "float64") if sys.modules["jax"].config.jax_enable_x64 else ()
    return ("float64",) if config.floatx() == "float64" else ()


def _settle_weak(dtype):
    """Gives the weak dtypes a width, from that of floatx."""
    bits = "16" if config.floatx().endswith("16") else config.floatx()[-2:]
    widths = {"int": f"int{bits}", "float": f"float{bits}", "complex": "complex128" if bits == "64" else "complex64"}
    return widths.get(dtype, dtype)


INTO_NUMBERS = "turn words into indices by `keras.layers.StringLookup`, and dates or objects into numbers, first"


@functools.cache
def _promote(dtypes):
    names = [PYTHON_TYPES.get(dtype) or standardize_dtype(dtype) for dtype in dtypes]
    for name in names:
        if name in FLOAT8_TYPES or (name == "string" and set(names) != {"string"}):
            what_to_do = INTO_NUMBERS if name == "string" else "cast it first"
            raise ValueError(f"{name} does not promote to other dtypes: {what_to_do}. Received: dtypes={dtypes}")
    if "string" in names:
        return "string"
    result = _settle_weak(_join(names))
    return result if result in _kept_64_bit_types() else _NARROW.get(result, result)


config.on_floatx_change(_promote.cache_clear)


@keras_export("keras.backend.result_type")
def result_type(*dtypes):
    """Returns the dtype that an operation on these dtypes computes in.

    Promotion ends at 32 bits (64 for complex numbers). Kept at 64 bits are int64 and float64 on TensorFlow and on JAX
    with x64, and float64 elsewhere (not on JAX) while floatx is float64.

    Args:
        *dtypes: Names of dtypes, dtypes of engines, `None` for floatx, or the Python types `bool`, `int`, `float`,
            `complex`, which are weak: they give way to any dtype of the same kind.

    Returns:
        Name of a dtype.

    Raises:
        ValueError: A dtype is unknown, or a float8 or string, which do not promote.

    Example:

    >>> keras.backend.result_type("int32", "bfloat16")
    'bfloat16'
    >>> keras.backend.result_type("int8", float)
    'float32'
    """
    return _promote(dtypes) if dtypes else config.floatx()


def joined(*dtypes):
    """What dtypes promote to; one dtype stays as it is, 64 bits included, also beside weak Python numbers.

    64 bits beside fewer stay too: integers would wrap around, and floats lose digits, in silence. But on NumPy, float64
    is what arrays have that nobody gave a dtype, so there promotion narrows it.
    """
    dtype, strong = result_type(*dtypes), {dtype for dtype in dtypes if not isinstance(dtype, type)}
    if len(strong) == 1:
        own = strong.pop()
        return own if result_type(own) == dtype else dtype
    wide = _WIDE.get(dtype)
    if wide not in strong or (wide in ("float64", "complex128") and config.backend() in ("numpy", "openvino")):
        return dtype
    return wide


# From whatever may stand for a dtype to its name; filled as dtypes are met.
_names = {name: name for name in ALLOWED_DTYPES}
_names.update({bool: "bool", float: "float32", str: "string"})
_names[int] = _names["int"] = "int64" if config.backend() == "tensorflow" else "int32"


_NUMBERS = frozenset((int, bool))


@keras_export(["keras.utils.standardize_dtype", "keras.backend.standardize_dtype"])
def standardize_dtype(dtype):
    """Returns the name of a dtype.

    Args:
        dtype: A name, a dtype object of NumPy or of an engine, a Python type, or `None` for floatx.

    Returns:
        String such as `"float32"`.

    Raises:
        ValueError: No such dtype is supported.

    Example:

    >>> keras.utils.standardize_dtype(np.dtype("float16"))
    'float16'
    """
    try:
        # A `tf.DType` equals the number by which TensorFlow knows it, and hashes like it.
        return _names[dtype if type(dtype) not in _NUMBERS else None]
    except (KeyError, TypeError):
        return _learn_name(dtype)


def _learn_name(dtype):
    if dtype is None:
        return config.floatx()
    name = _describe(dtype)
    if name not in ALLOWED_DTYPES:
        allowed = ", ".join(sorted(ALLOWED_DTYPES))
        is_text = name.startswith(("str", "bytes", "datetime", "timedelta", "object", "void"))
        hint = f" Numbers are due: {INTO_NUMBERS}." if is_text or getattr(dtype, "kind", "") == "O" else ""
        raise ValueError(f"Invalid dtype: {dtype!r}. Expected one of: {allowed}.{hint}")
    if config.backend() == "tensorflow" or not type(dtype).__module__.startswith("tensorflow."):
        # Dynamo reads this dict while it traces, and cannot hash what TensorFlow, as a guest, has for dtypes.
        _names[dtype] = name
    return name


def _describe(dtype):
    """The name under which an engine's dtype object goes, in NumPy's words."""
    if isinstance(dtype, str):
        return dtype.removeprefix("torch.")
    if hasattr(dtype, "as_numpy_dtype"):
        return dtype.name
    if hasattr(dtype, "get_type_name"):
        return _OPENVINO_NAMES.get(dtype.get_type_name(), dtype.get_type_name())
    text = str(dtype)
    if text.startswith("torch."):
        return text.removeprefix("torch.")
    try:
        numpy_dtype = np.dtype(dtype)
    except TypeError:
        return text
    return "string" if numpy_dtype.kind in "UST" else numpy_dtype.name


_OPENVINO_NAMES = {
    "boolean": "bool",
    "i8": "int8",
    "i16": "int16",
    "i32": "int32",
    "i64": "int64",
    "u8": "uint8",
    "u16": "uint16",
    "u32": "uint32",
    "u64": "uint64",
    "bf16": "bfloat16",
    "f16": "float16",
    "f32": "float32",
    "f64": "float64",
    "f8e4m3": "float8_e4m3fn",
    "f8e5m2": "float8_e5m2",
}


@keras_export("keras.backend.is_float_dtype")
def is_float_dtype(dtype):
    """Returns whether a dtype holds real floating-point numbers.

    Args:
        dtype: As in `standardize_dtype`.

    Example:

    >>> keras.backend.is_float_dtype("bfloat16")
    True
    """
    return "float" in standardize_dtype(dtype)


@keras_export("keras.backend.is_int_dtype")
def is_int_dtype(dtype):
    """Returns whether a dtype holds integers, with or without sign.

    Args:
        dtype: As in `standardize_dtype`.

    Example:

    >>> keras.backend.is_int_dtype("uint8")
    True
    """
    return "int" in standardize_dtype(dtype)


def dtype_size(dtype):
    """Returns the bits that one element of a dtype takes."""
    name = standardize_dtype(dtype)
    if name in ("bool", "string"):
        return {"bool": 1, "string": 0}[name]
    digits = name.removeprefix("complex").removeprefix("bfloat").removeprefix("float").lstrip("uint")
    return int(digits.partition("_")[0])


@functools.cache
def limits(dtype):
    """Lowest and highest finite number that a real dtype holds, as Python numbers."""
    if dtype == "bool":
        return 0, 1
    if "int" in dtype:
        info = np.iinfo(dtype)
        return int(info.min), int(info.max)
    info = ml_dtypes.finfo(dtype)
    return float(info.min), float(info.max)
