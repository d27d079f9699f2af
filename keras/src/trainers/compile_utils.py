"""The losses and metrics that `compile` was given, as one loss and one metric of the whole model."""

import warnings

from keras.src import backend, losses, ops, tree
from keras.src import metrics as metrics_module
from keras.src.losses import regression
from keras.src.losses.loss import Loss
from keras.src.losses.loss_function_wrapper import LossFunctionWrapper
from keras.src.metrics.metric import Metric
from keras.src.metrics.reduction_metrics import Mean, MeanMetricWrapper
from keras.src.trainers.output_routing import Outputs
from keras.src.utils.naming import to_snake_case

# Names that stand for a family: the member depends on the shapes of targets and outputs.
_BY_SHAPE = {
    "accuracy": ("BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy"),
    "crossentropy": ("BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy"),
}
_SHORT_NAMES = {"acc": "accuracy", "ce": "crossentropy"}


def object_name(thing):
    """Name of a loss, metric or function, in snake case."""
    if isinstance(thing, str):
        return thing
    name = getattr(thing, "name", None) or getattr(thing, "__name__", None)
    return to_snake_case(name or type(thing).__name__).strip("<>")


def get_metric(identifier, y_true, y_pred):
    """The metric that a user means.

    Args:
        identifier: Metric, function `(y_true, y_pred)`, name or config.
        y_true: Targets of the output, or a description of them.
        y_pred: The output, likewise.

    Returns:
        A `Metric`, or `None` for `None`.
    """
    if identifier is None or isinstance(identifier, Metric):
        return identifier
    if isinstance(identifier, str):
        family = _BY_SHAPE.get(_SHORT_NAMES.get(identifier.lower(), identifier.lower()))
        if family is not None:
            return getattr(metrics_module, family[_kind_of_labels(y_true, y_pred)])(name=identifier)
    metric = metrics_module.get(identifier)
    if isinstance(metric, Metric):
        if isinstance(identifier, str):
            metric.name = identifier
        return metric
    return MeanMetricWrapper(metric, name=object_name(identifier))


def _kind_of_labels(y_true, y_pred):
    """0 for a binary output, 1 for one-hot targets, 2 for targets that are class indices."""
    if len(y_pred.shape) < 2 or y_pred.shape[-1] == 1:
        return 0
    sparse = len(y_true.shape) < len(y_pred.shape) or y_true.shape[-1] == 1
    return 2 if sparse else 1


def get_loss(identifier):
    """The loss that a user means: a `Loss`, or `None` for `None`."""
    loss = losses.get(identifier)
    if loss is None or isinstance(loss, Loss):
        return loss
    return LossFunctionWrapper(loss, name=object_name(identifier if isinstance(identifier, str) else loss))


