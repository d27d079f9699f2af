"""What callbacks that watch a value have in common."""

from keras.src import ops
from keras.src.callbacks.callback import Callback
from keras.src.utils.warning_utils import warn

_RISES = (
    "accuracy",
    "acc",
    "auc",
    "precision",
    "recall",
    "f1",
    "fbeta",
    "iou",
    "r2",
    "similarity",
    "sensitivity",
    "specificity",
)
_FALLS = (
    "loss",
    "error",
    "entropy",
    "divergence",
    "hinge",
    "poisson",
    "mse",
    "mae",
    "mape",
    "msle",
    "rmse",
    "crossentropy",
    "ce",
)


class MonitorCallback(Callback):
    """Base of callbacks that watch a value in the logs.

    Args:
        monitor: Name of the value.
        mode: `"min"`, `"max"`, or `"auto"`: after the kind of metric.
        initial_value_threshold: The best value to begin with, or `None`.
        min_delta: What counts as an improvement at least.
    """

    def __init__(self, monitor="val_loss", mode="auto", initial_value_threshold=None, min_delta=0):
        super().__init__()
        if mode not in ("auto", "min", "max"):
            warn(
                f"{type(self).__name__}: `mode` must be 'auto', 'min' or 'max'; {mode!r} counts as 'auto'.",
            )
            mode = "auto"
        self.monitor = monitor
        self.mode = mode
        self.best = initial_value_threshold
        self.min_delta = abs(min_delta)
        self.monitor_op = None

    def _set_monitor_op(self, logs=None):
        rises = self._rises(logs) if self.mode == "auto" else self.mode == "max"
        self.monitor_op = ops.greater if rises else ops.less

    def _rises(self, logs):
        name = self.monitor.removeprefix("val_")
        if name == "loss":
            return False
        direction = self._direction_of_metric(name)
        if direction is not None:
            return direction == "up"
        if logs is not None and not {name, f"val_{name}"} & logs.keys():
            self._refuse(logs)
        words = name.lower().replace("-", "_").split("_")
        if any(word in _FALLS for word in words):
            return False
        if any(word.startswith(_RISES) for word in words):
            return True
        self._refuse(logs)

    def _refuse(self, logs):
        available = f" Or is the name another one? There are: {', '.join(logs)}." if logs else ""
        raise ValueError(
            f"{type(self).__name__} cannot tell whether {self.monitor!r} is to rise or to fall. Pass `mode='max'` "
            f"or `mode='min'`.{available}"
        )

    def _direction_of_metric(self, name):
        for metric in getattr(self.model, "metrics", None) or ():
            for single in getattr(metric, "metrics", [metric]):
                if name == single.name or name.endswith(f"_{single.name}"):
                    direction = getattr(single, "_direction", None)
                    if direction is not None:
                        return direction
        return None

    def _is_improvement(self, value, reference):
        if reference is None:
            return True
        if self.monitor_op is None:
            self._set_monitor_op()
        # `ops.greater` and `ops.less` say the direction to others who look; here plain numbers are compared.
        rises = self.monitor_op is ops.greater
        return value > reference + self.min_delta if rises else value < reference - self.min_delta

    def _value_in(self, logs, purpose):
        """The watched value; `None`, with a warning, where it is missing."""
        value = (logs or {}).get(self.monitor)
        if value is None:
            warn(
                f"{purpose} depends on `{self.monitor}`, which is not available. Available: {', '.join(logs or {})}",
            )
        return value
