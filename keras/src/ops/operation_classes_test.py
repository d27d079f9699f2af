"""Operation classes: the constructor takes config, the call tensors, and `symbolic_call` describes results of either kind."""

import numpy as np
import pytest

import keras
from keras import ops
from keras.src.ops import declare
from keras.src.ops import image as image_ops
from keras.src.ops import math as math_ops
from keras.src.ops import nn as nn_ops
from keras.src.ops import numpy as numpy_ops

X = np.ones((2, 3), "float32")

CALLS = {
    "Append": (numpy_ops.Append(), (X, X), (12,), "float32"),
    "Append of lists": (numpy_ops.Append(axis=0), ([[1.0, 2.0]], [[3.0, 4.0]]), (2, 2), "float32"),
    "Sum": (numpy_ops.Sum(axis=1), (X,), (2,), "float32"),
    "Vstack": (numpy_ops.Vstack(), ([X, X],), (4, 3), "float32"),
    "Einsum": (numpy_ops.Einsum("ij,kj->ik"), (X, X), (2, 2), "float32"),
    "GetItem": (numpy_ops.GetItem(), (X, (slice(None), 0)), (2,), "float32"),
    "Argmax": (numpy_ops.Argmax(axis=0), (X,), (3,), "int32"),
    "Gelu": (nn_ops.Gelu(), (X,), (2, 3), "float32"),
    "TopK": (math_ops.TopK(k=2), (X,), [(2, 2), (2, 2)], ["float32", "int32"]),
    "Resize": (image_ops.Resize((4, 4)), (np.ones((1, 2, 2, 3), "float32"),), (1, 4, 4, 3), "float32"),
    "Softsign of a variable": (nn_ops.Softsign(), (keras.Variable(X),), (2, 3), "float32"),
}


@pytest.mark.parametrize("operation, args, shape, dtype", CALLS.values(), ids=CALLS)
def test_symbolic_call_describes_the_results_on_tensors(operation, args, shape, dtype):
    as_tensors = keras.tree.map_structure(lambda x: ops.convert_to_tensor(x) if x is X else x, args)
    for given in (args, as_tensors):
        results = operation.symbolic_call(*given)
        many = isinstance(shape, list)
        assert all(isinstance(r, keras.KerasTensor) for r in (results if many else [results]))
        assert ([r.shape for r in results] if many else results.shape) == shape
        assert ([r.dtype for r in results] if many else results.dtype) == dtype


def test_every_declared_op_with_one_tensor_describes_it():
    failed = []
    for name, declaration in declare.REGISTRY.items():
        needed = [p for p in declaration.parameters if p.default is declaration.parameters[0].default]
        if len(needed) != 1 or not needed[0].is_tensor or declaration.domain != "numpy" or needed[0].kind == "tensors":
            continue
        try:
            results = declaration.operation_class().symbolic_call(ops.ones((3, 3)))
        except (ValueError, TypeError, NotImplementedError):
            continue
        if not all(isinstance(r, keras.KerasTensor) for r in keras.tree.flatten(results)):
            failed.append(name)
    assert not failed


def test_classes_go_by_the_names_that_files_hold():
    for name in ("Abs", "Absolute", "AllClose", "Conj", "Conjugate", "IsIn", "SearchSorted"):
        assert hasattr(numpy_ops, name)


def test_numbers_of_the_call_may_be_symbolic_tensors():
    fill, x = keras.Input(batch_shape=()), keras.Input((3,), batch_size=2)
    model = keras.Model([x, fill], ops.full_like(x, fill))
    assert ops.convert_to_numpy(model([np.zeros((2, 3)), np.array(5.0)])).tolist() == [[5] * 3] * 2
    assert ops.full_like(np.zeros((2, 3), "float32"), keras.KerasTensor(())).shape == (2, 3)
    bins = keras.Input(batch_shape=(2,))
    placed = keras.Model([x, bins], ops.digitize(x, bins))([np.array([[0, 1, 5.0]] * 2), np.array([0.5, 2])])
    assert ops.convert_to_numpy(placed).tolist() == [[0, 1, 2]] * 2


def test_arguments_of_the_call_are_positional_too():
    assert numpy_ops.FullLike().symbolic_call(X, 2).shape == (2, 3)
    assert numpy_ops.Full((2,)).symbolic_call(1.0).shape == (2,)
    assert numpy_ops.Isclose(equal_nan=True).symbolic_call(X, X, 1e-3, 1e-3).dtype == "bool"
    assert ops.convert_to_numpy(numpy_ops.Pad(1)(X, constant_values=4))[0, 0] == 4


def test_ranges_of_numbers_know_their_length():
    for numbers in [(5,), (1, 7, 2), (5, 1, -2), (3, 1), (0, 1, 0.3), (2.5,)]:
        assert numpy_ops.Arange().symbolic_call(*numbers).shape == np.arange(*numbers).shape
    assert numpy_ops.Arange().symbolic_call(0, keras.KerasTensor((), "int32")).shape == (None,)
    with pytest.raises(ValueError, match="`step` must not be 0"):
        numpy_ops.Arange().symbolic_call(0, 5, 0)


def test_constant_values_go_with_the_constant_mode():
    for x in (X, keras.KerasTensor((2, 3))):
        with pytest.raises(ValueError, match="constant_values"):
            ops.pad(x, 1, mode="reflect", constant_values=1)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32"])
def test_unsigned_integers_are_counted_and_segmented(dtype):
    x = ops.cast(np.array([1, 0, 3, 1]), dtype)
    assert ops.convert_to_numpy(ops.bincount(x)).tolist() == [1, 2, 0, 1]
    for name, expected in (("max", [2, 4]), ("min", [2, 1]), ("sum", [2, 8]), ("prod", [2, 12])):
        segments = ops.cast(np.array([1, 0, 1, 1]), dtype)
        result = getattr(ops, f"segment_{name}")(np.array([1.0, 2, 3, 4]), segments)
        assert ops.convert_to_numpy(result).tolist() == expected, name


def test_places_of_a_scalar():
    assert ops.convert_to_numpy(ops.argsort(ops.ones(()))).tolist() == [0]
    assert ops.argsort(keras.KerasTensor(())).shape == (1,)


def test_an_axis_of_none_does_not_concatenate_symbolic_tensors():
    with pytest.raises(ValueError, match="`axis` must be an integer"):
        ops.concatenate([keras.KerasTensor((2,)), keras.KerasTensor((2,))], axis=None)