class CompileMetrics(Metric):
    """All metrics of `compile`, updated and read together.

    Args:
        metrics: What `compile` got as `metrics`.
        weighted_metrics: What it got as `weighted_metrics`: these see the sample weights.
        name: String.
        output_names: Names of the outputs in flat order, or `None`.
    """

    def __init__(self, metrics, weighted_metrics, name="compile_metrics", output_names=None):
        super().__init__(name=name)
        for argument, value in (("metrics", metrics), ("weighted_metrics", weighted_metrics)):
            if value is not None and not isinstance(value, (list, tuple, dict)):
                raise ValueError(
                    f"`{argument}` must be a list, tuple or dict. Received: {argument}={value!r} of type "
                    f"{type(value).__name__}"
                )
        self._given = {"metrics": metrics, "weighted_metrics": weighted_metrics}
        self._output_names = output_names
        self.built = False
        # Triples (index of the output, metric, name of its result), unweighted ones first. Kept from the tracker,
        # which would copy them.
        self.__dict__["_entries"] = {"metrics": [], "weighted_metrics": []}

    @property
    def metrics(self):
        """The metrics, in the order in which they were given."""
        return [metric for entries in self._entries.values() for _, metric, _ in entries]

    @property
    def variables(self):
        """Variables of all metrics."""
        return [v for metric in self.metrics for v in metric.variables]

    @property
    def trainable_variables(self):
        """None: metrics are not trained."""
        return []

    @property
    def non_trainable_variables(self):
        """Variables of all metrics."""
        return self.variables

    def build(self, y_true, y_pred):
        """Finds out which metric belongs to which output.

        Args:
            y_true: Targets, or descriptions of them.
            y_pred: Outputs, likewise.
        """
        outputs = Outputs(y_pred, self._output_names)
        self._outputs = outputs
        flat_y_pred = tree.flatten(y_pred)
        flat_y_true = outputs.align(y_true, "y", partial=True)
        names = outputs.metric_names() if outputs.count > 1 else [None]
        taken = set()
        for argument, given in self._given.items():
            if given is None:
                continue
            entries = self._entries[argument] = []
            for index, wanted in enumerate(_per_output(outputs, given, argument)):
                for identifier in wanted:
                    metric = get_metric(identifier, flat_y_true[index], flat_y_pred[index])
                    if metric is not None:
                        name = _result_name(names[index], metric, argument, taken)
                        entries.append((index, metric, name))
        self.built = True

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Updates every metric with the batch.

        Args:
            y_true: Targets.
            y_pred: Outputs of the model.
            sample_weight: Weights of the samples, for the weighted metrics; `None`, one array, or one for each output.
        """
        if not self.built:
            self.build(y_true, y_pred)
        outputs = self._outputs
        if outputs.count == 1:
            y_true, y_pred = _only_leaf(y_true), _only_leaf(y_pred)
            y_true, y_pred = [y_true], [y_pred]
        else:
            y_true, y_pred = outputs.align(y_true, "y", partial=True), tree.flatten(y_pred)
        for index, metric, _ in self._entries["metrics"]:
            self._update(index, metric, y_true[index], y_pred[index])
        if self._entries["weighted_metrics"]:
            weights = spread_weights(outputs, sample_weight)
            for index, metric, _ in self._entries["weighted_metrics"]:
                self._update(index, metric, y_true[index], y_pred[index], sample_weight=weights[index])

    def _update(self, index, metric, y_true, y_pred, **weights):
        try:
            metric.update_state(y_true, y_pred, **weights)
        except ValueError as error:
            raise explained(error, "metric", metric, y_true, y_pred, self._outputs.label(index)) from error

    def reset_state(self):
        """Resets every metric."""
        for metric in self.metrics:
            metric.reset_state()

    def result(self):
        """Dict from the names of the metrics to their results."""
        results = {}
        for entries in self._entries.values():
            for _, metric, name in entries:
                value = metric.result()
                if isinstance(value, dict):
                    results.update(value)
                else:
                    results[name] = value
        return results

    def get_config(self):
        """Not available: the arguments of `compile` are saved instead."""
        raise NotImplementedError("CompileMetrics has no config; `Model.get_compile_config()` has what it was made of.")


def _only_leaf(value):
    while isinstance(value, (list, tuple, dict)) and len(value) == 1:
        value = next(iter(value.values())) if isinstance(value, dict) else value[0]
    return value


def _per_output(outputs, given, argument):
    """For each output the list of what the user asked for."""
    if outputs.count == 1:
        return [tree.flatten(given)]
    return [
        tree.flatten(entry) if isinstance(entry, (list, tuple, dict)) else [entry]
        for entry in outputs.align(given, argument, partial=True)
    ]


def _result_name(output_name, metric, argument, taken):
    prefix = "" if output_name is None else f"{output_name}_"
    name = f"{prefix}{metric.name}"
    if name in taken and argument == "weighted_metrics":
        name = f"{prefix}weighted_{metric.name}"
    base, number = name, 1
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    taken.add(name)
    return name


def spread_weights(outputs, sample_weight):
    """Sample weights for each output: one array serves all."""
    if sample_weight is None or not isinstance(sample_weight, (list, tuple, dict)):
        return [sample_weight] * outputs.count
    if outputs.count > 1 and len(tree.flatten(sample_weight)) == 1:
        return [_only_leaf(sample_weight)] * outputs.count
    return outputs.align(sample_weight, "sample_weight", partial=True)


class CompileLoss(Loss):
    """The losses of `compile`, added up.

    Args:
        loss: What `compile` got as `loss`: one for all outputs, or a structure with one for each.
        loss_weights: Factors of the losses, likewise, or `None`.
        reduction: Ignored: each loss reduces by itself.
        output_names: Names of the outputs in flat order, or `None`.
    """

    def __init__(self, loss, loss_weights=None, reduction="sum_over_batch_size", output_names=None):
        super().__init__(name="compile_loss", reduction=reduction)
        if loss_weights is not None and not isinstance(loss_weights, (list, tuple, dict, int, float)):
            raise ValueError(
                "`loss_weights` must be a number, for one output, or a list, tuple or dict with a number for "
                "each output. "
                f"Received: loss_weights={loss_weights!r} of type {type(loss_weights).__name__}"
            )
        for identifier in tree.flatten(loss):
            get_loss(identifier)
        self._given_loss = loss
        self._given_weights = loss_weights
        self._output_names = output_names
        self._entries = []
        self.metrics = []
        self.built = False

    @property
    def variables(self):
        """Variables of the means of the losses of single outputs."""
        return [v for metric in self.metrics for v in metric.variables]

    def build(self, y_true, y_pred):
        """Finds out which loss belongs to which output.

        Args:
            y_true: Targets, or descriptions of them.
            y_pred: Outputs, likewise.
        """
        if y_pred is None:
            raise ValueError("The model's `call()` gave nothing to compute a loss from: it must return its outputs.")
        outputs = self._outputs = Outputs(y_pred, self._output_names)
        found = [get_loss(entry) for entry in self._loss_of_each_output(outputs)]
        weights = self._weight_of_each_output(outputs)
        order = outputs.order_of(self._given_loss) if isinstance(self._given_loss, dict) else range(outputs.count)
        used = [index for index in order if found[index] is not None]
        _warn_of_broadcast(y_true, y_pred, outputs, found)
        trackers = {}
        if len(used) > 1:
            names = outputs.loss_names()
            trackers = {index: _mean_of_loss(names[index], found[index]) for index in used}
        self._entries = [(index, found[index], weights[index], trackers.get(index)) for index in used]
        self.metrics = list(trackers.values())
        self.built = True

    def _loss_of_each_output(self, outputs):
        loss = self._given_loss
        if not isinstance(loss, (list, tuple, dict)):
            return [loss] * outputs.count
        if outputs.count == 1:
            entries = [entry for entry in tree.flatten(loss) if entry is not None]
            if isinstance(loss, dict):
                entries = [entry for entry in outputs.align(loss, "loss", partial=True) if entry is not None]
            if len(entries) != 1:
                raise ValueError(f"The model has one output, but `loss` has {len(entries)} entries: {loss!r}")
            return [_only_leaf(entries[0])]
        return [_only_leaf(entry) for entry in outputs.align(loss, "loss", partial=True)]

    def _weight_of_each_output(self, outputs):
        weights = self._given_weights
        if weights is None:
            return [None] * outputs.count
        if isinstance(weights, (int, float)):
            return [weights] * outputs.count
        return outputs.align(weights, "loss_weights", partial=True)

    def __call__(self, y_true, y_pred, sample_weight=None):
        return self.call(y_true, y_pred, sample_weight)

    def call(self, y_true, y_pred, sample_weight=None):
        """The weighted sum of the losses.

        Args:
            y_true: Targets: a structure like the outputs, a list in their order, or a dict by their names.
            y_pred: Outputs of the model.
            sample_weight: Weights of the samples; `None`, one array, or one for each output.

        Returns:
            Scalar tensor, or `None` where every loss is `None`.
        """
        if not self.built:
            self.build(y_true, y_pred)
        outputs = self._outputs
        y_true = [_only_leaf(y_true)] if outputs.count == 1 else outputs.align(y_true, "y", partial=True)
        y_pred = [y_pred] if backend.is_tensor(y_pred) else tree.flatten(y_pred)
        weights = spread_weights(outputs, sample_weight)
        total = None
        for index, loss, factor, tracker in self._entries:
            check_targets(y_true[index], y_pred[index], index, outputs)
            try:
                value = loss(y_true[index], y_pred[index], weights[index])
            except ValueError as error:
                raise explained(error, "loss", loss, y_true[index], y_pred[index], outputs.label(index)) from error
            value = ops.convert_to_tensor(value, dtype=self.dtype)
            if tracker is not None:
                tracker.update_state(value, sample_weight=batch_size_of(y_pred[index]))
            if factor is not None:
                value = ops.multiply(value, factor)
            total = value if total is None else ops.add(total, value)
        return total

    def get_config(self):
        """Not available: the arguments of `compile` are saved instead."""
        raise NotImplementedError("CompileLoss has no config; `Model.get_compile_config()` has what it was made of.")


def _mean_of_loss(name, loss):
    return Mean(name=f"{object_name(loss) if name is None else name}_loss")


def check_targets(y_true, y_pred, index, outputs):
    """Raises where an output that has a loss has no targets."""
    if y_true is None:
        raise ValueError(
            f"The model has a loss, but the data has no targets for it{outputs.label(index)}. Pass `y`, or "
            "data that yields `(x, y)`."
        )


def explained(error, kind, thing, y_true, y_pred, label):
    """An error about shapes that says which loss or metric met it, and what it was given.

    Args:
        error: The `ValueError`.
        kind: "loss" or "metric".
        thing: The loss or metric.
        y_true: Targets of the output.
        y_pred: The output.
        label: Which output it is, or "".
    """
    if type(error) is not ValueError:
        return error
    return ValueError(
        f"The {kind} {object_name(thing)!r}{label} cannot be computed from targets of shape {_shape_of(y_true)} and "
        f"outputs of shape {_shape_of(y_pred)}. {error}"
    )


def _shape_of(value):
    return tuple(getattr(value, "shape", ())) if not tree.is_nested(value) else tree.map_structure(_shape_of, value)


def _warn_of_broadcast(y_true, y_pred, outputs, found):
    """Warns where targets are stretched to the shape of an output, or an output to that of its targets."""
    targets = [_only_leaf(y_true)] if outputs.count == 1 else outputs.align(y_true, "y", partial=True)
    for index, (target, output) in enumerate(zip(targets, tree.flatten(y_pred))):
        compares = getattr(getattr(found[index], "fn", None), "__module__", None) == regression.__name__
        shapes = [tuple(getattr(x, "shape", None) or ()) for x in (target, output)]
        if compares and len(shapes[0]) == len(shapes[1]) > 1 and _differ(*shapes):
            warnings.warn(
                f"The targets{outputs.label(index)} have the shape {shapes[0]}, but the output has the shape "
                f"{shapes[1]}: the loss {object_name(found[index])!r} stretches one to the other. Give the output as "
                "many units as there are targets.",
                stacklevel=8,
            )


def _differ(one, other):
    return any(a != b for a, b in zip(one[1:], other[1:]) if a is not None and b is not None)


def batch_size_of(x):
    """Number of samples in a batch: a Python integer where it is known."""
    leaf = next((leaf for leaf in tree.flatten(x) if leaf is not None), None)
    shape = getattr(leaf, "shape", None)
    size = shape[0] if shape else 1
    return ops.shape(leaf)[0] if size is None else size


def as_floats(logs):
    """Logs as Python floats, where they are scalars, in the order of their names; nested dicts are joined.

    Args:
        logs: Dict from name to number, tensor or dict.
    """
    flat = {}
    for name, value in sorted(logs.items()):
        if isinstance(value, dict):
            flat.update(as_floats(value))
        else:
            flat[name] = _as_float(value)
    return flat


def _as_float(value):
    if isinstance(value, (int, float)):
        return float(value)
    array = backend.convert_to_numpy(value)
    return float(array) if array.ndim == 0 else array
