"""Every op on what users seldom try: tensors of unsigned dtypes, and of rank 0. The oracles are those of the tables."""

import numpy as np
import pytest

from keras.src import ops
from keras.src.ops.ops_test import ROWS, assert_close, function_of, is_supported, leaves, map_draws, to_tensors
from keras.src.testing.op_cases import SHAPE_ONLY, Draw

UNSIGNED = ("uint8", "uint16", "uint32")
_NO_ORACLE = {
    "reciprocal": "NumPy divides integers",
    "view": "bits, which the oracle has in other dtypes",
    "binary_crossentropy": "targets are probabilities, and the oracle does not clip",
    "rgb_to_hsv": "asks for floats",
    "hsv_to_rgb": "asks for floats",
    "sobel_edges": "what is below zero becomes 0, and the oracle wraps around",
    "resample": "not public: images come as floats",
    "projected": "not public: images come as floats",
    "top_k": "which of equal elements comes first is the engine's choice",
}
_ROUNDED = {"gaussian_blur", "resize", "adaptive_average_pool", "average_pool"}
"""Means in integers, which engines and oracles round in ways of their own: off by one."""
_NEED_AXES = {
    "softmax", "log_softmax", "normalize", "categorical_crossentropy", "matrix_rank", "sparse_categorical_crossentropy",
}  # fmt: skip
"""Of rank 0 these raise, though their oracles do not."""
_TAKE_RANK_0 = {"rms_normalization", "take"}
"""Ops that some engines, and Keras 3.15.1 on them, take tensors of rank 0 to, though the oracle does not."""


def _is_tested(row):
    return row.oracle is not SHAPE_ONLY and any(isinstance(d, Draw) for d in row.cases[0].args) and is_supported(row)


TESTED = [row for row in ROWS.values() if _is_tested(row)]


def _expected(row, args, kwargs):
    try:
        with np.errstate(all="ignore"):
            return row.oracle(*args, **kwargs)
    except Exception as error:  # noqa: BLE001  whatever an oracle says of what it does not take
        return error


def _as_unsigned(dtype):
    def convert(x):
        if x.dtype.kind == "f":
            x = np.abs(np.nan_to_num(x, posinf=5, neginf=3)) * 3
        return np.abs(x).astype(dtype) if x.dtype.kind in "fi" else x

    return convert


@pytest.mark.parametrize("row", [r for r in TESTED if r.name not in _NO_ORACLE], ids=lambda row: row.name)
def test_unsigned(row):
    """The oracle counts in 64 bits; what does not fit the dtype of the result is cut off."""
    case = row.cases[0]
    args, kwargs = case.draw(row.name)
    for dtype in UNSIGNED:
        given = [map_draws(_as_unsigned(dtype), x, d) for x, d in ((args, case.args), (kwargs, case.kwargs))]
        wide = [
            map_draws(lambda a: a.astype("int64") if a.dtype.kind == "u" else a, x, d)
            for x, d in zip(given, (case.args, case.kwargs))
        ]
        expected = _expected(row, *wide)
        if isinstance(expected, Exception):
            continue
        result = function_of(row)(*to_tensors(given[0], case.args), **to_tensors(given[1], case.kwargs))
        arrays = [np.asarray(ops.convert_to_numpy(x)) for x in leaves(result)]
        with np.errstate(all="ignore"):
            expected = [np.asarray(e).astype(a.dtype) for e, a in zip(leaves(expected), arrays)]
        if row.name in _ROUNDED:
            for a, e in zip(arrays, expected):
                assert np.abs(a.astype("float64") - e.astype("float64")).max() <= 1
        else:
            assert_close(arrays, expected, max(row.tolerance, 1e-5))


@pytest.mark.parametrize(
    "row",
    [r for r in TESTED if all(isinstance(d, Draw) for d in r.cases[0].args) and not r.cases[0].kwargs],
    ids=lambda row: row.name,
)
def test_rank_0(row):
    """Equal to the oracle, or an error that says what is wrong where the oracle raises."""
    case = row.cases[0]
    args = [np.asarray(x.reshape(-1)[0]) for x in case.draw(row.name)[0]]
    expected = _expected(row, args, {})
    tensors = to_tensors(args, case.args)
    if row.name in _TAKE_RANK_0:
        pytest.skip("takes rank 0 on some engines")
    if isinstance(expected, Exception) or row.name in _NEED_AXES:
        with pytest.raises((ValueError, TypeError)):
            function_of(row)(*tensors)
    else:
        assert_close(function_of(row)(*tensors), expected, max(row.tolerance, 1e-5))


TOO_LARGE = {
    "zeros": lambda: ops.zeros((10**7, 10**7)),
    "eye": lambda: ops.eye(10**6),
    "linspace": lambda: ops.linspace(0, 1, 10**13),
    "one_hot": lambda: ops.one_hot([1], 10**13),
    "multi_hot": lambda: ops.multi_hot([1], 10**13),
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_too_little_memory(name):
    with pytest.raises(MemoryError):
        TOO_LARGE[name]()


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int32"])
def test_limits_beyond_the_dtype(dtype):
    x = ops.convert_to_tensor(np.array([0, 3, 9], dtype))
    assert ops.convert_to_numpy(ops.clip(x, -1, 5)).tolist() == [0, 3, 5]
    assert ops.convert_to_numpy(ops.clip(x, -1000, 2**40)).tolist() == [0, 3, 9]
    assert ops.convert_to_numpy(ops.hard_tanh(x)).tolist() == [0, 1, 1]
