"""The base class of losses, and how values per sample become one number."""

from keras.src import backend, dtype_policies, ops, tree
from keras.src.api_export import keras_export
from keras.src.saving.keras_saveable import KerasSaveable
from keras.src.utils.naming import auto_name

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)


@keras_export(["keras.Loss", "keras.losses.Loss"])
class Loss(KerasSaveable):
    """A number to be minimized, computed from targets and predictions.

    A subclass implements `call(y_true, y_pred)`, which gives one value per sample; calling the loss weighs, masks and
    reduces those values.

    Args:
        name: String; made from the class name when absent.
        reduction: `"sum_over_batch_size"` or `"mean"` (the sum divided by the number of values, masked ones not
            counted), `"sum"`, `"mean_with_sample_weight"` (the sum divided by that of the weights), `"none"` or `None`.
        dtype: Dtype or dtype policy of the computation; floatx when absent.

    Example:

    >>> class MaximumError(keras.losses.Loss):
    ...     def call(self, y_true, y_pred):
    ...         return keras.ops.max(keras.ops.abs(y_true - y_pred), axis=-1)
    >>> float(MaximumError()([[0.0, 0.0]], [[1.0, 3.0]]))
    3.0
    """

    # Labels keep an integer dtype where a subclass looks things up by them: half precision cannot count far.
    _targets_are_labels = False

    def __init__(self, name=None, reduction="sum_over_batch_size", dtype=None):
        self.name = name or auto_name(type(self).__name__)
        self.reduction = standardize_reduction(reduction)
        self._dtype = dtype_policies.get(dtype or backend.floatx()).compute_dtype

    @property
    def dtype(self):
        """Name of the dtype in which the loss is computed."""
        return self._dtype

    def __call__(self, y_true, y_pred, sample_weight=None):
        mask = self._mask(y_true, y_pred)
        y_true = convert_structure(y_true, self._convert_target)
        y_pred = convert_structure(y_pred, self._convert)
        values = self.call(y_true, y_pred)
        return reduce_weighted_values(values, sample_weight, mask, self.reduction, self.dtype)

    def _mask(self, y_true, y_pred):
        """Which values count, a bool tensor; `None` where all do."""
        return backend.get_keras_mask(y_pred)

    def _convert(self, x):
        return ops.convert_to_tensor(x, dtype=self.dtype)

    def _convert_target(self, x):
        if self._targets_are_labels:
            x = ops.convert_to_tensor(x)
            if backend.is_int_dtype(x.dtype):
                return x
        return self._convert(x)

    def call(self, y_true, y_pred):
        """Computes the loss of each sample.

        Args:
            y_true: Targets, a tensor or a structure of tensors in the dtype of the loss.
            y_pred: Predictions, likewise.

        Returns:
            Tensor with one value per sample.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement `call(y_true, y_pred)`.")

    def _obj_type(self):
        return "Loss"

    @classmethod
    def from_config(cls, config):
        """Builds a loss from what `get_config()` returned."""
        return cls(**config)

    def get_config(self):
        """Returns `name` and `reduction`."""
        return {attribute: getattr(self, attribute) for attribute in ("name", "reduction")}


def standardize_reduction(reduction):
    """Returns `reduction`, if it is one."""
    if reduction not in REDUCTIONS:
        known = ", ".join(map(repr, REDUCTIONS))
        raise ValueError(f"`reduction` of a loss must be one of {known}. Received: reduction={reduction!r}")
    return reduction


def convert_structure(x, convert):
    """Converts the tensors of a structure; nested lists of Python numbers are one tensor."""
    if backend.is_tensor(x):
        return convert(x)
    if isinstance(x, (list, tuple)) and all(isinstance(leaf, (bool, int, float)) for leaf in tree.flatten(x)):
        return convert(x)
    return tree.map_structure(convert, x)


def align_ranks(x1, x2):
    """Makes the ranks of two tensors equal where they differ by a last axis of size one.

    A vector gets that axis, a tensor of more axes loses it: `(4,)` and `(4, 1)` become `(4, 1)` both, `(4, 3)` and
    `(4, 3, 1)` become `(4, 3)` both.
    """
    if len(x1.shape) == len(x2.shape) + 1 and x1.shape[-1] == 1:
        return (x1, ops.expand_dims(x2, -1)) if len(x2.shape) == 1 else (ops.squeeze(x1, -1), x2)
    if len(x2.shape) == len(x1.shape) + 1 and x2.shape[-1] == 1:
        return (ops.expand_dims(x1, -1), x2) if len(x1.shape) == 1 else (x1, ops.squeeze(x2, -1))
    return x1, x2


def align_weights(values, weight):
    """Gives `weight` the rank of `values`: weights per sample hold for everything in the sample.

    Raises:
        ValueError: The shapes cannot be brought together.
    """
    weight = _without_last_ones(ops.convert_to_tensor(weight), len(values.shape) + 1)
    values, weight = align_ranks(values, weight)
    shape, given = tuple(values.shape), tuple(weight.shape)
    if len(given) < len(shape) and given and _broadcasts(given, shape[: len(given)]):
        weight = ops.reshape(weight, ops.shape(weight) + (1,) * (len(shape) - len(given)))
    elif not _broadcasts(given, shape[len(shape) - len(given) :]):
        raise ValueError(
            f"Weights of shape {given} do not fit values of shape {shape}: give one weight per sample, of shape "
            f"{shape[:1]}, or a shape that broadcasts to that of the values."
        )
    return values, weight


def _without_last_ones(weight, rank):
    """Drops last axes of size one down to a rank."""
    surplus = len(weight.shape) - rank
    if surplus <= 0 or any(size != 1 for size in weight.shape[-surplus:]):
        return weight
    return ops.squeeze(weight, axis=tuple(range(-surplus, 0)))


def _align_mask(values, mask):
    """As `align_weights`; a mask with more axes than the values (of steps over which a loss took the mean) counts each
    value as often as the mask says."""
    mask = _without_last_ones(ops.cast(mask, values.dtype), len(values.shape))
    surplus = len(mask.shape) - len(values.shape)
    if surplus > 0 and _broadcasts(tuple(values.shape), tuple(mask.shape)[: len(values.shape)]):
        expanded = ops.reshape(values, ops.shape(values) + (1,) * surplus)
        return ops.broadcast_to(expanded, ops.shape(mask)), mask
    return align_weights(values, mask)


def weights_like(values, weight):
    """Weights, or one where there are none, in the shape of the values."""
    weight = ops.convert_to_tensor(1.0 if weight is None else weight, dtype=backend.standardize_dtype(values.dtype))
    aligned, weight = align_weights(values, weight)
    return ops.reshape(ops.broadcast_to(weight, ops.shape(aligned)), ops.shape(values))


def _broadcasts(shape, target):
    return len(shape) == len(target) and all(a == b or a == 1 or None in (a, b) for a, b in zip(shape, target))


def combine_mask(weight, mask, values):
    """The product of weights and a mask, either of which may be absent.

    Returns:
        Tuple of the values, aligned with it, and the product, or `None`.
    """
    if weight is not None:
        weight = ops.convert_to_tensor(weight, dtype=values.dtype)
        values, weight = align_weights(values, weight)
    if mask is not None:
        values, mask = _align_mask(values, mask)
        weight = mask if weight is None else ops.multiply(weight, mask)
    return values, weight


def reduce_weighted_values(values, sample_weight=None, mask=None, reduction="sum_over_batch_size", dtype=None):
    """Weighs, masks and reduces values.

    Args:
        values: Tensor with a value per sample.
        sample_weight: Optional weights, a tensor that broadcasts to the values, or has their leading axes.
        mask: Optional bool tensor, likewise: what is `False` does not count.
        reduction: See `Loss`.
        dtype: Dtype of the result; floatx when absent.

    Returns:
        Scalar tensor; the weighted values with the reduction `"none"`.
    """
    values = ops.convert_to_tensor(values, dtype=dtype or backend.floatx())
    if sample_weight is None and mask is None:
        weight = None
    else:
        if sample_weight is not None and len(values.shape) == 0:
            # One loss for the whole batch, such as a mean: each sample has it.
            values = ops.broadcast_to(values, ops.shape(ops.convert_to_tensor(sample_weight)))
        values, weight = combine_mask(sample_weight, mask, values)
    weighted = values if weight is None else ops.multiply(values, weight)
    if reduction in ("none", None):
        return weighted
    if reduction == "sum":
        return ops.sum(weighted)
    if reduction == "mean_with_sample_weight" and weight is not None:
        return ops.divide_no_nan(ops.sum(weighted), ops.sum(weight))
    if mask is None:
        return ops.mean(weighted)
    counted = _align_mask(weighted, mask)[1]
    return ops.divide_no_nan(ops.sum(weighted), ops.sum(ops.broadcast_to(counted, ops.shape(weighted))))
