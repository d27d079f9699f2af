"""Cross-entropies and signal-to-noise ratio."""

import numpy as np

from keras.src import backend
from keras.src.backend import config
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.backend.common.labels import check_labels
from keras.src.backend.common.shape_rules import agree, canonical_axis, reject
from keras.src.ops.core import cast
from keras.src.ops.declare import Index, Tensor, op
from keras.src.ops.dtype_rules import to_float
from keras.src.ops.nn.activation import log_softmax, softplus
from keras.src.ops.nn.encoding import one_hot
from keras.src.ops.numpy.comparisons import where
from keras.src.ops.numpy.elementwise import add, clip, divide, multiply, negative, square, subtract
from keras.src.ops.numpy.logic import any as any_of
from keras.src.ops.numpy.reduction import mean
from keras.src.ops.numpy.reduction import sum as sum_of
from keras.src.ops.numpy.shaping import squeeze
from keras.src.ops.numpy.transcendental import log, log10

_SPACING_BELOW_ONE = {"float16": 2.0**-11, "bfloat16": 2.0**-8}


def _of_output(target, output):
    """The float dtype of `output`; `target` is cast to it."""
    dtype = to_float(output)[1]
    return dtype, dtype


def _agree(first, second):
    return len(first) == len(second) and all(map(agree, first, second))


def _equal_shapes(target, output):
    reject(not _agree(target, output), "`target` and `output` must have equal shapes", shapes=(target, output))
    return tuple(b if a is None else a for a, b in zip(target, output))


def _inside_unit_interval(p):
    """Probabilities kept off 0 and 1 by epsilon, or by the least that their dtype can tell from 1."""
    epsilon = config.epsilon()
    return clip(p, epsilon, 1.0 - max(epsilon, _SPACING_BELOW_ONE.get(standardize_dtype(p.dtype), 0.0)))


def _mixed(share, first, second):
    """`first` and `second`, weighted by `share` and by the rest."""
    return add(multiply(share, first), multiply(subtract(1.0, share), second))


@op(dtype=_of_output, shape=_equal_shapes, checked=True)
def binary_crossentropy(target: Tensor, output: Tensor, from_logits=False):
    """Cross-entropy of independent yes-or-no probabilities, element-wise.

    Args:
        target: Tensor of probabilities, usually 0 or 1.
        output: Tensor of the shape of `target`: predicted probabilities, or logits.
        from_logits: Whether `output` holds logits, before the sigmoid.

    Returns:
        Tensor of the shape of `target`.

    Example:

    >>> keras.ops.binary_crossentropy([1.0, 0.0], [0.5, 0.5])
    array([0.6931472, 0.6931472], dtype=float32)
    """
    if from_logits:
        return _mixed(target, softplus(negative(output)), softplus(output))
    output = _inside_unit_interval(output)
    return negative(_mixed(target, log(output), log(subtract(1.0, output))))


def _without_axis(target, output, axis=-1):
    reject(not target or not output, "`target` and `output` must have rank 1 or more", shapes=(target, output))
    shape = _equal_shapes(target, output)
    axis = canonical_axis(axis, len(shape))
    return shape[:axis] + shape[axis + 1 :]


def _log_probabilities(output, from_logits, axis):
    if from_logits:
        return log_softmax(output, axis)
    output = divide(output, sum_of(output, axis, True))
    return log(_inside_unit_interval(output))


@op(dtype=_of_output, shape=_without_axis, checked=True)
def categorical_crossentropy(target: Tensor, output: Tensor, from_logits=False, axis=-1):
    """Cross-entropy of distributions over classes.

    Args:
        target: Tensor of probabilities, usually one-hot.
        output: Tensor of the shape of `target`: predicted probabilities (scaled to add up to 1 first), or logits.
        from_logits: Whether `output` holds logits, before the softmax.
        axis: Int, the dimension of the classes.

    Returns:
        Tensor without the dimension of the classes.

    Example:

    >>> keras.ops.categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])
    array([0.6931472], dtype=float32)
    """
    return negative(sum_of(multiply(target, _log_probabilities(output, from_logits, axis)), axis))


def _has_class_dimension(target, output, axis):
    """Whether labels carry a dimension of size 1 at the place of the classes."""
    return len(target) == len(output) and target[axis] in (1, None)


def _labelled(target, output, axis=-1):
    reject(not output, "`output` must have rank 1 or more", shape=output)
    axis = canonical_axis(axis, len(output))
    rest = output[:axis] + output[axis + 1 :]
    labels = target[:axis] + target[axis + 1 :] if _has_class_dimension(target, output, axis) else target
    if not _agree(labels, rest):
        raise ValueError(
            f"`target` must have the shape of `output` without the dimension of the classes, {rest}. "
            f"Received shapes {target} and {output}."
        )
    return tuple(b if a is None else a for a, b in zip(labels, rest))


def _has_known_labels(target, output, from_logits, axis):
    """Raises where labels are no classes; values of a graph are not known yet."""
    if not backend.core.is_traced(target):
        check_labels(np.asarray(target), output.shape[axis])


@op(dtype=to_float, shape=_labelled, checked=True, values=_has_known_labels)
def sparse_categorical_crossentropy(target: Index, output: Tensor, from_logits=False, axis=-1):
    """Cross-entropy of distributions over classes, against the true class.

    Args:
        target: Integer tensor with the index of the true class; a dimension of size 1 at `axis` is passed over.
        output: Tensor with one more dimension: predicted probabilities (scaled to add up to 1 first), or logits.
        from_logits: Whether `output` holds logits, before the softmax.
        axis: Int, the dimension of the classes.

    Returns:
        Tensor of the shape of `target`.

    Raises:
        ValueError: An index is no class. In compiled code, where values cannot be looked at, the result is NaN there.

    Example:

    >>> keras.ops.sparse_categorical_crossentropy([1], [[0.5, 0.5]])
    array([0.6931472], dtype=float32)
    """
    axis = canonical_axis(axis, len(output.shape))
    if _has_class_dimension(tuple(target.shape), tuple(output.shape), axis):
        target = squeeze(target, axis)
    chosen = one_hot(cast(target, "int32"), output.shape[axis], axis, "bool")
    losses = negative(sum_of(where(chosen, _log_probabilities(output, from_logits, axis), 0.0), axis))
    return where(any_of(chosen, axis), losses, np.nan)


def _scalar_of_equal(x1, x2):
    reject(not _agree(x1, x2), "`x1` and `x2` must have equal shapes", shapes=(x1, x2))
    return ()


@op(name="PSNR", dtype=to_float, shape=_scalar_of_equal, checked=True)
def psnr(x1: Tensor, x2: Tensor, max_val):
    """Peak signal-to-noise ratio in decibels: `20 * log10(max_val) - 10 * log10(mean((x1 - x2)**2))`.

    Args:
        x1: Tensor.
        x2: Tensor of the shape of `x1`.
        max_val: Number, the largest value that a signal can have.

    Returns:
        Scalar; infinite for equal tensors.

    Example:

    >>> float(keras.ops.psnr([0.0, 1.0], [0.1, 0.9], max_val=1.0))
    20.0
    """
    return subtract(20.0 * float(np.log10(max_val)), multiply(log10(mean(square(subtract(x1, x2)))), 10.0))
