"""`Compiling`: how a model is to be trained, its loss and its metrics."""

import inspect

from keras.src import backend, dtype_policies, ops, optimizers
from keras.src.backend.common.global_state import cached_for_session
from keras.src.metrics.metric import result_of
from keras.src.metrics.reduction_metrics import Mean
from keras.src.optimizers.loss_scale_optimizer import LossScaleOptimizer
from keras.src.saving import serialization_lib
from keras.src.trainers.compile_utils import CompileLoss, CompileMetrics, as_floats, batch_size_of
from keras.src.trainers.engine_view import ModelInTraining
from keras.src.trainers.loop import read_logs
from keras.src.utils import traceback_utils
from keras.src.utils.attributes import error_of_property
from keras.src.utils.warning_utils import warn

_STATE = {
    "optimizer": None,
    "compiled": False,
    "loss": None,
    "stop_training": False,
    "stop_evaluating": False,
    "stop_predicting": False,
    "train_function": None,
    "test_function": None,
    "predict_function": None,
    "_compile_loss": None,
    "_compile_metrics": None,
    "_loss_tracker": None,
    "_compile_config": None,
    "_run_eagerly": False,
    "_jit_compile": "auto",
    "_steps_per_execution": 1,
    "_running_fit": None,
}


@cached_for_session
def _knows_phase(function):
    """Whether a function in the place of `compute_loss` takes `training`."""
    return _takes(function, "training")


