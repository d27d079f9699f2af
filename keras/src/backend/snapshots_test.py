"""What is turned into a tensor or into an array has memory of its own: nothing changes it behind its owner's back."""

import numpy as np
import pytest

import keras
from keras import ops


def aligned(size):
    """Zeros that begin at a multiple of 64 bytes, as engines want memory that they share."""
    buffer = np.zeros(size * 4 + 64, "uint8")
    start = -buffer.ctypes.data % 64
    return buffer[start : start + size * 4].view("float32")


def changed_by_assign(variable):
    variable.assign([5.0, 6.0])


def changed_by_assign_add(variable):
    variable.assign_add([4.0, 4.0])


@pytest.mark.parametrize("change", [changed_by_assign, changed_by_assign_add])
@pytest.mark.parametrize("read", [lambda v: v.numpy(), ops.convert_to_numpy, np.array, np.asarray])
def test_arrays_of_a_variable_stay_as_they_are(read, change):
    variable = keras.Variable([1.0, 2.0])
    kept = read(variable)
    change(variable)
    assert kept.tolist() == [1, 2]
    kept[0] = 9
    assert variable.numpy().tolist() == [5, 6]


def test_arrays_of_a_seed_stay_as_they_are():
    generator = keras.random.SeedGenerator(3)
    kept, converted = generator.state.numpy(), ops.convert_to_numpy(generator.state)
    generator.next()
    assert kept.tolist() == converted.tolist() == [3, 0]


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16", "int32", "bool"])
def test_an_array_of_a_tensor_is_a_copy_that_can_be_written(dtype):
    tensor = ops.zeros((3,), dtype)
    array = ops.convert_to_numpy(tensor)
    array[0] = 1
    assert float(ops.cast(tensor, "float32")[0]) == 0


def test_an_array_of_an_array_is_a_copy():
    array = np.zeros(3)
    assert not np.shares_memory(ops.convert_to_numpy(array), array)


@pytest.mark.parametrize("dtype", [None, "float32", "float16"])
@pytest.mark.parametrize("array", [aligned(3), aligned(6400), np.zeros((8, 8), "float32")[:, ::2]])
def test_a_tensor_of_an_array_does_not_change_with_it(array, dtype):
    array[:] = 1
    tensor = ops.convert_to_tensor(array, dtype)
    array[:] = 9
    assert ops.convert_to_numpy(tensor).max() == 1


def test_a_variable_does_not_change_with_what_it_was_made_of():
    array, tensor = aligned(64), ops.zeros((64,))
    array[:] = 0
    made, assigned, of_tensor = keras.Variable(array), keras.Variable(array + 1), keras.Variable(tensor)
    assigned.assign(array)
    array[:] = 9
    of_tensor.assign(array)
    assert [v.numpy().max() for v in (made, assigned)] == [0, 0]
    assert ops.convert_to_numpy(tensor).max() == 0
