"""Dtype rules: from the dtypes of an op's tensor arguments to the dtype it computes in and the dtype of its result.

A rule is called with a dtype name for each tensor argument, or a Python type (`bool`, `int`, `float`, `complex`) for a Python
scalar, which is weak. It returns `(compute, result)`. `compute` is one dtype for all arguments, or a tuple with one entry each, `None` meaning
"as it is". `result` is one dtype, or a tuple for an op of several results. The same rule casts the inputs of an eager call and types the symbolic
result, so the two cannot disagree. An op with a `dtype` parameter hands it to its rule by keyword.
"""

from keras.src import backend
from keras.src.backend import config
from keras.src.backend.common.dtypes import result_type, standardize_dtype

_SMALL_INTS = ("bool", "int8", "int16")
_SMALL_UINTS = ("uint8", "uint16")


def held(dtype):
    """The dtype in which the engine holds a tensor that is given in `dtype`: it may lack some, or narrow them."""
    return result_type(dtype) if isinstance(dtype, type) else backend.core.held_dtype(dtype)


def kept(dtype):
    """The dtype of a tensor given in `dtype` after an op that casts nothing."""
    return result_type(dtype) if isinstance(dtype, type) else backend.core.kept_dtype(dtype)


def promoted(*dtypes):
    """What the dtypes promote to; tensors of one dtype keep it, 64 bits included, also beside weak Python numbers."""
    if len(dtypes) == 1:
        return held(dtypes[0])
    result, strong = result_type(*dtypes), {dtype for dtype in dtypes if not isinstance(dtype, type)}
    if len(strong) == 1:
        dtype = strong.pop()
        return held(dtype) if result_type(dtype) == result else result
    return result


def narrowed(dtype):
    """The dtype to which tensors of one dtype promote: 64 bits become 32 on engines that work in those."""
    return result_type(dtype) if dtype.endswith("64") else dtype


def is_inexact(dtype):
    """Whether the dtype name stands for real or complex floating-point numbers."""
    return "float" in dtype or "complex" in dtype


def same(*dtypes):
    """The promoted dtype."""
    dtype = promoted(*dtypes)
    return dtype, dtype


def as_is(*dtypes):
    """Nothing is cast; the result has the dtype of the first argument."""
    return (None,) * len(dtypes), kept(dtypes[0])


def to_float(*dtypes):
    """The promoted dtype; floatx for integers and bools."""
    dtype = promoted(*dtypes)
    dtype = dtype if is_inexact(dtype) else config.floatx()
    return dtype, dtype


def to_floats(*results):
    """The rule of an op of several results: each has the dtype named here, or for `None` that of `to_float`."""

    def rule(*dtypes):
        dtype = to_float(*dtypes)[1]
        return dtype, tuple(result or dtype for result in results)

    return rule


def to_complex(*dtypes):
    """Computed as by `to_float`; the result is complex, of parts of that dtype."""
    dtype = to_float(*dtypes)[1]
    return dtype, "complex128" if dtype in ("float64", "complex128") else "complex64"


def to_float_at_least(*dtypes):
    """The promoted dtype of the arguments and a weak float."""
    dtype = result_type(*dtypes, float)
    return dtype, dtype


def to_bool(*dtypes):
    """Bool; compared in the promoted dtype."""
    return promoted(*dtypes), "bool"


def logical(*dtypes):
    """Bool; arguments are taken as truth values."""
    return "bool", "bool"


def to_int32(*dtypes):
    """Int32; computed in the promoted dtype."""
    return promoted(*dtypes), "int32"


def accumulate(*dtypes):
    """The promoted dtype, integers with at least 32 bits."""
    dtype = promoted(*dtypes)
    if dtype in _SMALL_INTS:
        dtype = "int32"
    elif dtype in _SMALL_UINTS:
        dtype = held("uint32")
    return dtype, dtype


def real_part(*dtypes):
    """The promoted dtype; real numbers of half the size for complex ones."""
    dtype = promoted(*dtypes)
    return dtype, {"complex64": "float32", "complex128": "float64"}.get(dtype, dtype)


def given(*dtypes, dtype=None):
    """The `dtype` parameter where it is given, else the promoted dtype; arguments are cast to it."""
    dtype = promoted(*dtypes) if dtype is None else standardize_dtype(dtype)
    return dtype, dtype


def given_result(*dtypes, dtype=None):
    """The `dtype` parameter types the result only; arguments stay as they are."""
    result = promoted(dtypes[0]) if dtype is None else standardize_dtype(dtype)
    return (None,) * len(dtypes), result
