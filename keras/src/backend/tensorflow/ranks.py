"""Calls on tensors of unknown rank, for code that must know the rank: a branch of the graph for each rank that will do."""

import tensorflow as tf

from keras.src.backend.tensorflow.tensors import Tensor

MOST_DIMENSIONS = 5


def rescue(function, args):
    """Calls `function` again, once for each rank that the first of its tensors of unknown rank may have.

    Args:
        function: What raised an error on `args`.
        args: List of its arguments.

    Returns:
        The result, or `NotImplemented` where the rank of all tensors is known or no rank will do.
    """
    found = _first_unknown(args)
    if found is None:
        return NotImplemented
    position, tensor = found
    branches, lookup = [], []
    for rank in range(MOST_DIMENSIONS + 1):
        branch = _traced(function, _with_rank(args, position, rank))
        lookup.append(-1 if branch is None else len(branches))
        branches += [] if branch is None else [branch]
    if not branches:
        return NotImplemented
    chosen = tf.gather(tf.constant(lookup), tf.minimum(tf.size(tf.shape(tensor)), MOST_DIMENSIONS))
    checked = tf.debugging.assert_non_negative(chosen, "The op does not take a tensor of this rank.")
    with tf.control_dependencies([checked]):
        return tf.switch_case(tf.identity(chosen), branches)


def _first_unknown(args):
    """Place and tensor of the first argument whose rank is not known; of a list, its first such member."""
    for i, x in enumerate(args):
        for member in x if isinstance(x, list) else [x]:
            if isinstance(member, Tensor) and member.shape.rank is None:
                return i, member
    return None


def _with_rank(args, position, rank):
    def known(x):
        if not isinstance(x, Tensor) or x.shape.rank is not None:
            return x
        # With `tf.ensure_shape`, TensorFlow's optimizer takes the rank of one branch for that of all.
        x = tf.identity(x)
        x.set_shape([None] * rank)
        return x

    args = list(args)
    given = args[position]
    # Tensors of one list have one rank.
    args[position] = lambda: [known(x) for x in given] if isinstance(given, list) else known(given)
    return args


def _traced(function, args):
    """A graph function of no arguments, or `None` where the arguments will not do."""

    def call():
        return function(*[x() if callable(x) and not isinstance(x, Tensor) else x for x in args])

    try:
        return tf.function(call, autograph=False).get_concrete_function()
    except Exception:
        return None
