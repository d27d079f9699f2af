"""Training on PyTorch: eager steps with autograd, compiled by `torch.compile` where asked for."""

import contextlib

import numpy as np
import torch

from keras.src import tree
from keras.src.backend.common.global_state import STATE
from keras.src.backend.common.training import Engine as CommonEngine
from keras.src.backend.common.training import Run, StatefulSteps, to_numpy, unpack
from keras.src.backend.torch.core import convert_to_tensor, get_device
from keras.src.backend.torch.gathering import gathering
from keras.src.backend.torch.layer import hold_parameters
from keras.src.backend.torch.ledger import Ledger, may_defer
from keras.src.backend.torch.placed import PLACED, whole
from keras.src.backend.torch.reductions import laid_out
from keras.src.backend.torch.spread import Spread
from keras.src.backend.torch.steps import STEPS
from keras.src.backend.torch.wide_sums import WideSums
from keras.src.utils.byte_strings import is_array_of_strings
from keras.src.utils.warning_utils import warn

# Dynamo takes longer over a small model than its training does: it compiles where somebody asks for it.
COMPILES_STEPS = False


class TrainSteps(StatefulSteps):
    """The public steps of a model on this engine."""

    def train_step(self, data):
        logs = self._train_and_update(data)
        return self.get_metrics_result() if logs is None else logs

    train_step.__doc__ = StatefulSteps.train_step.__doc__

    def _train_and_update(self, data):
        if self.jit_compile and not torch.compiler.is_compiling() and self._engine.spread is None:
            loss, logs = self._engine.measure(data)
            self._descend(loss)
            return logs
        x, y, sample_weight = unpack(data)
        y_pred = self(x, training=True)
        loss = self._loss_of_batch(x, y, y_pred, sample_weight, training=True)
        self._descend(loss)
        ledger = self._ledger()
        if ledger is not None and ledger.takes(y, y_pred, sample_weight):
            ledger.note(y, y_pred, sample_weight, loss)
            return None
        return self._take_in(x, y, y_pred, sample_weight, loss)

    def _measure(self, data):
        """The loss of a batch, and what metrics say of it: all of a training step but the descent."""
        x, y, sample_weight = unpack(data)
        y_pred = self(x, training=True)
        loss = self._loss_of_batch(x, y, y_pred, sample_weight, training=True)
        return loss, self._take_in(x, y, y_pred, sample_weight, loss)

    def _take_in(self, x, y, y_pred, sample_weight, loss):
        """Updates the metrics by a batch."""
        with torch.no_grad():
            self._loss_tracker.update_state(loss.detach(), sample_weight=self._size_of_batch(x))
            return self._metrics_of_batch(x, y, y_pred, sample_weight)

    def _test_and_update(self, data):
        ledger = self._ledger()
        if ledger is None:
            return super()._test_and_update(data)
        x, y, sample_weight = unpack(data)
        y_pred = self(x, training=False)
        if ledger.takes(y, y_pred, sample_weight):
            ledger.note(y, y_pred, sample_weight)
            return None
        return self._update_from_outputs(x, y, y_pred, sample_weight)

    def _ledger(self):
        run = self._engine.current
        return None if run is None else run.ledger

    def _losses_of_batch(self):
        return self.losses if self._may_have_losses() else ()

    def _may_have_losses(self):
        """Whether a walk over the model could find penalties and losses of layers."""
        run = self._engine.current
        return self._loss_holders or self._losses_override is not None or run is None or run.has_losses_of_its_own

    def _descend(self, loss):
        """One update of the trainable variables that lowers `loss`."""
        run, optimizer = self._engine.current, self.optimizer
        variables = self.trainable_variables if run is None else run.trainable_variables
        if not variables:
            return
        parameters = [v._value for v in variables]
        with self._engine.sums_together():
            gradients = _gradients(optimizer.scale_loss(loss), parameters, run is None or run.is_watched)
        if PLACED.kinds:
            gradients = laid_out(gradients, parameters)
            if STATE.gathering is not None:
                STATE.gathering.forget()
        with torch.no_grad():
            optimizer.apply(gradients, variables)


