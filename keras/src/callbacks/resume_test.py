"""`fit(resume_from=...)`: a program that is killed and run once more ends as one that was not."""

import functools
import json
import os
import signal
import subprocess
import sys
import warnings

import numpy as np
import pytest

import keras
from keras import callbacks, layers
from keras.src import backend

pytestmark = [
    pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients"),
    pytest.mark.filterwarnings("ignore:There is no backup of a training"),
]

X = np.random.default_rng(0).random((24, 4)).astype("float32")
Y = X.sum(1, keepdims=True)

PROGRAM = """
import json, os, signal, sys
import numpy as np
import keras
from keras import callbacks, layers, ops

case, kill_at = sys.argv[1], int(sys.argv[2])
rng = np.random.default_rng(0)
x, y = rng.normal(size=(60, 4)).astype("float32"), rng.normal(size=(60, 1)).astype("float32")
keras.utils.set_random_seed(0)


class Kill(callbacks.Callback):
    seen = 0

    def on_train_batch_end(self, batch, logs=None):
        self.seen += 1
        if self.seen == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def network():
    parts = [layers.Dense(6), layers.BatchNormalization(), layers.Dropout(0.3), layers.Dense(1)]
    return keras.Sequential([layers.Input((4,)), *parts], name="net work")


class TwoOptimizers(keras.Model):
    def __init__(self):
        super().__init__(name="two")
        self.body, self.head = layers.Dense(6), layers.Dense(1)
        self.drop, self.mean = layers.Dropout(0.3), keras.metrics.Mean(name="mean")
        self.second = keras.optimizers.Adam(0.02)

    def call(self, x, training=None):
        return self.head(self.drop(self.body(x), training=training))

    def train_step(self, data):
        x, y = data
        for layer, optimizer in ((self.body, self.optimizer), (self.head, self.second)):
            variables = layer.trainable_variables
            compute = ops.value_and_grad(lambda: ops.mean(ops.square(self(x, training=True) - y)), variables=variables)
            loss, gradients = compute()
            optimizer.apply(gradients, variables)
        self.mean.update_state(loss)
        return {"loss": self.mean.result()}


class Data(keras.utils.PyDataset):
    def __len__(self):
        return 5

    def __getitem__(self, index):
        return x[12 * index : 12 * index + 12], y[12 * index : 12 * index + 12]


def batches():
    while True:
        for start in range(0, 60, 12):
            noise = np.random.normal(size=(12, 4)).astype("float32")
            yield x[start : start + 12] + 0.1 * noise, y[start : start + 12]


seen = [callbacks.EarlyStopping("loss", patience=50, min_delta=100), callbacks.ReduceLROnPlateau("loss", 0.5, 1, min_delta=100)]
often = [callbacks.BackupAndRestore("often", save_freq=3)]
schedule = keras.optimizers.schedules.ExponentialDecay(0.05, 10, 0.5)
if case == "arrays":
    model, optimizer = network(), keras.optimizers.Adam(0.05)
    given = {"x": x, "y": y, "batch_size": 12, "callbacks": [*seen, Kill()], "resume_from": True}
elif case == "generator":
    model, optimizer = network(), keras.optimizers.SGD(schedule, momentum=0.9)
    given = {"x": batches(), "steps_per_epoch": 5, "callbacks": [*often, Kill()], "resume_from": True}
elif case == "own_step":
    model, optimizer = TwoOptimizers(), keras.optimizers.SGD(0.05, momentum=0.9)
    given = {"x": Data(), "callbacks": [Kill(), *often], "resume_from": "often"}
model.compile(optimizer, "mse")
history = model.fit(epochs=4, verbose=0, **given)
optimizers = [optimizer, *([model.second] if case == "own_step" else [])]
variables = [*model.variables, *(v for optimizer in optimizers for v in optimizer.variables)]
values = [round(float(np.abs(ops.convert_to_numpy(v)).sum()), 5) for v in variables]
rates = [seen[0].wait, seen[1].wait, round(history.history["loss"][-1], 5)]
print(json.dumps({"values": values, "rates": rates, "epochs": history.epoch, "left": sorted(os.listdir("."))}))
"""


def run(folder, case, kill_at=0):
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-c", PROGRAM, case, str(kill_at)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == (-signal.SIGKILL if kill_at else 0), done.stderr
    return None if kill_at else json.loads(done.stdout.strip().splitlines()[-1])


@pytest.mark.parametrize(
    "case, kill_at, backup, epochs",
    [
        ("arrays", 13, "keras_backup/net_work", [2, 3]),
        ("generator", 13, "often", [2, 3]),
        ("own_step", 8, "often", [1, 2, 3]),
    ],
)
def test_a_killed_program_run_once_more_ends_the_same(tmp_path, case, kill_at, backup, epochs):
    run(tmp_path / "killed", case, kill_at)
    assert (tmp_path / "killed" / backup / "training_metadata.json").is_file()
    whole, resumed = run(tmp_path / "whole", case), run(tmp_path / "killed", case)
    assert whole.pop("epochs") == [0, 1, 2, 3] and resumed.pop("epochs") == epochs
    np.testing.assert_allclose(resumed.pop("values"), whole.pop("values"), rtol=1e-5, atol=1e-5)
    assert resumed == whole
    assert set(whole["left"]) <= {"keras_backup"}


