"""The names of `core`, on whichever engine runs, against NumPy."""

import numpy as np
import pytest

import keras
from keras.src import backend
from keras.src.backend import core


def tensor(x, dtype=None):
    return core.convert_to_tensor(x, dtype=dtype)


def values(x):
    return core.convert_to_numpy(x)


ROWS = np.arange(6, dtype="float32").reshape(3, 2)


# Tensors


@pytest.mark.parametrize(
    "x, dtype",
    [
        (1, "int32"),
        (1.5, "float32"),
        (True, "bool"),
        ([1, 2], "int32"),
        ([[1, 2.0]], "float32"),
        ([], "float32"),
        (np.ones(2, "float32"), "float32"),
        (np.ones(2, "uint8"), "uint8"),
        (np.bool_(True), "bool"),
    ],
)
def test_convert_to_tensor_chooses_the_dtype(x, dtype):
    converted = tensor(x)
    assert core.is_tensor(converted) and backend.standardize_dtype(converted.dtype) == dtype
    np.testing.assert_array_equal(values(converted), np.asarray(x))
    assert tuple(core.shape(converted)) == np.shape(x)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int32", "float16", "bfloat16", "float32"])
def test_convert_and_cast_to_a_dtype(dtype):
    for converted in (tensor([0.0, 1.5, 3.0], dtype), core.cast(tensor([0.0, 1.5, 3.0]), dtype)):
        assert backend.standardize_dtype(converted.dtype) == dtype
        expected = {"bool": [0, 1, 1], "int8": [0, 1, 3], "uint8": [0, 1, 3], "int32": [0, 1, 3]}.get(
            dtype, [0, 1.5, 3]
        )
        np.testing.assert_array_equal(values(converted).astype("float32"), expected)


def test_convert_takes_variables_and_lists_of_tensors():
    variable = backend.Variable([1.0, 2.0])
    np.testing.assert_array_equal(values(tensor(variable)), [1, 2])
    np.testing.assert_array_equal(values(tensor([variable, tensor([3.0, 4.0])])), [[1, 2], [3, 4]])
    np.testing.assert_array_equal(values(variable), [1, 2])


def test_what_is_no_tensor_raises():
    with pytest.raises(ValueError):
        tensor(None)
    for convert in (tensor, values, np.asarray):
        with pytest.raises(ValueError, match="KerasTensor"):
            convert(keras.KerasTensor((2,)))
    assert not any(core.is_tensor(x) for x in (1.0, [1], keras.KerasTensor((1,)), None))


# Reading and writing parts


def test_slices():
    x = tensor(ROWS)
    np.testing.assert_array_equal(values(core.slice(x, tensor([1, 0]), (2, 1))), ROWS[1:3, :1])
    expected = ROWS.copy()
    expected[1:2, 0:2] = 7
    np.testing.assert_array_equal(
        values(core.slice_update(x, tensor([1, 0]), tensor(np.full((1, 2), 7.0, "f")))), expected
    )
    np.testing.assert_array_equal(values(x), ROWS)


def test_scatter_adds_up():
    result = core.scatter(tensor([[0], [2], [0]]), tensor([1.0, 2.0, 3.0]), (4,))
    np.testing.assert_array_equal(values(result), [4, 0, 2, 0])
    rows = core.scatter(tensor([[1], [0]]), tensor(ROWS[:2]), (3, 2))
    np.testing.assert_array_equal(values(rows), [ROWS[1], ROWS[0], [0, 0]])


@pytest.mark.parametrize(
    "reduction, expected",
    [(None, [9, 2, 3]), ("add", [10, 2, 3]), ("max", [9, 2, 3]), ("min", [1, 2, 3]), ("mul", [9, 2, 3])],
)
def test_scatter_update(reduction, expected):
    result = core.scatter_update(tensor([1.0, 2.0, 3.0]), tensor([[0]]), tensor([9.0]), reduction)
    np.testing.assert_array_equal(values(result), expected)


def test_scatter_update_reduces_repeated_indices():
    result = core.scatter_update(tensor([1.0, 2.0]), tensor([[1], [1]]), tensor([3.0, 4.0]), "add")
    np.testing.assert_array_equal(values(result), [1, 9])


def test_unstack():
    for axis in (0, 1):
        parts = core.unstack(tensor(ROWS), None, axis)
        assert len(parts) == ROWS.shape[axis]
        np.testing.assert_array_equal(np.stack([values(p) for p in parts], axis), ROWS)


# Control flow


def test_cond_and_switch():
    for known in (True, tensor(True)):
        assert float(core.cond(known, lambda: tensor(1.0), lambda: tensor(2.0))) == 1
    assert float(core.cond(tensor(False), lambda: {"a": tensor(1.0)}, lambda: {"a": tensor(2.0)})["a"]) == 2
    branches = [lambda x: x + 1, lambda x: x * 2]
    for index, expected in [(0, 4), (1, 6), (7, 6), (-1, 4)]:
        assert float(core.switch(tensor(index), branches, tensor(3.0))) == expected


