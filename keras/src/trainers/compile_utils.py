"""The losses and metrics that `compile` was given, as one loss and one metric of the whole model."""

from keras.src import backend, losses, ops, tree
from keras.src import metrics as metrics_module
from keras.src.backend.common.labels import check_labels
from keras.src.backend.common.replicas import on_all_rows, rows_of_all
from keras.src.losses import regression
from keras.src.losses.loss import Loss
from keras.src.losses.loss_function_wrapper import LossFunctionWrapper
from keras.src.metrics.metric import Metric, result_of
from keras.src.metrics.reduction_metrics import Mean, MeanMetricWrapper
from keras.src.trainers.loss_structure import terms_of
from keras.src.trainers.output_routing import Outputs, is_container
from keras.src.utils.naming import to_snake_case
from keras.src.utils.warning_utils import warn

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
        member = _member(identifier, y_true, y_pred)
        if member is not None:
            return getattr(metrics_module, member)(name=identifier)
    metric = metrics_module.get(identifier)
    if isinstance(metric, Metric):
        if isinstance(identifier, str):
            metric.name = identifier
        return metric
    return MeanMetricWrapper(metric, name=object_name(identifier))


def _family(name):
    return _BY_SHAPE.get(_SHORT_NAMES.get(name.lower(), name.lower()))


def _member(name, y_true, y_pred):
    """Name of the class that a name stands for, given targets and outputs; `None` where it stands for no family."""
    family = _family(name)
    return None if family is None else family[_kind_of_labels(y_true, y_pred)]


def _kind_of_labels(y_true, y_pred):
    """0 for a binary output, 1 for one-hot targets, 2 for targets that are class indices."""
    if len(y_pred.shape) < 2 or y_pred.shape[-1] == 1:
        return 0
    sparse = len(y_true.shape) < len(y_pred.shape) or y_true.shape[-1] == 1
    return 2 if sparse else 1


def get_loss(identifier, y_true, y_pred):
    """The loss that a user means.

    Args:
        identifier: Loss, function `(y_true, y_pred)`, name or config.
        y_true: Targets of the output, or a description of them.
        y_pred: The output, likewise.

    Returns:
        A `Loss`, or `None` for `None`.
    """
    if _is_crossentropy(identifier):
        return getattr(losses, _member(identifier, y_true, y_pred))()
    loss = losses.get(identifier)
    if loss is None or isinstance(loss, Loss):
        return loss
    return LossFunctionWrapper(loss, name=object_name(identifier if isinstance(identifier, str) else loss))


def _is_crossentropy(identifier):
    """Whether the loss is the cross-entropy that fits the shapes."""
    return isinstance(identifier, str) and _family(identifier) is _BY_SHAPE["crossentropy"]


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
            y_true, y_pred = _target_of_one(y_true, outputs), [_only_leaf(y_pred)]
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
                value = result_of(metric)
                if isinstance(value, dict):
                    results.update(value)
                else:
                    results[name] = value
        return results

    def get_config(self):
        """Not available: the arguments of `compile` are saved instead."""
        raise NotImplementedError("CompileMetrics has no config; `Model.get_compile_config()` has what it was made of.")


def _target_of_one(y_true, outputs):
    """The targets of a model with one output, as a list."""
    return outputs.align(y_true, "y", partial=True) if is_container(y_true) else [y_true]


def _only_leaf(value):
    while isinstance(value, (list, tuple, dict)) and len(value) == 1:
        value = next(iter(value.values())) if isinstance(value, dict) else value[0]
    return value


def _per_output(outputs, given, argument):
    """For each output the list of what the user asked for."""
    if outputs.count == 1 and not isinstance(given, dict):
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
    if not is_container(sample_weight):
        return [sample_weight] * outputs.count
    if outputs.count > 1 and not isinstance(sample_weight, dict) and len(tree.flatten(sample_weight)) == 1:
        return [_only_leaf(sample_weight)] * outputs.count
    return outputs.align(sample_weight, "sample_weight", partial=True)