class Compiling(backend.trainer.TrainSteps):
    """The part of a model that `compile` concerns; see `keras.Model`."""

    def __init__(self):
        # Straight into `__dict__`: what is kept here is no part of the model as a layer.
        self.__dict__.update({name: value for name, value in _STATE.items() if name not in self.__dict__})

    def __getattr__(self, name):
        # Some models are made without `__init__`, as by pickling; torch's modules look attributes up by themselves.
        if name in _STATE:
            return _STATE[name]
        parent = getattr(super(), "__getattr__", None)
        if parent is None:
            error_of_property(self, name)
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return parent(name)

    # Compiling

    @traceback_utils.filter_traceback
    def compile(
        self,
        optimizer="rmsprop",
        loss=None,
        loss_weights=None,
        metrics=None,
        weighted_metrics=None,
        run_eagerly=False,
        steps_per_execution=1,
        jit_compile="auto",
        auto_scale_loss=True,
    ):
        """Says how the model is to be trained.

        Args:
            optimizer: Optimizer, its name or config.
            loss: Loss, its name, or a function `(y_true, y_pred)`; for several outputs a list, or a dict by their
                names. `None` where there is nothing to be lowered.
            loss_weights: Factors of the losses, a list or dict likewise.
            metrics: List of metrics, their names or functions; for several outputs a list of lists, or a dict.
                `"accuracy"` and `"crossentropy"` become the binary, categorical or sparse metric that fits the
                shapes.
            weighted_metrics: Metrics that take sample and class weights into account, likewise.
            run_eagerly: Whether steps run uncompiled, for debugging.
            steps_per_execution: Number of batches in one call of the engine; `"auto"` leaves it to the library.
                Callbacks then see every so many batches.
            jit_compile: Whether XLA, or `torch.compile`, compiles the steps; `"auto"`: where that serves.
            auto_scale_loss: Whether the optimizer becomes a `LossScaleOptimizer` under the policy `mixed_float16`.

        Example:

        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> model.compile(optimizer="adam", loss="mean_squared_error", metrics=["mean_absolute_error"])
        """
        optimizer = optimizers.get(optimizer)
        if auto_scale_loss and optimizer is not None and self._computes_in_float16():
            if not isinstance(optimizer, LossScaleOptimizer):
                optimizer = LossScaleOptimizer(optimizer, name="loss_scale_optimizer")
        if run_eagerly and jit_compile is True:
            warn("With `run_eagerly=True` steps are not compiled: `jit_compile=True` is ignored.")
            jit_compile = False
        names = self._names_of_outputs()
        state = self.__dict__
        state["optimizer"] = optimizer
        state["loss"] = loss
        state["_compile_loss"] = None if loss is None else CompileLoss(loss, loss_weights, output_names=names)
        has_metrics = metrics is not None or weighted_metrics is not None
        state["_compile_metrics"] = (
            CompileMetrics(metrics, weighted_metrics, output_names=names) if has_metrics else None
        )
        state["_loss_tracker"] = Mean(name="loss")
        state["_run_eagerly"] = bool(run_eagerly)
        state["_jit_compile"] = jit_compile
        state["_steps_per_execution"] = _checked_steps(steps_per_execution)
        state["stop_training"] = False
        state["compiled"] = True
        state["_compile_config"] = {
            "optimizer": optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
            "jit_compile": jit_compile,
        }
        self._forget_functions()

    def _names_of_outputs(self):
        """Names of the outputs in flat order, or `None` where they have none."""
        return getattr(self, "output_names", None)

    def _computes_in_float16(self):
        policy = getattr(self, "dtype_policy", None)
        name = getattr(policy, "name", None)
        return name == "mixed_float16" or (
            isinstance(policy, dtype_policies.DTypePolicyMap) and policy.default_policy.name == "mixed_float16"
        )

    def _forget_functions(self):
        state = self.__dict__
        state["train_function"] = state["test_function"] = state["predict_function"] = None
        state["_training_engine"] = None

    @property
    def _engine(self):
        engine = self.__dict__.get("_training_engine")
        if engine is None:
            engine = self.__dict__["_training_engine"] = backend.trainer.Engine(ModelInTraining(self))
        return engine

    @property
    def jit_compile(self):
        """Whether steps are compiled. With `"auto"`: where the engine gains by it, and no layer refuses (`supports_jit`)."""
        return self._wants_compiled_steps(by_default=backend.trainer.COMPILES_STEPS)

    @jit_compile.setter
    def jit_compile(self, value):
        self.__dict__["_jit_compile"] = value
        self._forget_functions()

    def _supports_compilation(self):
        return all(getattr(layer, "supports_jit", True) for layer in self._flatten_layers())

    @property
    def run_eagerly(self):
        """Whether steps run uncompiled."""
        return self._run_eagerly

    @run_eagerly.setter
    def run_eagerly(self, value):
        self.__dict__["_run_eagerly"] = bool(value)
        self._forget_functions()

    @property
    def steps_per_execution(self):
        """Number of batches in one call of the engine, or `"auto"`."""
        return self._steps_per_execution

    @steps_per_execution.setter
    def steps_per_execution(self, value):
        self.__dict__["_steps_per_execution"] = _checked_steps(value)

    def _wants_compiled_steps(self, by_default):
        """Whether the engine compiles steps; `by_default` is its answer to `"auto"`."""
        if self._run_eagerly:
            return False
        if self._jit_compile == "auto":
            return by_default and self._supports_compilation()
        return bool(self._jit_compile)

    def _runs_single_steps(self):
        return self._steps_per_execution in (1, "auto")

    def _fixed_steps_per_call(self):
        """Batches in a call, where the user said it."""
        return None if self._runs_single_steps() else self._steps_per_execution

    def _steps_per_call(self):
        return self._fixed_steps_per_call() or 1

    def get_compile_config(self):
        """The arguments of `compile` as a serializable dict; `None` before it."""
        if not self.compiled or self._compile_config is None:
            return None
        return {name: _serialized(value) for name, value in self._compile_config.items()}

    def compile_from_config(self, config):
        """Compiles the model with what `get_compile_config` gave.

        Args:
            config: Dict.
        """
        if self._overrides("compile") and not self._overrides("compile_from_config"):
            warn(
                f"{type(self).__name__} overrides `compile()`, so a saved model is not compiled when it is "
                "loaded: implement "
                "`get_compile_config()` and `compile_from_config(config)` as well, or call `compile()` yourself."
            )
            return
        self.compile(**{name: _deserialized(value) for name, value in config.items()})
        if self.optimizer is not None and self.built:
            self.optimizer.build(self.trainable_variables)

    # Losses and metrics

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The number to be lowered: the compiled loss and the losses that layers added. To be overridden at will.

        Args:
            x: Inputs.
            y: Targets.
            y_pred: Outputs of the model.
            sample_weight: Weights of the samples, or `None`.
            training: Whether the model is being trained.

        Returns:
            Scalar tensor; 0 where there is no loss at all.
        """
        total = None
        if self._compile_loss is not None:
            total = self._compile_loss(y, y_pred, sample_weight)
        for loss in self._losses_of_batch():
            loss = ops.sum(ops.cast(loss, dtype=backend.floatx()))
            total = loss if total is None else ops.add(total, loss)
        return ops.zeros(()) if total is None else total

    def _loss_of_batch(self, x, y, y_pred, sample_weight, training):
        if training and self._compile_loss is None and not self._overrides("compute_loss") and not self.losses:
            raise ValueError(
                "There is no loss to lower: pass `loss` to `compile()`, call `add_loss()` in a layer, or "
                "override `compute_loss()`."
            )
        phase = {"training": training} if self._loss_knows_phase() else {}
        loss = self.compute_loss(x, y, y_pred, sample_weight, **phase)
        if training and len(getattr(loss, "shape", ())) > 0:
            raise ValueError(
                f"The loss that is to be lowered must be a scalar. Received: a loss of shape {tuple(loss.shape)}. Give "
                "it a reduction other than None, or return the mean from `compute_loss()`."
            )
        return loss

    def _loss_knows_phase(self):
        """Whether `compute_loss`, which users replace, takes `training`."""
        function = getattr(self.compute_loss, "__func__", self.compute_loss)
        # The usual case looks nothing up: compilers trace this.
        return function is Compiling.compute_loss or _knows_phase(function)

    def stateless_compute_loss(
        self,
        trainable_variables,
        non_trainable_variables,
        metrics_variables,
        x=None,
        y=None,
        y_pred=None,
        sample_weight=None,
        training=True,
    ):
        """`compute_loss` on given values of the variables, without side effects.

        Args:
            trainable_variables: Values of `trainable_variables`.
            non_trainable_variables: Values of `non_trainable_variables`.
            metrics_variables: Values of `metrics_variables`.
            x: Inputs.
            y: Targets.
            y_pred: Outputs of the model.
            sample_weight: Weights of the samples, or `None`.
            training: Whether the model is being trained.

        Returns:
            `(loss, (trainable_variables, non_trainable_variables, metrics_variables))`.
        """
        variables = self.trainable_variables, self.non_trainable_variables, self.metrics_variables
        values = trainable_variables, non_trainable_variables, metrics_variables
        mapping = [pair for owned, given in zip(variables, values) for pair in zip(owned, given, strict=True)]
        with backend.StatelessScope(state_mapping=mapping) as scope:
            phase = {"training": training} if self._loss_knows_phase() else {}
            loss = self.compute_loss(x, y, y_pred, sample_weight=sample_weight, **phase)
        after = tuple([scope.get_current_value(v) for v in owned] for owned in variables)
        return loss, after

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        """Updates the compiled metrics with a batch, and returns all results. To be overridden at will.

        Args:
            x: Inputs.
            y: Targets.
            y_pred: Outputs of the model.
            sample_weight: Weights of the samples, or `None`.

        Returns:
            Dict from names to values.
        """
        self._update_compiled_metrics(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def _update_compiled_metrics(self, y, y_pred, sample_weight):
        if self._compile_metrics is not None:
            self._compile_metrics.update_state(y, y_pred, sample_weight)

    def _metrics_of_batch(self, x, y, y_pred, sample_weight):
        """Updates the metrics; returns their results where the user computes them, else `None`."""
        if self._overrides("compute_metrics"):
            return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)
        self._update_compiled_metrics(y, y_pred, sample_weight)
        return None

    def get_metrics_result(self):
        """Results of all metrics, as a dict from names to values."""
        results = {}
        for metric in self.metrics:
            value = result_of(metric)
            if isinstance(value, dict):
                results.update(value)
            else:
                results[metric.name] = value
        return results

    @property
    def metrics(self):
        """The metric of the loss, the compiled metrics, and those of layers."""
        own = [] if self._loss_tracker is None else [self._loss_tracker]
        if self._compile_metrics is not None:
            own.append(self._compile_metrics)
        if self._compile_loss is not None:
            own += self._compile_loss.metrics
        known = {id(metric) for metric in own}
        if self._compile_metrics is not None:
            known.update(id(metric) for metric in self._compile_metrics.metrics)
        return own + [metric for metric in super().metrics if id(metric) not in known]

    @property
    def metrics_names(self):
        """Names of `metrics`."""
        return [metric.name for metric in self.metrics]

    @property
    def metrics_variables(self):
        """Variables of `metrics`."""
        return [v for metric in self.metrics for v in metric.variables]

    def reset_metrics(self):
        """Sets all metrics back."""
        for metric in self.metrics:
            metric.reset_state()

    @staticmethod
    def _size_of_batch(x):
        return batch_size_of(x)

    def _logs_for_callbacks(self, logs):
        """Logs as callbacks get them: numbers; or the outputs of a step, as the model returned them."""
        if isinstance(logs, dict) and "outputs" in logs:
            return {"outputs": self._engine.outputs_of(logs["outputs"])}
        return as_floats(read_logs(logs))


def _takes(function, argument):
    parameters = inspect.signature(function).parameters
    return argument in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())


def _checked_steps(steps):
    if steps != "auto" and (isinstance(steps, bool) or not isinstance(steps, int) or steps < 1):
        raise ValueError(
            f"`steps_per_execution` must be a positive integer or 'auto'. Received: steps_per_execution={steps!r}"
        )
    return steps


def _serialized(value):
    return serialization_lib.serialize_keras_object(value)


def _deserialized(value):
    return serialization_lib.deserialize_keras_object(value) if isinstance(value, (dict, list, tuple)) else value
