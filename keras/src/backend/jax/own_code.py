"""Functions of JAX as layers: see `keras.layers.JaxLayer`."""

from keras.src.backend.common.jax_trees import jax_initial, jax_leaves, jax_tree

__all__ = ["jax_function", "jax_initial", "jax_leaves", "jax_tree"]


def jax_function(function, platforms):
    """The function as it is."""
    return function
