"""Functions of `tf.keras.backend` of targets and predictions."""

import numpy as np

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.backend import epsilon
from keras.src.utils.module_utils import tensorflow


@keras_export("keras._legacy.backend.binary_crossentropy")
def binary_crossentropy(target, output, from_logits=False):
    """Binary crossentropy of each element."""
    return ops.binary_crossentropy(target, output, from_logits=from_logits)


@keras_export("keras._legacy.backend.binary_focal_crossentropy")
def binary_focal_crossentropy(target, output, apply_class_balancing=False, alpha=0.25, gamma=2.0, from_logits=False):
    """Binary crossentropy of each element, less for what is right already."""
    output = ops.sigmoid(output) if from_logits else output
    right = ops.add(ops.multiply(target, output), ops.multiply(ops.subtract(1.0, target), ops.subtract(1.0, output)))
    loss = ops.multiply(ops.power(ops.subtract(1.0, right), gamma), ops.binary_crossentropy(target, output))
    if not apply_class_balancing:
        return loss
    return ops.multiply(ops.add(ops.multiply(target, alpha), ops.multiply(ops.subtract(1.0, target), 1 - alpha)), loss)


@keras_export("keras._legacy.backend.categorical_crossentropy")
def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """Crossentropy of each sample, for targets as probabilities."""
    return ops.categorical_crossentropy(target, output, from_logits=from_logits, axis=axis)


@keras_export("keras._legacy.backend.categorical_focal_crossentropy")
def categorical_focal_crossentropy(target, output, alpha=0.25, gamma=2.0, from_logits=False, axis=-1):
    """Crossentropy of each sample, less for what is right already."""
    output = ops.softmax(output, axis=axis) if from_logits else output
    output = ops.divide(output, ops.sum(output, axis=axis, keepdims=True))
    output = ops.clip(output, epsilon(), 1 - epsilon())
    weights = ops.multiply(ops.power(ops.subtract(1.0, output), gamma), alpha)
    return ops.sum(ops.multiply(weights, ops.multiply(ops.negative(target), ops.log(output))), axis=axis)


@keras_export("keras._legacy.backend.sparse_categorical_crossentropy")
def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1, ignore_class=None):
    """Crossentropy of each sample, for targets as indices; 0 for those of `ignore_class`."""
    target = ops.cast(target, "int32")
    if len(target.shape) == len(output.shape) and target.shape[-1] == 1:
        target = ops.squeeze(target, axis=-1)
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(target, output, from_logits=from_logits, axis=axis)
    counts = ops.not_equal(target, ignore_class)
    target = ops.where(counts, target, 0)
    loss = ops.sparse_categorical_crossentropy(target, output, from_logits=from_logits, axis=axis)
    return ops.where(counts, loss, 0.0)


@keras_export("keras._legacy.backend.in_top_k")
def in_top_k(predictions, targets, k):
    """Whether each target is among the `k` greatest predictions."""
    return ops.in_top_k(targets, predictions, k)


@keras_export("keras._legacy.backend.ctc_batch_cost")
def ctc_batch_cost(y_true, y_pred, input_length, label_length):
    """CTC loss of each sample; the last class stands for no label."""
    costs = ops.ctc_loss(
        ops.cast(y_true, "int32"),
        _logits(y_pred),
        ops.reshape(ops.cast(label_length, "int32"), (-1,)),
        ops.reshape(ops.cast(input_length, "int32"), (-1,)),
        mask_index=y_pred.shape[-1] - 1,
    )
    return ops.expand_dims(costs, -1)


@keras_export("keras._legacy.backend.ctc_decode")
def ctc_decode(y_pred, input_length, greedy=True, beam_width=100, top_paths=1):
    """The most probable labels, and their scores; the last class stands for no label."""
    strategy = "greedy" if greedy else "beam_search"
    labels, scores = ops.ctc_decode(
        _logits(y_pred),
        ops.cast(input_length, "int32"),
        strategy=strategy,
        beam_width=beam_width,
        top_paths=top_paths,
        mask_index=y_pred.shape[-1] - 1,
    )
    return [labels[path] for path in range(labels.shape[0])], scores


@keras_export("keras._legacy.backend.ctc_label_dense_to_sparse")
def ctc_label_dense_to_sparse(labels, label_lengths):
    """Labels as a sparse tensor of TensorFlow, without what stands behind the end of each row."""
    labels, lengths = ops.convert_to_numpy(labels), ops.convert_to_numpy(label_lengths).reshape((-1, 1))
    places = np.argwhere(np.arange(labels.shape[1]) < lengths)
    return tensorflow.SparseTensor(places.astype("int64"), labels[tuple(places.T)], labels.shape)


def _logits(probabilities):
    return ops.log(ops.add(ops.cast(probabilities, "float32"), epsilon()))
