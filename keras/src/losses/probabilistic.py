"""Losses between distributions: cross-entropies and their relatives."""

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.losses.loss_function_wrapper import LossFunctionWrapper, of_function, tensor_pair, unaligned_pair


@keras_export(["keras.metrics.binary_crossentropy", "keras.losses.binary_crossentropy"])
def binary_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """Mean of `-y log(p) - (1 - y) log(1 - p)` over `axis`.

    Args:
        y_true: Tensor of probabilities or labels 0 and 1.
        y_pred: Tensor of predicted probabilities, or logits, of the same shape.
        from_logits: Whether `y_pred` holds logits.
        label_smoothing: Float in [0, 1]: how far labels are drawn towards 0.5.
        axis: Int, the axis that the mean is taken over.

    Returns:
        Tensor without that axis.

    Example:

    >>> float(keras.losses.binary_crossentropy([[1.0]], [[0.0]], from_logits=True)[0])  # log(2)
    0.6931...
    """
    y_true, y_pred = tensor_pair(y_true, y_pred)
    y_true = _smooth(y_true, label_smoothing, 2)
    return ops.mean(ops.binary_crossentropy(y_true, y_pred, from_logits=from_logits), axis=axis)


def _smooth(labels, amount, classes):
    if not amount:
        return labels
    return ops.add(ops.multiply(labels, 1.0 - amount), amount / classes)


@keras_export(["keras.metrics.binary_focal_crossentropy", "keras.losses.binary_focal_crossentropy"])
def binary_focal_crossentropy(
    y_true,
    y_pred,
    apply_class_balancing=False,
    alpha=0.25,
    gamma=2.0,
    from_logits=False,
    label_smoothing=0.0,
    axis=-1,
):
    """Binary cross-entropy that weighs what is predicted well by `(1 - p)^gamma`, so that hard examples count.

    Args:
        y_true: Tensor of labels 0 and 1.
        y_pred: Tensor of predicted probabilities, or logits, of the same shape.
        apply_class_balancing: Whether the two classes are weighed by `alpha` and `1 - alpha`.
        alpha: Float, weight of class 1.
        gamma: Float, how strongly easy examples are played down; 0 leaves the plain cross-entropy.
        from_logits: Whether `y_pred` holds logits.
        label_smoothing: Float in [0, 1]: how far labels are drawn towards 0.5.
        axis: Int, the axis that the mean is taken over.

    Returns:
        Tensor without that axis.

    Reference: [Lin et al., 2018](https://arxiv.org/abs/1708.02002).

    Example:

    >>> float(keras.losses.binary_focal_crossentropy([[1.0]], [[0.5]])[0])  # log(2) / 4
    0.1732...
    """
    y_true, y_pred = tensor_pair(y_true, y_pred)
    y_true = _smooth(y_true, label_smoothing, 2)
    if from_logits:
        y_pred = ops.sigmoid(y_pred)
    of_the_truth = _mix(y_true, y_pred, ops.subtract(1.0, y_pred))
    values = ops.multiply(
        ops.power(ops.subtract(1.0, of_the_truth), gamma), ops.binary_crossentropy(y_true, y_pred, from_logits=False)
    )
    if apply_class_balancing:
        values = ops.multiply(_mix(y_true, alpha, 1.0 - alpha), values)
    return ops.mean(values, axis=axis)


def _mix(share, of_ones, of_zeros):
    return ops.add(ops.multiply(share, of_ones), ops.multiply(ops.subtract(1.0, share), of_zeros))


@keras_export(["keras.metrics.categorical_crossentropy", "keras.losses.categorical_crossentropy"])
def categorical_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """Sum of `-y log(p)` over the classes.

    Args:
        y_true: Tensor of distributions over the classes, one-hot for instance.
        y_pred: Tensor of predicted probabilities, or logits, of the same shape.
        from_logits: Whether `y_pred` holds logits.
        label_smoothing: Float in [0, 1]: how far labels are drawn towards the uniform distribution.
        axis: Int, the axis of the classes.

    Returns:
        Tensor without that axis.

    Example:

    >>> float(keras.losses.categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])[0])  # log(2)
    0.6931...
    """
    _check_axis(axis)
    y_true, y_pred = unaligned_pair(y_true, y_pred)
    if label_smoothing:
        y_true = _smooth(y_true, label_smoothing, y_pred.shape[axis])
    return ops.categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)


def _check_axis(axis):
    if isinstance(axis, bool) or not isinstance(axis, int):
        raise ValueError(f"`axis` of a cross-entropy must be an int. Received: axis={axis!r} of {type(axis)}")


