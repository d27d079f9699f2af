"""Rows for the ops of `keras.ops.numpy`: the oracle is NumPy."""

import numpy as np
import scipy.special

from keras.src.testing.op_cases import ALL, FLOATS, INTS, SHAPE_ONLY, F, Table, case, of

TABLE = Table()
row = TABLE.row
NUMBERS = (*INTS, *FLOATS)


# Elementwise: one float tensor
for _name in "ceil floor sin cos tan arctan sinh cosh tanh arcsinh sinc exp exp2 expm1 deg2rad rad2deg cbrt".split():
    row(_name, case(F(2, 3)), dtypes=ALL, gradient=_name not in ("ceil", "floor", "cbrt"))
for _name in "log log2 log10 log1p sqrt".split():
    row(_name, case(of("positive", 2, 3)), dtypes=ALL, gradient=True)
for _name in "arcsin arccos arctanh".split():
    row(_name, case(of("unit", 2, 3)), dtypes=("bool", *FLOATS), gradient=True)
row("arccosh", case(of("above_one", 2, 3)), dtypes=ALL, gradient=True)
row("i0", case(F(2, 3)), dtypes=ALL, gradient=True, oracle=scipy.special.i0)
row("reciprocal", case(of("positive", 2, 3)), dtypes=ALL, gradient=True)
row("fabs", case(F(2, 3)), dtypes=ALL)
row("absolute", case(F(2, 3)), case(of("complex", 3)), dtypes=(*ALL, "complex64"), gradient=False)
row("negative", case(F(2, 3)), dtypes=NUMBERS, gradient=True)
row("square", case(F(2, 3)), case(of("signed", 3)), dtypes=ALL, gradient=True)
row("sign", case(F(2, 3)), case(of("signed", 5)), dtypes=NUMBERS)
row("trunc", case(F(2, 3)), dtypes=NUMBERS)
row("round", case(F(2, 3)), case(F(2, 3), decimals=1), dtypes=NUMBERS)
row("conjugate", case(of("complex", 2, 3)), case(F(3)), dtypes=FLOATS)
for _name in ("real", "imag", "angle"):
    row(_name, case(of("complex", 2, 3)), case(F(3)), dtypes=(*FLOATS, "complex64"))
for _name in "isfinite isinf isnan isneginf isposinf isreal signbit".split():
    row(_name, case(of("special", 7)), dtypes=FLOATS)
row(
    "nan_to_num",
    case(of("special", 7)),
    case(of("special", 7), nan=1.0, posinf=2.0, neginf=-3.0),
    dtypes=FLOATS,
    half=None,
)
row("clip", case(F(2, 3), -0.5, 0.5), case(of("signed", 5), 0, 3), dtypes=NUMBERS)

# Elementwise: two tensors
_PAIR = case(F(2, 3), F(3))
for _name in ("add", "subtract", "multiply"):
    row(_name, _PAIR, case(F(2, 1), 2.5), case(of("signed", 3), of("signed", 3)), dtypes=NUMBERS, gradient=True)
row("divide", case(F(2, 3), of("positive", 3)), case(of("signed", 3), of("int", 3)), dtypes=ALL, gradient=True)
row("true_divide", case(F(2, 3), of("positive", 3)), dtypes=ALL, gradient=True)
row(
    "divide_no_nan",
    case(F(2, 3), of("small", 3, dtype="float32")),
    dtypes=FLOATS,
    oracle=lambda a, b: np.divide(a, b, out=np.zeros(np.broadcast(a, b).shape, a.dtype), where=b != 0),
)
row("floor_divide", case(F(2, 3), of("positive", 3)), case(of("signed", 5), of("int", 5)), dtypes=NUMBERS)
row("mod", case(F(2, 3), of("positive", 3)), case(of("signed", 5), of("int", 5)), dtypes=NUMBERS)
row("fmod", case(F(2, 3), of("positive", 3)), case(of("signed", 5), of("int", 5)), dtypes=NUMBERS)
row("power", case(of("positive", 2, 3), F(3)), case(of("positive", 3), 2.0), dtypes=FLOATS, gradient=True)
for _name in "maximum minimum fmax fmin".split():
    row(
        _name,
        case(of("distinct", 2, 3), of("fraction", 3)),
        case(of("signed", 5), of("signed", 5)),
        dtypes=NUMBERS,
        gradient=True,
    )