def _gradients(loss, parameters, is_watched):
    """Gradients of a loss; parameters keep them in `grad`, unless nobody can look at them."""
    if not is_watched:
        return _unkept_gradients(loss, parameters)
    for parameter in parameters:
        parameter.grad = None
    loss.backward()
    return [parameter.grad for parameter in parameters]


_run_backward = getattr(getattr(torch.autograd.Variable, "_execution_engine", None), "run_backward", None)


def _unkept_gradients(loss, parameters):
    """`torch.autograd.grad` of a scalar, less what it looks at before: a tenth of the backward pass of a small model."""
    if _run_backward is None or loss.__class__ is not torch.Tensor or loss.dim() or torch.compiler.is_compiling():
        return torch.autograd.grad(loss, parameters, allow_unused=True)
    seeds = (torch.ones_like(loss),)
    return _run_backward((loss,), seeds, False, False, tuple(parameters), allow_unreachable=True, accumulate_grad=False)


class _Compiled:
    """A function compiled, apart from that of other models: what they compile would count against its limit.

    PyTorch soon makes programs for any size, as other models, too, have had it learn; where its compiler fails at one, as it
    does at convolutions of images of several sizes, each size has its own from then on.
    """

    def __init__(self, function):
        self._function, self._any_size = function, True
        self._compile()

    def _compile(self):
        self._program = torch.compile(
            self._function, isolate_recompiles=True, dynamic=None if self._any_size else False
        )

    def __call__(self, data):
        try:
            return self._program(data)
        except RuntimeError as error:
            if not self._any_size or not isinstance(error, torch._dynamo.exc.BackendCompilerFailed):
                raise
        self._any_size = False
        self._compile()
        return self._program(data)


class _Run(Run):
    """Knows what stays the same while steps run; predictions and tests record no gradients."""

    def __init__(self, engine, kind, function=None):
        super().__init__(engine, kind, function)
        self.trainable_variables = engine.model.trainable_variables
        self.has_losses_of_its_own = self._finds_penalties()
        # Whether somebody may look at the gradients that parameters keep.
        self.is_watched = True
        # Losses and metrics that wait to be computed, where nobody looks at single batches.
        self.ledger = None

    def _finds_penalties(self):
        """Whether variables have regularizers, or the model computes its `losses` in a way of its own."""
        is_own = not type(self.engine.model).losses.fget.__module__.startswith("keras.src.layers.")
        return is_own or any([v.regularizer is not None for v in self.trainable_variables])

    def __enter__(self):
        super().__enter__()
        if self.engine.model.jit_compile:
            hold_parameters(self.engine.model.non_trainable_variables)
        self._grad_mode = torch.set_grad_enabled(self.kind == "train")
        self._grad_mode.__enter__()
        STEPS.are_running = True
        self._outer_kept, STEPS.kept = STEPS.kept, None if self.kind == "train" else {}
        return self

    def __exit__(self, *exception):
        self._grad_mode.__exit__(*exception)
        STEPS.kept = self._outer_kept
        super().__exit__(*exception)
        STEPS.are_running = self.engine.current is not None

    def batches(self, feed, pace):
        spread = self.engine.spread
        if spread is not None:
            return self._spread_batches(feed, spread, pace)
        is_ours = self.function is None and self.engine.uses_default_logs(self.kind)
        self.is_watched = pace.one_by_one or not is_ours or (self.kind == "train" and self._has_hooks())
        if self.kind != "predict" and not pace.one_by_one and is_ours and may_defer(self.engine.training, self.kind):
            self.ledger = Ledger(self.engine.training)
        return super().batches(feed, pace)

    def _has_hooks(self):
        """Whether somebody asked to see gradients once parameters keep them."""
        return any([v._value._post_accumulate_grad_hooks for v in self.trainable_variables])

    def _spread_batches(self, feed, spread, pace):
        """Batches one by one, laid out over the processes."""
        adapter = feed.adapter
        if self.function is not None:
            yield from super().batches(feed, pace)
        elif spread.distribution._has_own_data:
            for batch in spread.joined_batches(feed):
                yield [batch], 1
        else:
            for item, _ in feed.epoch(lambda: 1):
                yield [self.engine.place(adapter.rows(item) if adapter.is_indexed else item)], 1

    def sync(self):
        if self.ledger is not None:
            self.ledger.settle()


