"""Control flow in graphs and over arrays that are no tensors yet."""

import numpy as np
import pytest

import keras
from keras import ops

THREE = np.arange(3, dtype="float32")


@keras.saving.register_keras_serializable("control_flow_test")
def triple(x):
    return x * 3


def seen_by(run):
    """The types of the arguments that the functions of a control flow get."""
    seen = []
    run(lambda *args: seen.extend(keras.tree.flatten(args)))
    return seen


FLOWS = {
    "map": lambda look: ops.map(lambda x: (look(x), x * 2)[1], THREE),
    "scan": lambda look: ops.scan(lambda c, x: (look(c, x), (c + x, c))[1], np.float32(0), THREE),
    "associative_scan": lambda look: ops.associative_scan(lambda a, b: (look(a, b), a + b)[1], THREE),
    "fori_loop": lambda look: ops.fori_loop(0, 2, lambda i, x: (look(x), x + 1)[1], THREE),
    "while_loop": lambda look: ops.while_loop(
        lambda i, x: i < 2, lambda i, x: (look(i, x), (i + 1, x + 1))[1], (0, THREE)
    ),
}


@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
def test_functions_see_tensors_where_arrays_were_given(flow):
    seen = seen_by(flow)
    assert seen and all(ops.is_tensor(x) for x in seen)
    assert {keras.backend.standardize_dtype(x.dtype) for x in seen} <= {"float32", "int32"}


def test_values_over_arrays():
    np.testing.assert_allclose(ops.convert_to_numpy(ops.map(triple, THREE)), [0, 3, 6])
    np.testing.assert_allclose(ops.convert_to_numpy(ops.vectorized_map(triple, THREE)), [0, 3, 6])
    last, sums = ops.scan(lambda c, x: (c + x, c), np.float32(0), THREE)
    assert float(last) == 3 and ops.convert_to_numpy(sums).tolist() == [0, 0, 1]
    turns, total = ops.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x + 2.0), (0, np.array(1.0)))
    assert keras.backend.standardize_dtype(turns.dtype) == "int32" and float(total) == 7


def test_a_symbolic_while_loop_is_not_run():
    i, x = ops.while_loop(
        lambda i, x: True, lambda i, x: (i + 1, x), (keras.KerasTensor((), "int32"), keras.KerasTensor((None, 3)))
    )
    assert (i.shape, i.dtype, x.shape, x.dtype) == ((), "int32", (None, 3), "float32")


def test_loops_in_a_model():
    x = keras.Input((2,))
    counted = ops.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * 2), (0, x))[1]
    model = keras.Model(x, [counted, ops.fori_loop(0, 2, lambda i, y: y + 1, x), ops.map(triple, x)])
    results = [ops.convert_to_numpy(y).tolist() for y in model(np.ones((1, 2), "float32"))]
    assert results == [[[8, 8]], [[3, 3]], [[3, 3]]]


@pytest.mark.parametrize("flow", [lambda x: ops.map(triple, x), lambda x: ops.vectorized_map(triple, x)])
def test_a_model_with_a_registered_function_comes_back_from_its_config(flow):
    x = keras.Input((2,))
    model = keras.Model(x, flow(x))
    again = keras.Model.from_config(model.get_config())
    assert ops.convert_to_numpy(again(np.ones((1, 2), "float32"))).tolist() == [[3, 3]]


def test_classes_take_what_saved_files_hold():
    core = keras.src.ops.core
    x = keras.KerasTensor((4, 2))
    assert core.Map().symbolic_call(triple, x).shape == (4, 2)
    assert core.VectorizedMap(triple).symbolic_call(x).shape == (4, 2)
    assert core.AssociativeScan(reverse=True, axis=0).symbolic_call(ops.add, x).shape == (4, 2)
    assert core.Scan(length=None)(lambda c, x: (c, x), ops.ones((2,)), ops.ones((4, 2)))[1].shape == (4, 2)
    assert core.ForiLoop(0, 2, lambda i, x: x + 1)(ops.zeros(())) == 2
    assert core.WhileLoop(lambda x: x < 3, lambda x: x + 1, maximum_iterations=2)((0,))[0] == 2


def test_a_symbolic_tensor_converts_to_a_symbolic_tensor():
    x = keras.Input((3,))
    converted = ops.convert_to_tensor(x, dtype="float16")
    assert (converted.shape, converted.dtype) == ((None, 3), "float16")
    result = keras.Model(x, converted)(np.ones((1, 3), "float32"))
    assert keras.backend.standardize_dtype(result.dtype) == "float16"
    assert ops.convert_to_tensor(keras.KerasTensor((2, 3)), dtype="float16").dtype == "float16"