for _name in "arctan2 hypot logaddexp logaddexp2".split():
    row(_name, _PAIR, dtypes=FLOATS, gradient=True)
row("heaviside", case(of("special", 7), F(7)), dtypes=FLOATS, half=None)
row("nextafter", case(F(4), F(4)), half=None)
row("ldexp", case(F(4), of("signed", 4)), half=None)
for _name in ("gcd", "lcm"):
    row(_name, case(of("int", 5), of("int", 5)), dtypes=INTS, half=None)
for _name in "equal not_equal greater greater_equal less less_equal".split():
    row(_name, case(of("signed", 9), of("signed", 9)), case(F(4), 0.1), dtypes=NUMBERS, half=None)
row("isclose", case(F(4), F(4)), case(of("special", 7), of("special", 7), equal_nan=True), dtypes=FLOATS, half=None)
row("allclose", case(F(4), F(4)), case(of("special", 7), of("special", 7), equal_nan=True), half=None)
row("where", case(of("bool", 2, 3), F(2, 3), F(3)), case(of("bool", 3), 1.0, of("signed", 3)), gradient=False)

# Logic and bits
for _name in ("logical_and", "logical_or", "logical_xor"):
    row(_name, case(of("bool", 2, 3), of("bool", 3)), dtypes=ALL, half=None)
row("logical_not", case(of("bool", 2, 3)), dtypes=ALL, half=None)
for _name in ("bitwise_and", "bitwise_or", "bitwise_xor"):
    row(_name, case(of("int", 5), of("int", 5)), dtypes=INTS, half=None)
for _name in ("bitwise_left_shift", "left_shift", "bitwise_right_shift", "right_shift"):
    row(_name, case(of("int", 5), of("small", 5)), dtypes=INTS, half=None)
for _name in ("bitwise_invert", "bitwise_not"):
    row(_name, case(of("signed", 5)), dtypes=INTS, half=None)
for _name in ("all", "any"):
    row(_name, case(of("bool", 2, 3)), case(of("bool", 2, 3), axis=1, keepdims=True), dtypes=ALL, half=None)
row("isin", case(of("int", 2, 3), of("int", 3)), case(of("int", 5), of("int", 3), invert=True), dtypes=INTS, half=None)

# Reductions
_AXES = (
    case(F(2, 3, 4)),
    case(F(2, 3, 4), axis=1),
    case(F(2, 3, 4), axis=(0, -1), keepdims=True),
    case(F(2, 3), axis=()),
)
for _name in ("sum", "mean", "var", "std"):
    row(_name, *_AXES, dtypes=ALL, gradient=True)
row("prod", *_AXES, case(of("int", 3), dtype="float32"), dtypes=ALL, gradient=True)
for _name, _start in (("max", 0.5), ("min", -0.5)):
    row(
        _name,
        *_AXES,
        case(F(2, 3), axis=1, initial=_start),
        case(of("signed", 2, 3), axis=0),
        dtypes=NUMBERS,
        gradient=True,
    )
row("amax", *_AXES, dtypes=NUMBERS)
row("amin", *_AXES, dtypes=NUMBERS)
row("ptp", case(F(2, 3)), case(F(2, 3), axis=1, keepdims=True), dtypes=NUMBERS)
_ONE_AXIS = (
    case(of("distinct", 2, 3)),
    case(of("distinct", 2, 3), axis=1),
    case(of("distinct", 2, 3), axis=0, keepdims=True),
)
row("argmax", *_ONE_AXIS, dtypes=ALL)
row("argmin", *_ONE_AXIS, dtypes=ALL)
row(
    "count_nonzero",
    case(of("small", 2, 3)),
    case(of("small", 2, 3), axis=1),
    case(of("small", 2, 3), axis=()),
    dtypes=ALL,
    half=None,
)
for _name in ("nansum", "nanprod", "nanmean", "nanvar", "nanstd", "nanmax", "nanmin"):
    row(
        _name,
        case(of("nan", 3, 4)),
        case(of("nan", 3, 6), axis=1, keepdims=True),
        case(of("nan", 3, 2), axis=()),
        dtypes=NUMBERS,
    )
