"""The one loop behind `fit`, `evaluate` and `predict`, and what must exist before it runs."""

import time

from keras.src import backend, tree
from keras.src.backend.common.global_state import STATE
from keras.src.backend.common.interrupts import Interrupts
from keras.src.backend.common.training import BLOCK_STEPS, specs_of
from keras.src.distribution.processes import any_of_all
from keras.src.trainers.data_adapters import data_adapter_utils
from keras.src.trainers.label_checks import check_first_step, must_see_first_step
from keras.src.utils.warning_utils import warn

# A dispatch of many steps is to take about this long, in seconds, so that progress shows and Ctrl-C is heard.
_DISPATCH_SECONDS = 0.1


class Pace:
    """How many batches to run in one dispatch.

    Args:
        fixed: A number, or `None`: as many as take `_DISPATCH_SECONDS`, beginning with one.
    """

    def __init__(self, fixed=None):
        self.one_by_one = fixed == 1
        self._most = fixed or 1
        self.is_fixed = fixed is not None
        self._last = time.perf_counter()

    def most(self):
        return self._most

    def done(self, count):
        """To be called after each dispatch, with the number of its batches."""
        if self.is_fixed:
            return
        now = time.perf_counter()
        seconds_per_step = max((now - self._last) / count, 1e-6)
        self._last = now
        self._most = max(1, min(4 * self._most, int(_DISPATCH_SECONDS / seconds_per_step)))


class RunningFit:
    """What a `fit` that runs consists of, for callbacks that save and restore it.

    Args:
        feed: `Feed` with the data.
        callbacks: `CallbackList`.
        epoch: The epoch to begin with.
    """

    def __init__(self, feed, callbacks, epoch):
        self.feed = feed
        self.callbacks = callbacks
        self.epoch = epoch
        self.is_complete = False
        # Whether it goes on where another process was broken off.
        self.is_resumed = False
        # Whether an error ends it that callbacks are not to take for the end of a training.
        self.is_abandoned = False
        self._done = 0

    def resume(self, epoch, steps_done, position=None):
        """Lets training begin in the midst of an epoch.

        Args:
            epoch: Number of the epoch.
            steps_done: Number of its steps that are done.
            position: Position in the data, from `feed.position()`; by default its beginning.
        """
        self.epoch = epoch
        self.is_resumed = True
        self._done = steps_done
        if position is not None:
            self.feed.restore(position)

    def steps_done(self, epoch):
        """Number of the steps of an epoch that were done before this `fit`."""
        return self._done if epoch == self.epoch else 0


def run_epoch(model, kind, feed, callbacks, outputs=None, done=0, is_first=True):
    """Runs the steps of an epoch.

    Args:
        model: The `Trainer`.
        kind: "train", "test" or "predict".
        feed: `Feed` with the data.
        callbacks: `CallbackList`.
        outputs: For "predict": list that the outputs are added to.
        done: Number of steps of the epoch that are done already.
        is_first: Whether it is the first epoch with this data.

    Returns:
        Logs of the last step: a dict, or a function that returns one; `None` without data.
    """
    hooks = callbacks.batch_hooks(kind)
    function = model._function_of_user(kind)
    if function is None:
        one_by_one = any_of_all(hooks.each_batch and model._runs_single_steps())
        pace = Pace(1 if one_by_one else _fixed_steps_per_dispatch(model))
    else:
        pace = Pace(model._steps_per_call())
    feed.adapter.on_epoch_begin()
    at, result = done, None
    is_unseen = is_first and function is None and must_see_first_step(model, kind)
    feed.begin_epoch(done)
    interrupts = Interrupts(wait=kind == "train")
    # Variables get the values that the run holds when it ends, all of them.
    with interrupts, model._engine.run(kind, function) as run, interrupts.held_afterwards():
        for payload, count in run.batches(feed, pace):
            hooks.begin(at)
            interrupts.hold()
            try:
                result = run.step(payload)
            finally:
                interrupts.release()
            if is_unseen:
                check_first_step(model, kind, run.batch_of(payload), read_logs(result))
                is_unseen = False
            at += count
            if outputs is not None:
                outputs.append(result)
                hooks.end(at - 1, {"outputs": result})
            else:
                hooks.end(at - 1, result)
            if hooks.stops():
                break
            pace.done(count)
    feed.adapter.on_epoch_end()
    return result


