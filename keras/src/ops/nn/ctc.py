"""Connectionist temporal classification: loss and decoding (Graves et al., 2006)."""

from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.backend.common.shape_rules import pattern, reject
from keras.src.ops import numpy as ops
from keras.src.ops.core import cast, scan
from keras.src.ops.core import shape as shape_of
from keras.src.ops.declare import Index, Tensor, op
from keras.src.ops.dtype_rules import to_float, to_floats
from keras.src.ops.nn.activation import log_softmax
from keras.src.ops.nn.ctc_beam_search import beam_search

IMPOSSIBLE = -1e5
"""Stands for the logarithm of 0, so that gradients stay finite."""


@op(name="CTCLoss", dtype=to_float, shape=pattern("bl,btc,b,b->b"), checked=True)
def ctc_loss(target: Index, output: Tensor, target_length: Index, output_length: Index, mask_index=0):
    """Negative log-probability of label sequences, summed over all ways to spread them over time.

    Args:
        target: Integer tensor of shape `(batch, labels)`.
        output: Tensor of logits of shape `(batch, times, classes)`.
        target_length: Integer tensor of shape `(batch,)`: number of valid labels.
        output_length: Integer tensor of shape `(batch,)`: number of valid times.
        mask_index: Class that stands for "no label".

    Returns:
        Tensor of shape `(batch,)`.

    Example:

    >>> keras.ops.ctc_loss([[1, 2]], keras.ops.ones((1, 4, 3)), [2], [4]).shape
    (1,)
    """
    target, target_length, output_length = (cast(x, "int32") for x in (target, target_length, output_length))
    log_probs_TBC = ops.moveaxis(log_softmax(_wide(output), -1), 1, 0)
    states_BS = _with_blanks(target, mask_index)
    may_skip_BS = _may_skip(states_BS, mask_index)

    def advance(carry, log_probs_BC):
        alpha_BS, time = carry
        before = _moved(alpha_BS, 1)
        skipping = ops.where(may_skip_BS, _moved(alpha_BS, 2), IMPOSSIBLE)
        reached = ops.logaddexp(ops.logaddexp(alpha_BS, before), skipping) + ops.take_along_axis(
            log_probs_BC, states_BS, 1
        )
        alpha_BS = ops.where(ops.expand_dims(ops.less(time, output_length), 1), reached, alpha_BS)
        return (alpha_BS, time + 1), ops.zeros_like(time)

    (alpha_BS, _), _ = scan(advance, (_start(states_BS, log_probs_TBC), ops.zeros_like(output_length)), log_probs_TBC)
    last_blank = ops.expand_dims(2 * target_length, 1)
    last_label = ops.where(ops.greater(last_blank, 0), last_blank - 1, 0)
    ends_in_label = ops.where(ops.greater(last_blank, 0), ops.take_along_axis(alpha_BS, last_label, 1), IMPOSSIBLE)
    total = ops.logaddexp(ops.take_along_axis(alpha_BS, last_blank, 1), ends_in_label)
    return cast(ops.negative(total[:, 0]), standardize_dtype(output.dtype))


def _wide(x):
    return cast(x, "float32") if standardize_dtype(x.dtype) in ("float16", "bfloat16") else x


def _with_blanks(target, mask_index):
    """The states of the path: a blank before and after each label."""
    blanks = ops.full_like(target, mask_index)
    pairs = ops.stack([blanks, target], 2)
    batch, labels = shape_of(target)
    return ops.concatenate([ops.reshape(pairs, (batch, 2 * labels)), blanks[:, :1]], 1)


def _may_skip(states_BS, mask_index):
    """Whether a state may be reached from the one before its predecessor: a label that differs from the last label."""
    two_before = ops.concatenate([ops.full_like(states_BS[:, :2], mask_index), states_BS[:, :-2]], 1)
    return ops.logical_and(ops.not_equal(states_BS, mask_index), ops.not_equal(states_BS, two_before))


