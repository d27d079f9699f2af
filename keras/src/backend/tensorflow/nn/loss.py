"""Kernels of `keras.ops.nn` that compare predictions with targets."""

import tensorflow as tf

from keras.src.backend import config
from keras.src.backend.tensorflow.support import as_index, dims, has_gpu, reshape, scalar_like, widened
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
    target = as_index(target)
    if target.shape.rank == output.shape.rank:
        target = tf.squeeze(target, axis)
    if axis % output.shape.rank != output.shape.rank - 1:
        output = tf.experimental.numpy.moveaxis(output, axis, -1)
    if from_logits:
        return _losses_by_label(target, output)
    logs = tf.math.log(_inside(output / tf.reduce_sum(output, -1, keepdims=True)))
    return -tf.reduce_sum(tf.one_hot(target, dims(output)[-1], dtype=output.dtype) * logs, -1)


def _losses_by_label(labels, logits):
    if tf.executing_eagerly() and not has_gpu():
        try:
            return _softmax_losses(labels, logits)
        except tf.errors.InvalidArgumentError:
            pass  # a label out of range
    known = (labels >= 0) & (labels < cast(tf.shape(logits)[-1], labels.dtype))
    losses = _softmax_losses(tf.where(known, labels, tf.zeros_like(labels)), logits)
    return tf.where(known, losses, tf.zeros_like(losses))


def _softmax_losses(labels, logits):
    rank = logits.shape.rank
    rows = widened(logits) if rank == 2 else reshape(widened(logits), [-1, dims(logits)[-1]])
    flat = labels if rank == 2 else reshape(labels, [-1])
    losses = _raw.SparseSoftmaxCrossEntropyWithLogits(features=rows, labels=flat)[0]
    return cast(losses if rank == 2 else reshape(losses, dims(labels)), logits.dtype)