def _on_each(result):
    """Logs or outputs, of which each process has the whole: only some of them may read it."""
    return result if callable(result) else tree.map_structure(whole, result)


class Engine(CommonEngine):
    """Runs steps one by one."""

    def __init__(self, training):
        super().__init__(training)
        self._spread = self._wide_sums = None

    def run(self, kind, function=None):
        return _Run(self, kind, function)

    @property
    def spread(self):
        """How batches are laid out over processes; `None` in one."""
        distribution = STATE.distribution
        if distribution is None or distribution.num_processes == 1:
            return None
        if self._spread is None or self._spread.distribution is not distribution:
            self._spread = Spread(distribution)
        return self._spread

    def results(self):
        self.sync()
        return super().results()

    def _one_step(self, kind):
        step = super()._one_step(kind)
        if self.spread is not None:
            if self.model.jit_compile:
                warn(
                    "jit_compile=True has no effect on what several processes of PyTorch compute together: their steps are "
                    f"eager, under {STATE.distribution}."
                )
            return self._together(step)
        # The library's own training step compiles all but the descent, whose kernels are fused already.
        is_ours = kind == "train" and not self.training.overrides("train_step")
        return _Compiled(step) if self.model.jit_compile and not is_ours else step

    def _together(self, step):
        """A step of all processes; what they divide is gathered many variables at a time."""

        sums = WideSums() if self.computes_in_16_bits() else contextlib.nullcontext()

        def together(batch):
            with gathering(self.model.variables, STATE.distribution), sums as self._wide_sums:
                return _on_each(step(batch))

        return together

    def sums_together(self):
        """Context of the computation of gradients, in which sums of 16 bits that processes share wait for each other."""
        return contextlib.nullcontext() if self._wide_sums is None else self._wide_sums.together()

    def measure(self, data):
        """The compiled part of a training step of the library's own: loss and logs of a batch."""
        if "measure" not in self._steps:
            self._steps["measure"] = _Compiled(self.model._measure)
        return self._steps["measure"](data)

    def split(self, array, size):
        if array is None or isinstance(array, np.ndarray):  # Of strings.
            return super().split(array, size)
        parts = array.split(size)
        # Where a view begins would be one more thing that compiled code depends on.
        return [part.clone() for part in parts] if self.model.jit_compile else parts

    def collect(self, outputs):
        parts = [part for payload in outputs for part in payload]
        if len(parts) > 1 and all([part.__class__ is torch.Tensor and part.is_cpu and part.dim() for part in parts]):
            return to_numpy(torch.cat(parts))
        return super().collect(outputs)

    def place_array(self, array):
        if STATE.distribution is not None and self.spread is not None:
            array = array if isinstance(array, (np.ndarray, torch.Tensor)) else to_numpy(array)
            return array if is_array_of_strings(array) else self.spread.place(array)
        if isinstance(array, torch.Tensor):
            return array if array.device.type == get_device() else array.to(get_device())
        if isinstance(array, np.ndarray) and array.dtype.kind in "biuf" and array.flags.writeable:
            try:
                tensor = torch.from_numpy(array)
            except (TypeError, ValueError):  # Of a reversed array, or a byte-swapped one.
                return convert_to_tensor(array)
            device = get_device()
            return tensor if device == "cpu" else tensor.to(device)
        array = to_numpy(array)
        return array if is_array_of_strings(array) else convert_to_tensor(array)


def start_profiler(folder):
    """See `contract.Trainer.start_profiler`."""
    profiler = torch.profiler.profile(on_trace_ready=torch.profiler.tensorboard_trace_handler(folder))
    profiler.start()
    return profiler.stop
