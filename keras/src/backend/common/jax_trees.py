"""What a layer over code of JAX asks for on each engine that runs such code; JAX is imported with the first question."""

from keras.src import tree
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.utils.module_utils import jax


def jax_leaves(values):
    """The leaves of a tree as JAX has them (dicts by sorted keys), and its structure."""
    return jax.tree_util.tree_flatten(values)


def jax_tree(structure, leaves):
    """The reverse of `jax_leaves`."""
    return jax.tree_util.tree_unflatten(structure, leaves)


def jax_initial(function, seed, inputs):
    """Calls a function of a random key and of arrays of ones, also while something is traced.

    Args:
        function: Function of the key and of a structure of arrays.
        seed: Integer.
        inputs: Structure of descriptions; unknown sizes are 1.
    """
    with jax.ensure_compile_time_eval():
        arrays = tree.map_structure(_ones, inputs)
        return function(jax.random.PRNGKey(seed % 2**32), arrays)


def _ones(spec):
    shape = tuple(1 if size is None else size for size in spec.shape)
    return jax.numpy.ones(shape, standardize_dtype(spec.dtype))