def _fixed_steps_per_dispatch(model):
    """Number of steps of a dispatch, or `None`: as many as take a while. Processes that compute together count alike."""
    fixed = model._fixed_steps_per_call()
    distribution = STATE.distribution
    return BLOCK_STEPS if fixed is None and distribution is not None and distribution.num_processes > 1 else fixed


def read_logs(logs):
    """Logs as a dict, also where they are to be computed only when read."""
    return logs() if callable(logs) else logs


def prepare(model, batch, training):
    """Builds what a first step needs: the model, its losses and metrics, the optimizer.

    Args:
        model: The `Trainer`.
        batch: A batch of the data to come.
        training: Whether it is going to be trained.
    """
    with model._engine.scope():
        _prepare(model, batch, training)


def _prepare(model, batch, training):
    x, y, sample_weight = data_adapter_utils.unpack_x_y_sample_weight(batch)
    compiled = [part for part in (model._compile_metrics, model._compile_loss) if part is not None and not part.built]
    if _is_complete(model) and (not compiled or y is None):
        _build_optimizer(model, training)
        return
    recorded = _recorded_outputs(model, x)
    y_pred = _output_specs(model, x) if recorded is None else recorded
    if y_pred is not None and y is not None:
        y = specs_of(y, _spec)
        for part in compiled:
            part.build(y, y_pred)
        _build_metrics(model, y, lambda: y_pred if recorded is None else _output_specs(model, x))
    _build_optimizer(model, training)


def _spec(shape, dtype):
    return backend.KerasTensor(shape, dtype=dtype, record_history=False)


def _is_complete(model):
    return model.built and all([layer.built for layer in model._flatten_layers()])


def _recorded_outputs(model, x):
    """The outputs as the graph of a complete model describes them, where a batch is as its inputs say; else `None`."""
    graph = model._graph_that_is_called()
    if graph is None or not _is_complete(model):
        return None
    return graph.recorded_outputs(specs_of(x, _spec))


def _output_specs(model, x):
    """Descriptions of the outputs for a batch; calling the model on descriptions builds it."""
    try:
        return tree.map_structure(_without_history, _outputs(model, x))
    except Exception as error:
        # A model with steps of its own need not have a `call`.
        if model._overrides("train_step", "test_step", "predict_step"):
            return None
        if not model.built:
            error.add_note(f"The model {model.name!r} could not be built on a first batch of data.")
        raise


def _outputs(model, x):
    """What the model gives for descriptions; for the batch itself, where a layer cannot say what its outputs will be."""
    try:
        return model(specs_of(x, _spec), training=False)
    except NotImplementedError:
        return model(x, training=False)


def _without_history(x):
    return _spec(x.shape, backend.standardize_dtype(x.dtype)) if hasattr(x, "shape") else x


def _build_metrics(model, y, outputs):
    """Lets metrics that make their variables in the first update make them now, for what the function `outputs` gives."""
    metrics = model._compile_metrics
    if metrics is None:
        return
    waiting = [m for m in metrics.metrics if getattr(m, "_built", True) is False or getattr(m, "built", True) is False]
    if waiting:
        backend.compute_output_spec(lambda a, b: metrics.update_state(a, b), y, outputs())


def _build_optimizer(model, training):
    """Gives the optimizer its variables; those that it was built with may have been frozen since, but not joined."""
    optimizer = model.optimizer
    if not training or optimizer is None:
        return
    variables = model.trainable_variables
    if not variables and not model._overrides("train_step"):
        warn("The model does not have any trainable weights: `fit` only measures it.")
    if not optimizer.built:
        optimizer.build(variables)
    elif not model._overrides("train_step"):
        _check_known_to_optimizer(optimizer, variables)


def _check_known_to_optimizer(optimizer, variables):
    known = {id(variable) for variable in optimizer._trainable_variables}
    unknown = [variable.path for variable in variables if id(variable) not in known]
    if unknown:
        raise ValueError(
            f"Unknown variable: {unknown[0]!r} has become trainable since the optimizer was built. Call `compile()` "
            f"again, with a new optimizer. Received: {len(unknown)} variables that it does not know"
        )
