"""Functions whose gradients the caller defines, or whose intermediate values are computed again."""

import functools

import tensorflow as tf

from keras.src import tree
from keras.src.backend.common.repeatable import Repeatable
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


def _is_tensor(x):
    return tf.is_tensor(x) or isinstance(x, BaseVariable)


def remat(f):
    """A version of `f` whose intermediate values are not kept, but computed again for gradients."""

    @functools.wraps(f)
    def function(*args, **kwargs):
        call = Repeatable(f, args, kwargs, _is_tensor, lambda variable: tf.identity(variable._own_value()))
        return call.finish(tf.recompute_grad(call)(*_as_tensors(call.tensors)))

    return function