for _name in ("nanargmax", "nanargmin"):
    row(_name, case(of("nan", 3, 4)), case(of("nan", 3, 7), axis=1), dtypes=NUMBERS)
for _name in ("cumsum", "cumprod", "nancumsum", "nancumprod"):
    _kind = "nan" if _name.startswith("nan") else "normal"
    row(_name, case(of(_kind, 2, 3)), case(of(_kind, 2, 3), axis=1), case(of("signed", 4), dtype="float32"), dtypes=ALL)

# Shape
row("reshape", case(F(2, 6), (3, 4)), case(F(2, 6), (-1, 3)), case(F(2, 6), -1), dtypes=ALL, gradient=True)
row("ravel", case(F(2, 3)), dtypes=ALL)
row("transpose", case(F(2, 3, 4)), case(F(2, 3, 4), (1, 2, 0)), dtypes=ALL, gradient=True)
row("swapaxes", case(F(2, 3, 4), 0, -1), dtypes=ALL)
row("moveaxis", case(F(2, 3, 4), 0, -1), case(F(2, 3, 4), [0, 2], [1, 0]), dtypes=ALL)
row("expand_dims", case(F(2, 3), 1), case(F(2, 3), (0, -1)), dtypes=ALL)
row("squeeze", case(F(1, 2, 1)), case(F(1, 2, 1), 0), case(F(1, 2, 1), (0, 2)), dtypes=ALL, unknown=False)
row("broadcast_to", case(F(1, 3), (2, 3)), case(F(3), (4, 2, 3)), dtypes=ALL, gradient=True)
row("flip", case(F(2, 3)), case(F(2, 3), 1), case(F(2, 3), (0, 1)), dtypes=ALL)
row("fliplr", case(F(2, 3)), dtypes=ALL)
row("flipud", case(F(2, 3)), dtypes=ALL)
row(
    "rot90",
    *(case(F(2, 3, 2), k, axes) for k, axes in ((1, (0, 1)), (2, (0, 1)), (3, (1, 2)), (-1, (0, 2)), (4, (0, 1)))),
)
row("roll", case(F(2, 3), 1), case(F(2, 3), (1, -1), (0, 1)), case(F(2, 3), 2, 1), dtypes=ALL)
row("repeat", case(F(2, 3), 2), case(F(2, 3), 2, axis=1), case(F(2, 3), [1, 3], axis=0), dtypes=ALL)
row("tile", case(F(2, 3), 2), case(F(2, 3), (2, 1, 2)), dtypes=ALL)
row(
    "pad",
    case(F(2, 3), 1),
    case(F(2, 3), ((1, 0), (0, 2))),
    case(F(2, 3), (1, 2), constant_values=3.0),
    case(F(3, 3), 1, mode="edge"),
    case(F(3, 3), 2, mode="reflect"),
    case(F(3, 3), 2, mode="symmetric"),
    gradient=False,
    dtypes=NUMBERS,
)
row(
    "concatenate",
    case([F(2, 3), F(1, 3)]),
    case([F(2, 3), F(2, 1)], axis=-1),
    case([F(2), of("signed", 2)]),
    dtypes=ALL,
)
row("stack", case([F(2, 3), F(2, 3)]), case([F(2, 3), F(2, 3)], axis=-1), dtypes=ALL)
for _name in ("vstack", "hstack", "dstack"):
    row(_name, case([F(3), F(3)]), case([F(2, 3), F(2, 3)]), dtypes=ALL)
row("append", case(F(2, 3), F(2, 2)), case(F(2, 3), F(1, 3), axis=0), dtypes=ALL)
row("split", case(F(4, 3), 2), case(F(2, 6), [2, 3], axis=1), case(F(2, 6), 3, axis=-1), dtypes=ALL)
row("array_split", case(F(5, 3), 2), case(F(2, 7), 3, axis=1), dtypes=ALL, unknown=False)
row("hsplit", case(F(2, 4), 2), case(F(4), [1]))
row("vsplit", case(F(4, 2), 2))
row("dsplit", case(F(2, 2, 4), 2))