def test_loops():
    assert int(core.while_loop(lambda i: i < 3, lambda i: i + 1, tensor(0))) == 3
    i, j = core.while_loop(lambda i, j: i < 3, lambda i, j: (i + 1, j * 2), (tensor(0), tensor(1)))
    assert (int(i), int(j)) == (3, 8)
    i, j = core.while_loop(
        lambda i, j: i < 3, lambda i, j: (i + 1, j * 2), [tensor(0), tensor(1)], maximum_iterations=2
    )
    assert (int(i), int(j)) == (2, 4)
    assert int(core.fori_loop(1, 4, lambda i, x: x + i, tensor(0))) == 6


@pytest.mark.parametrize("reverse", [False, True])
def test_scan_carries_and_stacks(reverse):
    def step(carry, x):
        total = carry["sum"] + x["row"]
        return {"sum": total}, (total, x["row"] * 2)

    carry, (sums, doubled) = core.scan(step, {"sum": tensor([0.0, 0.0])}, {"row": tensor(ROWS)}, reverse=reverse)
    rows = ROWS[::-1] if reverse else ROWS
    running = np.cumsum(rows, 0)
    np.testing.assert_allclose(values(carry["sum"]), ROWS.sum(0))
    np.testing.assert_allclose(values(sums), running[::-1] if reverse else running)
    np.testing.assert_allclose(values(doubled), ROWS * 2)


def test_scan_by_length():
    carry, _ = core.scan(lambda c, _: (c + 1, c), tensor(0.0), length=4)
    assert float(carry) == 4


def test_maps():
    for mapping in (core.map, core.vectorized_map):
        np.testing.assert_allclose(values(mapping(lambda x: x * 2, tensor(ROWS))), ROWS * 2)
        pair = mapping(lambda x: (x[0] + x[1], x[0]), (tensor(ROWS), tensor(ROWS)))
        np.testing.assert_allclose(values(pair[0]), ROWS * 2)
        np.testing.assert_allclose(values(pair[1]), ROWS)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("axis, size", [(0, 1), (0, 2), (0, 7), (1, 6), (-1, 5)])
def test_associative_scan_combines_all_prefixes(axis, size, reverse):
    x = np.random.default_rng(0).normal(size=(size, 3) if axis == 0 else (3, size)).astype("float32")
    y = core.associative_scan(lambda a, b: a + b, tensor(x), reverse=reverse, axis=axis)
    expected = np.flip(np.cumsum(np.flip(x, axis), axis), axis) if reverse else np.cumsum(x, axis)
    np.testing.assert_allclose(values(y), expected, rtol=1e-5)


def test_associative_scan_of_a_linear_recurrence():
    """`h[t] = a[t] * h[t - 1] + b[t]`: the operator does not commute."""
    rng = np.random.default_rng(1)
    a, b = (rng.normal(size=9).astype("float32") for _ in range(2))
    _, h = core.associative_scan(lambda a, b: (a[0] * b[0], a[1] * b[0] + b[1]), (tensor(a), tensor(b)))
    expected, state = [], 0.0
    for decay, drive in zip(a, b):
        state = decay * state + drive
        expected.append(state)
    np.testing.assert_allclose(values(h), expected, rtol=1e-4)


def test_wrapped_functions_return_the_result():
    double = core.custom_gradient(lambda x: (x * 2, lambda *args, upstream=None: upstream))
    np.testing.assert_allclose(values(double(tensor(ROWS))), ROWS * 2)
    np.testing.assert_allclose(values(keras.remat(lambda x: x * 2)(tensor(ROWS))), ROWS * 2)
    np.testing.assert_allclose(values(core.stop_gradient(tensor(ROWS))), ROWS)


# Specs and devices


def test_compute_output_spec_runs_on_stand_ins():
    def function(x, factor, flag=None):
        return {"rows": x * factor, "total": (x + x)[0], "flag": flag, "none": None}

    spec = core.compute_output_spec(function, keras.KerasTensor((None, 3)), 2.0, flag="kept")
    assert (spec["rows"].shape, spec["rows"].dtype) == ((None, 3), "float32")
    assert spec["total"].shape == (3,)
    assert (spec["flag"], spec["none"]) == ("kept", None)


def test_compute_output_spec_has_no_side_effects():
    variable = backend.Variable(1.0)

    def function(x):
        variable.assign_add(1.0)
        assert backend.in_symbolic_scope() and backend.in_stateless_scope()
        return x + variable.value

    assert core.compute_output_spec(function, keras.KerasTensor((2,))).shape == (2,)
    assert float(variable) == 1


def test_device_scope():
    with keras.device("cpu:0"):
        assert core.is_tensor(tensor([1.0]))
        assert "cpu" in str(core.get_device()).lower()


@pytest.mark.parametrize(
    "name",
    [
        "TENSOR_TYPES",
        "SUPPORTS_SPARSE_TENSORS",
        "SUPPORTS_RAGGED_TENSORS",
        "SUPPORTS_COMPLEX_DTYPES",
        "IS_THREAD_SAFE",
        "CAN_TRAIN",
    ],
)
def test_capabilities_are_stated(name):
    assert isinstance(getattr(backend, name), tuple if name == "TENSOR_TYPES" else bool)
