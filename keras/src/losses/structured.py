"""Losses that look at more than one prediction at a time: whole sequences, pairs within a batch."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.losses.loss_function_wrapper import LossFunctionWrapper


@keras_export("keras.losses.ctc")
def ctc(y_true, y_pred):
    """Connectionist temporal classification: minus the log-probability of a label sequence under any alignment.

    Args:
        y_true: Tensor of labels, shape `(batch, max_length)`, filled up with 0, which stands for the blank.
        y_pred: Tensor of logits, shape `(batch, steps, classes)`.

    Returns:
        Tensor of shape `(batch,)`.

    Reference: [Graves et al., 2006](https://www.cs.toronto.edu/~graves/icml_2006.pdf).

    Example:

    >>> len(keras.losses.ctc([[1]], [[[0.0, 0.0]]]))
    1
    """
    y_true, y_pred = ops.cast(ops.convert_to_tensor(y_true), "int32"), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) != 2:
        raise ValueError(f"Targets of `ctc` have the shape (batch, max_length). Received: {tuple(y_true.shape)}")
    if len(y_pred.shape) != 3:
        raise ValueError(
            f"Predictions of `ctc` have the shape (batch, steps, classes). Received: {tuple(y_pred.shape)}"
        )
    batch, steps = ops.shape(y_pred)[:2]
    label_lengths = ops.sum(ops.cast(ops.not_equal(y_true, 0), "int32"), axis=-1)
    return ops.ctc_loss(
        y_true, y_pred, label_lengths, ops.multiply(steps, ops.ones((batch,), dtype="int32")), mask_index=0
    )


@keras_export("keras.losses.circle")
def circle(y_true, y_pred, ref_labels=None, ref_embeddings=None, remove_diagonal=True, gamma=80, margin=0.4):
    """Pulls embeddings of one class together and those of others apart, each pair with its own pace.

    Args:
        y_true: Tensor of class numbers, shape `(batch,)`.
        y_pred: Tensor of embeddings of length one, shape `(batch, d)`.
        ref_labels: Class numbers of the embeddings to compare with; those of the batch when absent.
        ref_embeddings: Embeddings to compare with; those of the batch when absent.
        remove_diagonal: Whether an embedding is not compared with itself.
        gamma: Float, the scale of the logits.
        margin: Float, how far similarities may stay from 1 and 0.

    Returns:
        Tensor of shape `(batch,)`; 0 for an embedding that is alone in its class.

    Reference: [Sun et al., 2020](https://arxiv.org/abs/2002.10857).

    Example:

    >>> len(keras.losses.circle([0, 0, 1], [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    3
    """
    y_pred = ops.convert_to_tensor(y_pred)
    labels = _column(y_true)
    others = labels if ref_labels is None else _column(ref_labels)
    references = y_pred if ref_embeddings is None else ops.convert_to_tensor(ref_embeddings, dtype=y_pred.dtype)
    similarity = ops.matmul(y_pred, ops.transpose(references))
    different = ops.not_equal(labels, ops.transpose(others))
    same = _partners(labels, others, remove_diagonal)
    towards = _logits(ops.subtract(1.0 + margin, similarity), ops.subtract(1.0 - margin, similarity), gamma)
    away = _logits(ops.add(similarity, margin), ops.subtract(similarity, margin), gamma)
    values = ops.softplus(ops.add(_log_sum_exp(towards, same), _log_sum_exp(away, different)))
    return ops.where(ops.any(same, axis=1), values, ops.zeros_like(values))


def _partners(labels, others, remove_diagonal):
    """Which pairs are of one class."""
    same = ops.equal(labels, ops.transpose(others))
    if not remove_diagonal:
        return same
    rows, columns = ops.shape(same)
    return ops.logical_and(
        same, ops.not_equal(ops.expand_dims(ops.arange(rows), 1), ops.expand_dims(ops.arange(columns), 0))
    )


def _column(labels):
    return ops.reshape(ops.cast(ops.convert_to_tensor(labels), "int32"), (-1, 1))


def _logits(pace, distance, gamma):
    """How far a pair is from where it should be, times its pace, which takes no part in the gradient."""
    pace = ops.relu(ops.stop_gradient(pace))
    return ops.multiply(gamma, ops.multiply(pace, distance))


def _log_sum_exp(logits, where):
    """Log of the sum of exponentials over the pairs that hold, and a very negative number where none does."""
    return ops.logsumexp(ops.where(where, logits, ops.full_like(logits, -1e9)), axis=1)


@keras_export("keras.losses.CTC")
class CTC(LossFunctionWrapper):
    """Connectionist temporal classification of label sequences.

    Args:
        reduction: See `keras.losses.Loss`.
        name: String.
        dtype: Dtype of the computation; floatx when absent.

    Example:

    >>> float(keras.losses.CTC()([[1]], [[[0.0, 0.0]]]))  # log(2)
    0.6931...
    """

    _targets_are_labels = True

    def __init__(self, reduction="sum_over_batch_size", name="ctc", dtype=None):
        super().__init__(ctc, reduction, name, dtype)


@keras_export("keras.losses.Circle")
class Circle(LossFunctionWrapper):
    """Circle loss over the pairs of a batch, for learning embeddings; those alone in their class do not count.

    Args:
        gamma: Float, the scale of the logits.
        margin: Float, how far similarities may stay from 1 and 0.
        remove_diagonal: Whether an embedding is not compared with itself.
        reduction: See `keras.losses.Loss`.
        name: String.
        dtype: Dtype of the computation; floatx when absent.

    Example:

    >>> loss = keras.losses.Circle()([0, 0, 1], [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    """

    _targets_are_labels = True

    def __init__(
        self,
        gamma=80.0,
        margin=0.4,
        remove_diagonal=True,
        reduction="sum_over_batch_size",
        name="circle",
        dtype=None,
    ):
        arguments = {"gamma": gamma, "margin": margin, "remove_diagonal": remove_diagonal}
        super().__init__(circle, reduction, name, dtype, **arguments)
        self.__dict__.update(arguments)

    def _mask(self, y_true, y_pred):
        labels = _column(y_true)
        paired = ops.any(_partners(labels, labels, self.remove_diagonal), axis=1)
        mask = super()._mask(y_true, y_pred)
        return paired if mask is None else ops.logical_and(paired, mask)