class CompileLoss(Loss):
    """The losses of `compile`, added up.

    Args:
        loss: What `compile` got as `loss`: one for all outputs, or a structure; see `loss_structure.terms_of`.
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
            if not _is_crossentropy(identifier):
                losses.get(identifier)
        self._given_loss = loss
        self._given_weights = loss_weights
        self._output_names = output_names
        self._entries, self._classes, self.has_losses_of_user = [], [], False
        self.metrics = []
        self.built = False

    @property
    def variables(self):
        """Variables of the means of the losses of single outputs."""
        return [v for metric in self.metrics for v in metric.variables]

    def only_loss(self):
        """The loss of a model with one output and one loss for it, else `None`; known once this is built."""
        return self._entries[0][1] if len(self._entries) == 1 and self._outputs.count == 1 else None

    def build(self, y_true, y_pred):
        """Finds out which loss belongs to which output.

        Args:
            y_true: Targets, or descriptions of them.
            y_pred: Outputs, likewise.
        """
        if y_pred is None:
            raise ValueError("The model's `call()` gave nothing to compute a loss from: it must return its outputs.")
        outputs = self._outputs = Outputs(y_pred, self._output_names)
        y_true, y_pred = outputs.align(y_true, "y", partial=True), tree.flatten(y_pred)
        terms = [
            (term, get_loss(term.loss, term.part_of(y_true), term.part_of(y_pred)))
            for term in terms_of(self._given_loss, self._given_weights, outputs)
            if term.loss is not None
        ]
        _warn_of_broadcast(y_true, y_pred, outputs, [(t.start, loss) for t, loss in terms if t.is_of_one_output])
        trackers = _trackers(terms, outputs)
        self._entries = [(term, loss, term.factor, trackers.get(_place(term))) for term, loss in terms]
        self.metrics = list(trackers.values())
        self._classes = [
            (term.start, _label_range(loss, y_pred[term.start])) for term, loss in terms if term.is_of_one_output
        ]
        self.has_losses_of_user = any(_is_of_user(loss) for _, loss in terms)
        self.built = True

    def check_labels(self, y_true):
        """Raises where targets are numbers of classes that an output does not have.

        Args:
            y_true: Targets of a batch, as NumPy arrays.
        """
        targets = self._outputs.align(y_true, "y", partial=True)
        for index, known in self._classes:
            if known is not None and targets[index] is not None:
                check_labels(targets[index], *known, which=self._outputs.label(index))

    def __call__(self, y_true, y_pred, sample_weight=None):
        return self.call(y_true, y_pred, sample_weight)

    @on_all_rows
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
        y_true = _target_of_one(y_true, outputs) if outputs.count == 1 else outputs.align(y_true, "y", partial=True)
        y_pred = [y_pred] if backend.is_tensor(y_pred) else tree.flatten(y_pred)
        weights = spread_weights(outputs, sample_weight)
        total, tracked = None, {}
        for term, loss, factor, tracker in self._entries:
            value = ops.convert_to_tensor(self._value_of(term, loss, y_true, y_pred, weights), dtype=self.dtype)
            if tracker is not None:
                former = tracked.get(_place(term))
                tracked[_place(term)] = (tracker, value if former is None else ops.add(former[1], value))
            if factor is not None:
                value = ops.multiply(value, factor)
            total = value if total is None else ops.add(total, value)
        for (start, _), (tracker, value) in tracked.items():
            tracker.update_state(value, sample_weight=batch_size_of(y_pred[start]))
        return total

    def _value_of(self, term, loss, y_true, y_pred, weights):
        if term.is_of_one_output:
            target, output, weight = y_true[term.start], y_pred[term.start], weights[term.start]
            label = self._outputs.label(term.start)
            check_targets(target, label)
        else:
            target, output, weight = term.part_of(y_true), term.part_of(y_pred), _common_weight(term, weights)
            label = f" (outputs {term.path or 'all'!r})"
        try:
            return loss(target, output, weight)
        except ValueError as error:
            raise explained(error, "loss", loss, target, output, label) from error

    def get_config(self):
        """Not available: the arguments of `compile` are saved instead."""
        raise NotImplementedError("CompileLoss has no config; `Model.get_compile_config()` has what it was made of.")


def _place(term):
    return term.start, term.path


def _trackers(terms, outputs):
    """A mean for the losses of each part of the outputs, where there are several parts."""
    places = {_place(term): (term, loss) for term, loss in terms}
    if len(places) == 1:
        return {}
    return {place: Mean(name=f"{_name_of_part(term, loss, outputs)}_loss") for place, (term, loss) in places.items()}


def _name_of_part(term, loss, outputs):
    """What the name of a loss begins with, which tells the outputs that it takes where there are others, too."""
    if term.is_of_one_output:
        return outputs.loss_name(term.start, object_name(loss))
    if term.path:
        return "/".join(map(str, term.path))
    names = [outputs.loss_name(index, None) for index in range(outputs.count)]
    return object_name(loss) if None in names else "_".join(names)


def _common_weight(term, weights):
    """The sample weights of a loss of several outputs."""
    parts = tree.flatten(term.part_of(weights)) or [None]
    if any(part is not parts[0] for part in parts):
        raise ValueError(
            "A loss of several outputs takes one array of sample weights. Received: an array for each output."
        )
    return parts[0]


def check_targets(y_true, label):
    """Raises where an output that has a loss has no targets."""
    if y_true is None:
        raise ValueError(
            f"The model has a loss, but the data has no targets for it{label}. Pass `y`, or data that yields `(x, y)`."
        )


def _label_range(loss, y_pred):
    """The number of classes, and the class to be ignored, of a loss whose targets are numbers of classes; else `None`."""
    if getattr(loss, "fn", None) is not losses.sparse_categorical_crossentropy or _is_of_user(loss):
        return None
    arguments = loss._fn_kwargs
    shape, axis = getattr(y_pred, "shape", None), arguments.get("axis", -1)
    return (shape[axis], arguments.get("ignore_class")) if shape and shape[axis] is not None else None


def _is_of_user(loss):
    """Whether a loss, or what it calls, is not the library's, so that nobody knows what it does with its targets."""
    parts = type(loss).__call__, type(loss).call, getattr(loss, "fn", None)
    return any(part is not None and not str(part.__module__).startswith("keras.src.losses.") for part in parts)


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
    y_pred = tree.flatten(y_pred)
    for index, loss in found:
        target, output = y_true[index], y_pred[index]
        compares = getattr(getattr(loss, "fn", None), "__module__", None) == regression.__name__
        shapes = [tuple(getattr(x, "shape", None) or ()) for x in (target, output)]
        if compares and len(shapes[0]) == len(shapes[1]) > 1 and _differ(*shapes):
            warn(
                f"The targets{outputs.label(index)} have the shape {shapes[0]}, but the output has the shape "
                f"{shapes[1]}: the loss {object_name(loss)!r} stretches one to the other. Give the output as "
                "many units as there are targets."
            )


def _differ(one, other):
    return any(a != b for a, b in zip(one[1:], other[1:]) if a is not None and b is not None)


def batch_size_of(x):
    """Number of samples in a batch: a Python integer where it is known."""
    leaf = next((leaf for leaf in tree.flatten(x) if leaf is not None), None)
    shape = getattr(leaf, "shape", None)
    size = shape[0] if shape else 1
    return ops.shape(leaf)[0] if size is None else rows_of_all(size)


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
