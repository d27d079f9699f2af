"""Gradients of several replicas."""

import tensorflow as tf

from keras.src.backend.common.global_state import STATE
from keras.src.backend.tensorflow.replicas import in_replica


def combined_gradients(gradients):
    """See `contract.Optimizer.combined_gradients`.

    In a step of this library each replica has the gradients of the same loss; in a `strategy.run` of a user's own each has those
    of its part of a sum.
    """
    if STATE.share is not None:
        return STATE.share.mean(gradients)
    if not in_replica():
        return gradients
    context = tf.distribute.get_replica_context()
    if context.num_replicas_in_sync == 1:
        return gradients
    return context.all_reduce(tf.distribute.ReduceOp.SUM, [tf.identity(gradient) for gradient in gradients])
