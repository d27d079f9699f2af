"""Optimizers against golden trajectories, made by `integration_tests/goldens/optimizer_trajectories.py`."""

import json
import pathlib

import numpy as np
import pytest

from keras.src import backend, ops, optimizers

_FILE = np.load(pathlib.Path(__file__).parent / "testdata" / "trajectories.npz")
ROWS = json.loads(str(_FILE["rows"]))
TRAJECTORIES = _FILE["values"]
BY_NAME = {cls.__name__: cls for cls in optimizers.MEMBERS}
CHECKPOINTS = (1, 2, 3, 8, 20)
SHAPES = {"kernel": (4, 3), "bias": (3,), "conv": (2, 2, 3)}
TAKES_OTHERS = {"LossScaleOptimizer", "MultiOptimizer"}


def label(index):
    row = ROWS[index]
    return "-".join([row["class_name"], row["mode"], *(f"{k}={v}" for k, v in row["kwargs"].items())])[:120]


def build(row):
    return optimizers.deserialize({"class_name": row["class_name"], "config": dict(row["kwargs"])})


def initial_values():
    flat = np.cos(np.arange(27) * 1.3).astype("float32")
    return zip(SHAPES.items(), np.split(flat, [12, 15]))


def variables():
    return [backend.Variable(part.reshape(shape), name=name) for (name, shape), part in initial_values()]


def gradient(step, position, shape):
    angle = np.arange(np.prod(shape)) * 0.7 + step * 0.9 + position
    return (np.sin(angle) * (1.0 + 0.5 * np.cos(3.0 * step + position))).astype("float32").reshape(shape)


def flat(values):
    return np.concatenate([ops.convert_to_numpy(v).ravel() for v in values])


def trajectory(optimizer, trained, scale):
    optimizer.build(trained)
    kept = []
    for step in range(CHECKPOINTS[-1]):
        grads = [gradient(step, i, v.shape) * scale for i, v in enumerate(trained)]
        optimizer.apply([ops.convert_to_tensor(g) for g in grads], trained)
        if step + 1 in CHECKPOINTS:
            kept.append(flat(trained))
    return kept


@pytest.mark.parametrize("index", range(len(ROWS)), ids=label)
def test_trajectories(index):
    row = ROWS[index]
    optimizer = build(row)
    if optimizer.weight_decay and row["class_name"] != "Muon":
        optimizer.exclude_from_weight_decay(var_names=["bias"])
    trained = variables()
    found = trajectory(optimizer, trained, row["kwargs"].get("loss_scale_factor", 1.0))
    state = [(v.name, float(np.sum(ops.convert_to_numpy(v)))) for v in optimizer.variables]
    optimizer.finalize_variable_values(trained)
    np.testing.assert_allclose(np.stack([*found, flat(trained)]), TRAJECTORIES[index], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose([s for _, s in state], [s for _, s in row["state"]], rtol=2e-4, atol=1e-5)
    if row["class_name"] != "Nadam":
        assert [n for n, _ in state] == [n for n, _ in row["state"]]
    config = optimizer.get_config()
    assert {k: v for k, v in config.items() if k != "name"} == row["config"]
    again = optimizers.deserialize(json.loads(json.dumps(optimizers.serialize(optimizer))))
    assert again.get_config() == config


def test_every_optimizer_has_rows_in_every_mode():
    modes = {row["mode"] for row in ROWS} - {"mixed", "tuned"}
    assert len(modes) == 10
    rows = {(row["class_name"], row["mode"]) for row in ROWS}
    assert {(name, mode) for name in set(BY_NAME) - TAKES_OTHERS for mode in modes} <= rows