# Creation
row("zeros", case((2, 3)), case(2, dtype="int32"), half=None)
row("ones", case((2, 3)), case((2,), dtype="bool"), half=None)
row("empty", case((2, 3)), oracle=SHAPE_ONLY, half=None)
row("full", case((2, 3), 1.5), case((2,), 2, dtype="int32"), half=None)
row("identity", case(3), case(2, dtype="int32"), half=None)
row("eye", case(3), case(2, 3, 1), case(3, 2, -1, dtype="int32"), half=None)
row("tri", case(3), case(2, 4, 1), case(3, 2, -1, dtype="int32"), half=None)
for _name in ("zeros_like", "ones_like"):
    row(_name, case(F(2, 3)), case(F(2, 3), dtype="int32"), dtypes=ALL)
row("empty_like", case(F(2, 3)), oracle=SHAPE_ONLY, dtypes=ALL, compiles=False)
row("full_like", case(F(2, 3), 2.0), case(F(2, 3), 2, dtype="int32"), dtypes=NUMBERS)
row("copy", case(F(2, 3)), dtypes=ALL)
row("array", case(F(2, 3)), case([1, 2], dtype="float32"), dtypes=ALL)
row("arange", case(4), case(1, 5), case(0.0, 1.0, 0.25), case(5, 0, -2), case(3, dtype="float32"), half=None)
row("linspace", case(0, 1, 5), case(F(2), F(2), 4, endpoint=False, axis=-1), case(0.0, 2.0, num=3, retstep=True))
row("logspace", case(0, 2, 5), case(F(2), F(2), 4, base=2.0))
row("geomspace", case(1, 8, 4), case(of("positive", 2), of("positive", 2), 4))
for _name in ("bartlett", "blackman", "hamming", "hanning"):
    row(_name, case(7), case(1), half=None)
row("kaiser", case(7, 5.0), half=None)
row("meshgrid", case(F(2), F(3)), case(F(2), F(3), F(4), indexing="ij"))

# Indexing and order
row("take", case(F(4), of("small", 2, 2)), case(F(4, 3), of("small", 2), axis=1), case(F(4, 3), -1, axis=0), dtypes=ALL)
row("take_along_axis", case(F(2, 3), of("small", 2, 4), axis=1), case(F(4), of("small", 2)), dtypes=ALL)
row(
    "get_item",
    case(F(4, 3), 1),
    case(F(4, 3), (slice(1, 3), -1)),
    case(F(4, 3), (Ellipsis, None)),
    oracle=lambda x, key: x[key],
)
row("nonzero", case(of("small", 2, 3)), static=False, compiles=False, half=None)
row("diag", case(F(3)), case(F(3, 4), 1), case(F(2), -1), dtypes=ALL)
row("diagflat", case(F(2, 2)), case(F(3), 1), dtypes=ALL)
row("diagonal", case(F(3, 4)), case(F(2, 3, 4), 1, 2, 1), case(F(3, 4), -1), dtypes=ALL)
for _name in ("tril", "triu"):
    row(_name, case(F(3, 4)), case(F(2, 3, 3), 1), case(F(3, 3), -1), dtypes=NUMBERS)
row("sort", case(F(3, 4)), case(F(3, 4), axis=0), dtypes=NUMBERS)
row("argsort", case(of("distinct", 3, 4)), case(of("distinct", 3, 4), axis=0), dtypes=NUMBERS)
row("argpartition", case(of("distinct", 7), 2), oracle=SHAPE_ONLY, dtypes=NUMBERS)
row(
    "searchsorted",
    case(np.arange(5, dtype="float32"), F(3)),
    case(np.arange(5), of("small", 3), side="right"),
    half=None,
)
row("digitize", case(F(2, 3), np.array([-1.0, 0.0, 1.0])), oracle=np.digitize, half=None)
row(
    "unique",
    case(of("int", 9)),
    case(of("int", 9), return_inverse=True, return_counts=True),
    oracle=lambda x, **k: np.unique(x, **k),
    static=False,
    compiles=False,
    half=None,
)
row("unravel_index", case(of("int", 4), (3, 4)), oracle=lambda i, s: np.unravel_index(i, s), half=None)
row("select", case([of("bool", 4), of("bool", 4)], [F(4), F(4)], 2.0))

