"""Losses and metrics of many batches at once.

In a small model the update of metrics costs as much as the model itself. Where the library knows that the metrics of
two batches in turn are those of both batches joined, it notes what they need, and computes them some batches later.
"""

import torch

from keras.src.backend.common.masking import get_keras_mask

# So many batches are joined at most, if their predictions have no more than so many elements together.
MOST_BATCHES = 128
MOST_ELEMENTS = 2**16
_OURS = ("keras.src.losses.", "keras.src.metrics.")
# Functions with a value for each sample, which depends on no other sample: not `dice`, `tversky` or `circle`.
_OF_SAMPLES = {
    "accuracy",
    "binary_accuracy",
    "binary_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "mean_absolute_error",
    "mean_squared_error",
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
}


class Ledger:
    """What the loss and the metrics of an epoch still have to take in.

    Args:
        training: The `ModelInTraining` of a compiled model with one output.
    """

    def __init__(self, training):
        self._training = training
        # Shapes of targets and predictions of the last batch that waits, and whether it has no weights.
        self._kind = None
        self._clear()

    def _clear(self):
        self._losses, self._sizes, self._batches, self._elements = [], [], [], 0

    def takes(self, y, y_pred, sample_weight):
        """Whether a batch may wait; those that wait and cannot be joined with it are dealt with."""
        if (
            y_pred.__class__ is not torch.Tensor
            or y.__class__ is not torch.Tensor
            or (sample_weight is not None and sample_weight.__class__ is not torch.Tensor)
            or _may_change(y_pred)
            or get_keras_mask(y_pred) is not None
        ):
            return False
        kind = y.shape, y_pred.shape, sample_weight is None
        if kind != self._kind and not self._turns_to(kind):
            return False
        if self._elements >= MOST_ELEMENTS or len(self._batches) == MOST_BATCHES:
            self.settle()
        return True

    def _turns_to(self, kind):
        """Whether batches of a kind may wait that is not the kind of the batch before."""
        targets, predictions, _ = kind
        if len(predictions) < 2 or targets[:1] != predictions[:1] or predictions.numel() * 4 >= MOST_ELEMENTS:
            return False
        if self._kind is not None and _of_samples(self._kind) != _of_samples(kind):
            self.settle()
        self._kind = kind
        return True

    def note(self, y, y_pred, sample_weight, loss=None):
        """Lets a batch wait, which it `takes`; its loss is computed later, if it is not given."""
        self._batches.append((y, y_pred.detach(), sample_weight))
        self._sizes.append(y_pred.shape[0])
        self._elements += y_pred.numel()
        if loss is not None:
            self._losses.append(loss.detach())

    def settle(self):
        """Computes what was noted."""
        if not self._batches:
            return
        training, losses, sizes = self._training, self._losses, self._sizes
        y, y_pred, sample_weight = (None if part[0] is None else torch.cat(part) for part in zip(*self._batches))
        self._clear()
        with torch.no_grad():
            if losses:
                training.note_loss(torch.stack(losses), torch.tensor(sizes))
            else:
                training.note_loss(training.loss_of_batch(y, y_pred, sample_weight, training=False), sum(sizes))
            training.note_outputs(y, y_pred, sample_weight)


def _of_samples(kind):
    """What batches that are joined have in common."""
    targets, predictions, is_unweighted = kind
    return targets[1:], predictions[1:], is_unweighted


def _may_change(y_pred):
    """Whether predictions may lie in the memory of a variable, which the next step changes in place."""
    return y_pred._is_view() or (y_pred.is_leaf and y_pred.requires_grad)


def may_defer(training, kind):
    """Whether losses and metrics of the model are such that batches can be joined."""
    model, loss = training.model, training.only_loss()
    if loss is None or model.run_eagerly or model.jit_compile or training.overrides("compute_loss", "compute_metrics"):
        return False
    if kind == "test" and (model._may_have_losses() or not _is_mean(loss)):
        return False
    return all(_is_of_samples(metric, "_fn") for metric in training.compiled_metrics())


def _is_mean(loss):
    return loss.reduction in ("sum_over_batch_size", "mean") and _is_of_samples(loss, "fn")


def _is_of_samples(judge, function):
    """Whether a loss or metric is the library's, and the function that it calls looks at each sample by itself."""
    called, settings = getattr(judge, function, None), getattr(judge, "_fn_kwargs", {})
    return (
        type(judge).__module__.startswith(_OURS)
        and getattr(called, "__module__", "").startswith(_OURS)
        and called.__name__ in _OF_SAMPLES
        and settings.get("axis", -1) == -1
        and settings.get("ignore_class") is None
    )
