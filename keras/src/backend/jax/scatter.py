"""Reading and writing parts of arrays."""

import jax
import jax.numpy as jnp

from keras.src.backend.common.windows import known_sizes

_REDUCTIONS = {None: "set", "add": "add", "max": "max", "min": "min", "mul": "multiply"}


def slice(inputs, start_indices, shape):
    """Returns the window of the given shape that starts at the given indices."""
    shape = known_sizes(shape, start_indices, inputs.shape)
    return jax.lax.dynamic_slice(inputs, tuple(start_indices), shape)


def slice_update(inputs, start_indices, updates):
    """Returns `inputs` with `updates` written over the window that starts at the given indices."""
    return jax.lax.dynamic_update_slice(inputs, updates, tuple(start_indices))


def scatter(indices, values, shape):
    """Returns zeros to which `values` are added at `indices`."""
    return jnp.zeros(shape, values.dtype).at[_as_index(indices)].add(values)


def scatter_update(inputs, indices, updates, reduction=None):
    """Returns `inputs` with `updates` written, or combined, at `indices`."""
    return getattr(inputs.at[_as_index(indices)], _REDUCTIONS[reduction])(updates)


def _as_index(indices):
    return tuple(jnp.moveaxis(jnp.asarray(indices), -1, 0))