@keras_export(["keras.metrics.categorical_focal_crossentropy", "keras.losses.categorical_focal_crossentropy"])
def categorical_focal_crossentropy(
    y_true, y_pred, alpha=0.25, gamma=2.0, from_logits=False, label_smoothing=0.0, axis=-1
):
    """Cross-entropy that weighs what is predicted well by `alpha (1 - p)^gamma`, so that hard examples count.

    Args:
        y_true: Tensor of labels, one-hot.
        y_pred: Tensor of predicted probabilities, or logits, of the same shape.
        alpha: Float, or a list with a weight for each class.
        gamma: Float, how strongly easy examples are played down.
        from_logits: Whether `y_pred` holds logits.
        label_smoothing: Float in [0, 1]: how far labels are drawn towards the uniform distribution.
        axis: Int, the axis of the classes.

    Returns:
        Tensor without that axis.

    Reference: [Lin et al., 2018](https://arxiv.org/abs/1708.02002).

    Example:

    >>> float(keras.losses.categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])[0])  # log(2) / 16
    0.0433...
    """
    _check_axis(axis)
    y_true, y_pred = unaligned_pair(y_true, y_pred)
    if label_smoothing:
        y_true = _smooth(y_true, label_smoothing, y_pred.shape[axis])
    if from_logits:
        y_pred = ops.softmax(y_pred, axis=axis)
    y_pred = ops.divide(y_pred, ops.sum(y_pred, axis=axis, keepdims=True))
    y_pred = ops.clip(y_pred, backend.epsilon(), 1.0 - backend.epsilon())
    focus = ops.multiply(alpha, ops.power(ops.subtract(1.0, y_pred), gamma))
    return ops.negative(ops.sum(ops.multiply(focus, ops.multiply(y_true, ops.log(y_pred))), axis=axis))


