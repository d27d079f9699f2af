"""Python's operators on tensors that are not arrays: each is the op of that name."""

from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.utils.later import ops


class TensorOperators:
    """Arithmetic, comparisons and indexing by `keras.ops`."""

    __slots__ = ()

    def __getitem__(self, key):
        return ops.get_item(self, key)

    def __neg__(self):
        return ops.negative(self)

    def __abs__(self):
        return ops.absolute(self)

    def __invert__(self):
        return ops.logical_not(self) if standardize_dtype(self.dtype) == "bool" else ops.bitwise_invert(self)

    def __round__(self, ndigits=None):
        return ops.round(self, decimals=ndigits or 0)


def operator_by_op(op_name, swapped):
    """The method for one Python operator, by the op of that name."""

    def method(self, other):
        function = getattr(ops, op_name)
        return function(other, self) if swapped else function(self, other)

    return method


def _logical_or_bitwise(word):
    """`&`, `|` and `^`: logical for bools, bitwise for integers."""

    def method(self, other):
        both_bool = (
            standardize_dtype(self.dtype) == "bool"
            and standardize_dtype(getattr(other, "dtype", type(other))) == "bool"
        )
        return getattr(ops, f"logical_{word}" if both_bool else f"bitwise_{word}")(self, other)

    return method


def logical_operator(word):
    """`&`, `|` or `^` by the truth of the elements, whatever their dtypes."""
    return lambda self, other: getattr(ops, f"logical_{word}")(self, other)


_ARITHMETIC = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "true_divide",
    "floordiv": "floor_divide",
    "mod": "mod",
    "pow": "power",
    "matmul": "matmul",
    "lshift": "left_shift",
    "rshift": "right_shift",
}
_COMPARISONS = {
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
    "eq": "equal",
    "ne": "not_equal",
}
for _python_name, _op_name in _ARITHMETIC.items():
    setattr(TensorOperators, f"__{_python_name}__", operator_by_op(_op_name, swapped=False))
    setattr(TensorOperators, f"__r{_python_name}__", operator_by_op(_op_name, swapped=True))
for _python_name, _op_name in _COMPARISONS.items():
    setattr(TensorOperators, f"__{_python_name}__", operator_by_op(_op_name, swapped=False))
for _word in ("and", "or", "xor"):
    setattr(TensorOperators, f"__{_word}__", _logical_or_bitwise(_word))
    setattr(TensorOperators, f"__r{_word}__", _logical_or_bitwise(_word))
