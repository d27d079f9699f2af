"""Metrics of numbers: how far predictions are from targets."""

from keras.src import backend, initializers, losses, ops
from keras.src.api_export import keras_export
from keras.src.losses.loss import align_ranks, weights_like
from keras.src.metrics.metric import Metric
from keras.src.metrics.reduction_metrics import Mean, MeanMetricWrapper


@keras_export("keras.metrics.MeanSquaredError")
class MeanSquaredError(MeanMetricWrapper):
    """Mean of the squared differences between targets and predictions.

    Args:
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> float(keras.metrics.MeanSquaredError()([[0.0, 2.0]], [[1.0, 4.0]]))
    2.5
    """

    def __init__(self, name="mean_squared_error", dtype=None):
        super().__init__(losses.mean_squared_error, name=name, dtype=dtype)


@keras_export("keras.metrics.RootMeanSquaredError")
class RootMeanSquaredError(Mean):
    """Square root of the mean of all squared differences between targets and predictions.

    Args:
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> float(keras.metrics.RootMeanSquaredError()([[0.0, 0.0]], [[3.0, 3.0]]))
    3.0
    """

    _direction = "down"

    def __init__(self, name="root_mean_squared_error", dtype=None):
        super().__init__(name=name, dtype=dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Takes a batch into the mean.

        Args:
            y_true: Targets, a tensor.
            y_pred: Predictions, a tensor of the same shape.
            sample_weight: Optional weights, which broadcast to the predictions or have their leading axes.
        """
        mask = backend.get_keras_mask(y_pred)
        pair = (ops.convert_to_tensor(y, dtype=self.dtype) for y in (y_true, y_pred))
        self._add(ops.square(ops.subtract(*align_ranks(*pair))), sample_weight, mask)

    def result(self):
        """Returns the root, a scalar tensor."""
        return ops.sqrt(super().result())


@keras_export("keras.metrics.MeanAbsoluteError")
class MeanAbsoluteError(MeanMetricWrapper):
    """Mean of the absolute differences between targets and predictions.

    Args:
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> float(keras.metrics.MeanAbsoluteError()([[0.0, 2.0]], [[1.0, 4.0]]))
    1.5
    """

    def __init__(self, name="mean_absolute_error", dtype=None):
        super().__init__(losses.mean_absolute_error, name=name, dtype=dtype)


@keras_export("keras.metrics.MeanAbsolutePercentageError")
class MeanAbsolutePercentageError(MeanMetricWrapper):
    """Mean of the absolute differences in percent of the targets.

    Args:
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> float(keras.metrics.MeanAbsolutePercentageError()([[1.0, 2.0]], [[2.0, 3.0]]))
    75.0
    """

    def __init__(self, name="mean_absolute_percentage_error", dtype=None):
        super().__init__(losses.mean_absolute_percentage_error, name=name, dtype=dtype)


@keras_export("keras.metrics.MeanSquaredLogarithmicError")
class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """Mean of the squared differences between the logarithms of targets and predictions, each plus one.

    Args:
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> float(keras.metrics.MeanSquaredLogarithmicError()([[3.0]], [[3.0]]))
    0.0
    """

    def __init__(self, name="mean_squared_logarithmic_error", dtype=None):
        super().__init__(losses.mean_squared_logarithmic_error, name=name, dtype=dtype)


@keras_export("keras.metrics.LogCoshError")
class LogCoshError(MeanMetricWrapper):
    """Mean of the logarithm of the hyperbolic cosine of the differences.

    Args:
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> float(keras.metrics.LogCoshError()([[1.0]], [[1.0]]))
    0.0
    """

    def __init__(self, name="logcosh", dtype=None):
        super().__init__(losses.log_cosh, name=name, dtype=dtype)


def cosine_similarity(y_true, y_pred, axis=-1):
    """The cosine of the angle between targets and predictions; the loss of that name is minus this."""
    return ops.negative(losses.cosine_similarity(y_true, y_pred, axis=axis))


@keras_export("keras.metrics.CosineSimilarity")
class CosineSimilarity(MeanMetricWrapper):
    """Mean cosine of the angle between targets and predictions: 1 where they point the same way.

    Args:
        name: String.
        dtype: Dtype of the metric; floatx when absent.
        axis: Int, the axis along which the vectors lie.

    Example:

    >>> float(keras.metrics.CosineSimilarity()([[1.0, 0.0]], [[2.0, 0.0]]))
    1.0
    """

    _direction = "up"
    _silent_defaults = {"axis": -1}

    def __init__(self, name="cosine_similarity", dtype=None, axis=-1):
        super().__init__(cosine_similarity, name=name, dtype=dtype, axis=axis)


@keras_export("keras.metrics.R2Score")
class R2Score(Metric):
    """Coefficient of determination: the part of the targets' variance that predictions explain.

    Args:
        class_aggregation: How the scores of several outputs become one: `"uniform_average"`,
            `"variance_weighted_average"` or `None`, a score for each.
        num_regressors: Integer, the number of inputs of the model, for the adjusted score; 0 leaves it unadjusted.
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> metric = keras.metrics.R2Score()
    >>> metric.update_state([[1.0], [2.0], [3.0]], [[1.0], [2.0], [3.0]])
    >>> float(metric.result())
    1.0
    """

    _direction = "up"

    def __init__(self, class_aggregation="uniform_average", num_regressors=0, name="r2_score", dtype=None):
        super().__init__(name=name, dtype=dtype)
        known = ("uniform_average", "variance_weighted_average", None)
        if class_aggregation not in known:
            raise ValueError(f"`class_aggregation` must be one of {known}. Received: {class_aggregation!r}")
        if num_regressors < 0:
            raise ValueError(f"`num_regressors` must be at least 0. Received: num_regressors={num_regressors}")
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self.add_variable((), "zeros", name="num_samples")
        self._built = False

    def _build(self, outputs):
        for name in ("squared_sum", "sum", "residual", "count"):
            setattr(self, name, self.add_variable((outputs,), initializers.Zeros(), name=name))
        self._built = True

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Takes a batch into the score.

        Args:
            y_true: Targets, a tensor of shape `(batch, outputs)`.
            y_pred: Predictions, a tensor of the same shape.
            sample_weight: Optional weights, which broadcast to the targets or have their leading axes.
        """
        pair = (ops.convert_to_tensor(y, dtype=self.dtype) for y in (y_true, y_pred))
        y_true, y_pred = align_ranks(*pair)
        self._check_shapes(y_true, y_pred)
        if not self._built:
            self._build(y_true.shape[-1])
        weight = weights_like(y_true, sample_weight)
        weighted = ops.multiply(weight, y_true)
        errors = ops.multiply(weight, ops.square(ops.subtract(y_true, y_pred)))
        self.sum.accumulate(ops.sum(weighted, axis=0))
        self.squared_sum.accumulate(ops.sum(ops.multiply(y_true, weighted), axis=0))
        self.residual.accumulate(ops.sum(errors, axis=0))
        self.count.accumulate(ops.sum(weight, axis=0))
        self.num_samples.accumulate(ops.size(y_true))

    def _check_shapes(self, y_true, y_pred):
        shapes = tuple(y_true.shape), tuple(y_pred.shape)
        if len(shapes[0]) != 2 or shapes[0][1] is None or shapes[0][1] != shapes[1][-1]:
            raise ValueError(
                "R2Score takes targets and predictions of shape (batch, outputs). "
                f"Received: y_true of shape {shapes[0]} and y_pred of shape {shapes[1]}"
            )

    def result(self):
        """Returns the score, a scalar tensor, or one for each output; 0 before there are targets."""
        if not self._built:
            return ops.zeros((), dtype=self.dtype)
        total = ops.subtract(self.squared_sum, ops.divide(ops.square(self.sum), self.count))
        scores = ops.subtract(1.0, ops.divide(self.residual, total))
        scores = ops.where(ops.isinf(scores), ops.zeros_like(scores), scores)
        if self.class_aggregation == "uniform_average":
            scores = ops.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = ops.divide(ops.sum(ops.multiply(scores, total)), ops.sum(total))
        return self._adjusted(scores) if self.num_regressors else scores

    def _adjusted(self, scores):
        """Makes up for inputs that explain by chance; as it is where there are too few samples for that."""
        freedom = ops.subtract(self.num_samples, self.num_regressors + 1)
        factor = ops.divide(ops.subtract(self.num_samples, 1.0), ops.where(ops.greater(freedom, 0), freedom, 1.0))
        adjusted = ops.subtract(1.0, ops.multiply(ops.subtract(1.0, scores), factor))
        return ops.where(ops.greater(freedom, 0), adjusted, scores)

    def get_config(self):
        """Returns the constructor's arguments."""
        own = {"class_aggregation": self.class_aggregation, "num_regressors": self.num_regressors}
        return {**super().get_config(), **own}
