"""Gradients of several replicas; optimizers in checkpoints."""

import functools

import tensorflow as tf

from keras.src.backend.common.global_state import STATE
from keras.src.backend.tensorflow.layer import Tracked, restore_waiting
from keras.src.backend.tensorflow.replicas import in_replica
from keras.src.backend.tensorflow.wide_sums import combined


class TrackedOptimizer(Tracked):
    """Mixin for optimizers, which have slots only when they know the variables."""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "build" in vars(cls):
            cls.build = _restoring(cls.build)

    def _trackable_children(self, save_type="checkpoint", **kwargs):
        children = super()._trackable_children(save_type, **kwargs)
        # They are the model's.
        children.pop("_trainable_variables", None)
        return children


def _restoring(build):
    @functools.wraps(build)
    def wrapper(self, *args, **kwargs):
        build(self, *args, **kwargs)
        restore_waiting(self)

    return wrapper


BASES = (TrackedOptimizer,)


def combined_gradients(gradients):
    """See `contract.Optimizer.combined_gradients`.

    In a step of this library each replica has the gradients of the same loss; in a `strategy.run` of a user's own each has those
    of its part of a sum.
    """
    if STATE.share is not None:
        return combined(gradients, STATE.share.mean)
    if not in_replica():
        return gradients
    context = tf.distribute.get_replica_context()
    if context.num_replicas_in_sync == 1:
        return gradients
    add = functools.partial(context.all_reduce, tf.distribute.ReduceOp.SUM)
    return combined(gradients, lambda parts: add([tf.identity(part) for part in parts]))
