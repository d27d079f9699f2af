"""Sums and means, and means of functions of targets and predictions."""

from keras.src import backend, losses, ops
from keras.src.api_export import keras_export
from keras.src.losses import wrapped_function
from keras.src.losses.loss import align_ranks, combine_mask
from keras.src.metrics.metric import Metric
from keras.src.saving import serialization_lib


@keras_export("keras.metrics.Sum")
class Sum(Metric):
    """Sum of all values.

    Args:
        name: String.
        dtype: Dtype of the sum; floatx when absent.

    Example:

    >>> metric = keras.metrics.Sum()
    >>> metric.update_state([1.0, 3.0], sample_weight=[1.0, 0.5])
    >>> float(metric.result())
    2.5
    """

    def __init__(self, name="sum", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", name="total")

    def update_state(self, values, sample_weight=None):
        """Adds values.

        Args:
            values: Tensor.
            sample_weight: Optional weights, which broadcast to the values or have their leading axes.
        """
        values, weight = _weighted(values, sample_weight, self.dtype)
        self.total.accumulate(ops.sum(values if weight is None else ops.multiply(values, weight)))

    def result(self):
        """Returns the sum, a scalar tensor."""
        return ops.cast(self.total, self.dtype)


def _weighted(values, sample_weight, dtype, mask=None):
    """The values, and the product of weights and mask in a rank that fits them, or `None`."""
    return combine_mask(sample_weight, mask, ops.convert_to_tensor(values, dtype=dtype))


@keras_export("keras.metrics.Mean")
class Mean(Metric):
    """Weighted mean of all values.

    The first axis is that of samples, which count alike, however many values each of them has.

    Args:
        name: String.
        dtype: Dtype of the mean; floatx when absent.

    Example:

    >>> metric = keras.metrics.Mean()
    >>> metric.update_state([1.0, 3.0], sample_weight=[3.0, 1.0])
    >>> float(metric.result())
    1.5
    """

    def __init__(self, name="mean", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", name="total")
        self.count = self.add_variable((), "zeros", name="count")

    def update_state(self, values, sample_weight=None):
        """Takes values into the mean.

        Args:
            values: Tensor.
            sample_weight: Optional weights, which broadcast to the values or have their leading axes.
        """
        self._add(values, sample_weight)

    def _add(self, values, sample_weight=None, mask=None):
        if sample_weight.__class__ is int and mask is None and not len(values.shape):
            # The loss of a batch, weighed by its size: twice in each step of training.
            self.total.accumulate(ops.cast(values, self.dtype), sample_weight)
            self.count.accumulate(sample_weight)
            return
        values, weight = _weighted(values, sample_weight, self.dtype, mask)
        if weight is None:
            samples = ops.shape(values)[0] if len(values.shape) else 1
            samples = samples if isinstance(samples, int) else ops.cast(samples, self.dtype)
            (total,), count = _sums_over_samples(values), samples
        elif not len(weight.shape):
            total, count = ops.multiply(ops.mean(values), weight), weight
        else:
            total, count = _sums_over_samples(ops.multiply(values, weight), ops.broadcast_to(weight, ops.shape(values)))
        self.total.accumulate(total)
        self.count.accumulate(count)

    def result(self):
        """Returns the mean, a scalar tensor; 0 before there are values."""
        return ops.divide_no_nan(self.total, ops.cast(self.count, self.dtype))


def _sums_over_samples(*tensors):
    """Sum over the first axis of the means over the others, for each tensor."""
    return [ops.sum(ops.mean(x, axis=tuple(range(1, len(x.shape)))) if len(x.shape) > 1 else x) for x in tensors]


@keras_export("keras.metrics.MeanMetricWrapper")
class MeanMetricWrapper(Mean):
    """Weighted mean of a function of targets and predictions.

    Args:
        fn: Function `(y_true, y_pred, **kwargs)` that gives a value per sample.
        name: String; made from the class name when absent.
        dtype: Dtype of the mean; floatx when absent.
        **kwargs: Further arguments of `fn`.

    Example:

    >>> metric = keras.metrics.MeanMetricWrapper(keras.losses.huber, delta=0.5)
    >>> float(metric([[0.0]], [[1.0]]))
    0.375
    """

    # Arguments that files of Keras 3 do not hold, with their defaults; written only where they differ.
    _silent_defaults = {}

    def __init__(self, fn, name=None, dtype=None, **kwargs):
        super().__init__(name=name, dtype=dtype)
        self._fn = fn
        self._fn_kwargs = kwargs
        if fn in losses.FUNCTIONS:
            self._direction = "down"

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Takes a batch into the mean.

        Args:
            y_true: Targets, a tensor.
            y_pred: Predictions, a tensor.
            sample_weight: Optional weights, which broadcast to the values or have their leading axes.
        """
        mask = self._mask(y_true, y_pred, sample_weight)
        self._add(self._fn(*self._converted(y_true, y_pred), **self._fn_kwargs), sample_weight, mask)

    def _mask(self, y_true, y_pred, sample_weight):
        """Which values count, a bool tensor; `None` where all do."""
        return backend.get_keras_mask(y_pred)

    def _converted(self, y_true, y_pred):
        return ops.convert_to_tensor(y_true, dtype=self.dtype), ops.convert_to_tensor(y_pred, dtype=self.dtype)

    def get_config(self):
        """Returns the constructor's arguments, as plain values."""
        arguments = {k: v for k, v in self._fn_kwargs.items() if v != self._silent_defaults.get(k, self)}
        if wrapped_function.is_in_config(type(self), MeanMetricWrapper):
            arguments["fn"] = self._fn
        return {**super().get_config(), **serialization_lib.serialize_dict(arguments)}

    @classmethod
    def from_config(cls, config):
        """Builds a metric from what `get_config()` returned."""
        return wrapped_function.made_from_config(cls, config)


class LabelMetric(MeanMetricWrapper):
    """A mean of a function whose targets are class numbers, which half precision would round."""

    def _converted(self, y_true, y_pred):
        y_true = ops.convert_to_tensor(y_true)
        if not backend.is_int_dtype(y_true.dtype):
            y_true = ops.cast(y_true, self.dtype)
        return y_true, ops.convert_to_tensor(y_pred, dtype=self.dtype)


class AlignedMetric(MeanMetricWrapper):
    """A mean of a function whose values stand in the shape of its inputs."""

    def _converted(self, y_true, y_pred):
        return align_ranks(*super()._converted(y_true, y_pred))