def linear():
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((4,)), layers.Dropout(0.1), layers.Dense(1)], name="linear")
    model.compile(keras.optimizers.Adam(0.1), "mse")
    return model


def fit(model, **arguments):
    return model.fit(X, Y, **{"batch_size": 8, "epochs": 3, "verbose": 0, **arguments})


def watching():
    """A callback that has every step run by itself, as the one that fails does: compiled loops may draw other numbers."""
    return [callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None)]


def broken_off(**arguments):
    """A training that an error ends in the second epoch."""

    def fail(batch, logs):
        if len(begun) == 2:
            raise RuntimeError("broken off")

    begun = []
    failing = callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: begun.append(epoch), on_train_batch_end=fail)
    with pytest.raises(RuntimeError, match="broken off"):
        fit(linear(), callbacks=[failing], **arguments)


@pytest.mark.parametrize("folder", [True, "given", "path"])
def test_folders(tmp_path, monkeypatch, folder):
    monkeypatch.chdir(tmp_path)
    resume_from = tmp_path / "path" if folder == "path" else folder
    whole = linear()
    fit(whole, callbacks=watching())
    broken_off(resume_from=resume_from)
    place = tmp_path / ("keras_backup/linear" if folder is True else folder)
    assert (place / "training_metadata.json").is_file()
    model = linear()
    assert fit(model, callbacks=watching(), resume_from=resume_from).epoch == [1, 2]
    np.testing.assert_allclose(model.get_weights()[0], whole.get_weights()[0], rtol=1e-6)
    assert not place.exists()


def told_by(action):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        action()
    return [str(warning.message) for warning in caught if "no backup" in str(warning.message)]


def test_a_named_folder_without_a_backup_is_told(tmp_path, monkeypatch):
    """So that a path with a slip in it does not train anew in silence; where nobody named one, nothing is missing."""
    monkeypatch.chdir(tmp_path)
    told = told_by(lambda: broken_off(resume_from="some/place"))
    assert len(told) == 1 and "'some/place'" in told[0] and "begins at its start" in told[0]
    assert not told_by(lambda: fit(linear(), resume_from="some/place"))
    assert len(told_by(lambda: fit(linear(), resume_from=tmp_path / "some/places"))) == 1
    assert not told_by(lambda: fit(linear(), resume_from=True))
    backup = callbacks.BackupAndRestore(tmp_path / "other")
    assert not told_by(lambda: fit(linear(), callbacks=[backup]))


@pytest.mark.parametrize("off", [None, False])
def test_nothing_is_written_where_nobody_asks(tmp_path, monkeypatch, off):
    monkeypatch.chdir(tmp_path)
    broken_off(resume_from=off)
    assert not os.listdir(tmp_path)


def test_the_list_of_callbacks_stays_as_it_was(tmp_path):
    given = []
    fit(linear(), callbacks=given, resume_from=tmp_path / "backup")
    fit(linear(), callbacks=callbacks.LambdaCallback(), resume_from=tmp_path / "backup")
    assert given == []


def test_refusals(tmp_path):
    backup = callbacks.BackupAndRestore(tmp_path / "one")
    with pytest.raises(ValueError, match="has the folder .*one.*: give both the same"):
        fit(linear(), callbacks=[backup], resume_from=tmp_path / "other")
    for wrong in (3, "", b"bytes", ["a"]):
        with pytest.raises(ValueError, match="`resume_from` must be the path of a folder"):
            fit(linear(), resume_from=wrong)
    model = linear()
    model.save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match="is a file"):
        fit(model, resume_from=tmp_path / "model.keras")
    with pytest.raises(ValueError, match="must be a list, and no `CallbackList`"):
        fit(model, callbacks=callbacks.CallbackList(), resume_from=True)
    (tmp_path / "checkpoints" / "0").mkdir(parents=True)
    (tmp_path / "checkpoints" / "0" / "_CHECKPOINT_METADATA").touch()
    with pytest.raises(ValueError, match="one of checkpoints of Orbax"):
        fit(model, resume_from=tmp_path / "checkpoints")


def test_a_backup_of_another_model(tmp_path):
    broken_off(resume_from=tmp_path)
    other = keras.Sequential([keras.Input((4,)), layers.Dense(1), layers.Dense(1)])
    other.compile("sgd", "mse")
    with pytest.raises(ValueError, match="of another model: delete it to begin anew"):
        fit(other, resume_from=tmp_path)


def torch_loader():
    torch = pytest.importorskip("torch")
    torch.manual_seed(3)
    data = torch.utils.data.TensorDataset(torch.tensor(X), torch.tensor(Y))
    return torch.utils.data.DataLoader(data, batch_size=8, shuffle=True)


def tensorflow_dataset():
    tensorflow = pytest.importorskip("tensorflow")
    return tensorflow.data.Dataset.from_tensor_slices((X, Y)).shuffle(24, seed=5).batch(8)