@keras_export(["keras.metrics.sparse_categorical_crossentropy", "keras.losses.sparse_categorical_crossentropy"])
def sparse_categorical_crossentropy(y_true, y_pred, from_logits=False, ignore_class=None, axis=-1):
    """`-log(p)` of the true class.

    Args:
        y_true: Tensor of class numbers, of the shape of `y_pred` without the classes.
        y_pred: Tensor of predicted probabilities, or logits.
        from_logits: Whether `y_pred` holds logits.
        ignore_class: Optional class number, which need not be one of the output; where it is the target, the loss is 0.
        axis: Int, the axis of the classes.

    Returns:
        Tensor of the shape of `y_true`.

    Raises:
        ValueError: A target is no class. In compiled code, where values cannot be looked at, the loss is NaN there.

    Example:

    >>> float(keras.losses.sparse_categorical_crossentropy([1], [[0.5, 0.5]])[0])  # log(2)
    0.6931...
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)
    counted = counted_labels(y_true, y_pred, ignore_class)
    labels = ops.where(ops.reshape(counted, ops.shape(y_true)), y_true, ops.zeros_like(y_true))
    values = ops.sparse_categorical_crossentropy(labels, y_pred, from_logits=from_logits, axis=axis)
    return ops.where(counted, values, ops.zeros_like(values))


def counted_labels(y_true, y_pred, ignore_class):
    """Which labels are not of the class to be ignored, in the shape that the loss has."""
    y_true = ops.convert_to_tensor(y_true)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, axis=-1)
    return ops.not_equal(y_true, ops.cast(ignore_class, y_true.dtype))


@keras_export("keras.losses.categorical_generalized_cross_entropy")
def categorical_generalized_cross_entropy(y_true, y_pred, q):
    """`(1 - p^q) / q`, where `p` is the probability of the true class: robust where labels are noisy.

    Args:
        y_true: Tensor of class numbers, shape `(...,)`.
        y_pred: Tensor of predicted probabilities, shape `(..., classes)`.
        q: Float in (0, 1): near 0 the cross-entropy, at 1 the absolute error.

    Returns:
        Tensor of shape `(...,)`.

    Reference: [Zhang and Sabuncu, 2018](https://arxiv.org/abs/1805.07836).

    Example:

    >>> float(keras.losses.categorical_generalized_cross_entropy([1], [[0.75, 0.25]], q=0.5)[0])
    1.0
    """
    y_pred = ops.convert_to_tensor(y_pred)
    labels = ops.cast(ops.convert_to_tensor(y_true), "int32")
    chosen = ops.one_hot(labels, y_pred.shape[-1], dtype=y_pred.dtype)
    of_the_truth = ops.sum(ops.multiply(chosen, y_pred), axis=-1)
    # The slope at 0 is infinite; nothing is learned there, rather than NaN everywhere.
    possible = ops.greater(of_the_truth, 0)
    power = ops.power(ops.where(possible, of_the_truth, 1.0), q)
    return ops.divide(ops.subtract(1.0, ops.where(possible, power, 0.0)), q)


@keras_export(
    [
        "keras.metrics.kl_divergence",
        "keras.losses.kl_divergence",
        "keras._legacy.losses.kld",
        "keras._legacy.losses.KLD",
        "keras._legacy.losses.kullback_leibler_divergence",
        "keras._legacy.metrics.kld",
        "keras._legacy.metrics.KLD",
        "keras._legacy.metrics.kullback_leibler_divergence",
    ]
)
def kl_divergence(y_true, y_pred):
    """Sum of `y log(y / p)` over the last axis: the bits, in nats, lost where `p` stands for `y`.

    Args:
        y_true: Tensor of distributions, shape `(..., d)`.
        y_pred: Tensor of predicted distributions of the same shape.

    Returns:
        Tensor of shape `(...,)`.

    Example:

    >>> float(keras.losses.kl_divergence([[0.5, 0.5]], [[0.5, 0.5]])[0])
    0.0
    """
    y_true, y_pred = (ops.clip(y, backend.epsilon(), 1.0) for y in tensor_pair(y_true, y_pred))
    return ops.sum(ops.multiply(y_true, ops.log(ops.divide(y_true, y_pred))), axis=-1)


@keras_export(["keras.metrics.poisson", "keras.losses.poisson"])
def poisson(y_true, y_pred):
    """Mean of `p - y log(p)` over the last axis: the negative log-likelihood of counts, but for a constant.

    Args:
        y_true: Tensor of counts, shape `(..., d)`.
        y_pred: Tensor of predicted rates of the same shape.

    Returns:
        Tensor of shape `(...,)`.

    Example:

    >>> round(float(keras.losses.poisson([[2.0]], [[1.0]])[0]), 3)
    1.0
    """
    y_true, y_pred = tensor_pair(y_true, y_pred)
    logarithm = ops.log(ops.add(y_pred, backend.epsilon()))
    return ops.mean(ops.subtract(y_pred, ops.multiply(y_true, logarithm)), axis=-1)


@keras_export("keras.losses.BinaryCrossentropy")
@of_function(binary_crossentropy)
class BinaryCrossentropy(LossFunctionWrapper):
    """Cross-entropy between labels 0 and 1 and predicted probabilities.

    Args:
        from_logits: Whether predictions are logits.
        label_smoothing: Float in [0, 1]: how far labels are drawn towards 0.5.
        axis: Int, the axis that the mean is taken over.
        reduction: See `keras.losses.Loss`.
        name: String.
        dtype: Dtype of the computation; floatx when absent.

    Example:

    >>> float(keras.losses.BinaryCrossentropy(from_logits=True)([[1.0]], [[0.0]]))  # log(2)
    0.6931...
    """


@keras_export("keras.losses.BinaryFocalCrossentropy")
@of_function(binary_focal_crossentropy)
class BinaryFocalCrossentropy(LossFunctionWrapper):
    """Binary cross-entropy in which hard examples weigh more.

    Args:
        apply_class_balancing: Whether the two classes are weighed by `alpha` and `1 - alpha`.
        alpha: Float, weight of class 1.
        gamma: Float, how strongly easy examples are played down.
        from_logits: Whether predictions are logits.
        label_smoothing: Float in [0, 1]: how far labels are drawn towards 0.5.
        axis: Int, the axis that the mean is taken over.
        reduction: See `keras.losses.Loss`.
        name: String.
        dtype: Dtype of the computation; floatx when absent.

    Example:

    >>> float(keras.losses.BinaryFocalCrossentropy()([[1.0]], [[0.5]]))  # log(2) / 4
    0.1732...
    """


@keras_export("keras.losses.CategoricalCrossentropy")
@of_function(categorical_crossentropy)
class CategoricalCrossentropy(LossFunctionWrapper):
    """Cross-entropy between one-hot labels and predicted probabilities.

    Args:
        from_logits: Whether predictions are logits.
        label_smoothing: Float in [0, 1]: how far labels are drawn towards the uniform distribution.
        axis: Int, the axis of the classes.
        reduction: See `keras.losses.Loss`.
        name: String.
        dtype: Dtype of the computation; floatx when absent.

    Example:

    >>> float(keras.losses.CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]]))  # log(2)
    0.6931...
    """


@keras_export("keras.losses.CategoricalFocalCrossentropy")
@of_function(categorical_focal_crossentropy)
class CategoricalFocalCrossentropy(LossFunctionWrapper):
    """Categorical cross-entropy in which hard examples weigh more.

    Args:
        alpha: Float, or a list with a weight for each class.
        gamma: Float, how strongly easy examples are played down.
        from_logits: Whether predictions are logits.
        label_smoothing: Float in [0, 1]: how far labels are drawn towards the uniform distribution.
        axis: Int, the axis of the classes.
        reduction: See `keras.losses.Loss`.
        name: String.
        dtype: Dtype of the computation; floatx when absent.

    Example:

    >>> float(keras.losses.CategoricalFocalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]]))  # log(2) / 16
    0.0433...
    """


@keras_export("keras.losses.SparseCategoricalCrossentropy")
class SparseCategoricalCrossentropy(LossFunctionWrapper):
    """Cross-entropy between class numbers and predicted probabilities.

    Args:
        from_logits: Whether predictions are logits.
        ignore_class: Optional class number, which need not be one of the output; samples of that class do not count, as
            if masked. Other targets must be classes: else calls, and the first batch of `fit` and its like, raise a
            `ValueError`, and in later batches of compiled steps the loss is NaN.
        reduction: See `keras.losses.Loss`.
        axis: Int, the axis of the classes.
        name: String.
        dtype: Dtype of the computation; floatx when absent.

    Example:

    >>> float(keras.losses.SparseCategoricalCrossentropy()([1], [[0.5, 0.5]]))  # log(2)
    0.6931...
    """

    _targets_are_labels = True
    _silent_defaults = {"axis": -1}

    def __init__(
        self,
        from_logits=False,
        ignore_class=None,
        reduction="sum_over_batch_size",
        axis=-1,
        name="sparse_categorical_crossentropy",
        dtype=None,
    ):
        arguments = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(sparse_categorical_crossentropy, reduction, name, dtype, **arguments)
        self.__dict__.update(arguments)

    def _mask(self, y_true, y_pred):
        return mask_without_class(super()._mask(y_true, y_pred), y_true, y_pred, self.ignore_class)


def mask_without_class(mask, y_true, y_pred, ignore_class):
    """The mask of the predictions without the targets of the class to be ignored."""
    if ignore_class is None:
        return mask
    counted = counted_labels(y_true, y_pred, ignore_class)
    return counted if mask is None else ops.logical_and(counted, mask)


@keras_export("keras.losses.CategoricalGeneralizedCrossEntropy")
class CategoricalGeneralizedCrossEntropy(LossFunctionWrapper):
    """`(1 - p^q) / q`, where `p` is the probability of the true class: robust where labels are noisy.

    Args:
        q: Float in (0, 1): near 0 the cross-entropy, at 1 the absolute error.
        reduction: See `keras.losses.Loss`.
        name: String.
        dtype: Dtype of the computation; floatx when absent.

    Example:

    >>> float(keras.losses.CategoricalGeneralizedCrossEntropy()([1], [[0.75, 0.25]]))
    1.0
    """

    _targets_are_labels = True

    def __init__(
        self, q=0.5, reduction="sum_over_batch_size", name="categorical_generalized_cross_entropy", dtype=None
    ):
        if not 0 < q < 1:
            raise ValueError(f"`q` must lie between 0 and 1, both excluded. Received: q={q}")
        super().__init__(categorical_generalized_cross_entropy, reduction, name, dtype, q=q)
        self.q = q


@keras_export("keras.losses.KLDivergence")
@of_function(kl_divergence)
class KLDivergence(LossFunctionWrapper):
    """Kullback–Leibler divergence of predicted distributions from the targets.

    Args:
        reduction: See `keras.losses.Loss`.
        name: String.
        dtype: Dtype of the computation; floatx when absent.

    Example:

    >>> float(keras.losses.KLDivergence()([[0.5, 0.5]], [[0.5, 0.5]]))
    0.0
    """


@keras_export("keras.losses.Poisson")
@of_function(poisson)
class Poisson(LossFunctionWrapper):
    """Negative log-likelihood of counts under predicted Poisson rates, but for a constant.

    Args:
        reduction: See `keras.losses.Loss`.
        name: String.
        dtype: Dtype of the computation; floatx when absent.

    Example:

    >>> round(float(keras.losses.Poisson()([[2.0]], [[1.0]])), 3)
    1.0
    """
