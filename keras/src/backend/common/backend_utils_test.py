import numpy as np
import pytest

from keras.src.backend.common import backend_utils

# What Keras 3.15.1 gives: (kernel, stride, padding, output padding, dilation, size), zeros for JAX, arguments for
# PyTorch, size of the result.
TRANSPOSED = [
    ((3, 2, "same", None, 1, 5), (2, 1), (1, 1), 10),
    ((4, 3, "valid", None, 1, 7), (3, 3), (0, 0), 22),
    ((3, 1, "same", None, 2, 6), (2, 2), (2, 0), 6),
    ((2, 3, "valid", None, 1, 4), (1, 2), (0, 1), 12),
    ((5, 2, "same", 1, 1, 8), (3, 2), (2, 1), 16),
    ((3, 2, "valid", 1, 2, 6), (4, 5), (0, 1), 16),
]


@pytest.mark.parametrize("case, jax, torch, size", TRANSPOSED)
def test_transposed_convolutions(case, jax, torch, size):
    kernel, stride, padding, extra, dilation, length = case
    options = ((1, length, 2), (kernel, 3, 2), stride, padding, extra, dilation)
    assert backend_utils.compute_conv_transpose_padding_args_for_jax(*options) == [jax]
    assert backend_utils.compute_conv_transpose_padding_args_for_torch(*options) == ([torch[0]], [torch[1]])
    shape = backend_utils.compute_conv_transpose_output_shape
    assert shape((1, length, 2), (kernel,), 3, stride, padding, extra, "channels_last", dilation) == [1, size, 3]
    assert shape((None, 2, length), (kernel,), 3, stride, padding, extra, "channels_first", dilation) == [None, 3, size]


def test_axes():
    assert backend_utils.canonicalize_axis(-1, 3) == 2
    assert backend_utils.canonicalize_axes((0, -1), 3) == (0, 2)
    assert backend_utils.standardize_axis_for_numpy([0, 1]) == (0, 1)
    assert backend_utils.standardize_axis_for_numpy(-1) == -1
    assert [backend_utils.to_tuple_or_list(x) for x in (3, [3], (3,), None)] == [(3,), [3], (3,), None]


def test_a_slice_along_an_axis():
    x = np.arange(24).reshape(2, 3, 4)
    np.testing.assert_array_equal(backend_utils.slice_along_axis(x, 1, None, 2, axis=-1), x[..., 1::2])
    np.testing.assert_array_equal(backend_utils.slice_along_axis(x, stop=1), x[:1])
