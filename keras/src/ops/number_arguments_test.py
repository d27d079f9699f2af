"""Numbers of an op, sizes and counts, may be arrays and tensors that have values."""

import numpy as np
import pytest

from keras import ops

X = np.arange(16, dtype="float32").reshape(4, 4)
IMAGE = X.reshape(1, 1, 4, 4)

# A call with a function that makes the numbers, and shapes of the results.
CALLS = {
    "split": (lambda made: ops.split(X, made(2)), [(2, 4)] * 2),
    "split at indices": (lambda made: ops.split(X, made([1, 3])), [(1, 4), (2, 4), (1, 4)]),
    "vsplit": (lambda made: ops.vsplit(X, made([1])), [(1, 4), (3, 4)]),
    "hsplit": (lambda made: ops.hsplit(X, made(2)), [(4, 2)] * 2),
    "dsplit": (lambda made: ops.dsplit(X[None], made(2)), [(1, 4, 2)] * 2),
    "array_split": (lambda made: ops.array_split(X, made(3)), [(2, 4), (1, 4), (1, 4)]),
    "top_k": (lambda made: ops.top_k(X, made(2)), [(4, 2)] * 2),
    "in_top_k": (lambda made: [ops.in_top_k(np.array([3, 2, 1, 0]), X, made(2))], [(4,)]),
    "unfold": (lambda made: [ops.unfold(IMAGE, made([2, 2]), stride=made(2))], [(1, 4, 4)]),
    "fold": (lambda made: [ops.fold(X[None], made([4, 4]), made([2, 2]), stride=made(2))], [(1, 1, 4, 4)]),
}


@pytest.mark.parametrize("made", [np.array, ops.convert_to_tensor], ids=["array", "tensor"])
@pytest.mark.parametrize("call, shapes", CALLS.values(), ids=CALLS)
def test_arrays_and_tensors_stand_for_numbers(call, shapes, made):
    results, expected = call(made), call(lambda numbers: numbers)
    assert [tuple(result.shape) for result in results] == shapes
    for result, wanted in zip(results, expected):
        np.testing.assert_array_equal(ops.convert_to_numpy(result), ops.convert_to_numpy(wanted))


def test_bools_are_put_into_bins_of_bools():
    bins = np.array([False, True])
    np.testing.assert_array_equal(ops.convert_to_numpy(ops.digitize(bins, bins)), [1, 2])
