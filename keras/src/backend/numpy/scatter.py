"""Reading and writing parts of arrays."""

import builtins

import numpy as np

from keras.src.backend.common.windows import known_sizes

_AT = {"add": np.add.at, "max": np.maximum.at, "min": np.minimum.at, "mul": np.multiply.at}


def _clipped_window(inputs, start_indices, sizes):
    """As on XLA, a window that would reach beyond the end is moved inside."""
    starts = [min(max(int(start), 0), n - size) for start, size, n in zip(start_indices, sizes, inputs.shape)]
    return tuple(builtins.slice(start, start + size) for start, size in zip(starts, sizes))


def slice(inputs, start_indices, shape):
    """Returns the window of the given shape that starts at the given indices."""
    return inputs[_clipped_window(inputs, start_indices, known_sizes(shape, start_indices, inputs.shape))]


def slice_update(inputs, start_indices, updates):
    """Returns `inputs` with `updates` written over the window that starts at the given indices."""
    result = np.array(inputs)
    result[_clipped_window(inputs, start_indices, updates.shape)] = updates
    return result


def scatter(indices, values, shape):
    """Returns zeros to which `values` are added at `indices`."""
    result = np.zeros(shape, values.dtype)
    np.add.at(result, _as_index(indices), values)
    return result


def scatter_update(inputs, indices, updates, reduction=None):
    """Returns `inputs` with `updates` written, or combined, at `indices`."""
    result = np.array(inputs)
    if reduction is None:
        result[_as_index(indices)] = updates
    else:
        _AT[reduction](result, _as_index(indices), updates)
    return result


def _as_index(indices):
    return tuple(np.moveaxis(np.asarray(indices), -1, 0))
