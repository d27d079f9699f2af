"""Two values of each argument of each callback that make a difference in a run of `fit`, and why a few need none."""

import json

BEST = {"save_best_only": True}

RECORD = []


def note(name):
    """A hook that notes its name and arguments."""
    return lambda *args: RECORD.append((name, *map(_plain, args)))


def quiet(*args):
    """A hook that does nothing."""


def _plain(x):
    return sorted(x) if isinstance(x, dict) else x


def rate(factor):
    return lambda epoch: 0.1 * factor ** (epoch + 1)


_MONITORED = {"monitor": ("val_loss", "other_loss"), "mode": ("min", "max"), "verbose": (0, 1)}
_SAVING = {
    **_MONITORED,
    "monitor": (*_MONITORED["monitor"], BEST),
    "mode": (*_MONITORED["mode"], BEST),
    "save_best_only": (False, True),
    "save_freq": ("epoch", 3),
    "initial_value_threshold": (None, 4.5, BEST),
}
_HOOKS = [f"on_{event}_{when}" for event in ("epoch", "train", "train_batch") for when in ("begin", "end")]
# Reached by `**kwargs`.
_HOOKS += ["on_test_begin", "on_test_end", "on_test_batch_begin", "on_test_batch_end"]

# Class: (arguments, {argument: two values, and what is given beside both, or a list of what is given beside each}).
ROWS = {
    "BackupAndRestore": (
        {"backup_dir": "backup", "delete_checkpoint": False},
        {
            "backup_dir": ("backup", "other"),
            "save_freq": ("epoch", 3),
            "double_checkpoint": (False, True),
            "delete_checkpoint": (True, False),
        },
    ),
    "CSVLogger": (
        {"filename": "log.csv"},
        {"filename": ("log.csv", "other.csv"), "separator": (",", ";"), "append": (False, True)},
    ),
    "EarlyStopping": (
        {"patience": 1},
        {
            **_MONITORED,
            "min_delta": (0, 2.5),
            "patience": (0, 3),
            "baseline": (None, 1.0, {"patience": 3}),
            "restore_best_weights": (False, True),
            "start_from_epoch": (0, 3),
        },
    ),
    "LambdaCallback": ({}, {name: (quiet, note(name)) for name in _HOOKS}),
    "LearningRateScheduler": (
        {"schedule": rate(0.5)},
        {"schedule": (rate(0.5), rate(0.7)), "verbose": (0, 1)},
    ),
    "ModelCheckpoint": (
        {"filepath": "{epoch}.keras"},
        {
            **_SAVING,
            "filepath": ("{epoch}.keras", "other.keras"),
            "save_weights_only": (False, True, [{}, {"filepath": "{epoch}.weights.h5"}]),
        },
    ),
    "OrbaxCheckpoint": (
        {"directory": "orbax", "max_to_keep": 9, "save_on_background": False},
        {
            **_SAVING,
            "directory": ("orbax", "orbax/other"),
            "max_to_keep": (1, 2),
            "save_weights_only": (False, True),
        },
    ),
    "ReduceLROnPlateau": (
        {"patience": 1, "min_delta": 0.0},
        {
            **_MONITORED,
            "factor": (0.1, 0.5),
            "patience": (1, 4),
            "min_delta": (0.0, 2.5),
            "cooldown": (0, 3),
            "min_lr": (0.0, 0.05),
        },
    ),
    "RemoteMonitor": (
        {"root": "http://localhost:{port}"},
        {
            "root": ("http://localhost:{port}", "http://127.0.0.1:{port}"),
            "path": ("/one/", "/other/"),
            "field": ("data", "other"),
            "headers": (None, {"X-Run": "1"}),
            "send_as_json": (False, True),
        },
    ),
    "SwapEMAWeights": ({}, {"swap_on_epoch": (False, True)}),
    "TensorBoard": (
        {"log_dir": "logs", "histogram_freq": 1},
        {
            "log_dir": ("logs", "other"),
            "histogram_freq": (0, 1),
            "write_graph": (True, False),
            "write_images": (False, True),
            "embeddings_freq": (0, 1),
            "write_steps_per_second": (False, True),
            "update_freq": ("epoch", 1),
            "profile_batch": (0, 2),
        },
    ),
    "TerminateOnNaN": ({}, {"raise_error": (False, True)}),
}

EXCEPTIONS = {
    ("OrbaxCheckpoint", "save_on_background"): "the same files, written while training goes on",
    ("TensorBoard", "embeddings_metadata"): "of models with embeddings; see `callbacks_test.py`",
}
WITHOUT_ARGUMENTS = ("Callback", "History", "ProgbarLogger")
OF_SEVERAL = "CallbackList"


def contents(path):
    """What a text file holds that is the same in each run; `None` for other files."""
    if path.suffix in (".csv", ".json"):
        return path.read_text()
    if path.name == "_METADATA":
        return sorted(json.loads(path.read_text())["tree_metadata"])
    return None


def is_the_same_each_time(path):
    """Whether the name of a file does not change from run to run; most of those that Orbax writes do."""
    return "tfevents" not in path.name and (
        path.name == "_METADATA" or not {"orbax", "ocdbt.process_0"} & set(path.parts)
    )
