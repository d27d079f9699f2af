"""Checkpoints as Orbax writes them: a folder with a folder for each step, named by its number.

A step holds `pytree`, the values of all variables as nested dicts by path; `model_config`, the model's description; and
`assets`, the files of layers as arrays of bytes.
"""

import json
import math
import os
import tempfile

import numpy as np

from keras.src import backend
from keras.src.backend.common.slices import is_divided
from keras.src.models.state_tree import get_state_tree
from keras.src.saving import archive, orbax_names
from keras.src.saving.load_report import LoadReport
from keras.src.saving.loading import has_assets
from keras.src.saving.orbax_step import ASSETS, CONFIG, STATE, api, is_checkpoint, latest_step
from keras.src.saving.serialization_lib import deserialize_with_sharing, read_json, serialize_with_sharing
from keras.src.saving.walk import walk
from keras.src.utils.messages import few
from keras.src.utils.warning_utils import warn

__all__ = ["checkpointer", "count_hosts", "is_checkpoint", "is_primary_host", "items_of", "load_model", "load_weights"]

_WEIGHTS = ("trainable_variables", "non_trainable_variables")


# --- Writing


def checkpointer(directory, max_to_keep=None):
    """Orbax's object that writes steps into a folder.

    Args:
        directory: Path of the folder.
        max_to_keep: Number of steps to keep, the latest ones; `None` for all.
    """
    training = api().training
    policy = None if max_to_keep is None else training.preservation_policies.LatestN(max_to_keep)
    return training.Checkpointer(directory, preservation_policy=policy)


def count_hosts():
    """Number of the processes that write together."""
    return api().multihost.process_count()


def is_primary_host():
    """Whether this process is the first of them."""
    return api().multihost.process_index() == 0


def items_of(model, weights_only=False):
    """What a checkpoint holds of a model: nested dicts of arrays and strings, by the name of the item.

    Args:
        model: The model.
        weights_only: Whether to leave out the optimizer, the metrics, the description and the assets.
    """
    # What devices hold together is written part by part, by all the hosts that hold some.
    variables = [*model.variables, *getattr(getattr(model, "optimizer", None), "variables", ())]
    in_parts = count_hosts() > 1 or any(_laid_out(variable) is not None for variable in variables)
    value_format = "backend_tensor" if in_parts else "numpy_array"
    state = get_state_tree(model, value_format, orbax_names.keys_where_shared(model))
    if weights_only:
        return {STATE: _storable({kind: state[kind] for kind in _WEIGHTS})}
    try:
        description = json.dumps(serialize_with_sharing(model))
    except Exception as error:
        error.add_note("A checkpoint describes its model; with `save_weights_only=True` it holds the weights alone.")
        raise
    items = {STATE: _storable(state), CONFIG: {"config": description}}
    assets = _assets_of(model)
    return {**items, ASSETS: assets} if assets else items


def _storable(values):
    """Nested dicts as Orbax takes them: numbers are no arrays, and there are no arrays without elements."""
    storable = {}
    for name, value in values.items():
        if isinstance(value, dict):
            storable[name] = _storable(value)
        elif not isinstance(value, np.ndarray) or value.ndim and value.size:
            storable[name] = value
        elif not value.ndim:
            storable[name] = value.item() if value.dtype.kind in "iuf" else value
    return storable


def _assets_of(model):
    """The files that layers write, as nested dicts of bytes."""
    root = {}
    with tempfile.TemporaryDirectory(prefix="keras-") as folder:
        assets = archive.AssetFolders(folder)
        for path, obj in walk(model):
            if has_assets(obj, "save_assets"):
                obj.save_assets(assets.make(path))
        reader = archive.FolderReader(folder)
        for name in sorted(reader.names()):
            *parents, last = name.split("/")[1:]
            place = root
            for parent in parents:
                place = place.setdefault(parent, {})
            # An array without elements cannot be stored.
            place[last] = np.frombuffer(content, "uint8") if (content := reader.read(name)) else 0
    return root


# --- Reading


def load_model(folder, custom_objects=None, compile=True, safe_mode=True):
    """Reads a model from the latest step in a folder of checkpoints; arguments as in `saving_api.load_model`."""
    with latest_step(folder) as step:
        model = deserialize_with_sharing(_read_description(step, compile), custom_objects, safe_mode)
        plan = _Plan(model, step)
        plan.add_weights()
        plan.check(skip_mismatch=False)
        plan.add_optimizer()
        plan.add_metrics()
        plan.carry_out()
        if ASSETS in step:
            _restore_assets(model, step)
    return model


def _read_description(step, compile):
    if CONFIG not in step:
        raise ValueError(
            f"{step.path} does not describe its model, as checkpoints with `save_weights_only=True` do not: make the "
            "model and call its `load_weights`."
        )
    description = read_json(step.read_config(), f"{CONFIG} in {step.path}")
    if not isinstance(description, dict) or "class_name" not in description:
        raise ValueError(f"{CONFIG} in {step.path} does not describe a model.")
    if not compile:
        description["compile_config"] = None
    return description


