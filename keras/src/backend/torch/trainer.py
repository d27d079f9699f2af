"""Training on PyTorch: eager steps with autograd, compiled by `torch.compile` where asked for."""

import contextlib

import numpy as np
import torch

from keras.src.backend.common.training import Engine as CommonEngine
from keras.src.backend.common.training import StatefulSteps, to_numpy, unpack
from keras.src.backend.torch.core import convert_to_tensor, get_device
from keras.src.backend.torch.ledger import Ledger, may_defer


class TrainSteps(StatefulSteps):
    """The public steps of a model on this engine."""

    def train_step(self, data):
        logs = self._train_and_update(data)
        return self.get_metrics_result() if logs is None else logs

    train_step.__doc__ = StatefulSteps.train_step.__doc__

    def _train_and_update(self, data):
        x, y, sample_weight = unpack(data)
        y_pred = self(x, training=True)
        loss = self._loss_of_batch(x, y, y_pred, sample_weight, training=True)
        self._descend(loss)
        ledger = self._engine.ledger
        if ledger is not None and ledger.takes(y, y_pred, sample_weight):
            ledger.note(y, y_pred, sample_weight, loss)
            return None
        with torch.no_grad():
            self._loss_tracker.update_state(loss.detach(), sample_weight=self._size_of_batch(x))
            return self._metrics_of_batch(x, y, y_pred, sample_weight)

    def _test_and_update(self, data):
        ledger = self._engine.ledger
        if ledger is None:
            return super()._test_and_update(data)
        x, y, sample_weight = unpack(data)
        y_pred = self(x, training=False)
        if ledger.takes(y, y_pred, sample_weight):
            ledger.note(y, y_pred, sample_weight)
            return None
        return self._update_from_outputs(x, y, y_pred, sample_weight)

    def _losses_of_batch(self):
        return self.losses if self._may_have_losses() else ()

    def _may_have_losses(self):
        """Whether a walk over the model could find penalties and losses of layers."""
        return self._loss_holders or self._losses_override is not None or self._engine.has_losses_of_its_own()

    def _descend(self, loss):
        """One update of the trainable variables that lowers `loss`."""
        optimizer = self.optimizer
        variables = self._engine.trainable_variables()
        if not variables:
            return
        parameters = [v._value for v in variables]
        gradients = self._engine.gradients(optimizer.scale_loss(loss), parameters)
        with torch.no_grad():
            optimizer.apply(gradients, variables)


class Engine(CommonEngine):
    """Runs steps one by one; predictions and tests without autograd."""

    def __init__(self, model):
        super().__init__(model)
        self._trainable = None
        self._penalized = None
        self._has_hooks = False
        # Losses and metrics that wait to be computed, where nobody looks at single batches.
        self.ledger = None

    def gradients(self, loss, parameters):
        """Gradients of a loss; parameters keep them in `grad`, unless nobody can look at them."""
        if self.ledger is not None and not self._has_hooks:
            return torch.autograd.grad(loss, parameters, allow_unused=True)
        for parameter in parameters:
            parameter.grad = None
        loss.backward()
        return [parameter.grad for parameter in parameters]

    def trainable_variables(self):
        """The trainable variables: those that an epoch began with, while it runs."""
        return self.model.trainable_variables if self._trainable is None else self._trainable

    def has_losses_of_its_own(self):
        """Whether variables have regularizers, or the model computes its `losses` in a way of its own."""
        if self._penalized is None:
            return self._find_penalties()
        return self._penalized

    def _find_penalties(self):
        losses = type(self.model).losses
        is_own = not losses.fget.__module__.startswith("keras.src.layers.")
        return is_own or any(v.regularizer is not None for v in self.trainable_variables())

    @contextlib.contextmanager
    def run(self, kind):
        self._trainable = self.model.trainable_variables
        self._penalized = self._find_penalties()
        try:
            with torch.set_grad_enabled(kind == "train"):
                yield
        finally:
            self._settle()
            self._trainable = self._penalized = self.ledger = None

    def batches(self, feed, kind, pace):
        if kind != "predict" and not pace.one_by_one and self._uses_default_logs(kind) and may_defer(self.model, kind):
            self.ledger = Ledger(self.model)
            self._has_hooks = any(v._value._post_accumulate_grad_hooks for v in self.trainable_variables())
        return super().batches(feed, kind, pace)

    def _settle(self):
        if self.ledger is not None:
            self.ledger.settle()

    def _results(self):
        self._settle()
        return super()._results()

    def _one_step(self, kind):
        step = super()._one_step(kind)
        if self.model._wants_compiled_steps(by_default=False):
            return torch.compile(step)
        return step

    def split(self, array, size):
        return super().split(array, size) if array is None else array.split(size)

    def collect(self, outputs):
        parts = [part for payload in outputs for part in payload]
        if len(parts) > 1 and all([part.__class__ is torch.Tensor and part.is_cpu and part.dim() for part in parts]):
            return to_numpy(torch.cat(parts))
        return super().collect(outputs)

    def place_array(self, array):
        if isinstance(array, torch.Tensor):
            return array if array.device.type == get_device() else array.to(get_device())
        if isinstance(array, np.ndarray) and array.dtype.kind in "biuf" and array.flags.writeable:
            tensor = torch.from_numpy(array)
            device = get_device()
            return tensor if device == "cpu" else tensor.to(device)
        if hasattr(array, "toarray"):
            array = array.toarray()
        return convert_to_tensor(array if isinstance(array, np.ndarray) else np.asarray(array))
