"""Beam search over label sequences, all batches and beams at once, in ops that every engine compiles.

A beam is a sequence of labels (its prefix) with the log-probabilities of all paths that spell it and end in a blank, or
in its last label. At each time a beam stays (a blank, or its last label once more) or grows by a class; a beam that has
grown into another one is merged into it. Locals are suffixed by B batch, W beams, C classes, L labels.
"""

from keras.src.ops.core import cast, scan
from keras.src.ops.core import shape as shape_of
from keras.src.ops.numpy.comparisons import equal, greater_equal, less, where
from keras.src.ops.numpy.creation import arange, full_like, zeros_like
from keras.src.ops.numpy.elementwise import floor_divide, maximum, mod
from keras.src.ops.numpy.indexing import argsort, take_along_axis
from keras.src.ops.numpy.logic import all as all_true
from keras.src.ops.numpy.logic import logical_and, logical_not
from keras.src.ops.numpy.reduction import max as largest
from keras.src.ops.numpy.shaping import concatenate, expand_dims, moveaxis, reshape, tile
from keras.src.ops.numpy.transcendental import logaddexp

NEVER = -1e30
"""Stands for the logarithm of 0."""


def beam_search(log_probs_BTC, lengths_B, beam_width, top_paths, mask_index):
    """Labels `(top_paths, batch, times)`, filled up with -1, and their log-probabilities `(batch, top_paths)`."""
    width = max(beam_width, top_paths)
    log_probs_TBC = moveaxis(log_probs_BTC, 1, 0)
    classes = shape_of(log_probs_BTC)[2]
    class_C = arange(classes, dtype="int32")

    def advance(carry, log_probs_BC):
        beams, time = carry
        grown = _grow(beams, log_probs_BC, class_C, mask_index)
        active = less(time, lengths_B)
        beams = tuple(
            where(reshape(active, (-1,) + (1,) * (len(new.shape) - 1)), new, old) for new, old in zip(grown, beams)
        )
        return (beams, time + 1), zeros_like(time)

    (beams, _), _ = scan(advance, (_first_beams(log_probs_BTC, width), zeros_like(lengths_B)), log_probs_TBC)
    labels_BWL, _, blank_BW, label_BW = beams
    score_BW = logaddexp(blank_BW, label_BW)
    best = argsort(-score_BW, 1)[:, :top_paths]
    labels = take_along_axis(labels_BWL, expand_dims(best, 2), 1)
    return moveaxis(labels, 1, 0), take_along_axis(score_BW, best, 1)


def _first_beams(log_probs_BTC, width):
    """Labels, their number, and the two log-probabilities: one beam without labels, the others impossible."""
    first_BW = tile(zeros_like(log_probs_BTC[:, 0, :1]), (1, width))
    unlikely_BW = where(equal(arange(width), 0), first_BW, NEVER)
    labels_BL = cast(full_like(log_probs_BTC[:, :, 0], -1.0), "int32")
    labels_BWL = tile(expand_dims(labels_BL, 1), (1, width, 1))
    return labels_BWL, cast(zeros_like(first_BW), "int32"), unlikely_BW, full_like(first_BW, NEVER)


def _grow(beams, log_probs_BC, class_C, mask_index):
    """The beams after one more time."""
    labels_BWL, count_BW, blank_BW, label_BW = beams
    width, classes = blank_BW.shape[1], shape_of(class_C)[0]
    last_BW = take_along_axis(labels_BWL, expand_dims(maximum(count_BW - 1, 0), 2), 2)[:, :, 0]
    is_last_BWC = equal(expand_dims(last_BW, 2), class_C)
    both_BW = logaddexp(blank_BW, label_BW)
    log_probs_B1C = expand_dims(log_probs_BC, 1)
    longer_BWC = where(is_last_BWC, expand_dims(blank_BW, 2), expand_dims(both_BW, 2)) + log_probs_B1C
    longer_BWC = where(equal(class_C, mask_index), NEVER, longer_BWC)
    stay_blank_BW = both_BW + log_probs_BC[:, mask_index : mask_index + 1]
    last_log_prob_BW = take_along_axis(log_probs_BC, maximum(last_BW, 0), 1)
    stay_label_BW = where(greater_equal(last_BW, 0), label_BW + last_log_prob_BW, NEVER)
    merged_BW, longer_BWC = _merged(labels_BWL, count_BW, last_BW, is_last_BWC, longer_BWC, class_C)
    stay_label_BW = logaddexp(stay_label_BW, merged_BW)
    candidates = concatenate([logaddexp(stay_blank_BW, stay_label_BW), reshape(longer_BWC, (-1, width * classes))], 1)
    chosen_BW = cast(argsort(-candidates, 1)[:, :width], "int32")
    return _chosen(beams, chosen_BW, candidates, stay_blank_BW, stay_label_BW, classes)


def _merged(labels_BWL, count_BW, last_BW, is_last_BWC, longer_BWC, class_C):
    """What beams that grow into another beam add to it, and the growth that is left without them.

    In pairs (V, W), V stands for the beam that is grown into and W for its parent, which lacks V's last label.
    """
    place_L = arange(labels_BWL.shape[2], dtype="int32")
    parent_BVL = where(less(place_L, expand_dims(count_BW - 1, 2)), labels_BWL, -1)
    same_BVW = all_true(equal(expand_dims(parent_BVL, 2), expand_dims(labels_BWL, 1)), 3)
    same_BVW = logical_and(same_BVW, greater_equal(expand_dims(count_BW, 2), 1))
    by_last_BVW = take_along_axis(
        moveaxis(longer_BWC, 1, 2), tile(expand_dims(maximum(last_BW, 0), 2), (1, 1, longer_BWC.shape[1])), 1
    )
    merged_BV = largest(where(same_BVW, by_last_BVW, NEVER), 2)
    taken_BWC = _any_of(logical_and(expand_dims(same_BVW, 3), expand_dims(is_last_BWC, 2)))
    return merged_BV, where(taken_BWC, NEVER, longer_BWC)


def _any_of(pairs_BVWC):
    return logical_not(all_true(logical_not(pairs_BVWC), 1))


def _chosen(beams, chosen_BW, candidates, stay_blank_BW, stay_label_BW, classes):
    """The beams at the places `chosen_BW` among the candidates: those that stay first, then those that grew."""
    labels_BWL, count_BW, _, _ = beams
    width = count_BW.shape[1]
    stays_BW = less(chosen_BW, width)
    grown_BW = maximum(chosen_BW - width, 0)
    origin_BW = where(stays_BW, chosen_BW, floor_divide(grown_BW, classes))
    labels_BWL = take_along_axis(labels_BWL, tile(expand_dims(origin_BW, 2), (1, 1, labels_BWL.shape[2])), 1)
    count_BW = take_along_axis(count_BW, origin_BW, 1)
    is_new_BWL = equal(arange(labels_BWL.shape[2], dtype="int32"), expand_dims(where(stays_BW, -1, count_BW), 2))
    labels_BWL = where(is_new_BWL, expand_dims(mod(grown_BW, classes), 2), labels_BWL)
    blank_BW = where(stays_BW, take_along_axis(stay_blank_BW, origin_BW, 1), NEVER)
    grown_score_BW = take_along_axis(candidates, chosen_BW, 1)
    label_BW = where(stays_BW, take_along_axis(stay_label_BW, origin_BW, 1), grown_score_BW)
    return labels_BWL, count_BW + cast(logical_not(stays_BW), "int32"), blank_BW, label_BW
