"""Functions whose gradients the caller defines, or whose intermediate values are computed again."""

import functools

import tensorflow as tf

from keras.src import tree
from keras.src.backend.common.variables import Variable as BaseVariable
from keras.src.backend.tensorflow.tensors import convert_to_tensor


def _as_tensors(structure):
    return tree.map_structure(
        lambda x: convert_to_tensor(x) if isinstance(x, (BaseVariable, tf.Variable)) else x, structure
    )


def custom_gradient(f):
    """Gives a function its own gradient.

    Args:
        f: Function of tensors that returns `(result, grad)`; `grad(*upstream)` returns the gradients of the arguments.

    Returns:
        The function of the same arguments that gives `result`.
    """
    differentiable = tf.custom_gradient(f)

    @functools.wraps(f)
    def function(*args, **kwargs):
        return differentiable(*_as_tensors(args), **_as_tensors(kwargs))

    return function


def remat(f):
    """A version of `f` whose intermediate values are not kept, but computed again for gradients."""

    @functools.wraps(f)
    def function(*args, **kwargs):
        leaves = tree.flatten((args, kwargs))
        is_tensor = [tf.is_tensor(x) or isinstance(x, BaseVariable) for x in leaves]

        def of_tensors(*tensors):
            tensors = iter(tensors)
            filled = [next(tensors) if here else x for here, x in zip(is_tensor, leaves)]
            args_again, kwargs_again = tree.pack_sequence_as((args, kwargs), filled)
            return f(*args_again, **kwargs_again)

        return tf.recompute_grad(of_tensors)(*_as_tensors([x for here, x in zip(is_tensor, leaves) if here]))

    return function