def load_weights(model, folder, skip_mismatch=False, objects_to_skip=None):
    """Reads the weights of a model from the latest step in a folder of checkpoints.

    Args:
        model: The model, built.
        folder: Path of the folder.
        skip_mismatch: Whether to warn about variables that do not fit, and not to raise.
        objects_to_skip: Layers to leave out.
    """
    if not getattr(model, "built", True):
        raise ValueError(
            f"{model} is not built, so it has no weights to load into. Call it on data, or `build()`, first."
        )
    with latest_step(folder) as step:
        plan = _Plan(model, step)
        plan.add_weights({id(v) for thing in objects_to_skip or () for v in thing.variables})
        plan.check(skip_mismatch)
        plan.carry_out()


def _restore_assets(model, step):
    """Writes assets below a folder, never outside of it, and gives it to the layers."""
    values = step.read(ASSETS, list(step.shapes(ASSETS)))
    with tempfile.TemporaryDirectory(prefix="keras-") as folder:
        for path, value in values.items():
            if any(name in ("", ".", "..") or set(name) & set("/\\:\0") for name in path):
                raise ValueError(f"{step.path} holds the asset {path!r}, whose name points out of the checkpoint.")
            target = os.path.join(folder, ASSETS, *path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as file:
                file.write(value.astype("uint8").tobytes() if np.ndim(value) else b"")
        assets = archive.AssetFolders(folder)
        for path, obj in walk(model):
            if has_assets(obj, "load_assets") and os.path.isdir(assets.get(path)):
                obj.load_assets(assets.get(path))


class _Plan:
    """Which variable gets which value of a step: known to fit before the first is changed.

    Args:
        model: The model.
        step: `Step`.
    """

    def __init__(self, model, step):
        self._model = model
        self._step = step
        self._kinds = {}
        for path, shape in step.shapes(STATE).items():
            self._kinds.setdefault(path[0], {})[path[1:]] = shape
        # Layers may have been frozen, or thawed, since.
        self._kind_of = {path: kind for kind in _WEIGHTS for path in self._kinds.get(kind, {})}
        self._weights = {path: self._kinds[kind][path] for path, kind in self._kind_of.items()}
        self._paths = {}
        self._assignments = []
        self._report = LoadReport(step.path)
        self._skips = False

    def add_weights(self, skip=()):
        """Plans for the weights, and for the states of seed generators that are there.

        Args:
            skip: Ids of variables to leave out.
        """
        self._skips = bool(skip)
        weights = [v for v in self._model.weights if id(v) not in skip and math.prod(v.shape)]
        self._paths = orbax_names.match_variables(self._model, weights, self._weights)
        known = {id(variable) for variable in self._model.weights}
        others = [v for v in self._model.variables if id(v) not in known and id(v) not in skip]
        for variable in weights:
            path = self._paths.get(id(variable))
            if path is None:
                self._report.add_missing(variable, variable.path, variable.shape, variable.path)
            elif self._weights[path] != tuple(variable.shape):
                shape, place = variable.shape, "/".join(path)
                self._report.add_differing(variable, variable.path, shape, place, self._weights[path])
            else:
                self._assignments.append((variable, (self._kind_of[path], *path)))
        left = {path: shape for path, shape in self._weights.items() if path not in self._paths.values()}
        found = orbax_names.match_variables(self._model, others, left)
        self._add_fitting(others, found, self._weights, self._kind_of)

    def check(self, skip_mismatch):
        """Raises, or warns, where weights are missing or of another shape; warns where nobody takes some."""
        used = set(self._paths.values())
        for path, shape in self._weights.items():
            if path not in used and path[-1] != "seed_generator_state":
                self._report.add_unused("/".join(path), shape)
        if self._report.failed and not skip_mismatch:
            raise ValueError(self._report.refusal())
        if self._report.failed:
            warn(self._report.left_out())
        elif self._report.unused and not self._skips:
            warn(self._report.not_taken())

    def add_optimizer(self):
        """Plans for the variables of the optimizer."""
        optimizer, stored = getattr(self._model, "optimizer", None), self._kinds.get("optimizer_variables")
        if optimizer is None or not stored:
            return
        found = orbax_names.match_optimizer(optimizer, self._paths, self._model.trainable_variables, stored)
        left = self._add_fitting(optimizer.variables, found, stored, dict.fromkeys(stored, "optimizer_variables"))
        if left:
            warn(
                f"The optimizer is not as in {self._step.path}, which has nothing that fits {few(left)}: these begin anew."
            )

    def add_metrics(self):
        """Plans for the variables of metrics that are there."""
        stored, variables = self._kinds.get("metrics_variables", {}), self._model.metrics_variables
        found = orbax_names.match_variables(self._model, variables, stored)
        self._add_fitting(variables, found, stored, dict.fromkeys(stored, "metrics_variables"))

    def _add_fitting(self, variables, found, shapes, kinds):
        """Plans for what fits; returns the paths of the others."""
        left = []
        for variable in variables:
            path = found.get(id(variable))
            if path is None or shapes[path] != tuple(variable.shape):
                left.append(variable.path)
            else:
                self._assignments.append((variable, (kinds[path], *path)))
        return left

    def carry_out(self):
        """Reads the values and gives them to the variables."""
        values = self._step.read(STATE, {path: _laid_out(variable) for variable, path in self._assignments})
        for variable, path in self._assignments:
            variable.assign(values[path])


def _laid_out(variable):
    """How an array is described of which devices read their parts, and `None` for one that is read as a whole."""
    if not is_divided(variable):
        return None
    described = backend.distribution.described
    return described and described(variable.shape, variable._dtype, variable._layout)