# Products
row(
    "matmul",
    case(F(2, 3), F(3, 4)),
    case(F(5, 2, 3), F(3, 4)),
    case(F(3), F(3)),
    case(F(2, 3), F(3)),
    dtypes=NUMBERS,
    gradient=True,
)
row("dot", case(F(2, 3), F(3, 4)), case(F(3), F(3)), case(F(2, 3), F(4, 3, 2)), dtypes=FLOATS)
row("inner", case(F(2, 3), F(4, 3)), case(F(3), F(3)), dtypes=FLOATS)
row("outer", case(F(2), F(3)), case(F(2, 2), F(3)), dtypes=NUMBERS)
row("vdot", case(F(3), F(3)), case(F(2, 2), F(2, 2)), dtypes=FLOATS)
row(
    "tensordot",
    case(F(2, 3, 4), F(3, 4, 5)),
    case(F(2, 3), F(3, 2), axes=[[0], [1]]),
    case(F(2), F(3), axes=0),
    dtypes=FLOATS,
)
row("kron", case(F(2, 2), F(1, 3)), dtypes=NUMBERS)
row(
    "cross",
    case(F(4, 3), F(4, 3)),
    case(F(3, 4), F(4, 3), axisa=0, axisb=1, axisc=0),
    case(F(3), F(3), axis=0),
    dtypes=FLOATS,
)
row("trace", case(F(3, 4)), case(F(2, 3, 4), 1, 1, 2), dtypes=ALL)
row(
    "einsum",
    case("ij,jk->ik", F(2, 3), F(3, 4)),
    case("...i,i", F(2, 2, 3), F(3)),
    case("ii->i", F(3, 3)),
    case("bij,bj->b", F(2, 3, 4), F(2, 4)),
)
row("slogdet", case(of("spd", 2, 3, 3)), oracle=lambda x: tuple(np.linalg.slogdet(x)), half=None)

# Statistics
row(
    "average",
    case(F(2, 3)),
    case(F(2, 3), axis=1, weights=of("positive", 3)),
    case(F(2, 3), weights=of("positive", 2, 3)),
)
for _name in ("quantile", "nanquantile"):
    _kind = "nan" if _name.startswith("nan") else "normal"
    row(
        _name,
        *(case(of(_kind, 4, 7), 0.3, axis=1, method=m) for m in ("linear", "lower", "higher", "midpoint", "nearest")),
        case(of(_kind, 4, 7), [0.1, 0.5], axis=(0, 1), keepdims=True),
        case(of(_kind, 9), 0.75),
        half=None,
    )
for _name in ("percentile", "nanpercentile"):
    _kind = "nan" if _name.startswith("nan") else "normal"
    row(_name, case(of(_kind, 4, 7), 30.0, axis=1), half=None)
for _name in ("median", "nanmedian"):
    _kind = "nan" if _name.startswith("nan") else "normal"
    row(_name, case(of(_kind, 4, 7)), case(of(_kind, 4, 7), axis=1, keepdims=True), case(of(_kind, 4, 6), axis=(0, 1)))
row("histogram", case(F(20)), case(F(20), bins=5, range=(-1.0, 1.0)), half=None)
row(
    "bincount",
    case(of("int", 9)),
    case(of("int", 9), weights=F(9), minlength=12),
    oracle=lambda x, weights=None, minlength=0: np.bincount(x, weights, minlength),
    static=False,
    compiles=False,
    half=None,
)
row("corrcoef", case(F(3, 9)), tolerance=1e-4)
row("correlate", *(case(F(5), F(3), mode=m) for m in ("valid", "same", "full")))
row("diff", case(F(2, 5)), case(F(4, 5), n=2, axis=0), dtypes=NUMBERS)
row("vander", case(F(3)), case(F(3), 4, increasing=True), dtypes=FLOATS)
row("trapezoid", case(F(2, 5)), case(F(2, 5), of("distinct", 5)), case(F(2, 5), dx=0.5, axis=0))
row("ndim", case(F(2, 3)), half=None, compiles=False)
row("size", case(F(2, 3)), half=None, compiles=False)
row("view", case(F(2, 4), dtype="int32"), oracle=lambda x, dtype: x.view(dtype), half=None)