@pytest.mark.parametrize("save_freq", ["epoch", 2])
@pytest.mark.parametrize("make_data", [torch_loader, tensorflow_dataset])
@pytest.mark.parametrize("fails_at", [3, 5, 8])
def test_sources_that_shuffle_each_pass_anew(tmp_path, make_data, save_freq, fails_at):
    def train(folder, fails_at=None):
        model, seen = linear(), []

        def note(batch, logs):
            seen.append(batch)
            if len(seen) == fails_at:
                raise RuntimeError("broken off")

        backup = callbacks.BackupAndRestore(folder, save_freq=save_freq)
        given = [callbacks.LambdaCallback(on_train_batch_end=note), backup]
        model.fit(make_data(), epochs=4, verbose=0, callbacks=given, resume_from=folder)
        return model.get_weights()

    make_data()  # Imports the library: what seeds are set from now on are its own too.
    whole = train(tmp_path / "whole")
    with pytest.raises(RuntimeError, match="broken off"):
        train(tmp_path / "broken", fails_at)
    for expected, found in zip(whole, train(tmp_path / "broken")):
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_generator_of_one_epoch(tmp_path):
    def batches():
        for start in range(0, 24, 4):
            yield X[start : start + 4], Y[start : start + 4]

    def train(folder, fails_at=None):
        def fail(batch, logs):
            if batch + 1 == fails_at:
                raise RuntimeError("broken off")

        model = linear()
        backup = callbacks.BackupAndRestore(folder, save_freq=2)
        given = [callbacks.LambdaCallback(on_train_batch_end=fail), backup]
        model.fit(batches(), verbose=0, callbacks=given, resume_from=True)
        return model.get_weights()

    with pytest.raises(RuntimeError, match="broken off"):
        train(tmp_path / "broken", 5)
    for expected, found in zip(train(tmp_path / "whole"), train(tmp_path / "broken")):
        np.testing.assert_allclose(found, expected, rtol=1e-6)


class TestPreparedBackups:
    """A folder that somebody else has prepared: refused, with nothing read outside of it and nothing changed."""

    def backup(self, folder):
        fit(linear(), callbacks=[keras.callbacks.BackupAndRestore(folder, delete_checkpoint=False)])
        return folder

    def refused(self, folder, match):
        model, callback = linear(), keras.callbacks.EarlyStopping("loss", patience=9)
        before, state = model.get_weights(), dict(vars(callback))
        with pytest.raises(ValueError, match=match):
            fit(model, callbacks=[callback], resume_from=folder)
        for old, new in zip(before, model.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)
        same = {name: value for name, value in vars(callback).items() if state.get(name) == value}
        assert {"patience", "best"} <= set(same)

    @pytest.mark.parametrize("kind", ["link", "pipe"])
    @pytest.mark.parametrize("name", ["latest.weights.h5", "latest.state.npz", "training_metadata.json"])
    def test_files_that_are_none(self, name, kind, tmp_path):
        path = self.backup(tmp_path / "backup") / name
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere") if kind == "link" else os.mkfifo(path)
        self.refused(tmp_path / "backup", "outside|no regular file")

    def test_arrays_that_unpack_to_more_than_the_limit(self, tmp_path, monkeypatch):
        folder = self.backup(tmp_path / "backup")
        with np.load(folder / "latest.state.npz") as file:
            arrays = dict(file)
        np.savez_compressed(folder / "latest.state.npz", **arrays, bomb=np.zeros(10**6))
        monkeypatch.setenv("KERAS_LOAD_LIMIT", "1000000")
        self.refused(tmp_path / "backup", "KERAS_LOAD_LIMIT")

    @pytest.mark.parametrize(
        "change",
        [
            lambda said: said.update(epoch="1"),
            lambda said: said.update(batch=-1),
            lambda said: said.update(steps_done=-1),
            lambda said: said["callbacks"].update({"EarlyStopping.0": {"best": {"array": 3}}}),
            lambda said: said["callbacks"].update({"EarlyStopping.0": {"best": {"code": "x"}}}),
            lambda said: said["python"].__setitem__(1, [1, 2]),
            lambda said: said["numpy"].__setitem__(0, "x"),
            lambda said: said.update(position=functools.reduce(lambda inner, _: [inner], range(900), 1)),
        ],
    )
    def test_what_it_says(self, change, tmp_path):
        path = self.backup(tmp_path / "backup") / "training_metadata.json"
        said = json.loads(path.read_text())
        change(said)
        path.write_text(json.dumps(said))
        self.refused(tmp_path / "backup", "delete it to begin anew")

    def test_an_array_of_another_shape(self, tmp_path):
        folder = self.backup(tmp_path / "backup")
        with np.load(folder / "latest.state.npz") as file:
            arrays = dict(file)
        last = max((name for name in arrays if name.isdigit()), key=int)
        np.savez(folder / "latest.state.npz", **{**arrays, last: np.zeros((7, 7), "float32")})
        self.refused(tmp_path / "backup", r"\(7, 7\)")
