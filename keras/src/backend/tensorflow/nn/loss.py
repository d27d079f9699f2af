"""Kernels of `keras.ops.nn` that compare predictions with targets."""

import math

import tensorflow as tf

from keras.src.backend import config
from keras.src.backend.common.labels import check_labels
from keras.src.backend.tensorflow.support import as_index, dims, reshape, scalar_like, widened
from keras.src.backend.tensorflow.tensors import cast

_raw = tf.raw_ops

_SPACING_BELOW_ONE = {tf.float16: 2.0**-11, tf.bfloat16: 2.0**-8}


def _inside(probabilities):
    """Probabilities kept off 0 and 1, by the least that their dtype can tell from 1."""
    epsilon = config.epsilon()
    least = scalar_like(epsilon, probabilities)
    most = scalar_like(1.0 - max(epsilon, _SPACING_BELOW_ONE.get(probabilities.dtype, 0.0)), probabilities)
    return _raw.Minimum(x=_raw.Maximum(x=probabilities, y=least), y=most)


def binary_crossentropy(target, output, from_logits=False):
    if from_logits:
        return tf.nn.sigmoid_cross_entropy_with_logits(labels=target, logits=output)
    output = _inside(output)
    return -(target * tf.math.log(output) + (1 - target) * tf.math.log(1 - output))


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    if from_logits:
        return tf.nn.softmax_cross_entropy_with_logits(labels=target, logits=output, axis=axis)
    output = _inside(output / tf.reduce_sum(output, axis, keepdims=True))
    return -tf.reduce_sum(target * tf.math.log(output), axis)


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    if tf.executing_eagerly():
        check_labels(target.numpy(), output.shape[axis])
    target = as_index(target)
    if target.shape.rank == output.shape.rank:
        target = tf.squeeze(target, axis)
    if axis % output.shape.rank != output.shape.rank - 1:
        output = tf.experimental.numpy.moveaxis(output, axis, -1)
    losses = _losses_of_logits if from_logits else _losses_of_probabilities
    if tf.executing_eagerly():
        return losses(target, output)
    known = (target >= 0) & (target < cast(tf.shape(output)[-1], target.dtype))
    return tf.where(
        known, losses(tf.where(known, target, tf.zeros_like(target)), output), scalar_like(math.nan, output)
    )


def _losses_of_probabilities(labels, output):
    logs = tf.math.log(_inside(output / tf.reduce_sum(output, -1, keepdims=True)))
    return -tf.reduce_sum(tf.one_hot(labels, dims(output)[-1], dtype=output.dtype) * logs, -1)


def _losses_of_logits(labels, logits):
    rank = logits.shape.rank
    rows = widened(logits) if rank == 2 else reshape(widened(logits), [-1, dims(logits)[-1]])
    flat = labels if rank == 2 else reshape(labels, [-1])
    losses = _raw.SparseSoftmaxCrossEntropyWithLogits(features=rows, labels=flat)[0]
    return cast(losses if rank == 2 else reshape(losses, dims(labels)), logits.dtype)