def _moved(alpha_BS, places):
    return ops.concatenate([ops.full_like(alpha_BS[:, :places], IMPOSSIBLE), alpha_BS[:, :-places]], 1)


def _start(states_BS, log_probs_TBC):
    """Before the first time, only the first state has been reached."""
    zeros = cast(ops.zeros_like(states_BS), log_probs_TBC.dtype)
    return ops.concatenate([zeros[:, :1], ops.full_like(zeros[:, 1:], IMPOSSIBLE)], 1)


_STRATEGIES = ("greedy", "beam_search")


def _decoded(inputs, sequence_lengths, strategy="greedy", top_paths=1):
    reject(strategy not in _STRATEGIES, f"`strategy` must be one of {_STRATEGIES}", strategy=strategy)
    reject(len(inputs) != 3, "`inputs` must have rank 3, `(batch, times, classes)`", shape=inputs)
    paths = top_paths if strategy == "beam_search" else 1
    return (paths, *inputs[:2]), (inputs[0], paths)


@op(name="CTCDecode", dtype=to_floats("int32", "float32"), shape=_decoded, checked=True)
def ctc_decode(
    inputs: Tensor,
    sequence_lengths: Index,
    strategy="greedy",
    beam_width=100,
    top_paths=1,
    merge_repeated=True,
    mask_index=0,
):
    """The most probable label sequences.

    Args:
        inputs: Tensor of logits of shape `(batch, times, classes)`.
        sequence_lengths: Integer tensor of shape `(batch,)`: number of valid times.
        strategy: `"greedy"`, the best class at each time, or `"beam_search"`.
        beam_width: Number of sequences that the beam search follows.
        top_paths: Number of sequences that the beam search returns.
        merge_repeated: Whether the greedy strategy takes equal neighbours as one label.
        mask_index: Class that stands for "no label".

    Returns:
        Pair of the labels, an int32 tensor of shape `(top_paths, batch, times)` filled up with -1, and of the scores,
        float32 of shape `(batch, top_paths)`: log-probabilities of the beam search, else the negative sum of the chosen logits.

    Example:

    >>> labels, scores = keras.ops.ctc_decode([[[0.0, 9.0], [0.0, 9.0], [9.0, 0.0]]], [3])
    """
    sequence_lengths = cast(sequence_lengths, "int32")
    if strategy == "beam_search":
        labels, scores = beam_search(
            log_softmax(_wide(inputs), -1), sequence_lengths, beam_width, top_paths, mask_index
        )
        return labels, cast(scores, "float32")
    return _greedy(cast(inputs, "float32"), sequence_lengths, merge_repeated, mask_index)


def _greedy(inputs, sequence_lengths, merge_repeated, mask_index):
    best_BT = cast(ops.argmax(inputs, 2), "int32")
    time_T = ops.arange(inputs.shape[1], dtype="int32")
    valid_BT = ops.less(ops.expand_dims(time_T, 0), ops.expand_dims(sequence_lengths, 1))
    score = ops.negative(ops.sum(ops.where(valid_BT, ops.max(inputs, 2), 0.0), 1, True))
    kept_BT = ops.logical_and(valid_BT, ops.not_equal(best_BT, mask_index))
    if merge_repeated:
        previous = ops.concatenate([ops.full_like(best_BT[:, :1], -1), best_BT[:, :-1]], 1)
        kept_BT = ops.logical_and(kept_BT, ops.not_equal(best_BT, previous))
    return ops.expand_dims(_packed(best_BT, kept_BT, time_T), 0), score


def _packed(labels_BT, kept_BT, time_T):
    """The labels that are kept, moved to the front, -1 behind them."""
    order = ops.argsort(ops.where(kept_BT, time_T, time_T + time_T.shape[0]), 1)
    count = ops.sum(cast(kept_BT, "int32"), 1, True)
    return ops.where(ops.less(ops.expand_dims(time_T, 0), count), ops.take_along_axis(labels_BT, order, 1), -1)
