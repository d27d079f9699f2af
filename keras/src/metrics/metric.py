"""The base class of metrics."""

from keras.src import backend, dtype_policies, initializers, ops
from keras.src.api_export import keras_export
from keras.src.backend.common.replicas import on_all_rows
from keras.src.saving.keras_saveable import KerasSaveable
from keras.src.utils.naming import auto_name
from keras.src.utils.tracking import Tracker


@keras_export(["keras.Metric", "keras.metrics.Metric"])
class Metric(KerasSaveable):
    """A number that sums up many batches, kept in variables.

    A subclass creates its variables in the constructor by `add_weight`, and implements `update_state(...)`, which takes
    a batch into account, and `result()`.

    Args:
        dtype: Dtype or dtype policy of the variables and the computation; floatx when absent.
        name: String; made from the class name when absent.

    Example:

    >>> class Largest(keras.metrics.Metric):
    ...     def __init__(self, name="largest", **kwargs):
    ...         super().__init__(name=name, **kwargs)
    ...         self.value = self.add_weight(name="value")
    ...     def update_state(self, y_true, y_pred, sample_weight=None):
    ...         self.value.assign(keras.ops.maximum(self.value, keras.ops.max(y_pred)))
    ...     def result(self):
    ...         return self.value.value
    >>> metric = Largest()
    >>> metric.update_state(None, keras.ops.convert_to_tensor([1.0, 3.0]))
    >>> float(metric.result())
    3.0
    """

    # Whether callbacks should take a higher ("up") or a lower ("down") value for the better one.
    _direction = None

    def __init__(self, dtype=None, name=None):
        self.name = name or auto_name(type(self).__name__)
        self._dtype = dtype_policies.get(dtype or backend.floatx()).compute_dtype
        self._metrics = []
        self._variables = []
        self._tracker = Tracker(
            {
                "variables": (lambda x: isinstance(x, backend.Variable), self._variables),
                "metrics": (lambda x: isinstance(x, Metric), self._metrics),
            }
        )

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "update_state" in vars(cls):
            cls.update_state = on_all_rows(cls.update_state)

    def __setattr__(self, name, value):
        tracker = self.__dict__.get("_tracker")
        super().__setattr__(name, value if tracker is None else tracker.track(value))

    @property
    def variables(self):
        """The variables of the metric, then those of the metrics that it holds."""
        variables = list(self._variables)
        for metric in self._metrics:
            variables.extend(metric.variables)
        return variables

    @property
    def dtype(self):
        """Name of the dtype of the variables and the computation."""
        return self._dtype

    def add_variable(self, shape, initializer, dtype=None, aggregation="sum", name=None):
        """Adds a variable.

        Args:
            shape: Tuple of ints.
            initializer: Name of an initializer, a callable, or the first value, an array or tensor.
            dtype: Dtype; that of the metric when absent.
            aggregation: How values of replicas are combined.
            name: String.

        Returns:
            A variable that is not trainable.
        """
        if "_tracker" not in self.__dict__:
            raise RuntimeError(
                f"The constructor of {type(self).__name__} must call `super().__init__()` before it adds variables."
            )
        if hasattr(initializer, "shape"):
            initializer = initializers.Constant(initializer)
        elif not initializer:
            initializer = "zeros"
        initializer = initializers.get(initializer)
        description = {"shape": shape, "dtype": dtype or self.dtype, "aggregation": aggregation, "name": name}
        with backend.name_scope(self.name.replace("/", ">"), caller=self):
            variable = backend.Variable(initializer, trainable=False, synchronization="on_read", **description)
        self._tracker.add_to_store("variables", variable)
        return variable

    def add_weight(self, shape=(), initializer=None, dtype=None, name=None):
        """Adds a variable; see `add_variable`."""
        return self.add_variable(shape=shape, initializer=initializer, dtype=dtype, name=name)

    def reset_state(self):
        """Sets all variables to zero, between epochs."""
        for variable in self.variables:
            variable.clear()

    def update_state(self, *args, **kwargs):
        """Takes a batch into account."""
        raise NotImplementedError(f"{type(self).__name__} must implement `update_state(...)`.")

    def result(self):
        """Returns the value, a scalar tensor or a dict of them."""
        raise NotImplementedError(f"{type(self).__name__} must implement `result()`.")

    def __call__(self, *args, **kwargs):
        self.update_state(*args, **kwargs)
        return self.result()

    # Without side effects.

    def stateless_update_state(self, metric_variables, *args, **kwargs):
        """Does what `update_state` does on given values, without changing any variable.

        Args:
            metric_variables: List of tensors, the values of `metric.variables`.
            *args: See `update_state`.
            **kwargs: See `update_state`.

        Returns:
            List of tensors, the new values.
        """
        with self._scope(metric_variables) as scope:
            self.update_state(*args, **kwargs)
        return [_value_in(scope, variable) for variable in self.variables]

    def stateless_result(self, metric_variables):
        """Returns the result for given values of the variables.

        Args:
            metric_variables: List of tensors, the values of `metric.variables`.
        """
        with self._scope(metric_variables):
            return result_of(self)

    def stateless_reset_state(self):
        """Returns the values of the variables after a reset, a list of tensors."""
        with backend.StatelessScope() as scope:
            self.reset_state()
        return [_value_in(scope, variable) for variable in self.variables]

    def _scope(self, values):
        variables = self.variables
        if len(values) != len(variables):
            raise ValueError(
                f"`metric_variables` takes a tensor for each of the {len(variables)} variables of {self.name!r}. "
                f"Received: {len(values)} tensors"
            )
        return backend.StatelessScope(state_mapping=zip(variables, values))

    def get_config(self):
        """Returns `name` and `dtype`."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config):
        """Builds a metric from what `get_config()` returned."""
        return cls(**config)

    def _obj_type(self):
        return "Metric"

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}>"


def result_of(metric):
    """What `metric.result()` says now: of a variable, which may stand there too, its value."""
    result = metric.result()
    if isinstance(result, dict):
        return {name: _read(value) for name, value in result.items()}
    return _read(result)


def _read(value):
    return ops.copy(value) if isinstance(value, backend.Variable) else value


def _value_in(scope, variable):
    value = scope.get_current_value(variable)
    return variable.value if value is None else value
