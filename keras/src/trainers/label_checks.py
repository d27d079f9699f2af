"""Labels that are no classes: steps that are compiled cannot raise, so their first batch is looked at from outside."""

import math

from keras.src import tree
from keras.src.backend.common.conversion import reject_text
from keras.src.backend.common.labels import UnknownLabels
from keras.src.trainers.compile_utils import as_floats
from keras.src.trainers.data_adapters import array_data_adapter, data_adapter_utils

# Of arrays in memory, so many labels are looked at; else those of the first batch.
_MOST_LABELS = 2**20


def check_first_batch(model, batch, adapter=None):
    """Raises where targets of the library's own losses are no classes. What users' losses and steps make of targets, nobody
    knows; see `check_first_step`.

    Args:
        model: The `Trainer`.
        batch: The batch.
        adapter: Where the batch is from; arrays in memory are shuffled, so that all of them are looked at.
    """
    if adapter is not None and adapter.is_indexed and _number_of_labels(adapter.arrays) <= _MOST_LABELS:
        batch = adapter.arrays
    _, y, _ = data_adapter_utils.unpack_x_y_sample_weight(batch)
    loss = model._compile_loss
    if loss is None or not loss.built or y is None:
        return
    if not model._overrides("compute_loss", "train_step", "test_step"):
        y = tree.map_structure(array_data_adapter.to_array, y)
        for array in tree.flatten(y):
            if array is not None:
                reject_text(array, "Targets")
        loss.check_labels(y)


def _number_of_labels(arrays):
    _, y, _ = data_adapter_utils.unpack_x_y_sample_weight(arrays)
    return sum(math.prod(array.shape) for array in tree.flatten(y) if array is not None)


def must_see_first_step(model, kind):
    """Whether a loss or a step of the user stands between the targets and the op that looks classes up."""
    if kind == "predict":
        return False
    loss = model._compile_loss
    return model._overrides("compute_loss", f"{kind}_step") or (loss is not None and loss.has_losses_of_user)


def check_first_step(model, kind, batch, logs):
    """Raises where a first step gave NaN for labels that are no classes, which is seen when it runs uncompiled.

    Args:
        model: The `Trainer`.
        kind: "train" or "test".
        batch: The batch of the step.
        logs: What the step returned, usually a dict.
    """
    if not isinstance(logs, dict) or not any(math.isnan(v) for v in as_floats(logs).values() if isinstance(v, float)):
        return
    try:
        model._engine.rehearse(kind, batch)
    except UnknownLabels:
        raise
    except Exception:  # noqa: BLE001  The step has run, compiled: whatever else is wrong with it uncompiled is no matter.
        return
