"""Dtype rules: from the dtypes of an op's tensor arguments to the dtype it computes in and the dtype of its result.

A rule is called with a dtype name for each tensor argument, or a Python type (`bool`, `int`, `float`, `complex`) for a Python
scalar, which is weak. It returns `(compute, result)`. `compute` is one dtype for all arguments, or a tuple with one entry each, `None` meaning
"as it is". `result` is one dtype, or a tuple for an op of several results. The same rule casts the inputs of an eager call and types the symbolic
result, so the two cannot disagree. An op with a `dtype` parameter hands it to its rule by keyword.
"""

from keras.src import backend
from keras.src.backend import config
from keras.src.backend.common.dtypes import joined as dtypes_joined
from keras.src.backend.common.dtypes import result_type, standardize_dtype

_SMALL_INTS = ("bool", "int8", "int16")
_SMALL_UINTS = ("uint8", "uint16")


def held(dtype):
    """The dtype in which the engine holds a tensor that is given in `dtype`: it may lack some, or narrow them."""
    return result_type(dtype) if isinstance(dtype, type) else backend.core.held_dtype(dtype)


def stated(dtype):
    """The dtype of a result for which a call states one; `None` stands for floatx."""
    return held(standardize_dtype(dtype))


def promoted(*dtypes):
    """What the dtypes promote to where 64 bits are kept, see `dtypes.joined`, as far as the engine holds them."""
    return held(dtypes[0] if len(dtypes) == 1 else dtypes_joined(*dtypes))


def narrowed(*dtypes):
    """What the dtypes promote to, also where they are one: where promotion ends at 32 bits, 64 become 32."""
    dtype = held(result_type(*dtypes))
    return dtype, dtype


def joined(*dtypes):
    """Two tensors promote as by `narrowed`; one beside a weak Python number keeps its dtype."""
    if any(isinstance(dtype, type) for dtype in dtypes):
        return same(*dtypes)
    return narrowed(*dtypes)


def product(*dtypes):
    """Promoted as by `narrowed`, but real and complex numbers of 64 and 128 bits stay."""
    dtype = promoted(*dtypes)
    dtype = dtype if is_inexact(dtype) else held(result_type(*dtypes))
    return dtype, dtype


def int8_accumulates(*dtypes):
    """As `product`; sums of int8, and of its products, add up in int32."""
    compute, result = product(*dtypes)
    return compute, "int32" if result == "int8" else result


def is_inexact(dtype):
    """Whether the dtype name stands for real or complex floating-point numbers."""
    return "float" in dtype or "complex" in dtype


def same(*dtypes):
    """The promoted dtype."""
    dtype = promoted(*dtypes)
    return dtype, dtype


def at_least_int32(*dtypes):
    """The promoted dtype; bools become int32, since they have no such arithmetic."""
    dtype = promoted(*dtypes)
    dtype = "int32" if dtype == "bool" else dtype
    return dtype, dtype


def bits(*dtypes):
    """The promoted dtype, of integers or bools."""
    dtype = promoted(*dtypes)
    if is_inexact(dtype):
        raise TypeError(f"Integers or bools are expected; cast other numbers first. Received dtypes: {_names(dtypes)}")
    return dtype, dtype


def integers(*dtypes):
    """The promoted dtype, of integers; bools become int32."""
    return at_least_int32(bits(*dtypes)[1])


def _names(dtypes):
    return ", ".join(dtype.__name__ if isinstance(dtype, type) else dtype for dtype in dtypes)


def strongly(rule):
    """The rule for ops that take Python numbers as tensors of their own dtype, int32 or floatx."""

    def of_tensors(*dtypes):
        return rule(*(result_type(dtype) if isinstance(dtype, type) else dtype for dtype in dtypes))

    return of_tensors


def as_is(*dtypes):
    """Nothing is cast; the result has the dtype of the first argument."""
    return (None,) * len(dtypes), held(dtypes[0])


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
    dtype = promoted(*dtypes, float)
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
        # Where the engine lacks uint32, int32 is what the small ones add up in.
        dtype = "uint32" if held("uint32") == "uint32" else "int32"
    return dtype, dtype


def real_part(*dtypes):
    """The promoted dtype; real numbers of half the size for complex ones."""
    dtype = promoted(*dtypes)
    return dtype, {"complex64": "float32", "complex128": "float64"}.get(dtype, dtype)


def given(*dtypes, dtype=None):
    """The `dtype` parameter where it is given, else the promoted dtype; arguments are cast to it."""
    dtype = promoted(*dtypes) if dtype is None else stated(dtype)
    return dtype, dtype


def given_result(*dtypes, dtype=None):
    """The `dtype` parameter types the result only; arguments stay as they are."""
    result = promoted(dtypes[0]) if dtype is None else stated(dtype)
    return (None,) * len(dtypes), result
