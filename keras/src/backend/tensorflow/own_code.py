"""Functions of JAX and SavedModels as layers: see `keras.layers.JaxLayer` and `keras.layers.TFSMLayer`."""

import tensorflow as tf

from keras.src import tree
from keras.src.backend.common.jax_trees import jax_initial, jax_leaves, jax_tree
from keras.src.backend.tensorflow.tensors import convert_to_tensor
from keras.src.backend.tensorflow.variables import Variable
from keras.src.utils.module_utils import LazyModule

__all__ = ["jax_function", "jax_initial", "jax_leaves", "jax_tree"]

jax2tf = LazyModule("jax.experimental.jax2tf", pip_name="jax")


def jax_function(function, platforms):
    """A pure function of trees of arrays of JAX as one of trees of tensors, by `jax2tf`.

    It is converted for each structure and shapes of arguments, once; sizes that are not known are symbols, the first size
    of all inputs the same one.

    Args:
        function: The function.
        platforms: Names of the platforms for which it is compiled, or `None` for the one that runs.
    """
    programs = {}

    def call(*arguments):
        leaves, structure = jax_leaves(arguments)
        leaves = [convert_to_tensor(x) for x in leaves]
        key = structure, tuple((tuple(x.shape), x.dtype) for x in leaves)
        if key not in programs:
            programs[key] = _converted(function, platforms, structure, leaves)
        return programs[key](*leaves)

    return call


def _converted(function, platforms, structure, leaves):
    convert = jax2tf.convert(
        lambda *arrays: function(*jax_tree(structure, arrays)),
        polymorphic_shapes=[_symbolic_shape(i, x.shape) for i, x in enumerate(leaves)],
        native_serialization_platforms=platforms,
    )
    return tf.function(convert, autograph=False)


def _symbolic_shape(position, shape):
    """A shape as `jax2tf` takes it, such as `(batch, size_0_1, 3)`."""
    symbols = ["batch" if axis == 0 else f"size_{position}_{axis}" for axis in range(len(shape))]
    sizes = [symbol if size is None else str(size) for symbol, size in zip(symbols, shape)]
    return f"({', '.join(sizes)})"


def load_saved_model(path):
    """The object that a SavedModel describes. Its functions can do what graphs can: read and write files too."""
    return tf.saved_model.load(path)


def saved_model_endpoint(loaded, name):
    """A function of a loaded SavedModel, an attribute or a signature, or `None`."""
    candidates = getattr(loaded, name, None), getattr(loaded, "signatures", {}).get(name)
    return next((found for found in candidates if callable(found)), None)


def saved_model_variables(loaded):
    """Variables over those of a loaded SavedModel, those that train first."""
    own = _listed_variables(loaded) or _reachable_variables(loaded)
    return [_over(x) for trains in (True, False) for x in own if x.trainable is trains]


def _listed_variables(loaded):
    """What a model that `keras.Model.export` wrote lists; its order is the order of weights in files."""
    lists = (getattr(loaded, name, ()) for name in ("trainable_variables", "non_trainable_variables"))
    return [x for each in lists for x in tree.flatten(list(each)) if isinstance(x, tf.Variable)]


def _reachable_variables(loaded):
    seen, waiting, found = {id(loaded)}, [loaded], []
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, tf.Variable):
            found.append(node)
        for child in node._trackable_children().values():
            if id(child) not in seen:
                seen.add(id(child))
                waiting.append(child)
    return found


def _over(own):
    name = own.name.partition(":")[0].replace("/", "_")
    variable = Variable(own.value(), trainable=own.trainable, name=name)
    variable._value = own
    return variable
