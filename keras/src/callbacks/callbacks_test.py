"""Built-in callbacks, on a model whose results are known, or with logs given by hand."""

import csv
import glob
import http.server
import json
import os
import signal
import struct
import subprocess
import sys
import threading
import uuid
import zlib

import numpy as np
import pytest

import keras
from keras import callbacks, layers
from keras.src import backend
from keras.src.callbacks.event_file import EventFile, masked_crc

trains = pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(48, 4)).astype("float32")
Y = (X @ RNG.normal(size=(4, 1))).astype("float32")
KERNEL = np.ones((4, 1), "float32")


def linear(optimizer=None, rate=0.05):
    model = keras.Sequential([layers.Input((4,)), layers.Dense(1, use_bias=False)])
    model.set_weights([KERNEL])
    model.compile(optimizer or keras.optimizers.SGD(rate), "mse")
    return model


def fit(model, *given, **arguments):
    arguments = {"epochs": 3, "batch_size": 16, "shuffle": False, "verbose": 0, **arguments}
    return model.fit(X, Y, callbacks=list(given), **arguments)


def run_epochs(callback, model, values, name="val_loss"):
    """Gives a callback one value for each epoch, and returns the epochs that were run."""
    callback.set_model(model)
    model.stop_training = False
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        callback.on_epoch_begin(epoch)
        logs = {name: value, "loss": 0.0}
        callback.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    callback.on_train_end()
    return epoch + 1


class TestEarlyStopping:
    @pytest.mark.parametrize(
        "arguments, values, epochs",
        [
            ({"patience": 0}, [3, 2, 2, 1], 3),
            ({"patience": 2}, [3, 2, 2, 1, 1, 1], 6),
            ({"patience": 1, "min_delta": 0.5}, [3, 2.8, 2.7, 1], 2),
            ({"patience": 1, "mode": "max"}, [1, 2, 1, 3], 3),
            ({"patience": 1, "baseline": 1.0}, [3, 2.5, 2.5, 0.5], 3),
            ({"patience": 0, "start_from_epoch": 2}, [1, 2, 3, 4, 5], 4),
        ],
    )
    def test_epochs(self, arguments, values, epochs):
        assert run_epochs(callbacks.EarlyStopping(**arguments), linear(), values) == epochs

    def test_best_weights_are_restored(self):
        model = linear()
        callback = callbacks.EarlyStopping(patience=2, restore_best_weights=True)
        weights = iter(range(10))
        callback.set_model(model)
        callback.on_train_begin()
        for epoch, value in enumerate([3, 1, 2, 2]):
            model.set_weights([KERNEL * next(weights)])
            callback.on_epoch_end(epoch, {"val_loss": value})
        callback.on_train_end()
        np.testing.assert_array_equal(model.get_weights()[0], KERNEL)

    def test_direction(self):
        model = linear()
        callback = callbacks.EarlyStopping(monitor="val_accuracy", patience=0)
        assert run_epochs(callback, model, [0.1, 0.2, 0.2], "val_accuracy") == 3
        with pytest.raises(ValueError, match="mode"):
            run_epochs(callbacks.EarlyStopping(monitor="foo"), model, [1.0], "foo")
        with pytest.warns(UserWarning, match="foo"):
            callbacks.EarlyStopping(mode="foo")

    def test_missing_value_warns(self):
        with pytest.warns(UserWarning, match="`val_loss`, which is not available. Available: loss"):
            run_epochs(callbacks.EarlyStopping(), linear(), [1.0], "loss")


class TestLearningRates:
    def rates(self, callback, values, rate=1.0):
        model = linear(rate=rate)
        seen = []
        callback.set_model(model)
        callback.on_train_begin()
        for epoch, value in enumerate(values):
            callback.on_epoch_begin(epoch)
            logs = {"val_loss": value}
            callback.on_epoch_end(epoch, logs)
            seen.append(float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)))
        assert "learning_rate" in logs
        return seen

    @pytest.mark.parametrize(
        "arguments, expected",
        [
            ({"patience": 1, "min_lr": 0.2, "cooldown": 1}, [1, 0.5, 0.25, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2]),
            ({"patience": 1, "cooldown": 2}, [1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125, 0.0625, 0.0625, 0.03125]),
            ({"patience": 2}, [1, 1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125, 0.125, 0.125]),
            ({"patience": 2, "cooldown": 3}, [1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25]),
        ],
    )
    def test_plateau(self, arguments, expected):
        callback = callbacks.ReduceLROnPlateau(factor=0.5, **arguments)
        np.testing.assert_allclose(self.rates(callback, [1.0] * 8 + [0.5, 0.5]), expected, rtol=1e-6)

    def test_schedule(self):
        seen = self.rates(callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5), [1.0] * 3)
        np.testing.assert_allclose(seen, [0.5, 0.25, 0.125])
        seen = self.rates(callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1)), [1.0] * 2)
        np.testing.assert_allclose(seen, [0.1, 0.05], rtol=1e-6)

    def test_bad_arguments(self):
        with pytest.raises(ValueError, match="factor"):
            callbacks.ReduceLROnPlateau(factor=1.5)
        with pytest.raises(ValueError, match="schedule"):
            self.rates(callbacks.LearningRateScheduler(lambda epoch, rate: "a"), [1.0])

    @trains
    def test_rate_is_in_history_and_in_effect(self):
        history = fit(linear(), callbacks.LearningRateScheduler(lambda epoch, rate: 0.0)).history
        assert history["learning_rate"] == [0.0] * 3 and len(set(history["loss"])) == 1


class TestModelCheckpoint:
    @trains
    def test_every_epoch(self, tmp_path):
        path = str(tmp_path / "new" / "m{epoch:02d}-{loss:.1f}.keras")
        model = linear()
        history = fit(model, callbacks.ModelCheckpoint(path)).history["loss"]
        names = sorted(os.listdir(tmp_path / "new"))
        assert names == [f"m{i + 1:02d}-{loss:.1f}.keras" for i, loss in enumerate(history)]
        loaded = keras.models.load_model(tmp_path / "new" / names[-1])
        np.testing.assert_array_equal(loaded.get_weights()[0], model.get_weights()[0])

    @trains
    def test_every_so_many_batches(self, tmp_path):
        fit(linear(), callbacks.ModelCheckpoint(str(tmp_path / "b{epoch}-{batch}.keras"), save_freq=2))
        assert sorted(os.listdir(tmp_path)) == ["b1-2.keras", "b2-1.keras", "b2-3.keras", "b3-2.keras"]

    def test_best_only(self, tmp_path):
        path = str(tmp_path / "best{epoch}.weights.h5")
        callback = callbacks.ModelCheckpoint(path, save_best_only=True, save_weights_only=True)
        run_epochs(callback, linear(), [3.0, 4.0, 2.0, 2.5])
        assert sorted(os.listdir(tmp_path)) == ["best1.weights.h5", "best3.weights.h5"]
        callback = callbacks.ModelCheckpoint(
            str(tmp_path / "x.keras"), save_best_only=True, initial_value_threshold=1.0
        )
        run_epochs(callback, linear(), [3.0])
        assert not os.path.exists(tmp_path / "x.keras")
        with pytest.warns(UserWarning, match="val_loss"):
            run_epochs(callbacks.ModelCheckpoint(path, save_best_only=True, save_weights_only=True), linear(), [1], "x")

    @pytest.mark.filterwarnings("ignore:The HDF5 format:UserWarning")
    def test_whole_models_of_the_older_format(self, tmp_path):
        model, path = linear(), tmp_path / "{epoch}.h5"
        run_epochs(callbacks.ModelCheckpoint(path, save_best_only=True), model, [3.0, 4.0, 1.0])
        assert sorted(os.listdir(tmp_path)) == ["1.h5", "3.h5"]
        loaded = keras.models.load_model(tmp_path / "3.h5")
        for found, wanted in zip(loaded.get_weights(), model.get_weights(), strict=True):
            np.testing.assert_array_equal(found, wanted)

    @pytest.mark.parametrize("name", ["m.keras", "m.weights.h5", "m.safetensors"])
    def test_at_a_url(self, name):
        whole, model = name.endswith("keras"), linear()
        path = f"memory://{uuid.uuid4().hex}/{name}"
        run_epochs(callbacks.ModelCheckpoint(path, save_weights_only=not whole), model, [1.0])
        other = keras.models.load_model(path) if whole else linear()
        if not whole:
            other.set_weights([weight + 1 for weight in other.get_weights()])
            other.load_weights(path)
        for found, wanted in zip(other.get_weights(), model.get_weights(), strict=True):
            np.testing.assert_array_equal(found, wanted)

    def test_bad_arguments(self, tmp_path):
        for arguments, message in [
            ({"filepath": "foo"}, ".keras"),
            ({"filepath": "foo.safetensors"}, ".keras"),
            ({"filepath": "foo.keras", "save_weights_only": True}, ".weights.h5"),
            ({"filepath": "foo.keras", "save_freq": "x"}, "save_freq"),
        ]:
            with pytest.raises(ValueError, match=message):
                callbacks.ModelCheckpoint(**arguments)
        with pytest.raises(KeyError, match="foo"):
            run_epochs(callbacks.ModelCheckpoint(str(tmp_path / "{foo}.keras")), linear(), [1.0])
        os.mkdir(tmp_path / "folder.keras")
        with pytest.raises(OSError, match="folder"):
            run_epochs(callbacks.ModelCheckpoint(str(tmp_path / "folder.keras")), linear(), [1.0])


UNWRITABLE = {
    "ModelCheckpoint": lambda path: callbacks.ModelCheckpoint(path + "/model.keras"),
    "weights": lambda path: callbacks.ModelCheckpoint(path + "/x.weights.h5", save_weights_only=True, save_freq=2),
    "CSVLogger": lambda path: callbacks.CSVLogger(path + "/log.csv"),
    "BackupAndRestore": lambda path: callbacks.BackupAndRestore(path),
    "TensorBoard": lambda path: callbacks.TensorBoard(path),
}


@trains
@pytest.mark.parametrize("name", UNWRITABLE)
def test_path_that_cannot_be_written_to(name, tmp_path):
    (tmp_path / "file").write_text("in the way")
    model = linear()
    with pytest.raises(OSError, match="cannot write to .*file.*save it elsewhere"):
        fit(model, UNWRITABLE[name](str(tmp_path / "file" / "folder")))
    assert np.isfinite(model.evaluate(X, Y, verbose=0))
    model.save(tmp_path / "saved.keras")


class TestLogs:
    def test_csv(self, tmp_path):
        path = tmp_path / "log.csv"
        run_epochs(callbacks.CSVLogger(path), linear(), [2.0, 1.0])
        with open(path) as file:
            assert list(csv.reader(file)) == [["epoch", "loss", "val_loss"], ["0", "0.0", "2.0"], ["1", "0.0", "1.0"]]
        run_epochs(callbacks.CSVLogger(path, append=True), linear(), [0.5])
        assert len(open(path).readlines()) == 4

    def test_lambda(self):
        seen = []
        callback = callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: seen.append((epoch, logs["val_loss"])),
            on_test_begin=lambda logs: seen.append("test"),
        )
        run_epochs(callback, linear(), [2.0])
        linear().evaluate(X, Y, callbacks=[callback], verbose=0)
        assert seen == [(0, 2.0), "test"]

    @trains
    def test_nan(self):
        model = linear(rate=float("nan"))
        assert len(fit(model, callbacks.TerminateOnNaN(), epochs=3).history["loss"]) == 1
        with pytest.raises(RuntimeError, match="nan"):
            fit(linear(rate=float("nan")), callbacks.TerminateOnNaN(raise_error=True))

    def test_remote_monitor(self):
        received = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                received.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *arguments):
                pass

        with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.handle_request, daemon=True).start()
            root = f"http://127.0.0.1:{server.server_port}"
            callback = callbacks.RemoteMonitor(root, send_as_json=True)
            callback.on_epoch_end(0, {"loss": np.float32(0.5)})
        assert json.loads(received[0]) == {"epoch": 0, "loss": 0.5}
        with pytest.warns(UserWarning, match="could not be reached"):
            callback.on_epoch_end(1, {"loss": 0.5})

    def test_history_follows_the_callbacks(self):
        class Adds(callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                logs["more"] = epoch

        both = callbacks.CallbackList([callbacks.History(), Adds()], add_history=True, model=linear())
        both.on_train_begin()
        both.on_epoch_end(0, {"loss": 1.0})
        assert both._history.history == {"loss": [1.0], "more": [0]}


def with_embeddings():
    inputs = keras.Input((3,), dtype="int32")
    both = [layers.Embedding(7, size, name=name)(inputs) for name, size in (("words", 2), ("places", 3))]
    model = keras.Model(inputs, layers.Concatenate()(both))
    model.compile("sgd", "mse")
    return model


class TestTensorBoard:
    @staticmethod
    def records(folder):
        """The events in the files of a folder, with their checksums proved."""
        events = []
        for path in glob.glob(str(folder / "events*")):
            data = open(path, "rb").read()
            while data:
                (length,) = struct.unpack("<Q", data[:8])
                event = data[12 : 12 + length]
                assert struct.unpack("<I", data[8:12])[0] == masked_crc(data[:8])
                assert struct.unpack("<I", data[12 + length : 16 + length])[0] == masked_crc(event)
                events.append(event)
                data = data[16 + length :]
        return events

    def test_checksum(self):
        # From RFC 3720, B.4: the CRC-32C of 32 zeros is 8a9136aa.
        crc = 0x8A9136AA
        assert masked_crc(bytes(32)) == (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF
        assert zlib.crc32(bytes(32)) != crc

    def test_scalar(self, tmp_path):
        file = EventFile(str(tmp_path))
        file.scalar("loss", 0.5, 3)
        file.close()
        head, event = self.records(tmp_path)
        assert b"brain.Event:2" in head
        assert event.endswith(b"\x10\x03*\x0d\n\x0b\n\x04loss\x15" + struct.pack("<f", 0.5))

    def test_epochs(self, tmp_path):
        callback = callbacks.TensorBoard(tmp_path, histogram_freq=1)
        run_epochs(callback, linear(), [0.5, 0.25])
        found = b"".join(self.records(tmp_path / "train"))
        assert b"epoch_loss" in found and b"/histogram" in found and b"epoch_learning_rate" in found
        assert b"".join(self.records(tmp_path / "validation")).count(b"epoch_loss") == 2

    @pytest.mark.parametrize(
        "profile_batch, window", [(0, []), (2, [2]), ("2,4", [2, 3, 4]), ((3, 3), [3]), ((5, 9), [5, 6]), (99, [])]
    )
    @pytest.mark.parametrize("update_freq", ["epoch", "batch"])
    @trains
    def test_profiled_batches(self, tmp_path, monkeypatch, profile_batch, window, update_freq):
        def start(folder):
            assert folder == str(tmp_path / "train")
            running.append(True)
            return running.clear

        running, profiled, seen = [], [], []
        monkeypatch.setattr(backend.trainer, "start_profiler", start)
        look = callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: note())

        def note():
            seen.append(len(seen) + 1)
            if running:
                profiled.append(seen[-1])

        board = callbacks.TensorBoard(tmp_path, profile_batch=profile_batch, update_freq=update_freq)
        fit(linear(), look, board, epochs=2)
        assert profiled == window and not running and seen == [1, 2, 3, 4, 5, 6]

    @trains
    def test_a_profile_is_written(self, tmp_path):
        fit(linear(), callbacks.TensorBoard(tmp_path, profile_batch=2), epochs=1)
        files = [path for path in (tmp_path / "train").rglob("*") if path.is_file()]
        assert any(path.name.endswith((".xplane.pb", ".pt.trace.json")) for path in files)

    @pytest.mark.parametrize("wrong", [-1, 2.5, "x", "3", (4, 2), (1, 2, 3), None, True])
    def test_batches_that_cannot_be_profiled(self, tmp_path, wrong):
        with pytest.raises(ValueError, match="`profile_batch` must be 0, the number of a batch, or a pair"):
            callbacks.TensorBoard(tmp_path, profile_batch=wrong)

    @pytest.mark.parametrize("write_images", [True, False])
    def test_images_of_weights(self, tmp_path, write_images):
        callback = callbacks.TensorBoard(tmp_path, histogram_freq=1, write_images=write_images)
        run_epochs(callback, linear(), [0.5])
        found = b"".join(self.records(tmp_path / "train"))
        assert (b"kernel/image" in found) == (b"\x89PNG" in found) == write_images

    def test_evaluations_are_written_by_the_steps_trained(self, tmp_path):
        callback = callbacks.TensorBoard(tmp_path, write_graph=False)
        model = linear()
        model.optimizer.iterations.assign(7)
        callback.set_model(model)
        callback.on_test_end({"loss": 0.5})
        (event,) = self.records(tmp_path / "validation")[1:]
        assert b"\x10\x07*" in event and b"evaluation_loss_vs_iterations" in event

    @pytest.mark.parametrize(
        "metadata, paths",
        [(None, [None, None]), ("all.tsv", ["all.tsv"] * 2), ({"words": "words.tsv"}, ["words.tsv", None])],
    )
    def test_projector(self, tmp_path, metadata, paths):
        """The files of Keras 3.15.1."""
        model = with_embeddings()
        callback = callbacks.TensorBoard(tmp_path / "logs", embeddings_freq=2, embeddings_metadata=metadata)
        run_epochs(callback, model, [0.5, 0.4, 0.3])
        name = "layer_with_weights-0/embeddings/.ATTRIBUTES/VARIABLE_VALUE"
        lines = [f'  metadata_path: "{path}"\n' if path else "" for path in paths]
        expected = "".join(f'embeddings {{\n  tensor_name: "{name}"\n{line}}}\n' for line in lines)
        assert (tmp_path / "logs" / "projector_config.pbtxt").read_text() == expected
        saved = sorted(path.name for path in (tmp_path / "logs" / "train").glob("*.weights.h5"))
        assert saved == [f"keras_embedding.ckpt-{epoch}.weights.h5" for epoch in (0, 2)]
        model.load_weights(tmp_path / "logs" / "train" / saved[0])

    def test_labels_of_a_layer_that_is_not_there(self, tmp_path):
        callback = callbacks.TensorBoard(tmp_path, embeddings_freq=1, embeddings_metadata={"absent": "a.tsv"})
        with pytest.raises(ValueError, match="absent"):
            run_epochs(callback, with_embeddings(), [0.5])


@trains
class TestSwapEMAWeights:
    def test_swap(self):
        plain = linear(keras.optimizers.SGD(0.05, use_ema=True, ema_momentum=0.5))
        kernels = []
        look = callbacks.LambdaCallback(on_train_batch_end=lambda b, logs: kernels.append(plain.get_weights()[0]))
        fit(plain, look, epochs=2)
        average = kernels[0]
        for kernel in kernels[1:]:
            average = 0.5 * average + 0.5 * kernel
        model = linear(keras.optimizers.SGD(0.05, use_ema=True, ema_momentum=0.5))
        fit(model, callbacks.SwapEMAWeights(), epochs=2)
        np.testing.assert_allclose(model.get_weights()[0], average, rtol=1e-5)

    def test_needs_averages(self):
        with pytest.raises(ValueError, match="use_ema"):
            fit(linear(), callbacks.SwapEMAWeights())


RESUMED = """
import json, os, signal, sys
import numpy as np
import keras
from keras import callbacks, layers

folder, kill = sys.argv[1], sys.argv[2]
rng = np.random.default_rng(0)
x, y = rng.normal(size=(60, 4)).astype("float32"), rng.normal(size=(60, 1)).astype("float32")
schedule = keras.optimizers.schedules.ExponentialDecay(0.05, 10, 0.5)


class Kill(callbacks.Callback):
    seen = 0

    def on_train_batch_end(self, batch, logs=None):
        self.seen += 1
        if self.seen == 11:
            os.kill(os.getpid(), signal.SIGKILL)


def best(*others):
    # Its best weights are older than any backup.
    stop = callbacks.EarlyStopping("loss", patience=50, min_delta=100, restore_best_weights=True)
    return [callbacks.LearningRateScheduler(lambda epoch, rate: 0.7 * rate), stop, *others]


CASES = {
    "in_epoch": (keras.optimizers.Adam(schedule, gradient_accumulation_steps=2), 4, {}, []),
    "after_last_batch": (keras.optimizers.SGD(0.05, momentum=0.9), 3, {"validation_split": 0.2}, best()),
    "rate_set_by_epoch": (keras.optimizers.Nadam(0.05, use_ema=True), 2, {}, best()),
}
for name, (optimizer, save_freq, arguments, others) in CASES.items():
    if kill not in ("none", name):
        continue
    keras.utils.set_random_seed(0)
    dropout = layers.Dropout(0.3)
    model = keras.Sequential([layers.Input((4,)), layers.Dense(8), layers.BatchNormalization(), dropout, layers.Dense(1)])
    model.compile(optimizer, "mse", metrics=["mae"])
    backup = callbacks.BackupAndRestore(os.path.join(folder, name), save_freq=save_freq)
    given = [backup, *others] + ([Kill()] if kill == name else [])
    history = model.fit(x, y, batch_size=16, epochs=5, callbacks=given, verbose=0, **arguments)
    variables = [*model.variables, *optimizer.variables]
    values = [round(float(np.abs(keras.ops.convert_to_numpy(v)).sum()), 5) for v in variables]
    last = {key: round(found[-1], 5) for key, found in history.history.items()}
    state = [others[1].best, others[1].wait] if others else []
    print(json.dumps([name, values, last, state, history.epoch[-1], os.path.exists(backup.backup_dir)]))
"""
KILLED = ["in_epoch", "after_last_batch", "rate_set_by_epoch"]


@trains
class TestBackupAndRestore:
    def run(self, folder, kill="none"):
        done = subprocess.run([sys.executable, "-c", RESUMED, str(folder), kill], capture_output=True, text=True)
        assert done.returncode == (0 if kill == "none" else -signal.SIGKILL), done.stderr
        return [json.loads(line) for line in done.stdout.strip().splitlines()]

    def test_killed_and_resumed_training_ends_the_same(self, tmp_path):
        for name in KILLED:
            assert self.run(tmp_path / "killed", name) == []
            assert os.path.exists(tmp_path / "killed" / name / "training_metadata.json")
        whole, resumed = self.run(tmp_path / "whole"), self.run(tmp_path / "killed")
        assert [found[0] for found in whole] == KILLED and not any(found[-1] for found in whole)
        for expected, found in zip(whole, resumed, strict=True):
            assert found == expected

    def test_resumed_at_an_epoch(self, tmp_path):
        def adam():
            keras.utils.set_random_seed(1)
            return linear(keras.optimizers.Adam(0.1))

        def fail(batch, logs):
            if len(history.epoch) == 2 and batch == 1:
                raise RuntimeError("broken off")

        whole = adam()
        expected = fit(whole, epochs=4, shuffle=True).history["loss"]
        history = callbacks.History()
        broken = callbacks.LambdaCallback(on_train_batch_end=fail)
        with pytest.raises(RuntimeError, match="broken off"):
            fit(adam(), history, broken, callbacks.BackupAndRestore(tmp_path), epochs=4, shuffle=True)
        resumed = adam()
        found = fit(resumed, callbacks.BackupAndRestore(tmp_path), epochs=4, shuffle=True)
        np.testing.assert_allclose(resumed.get_weights()[0], whole.get_weights()[0], atol=1e-6)
        assert found.epoch == [2, 3]
        np.testing.assert_allclose(found.history["loss"], expected[2:], rtol=1e-5)

    @pytest.mark.parametrize("name", ["latest.weights.h5", "latest.state.npz", "training_metadata.json"])
    @pytest.mark.parametrize("content", [b"", b"{}", None])
    def test_damaged_backup(self, tmp_path, name, content):
        model = linear()
        fit(model, callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False, double_checkpoint=True))
        path = tmp_path / name
        path.write_bytes(path.read_bytes()[:100] if content is None else content)
        resumed = linear()
        with pytest.warns(UserWarning, match="The one before it is taken"):
            fit(resumed, callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False))
        np.testing.assert_allclose(resumed.get_weights()[0], model.get_weights()[0], rtol=1e-6)
        path.write_bytes(b"")
        again = linear()
        with pytest.raises(ValueError, match="delete it to begin anew"):
            fit(again, callbacks.BackupAndRestore(tmp_path))
        np.testing.assert_array_equal(again.get_weights()[0], KERNEL)

    def test_backup_of_another_model(self, tmp_path):
        fit(linear(keras.optimizers.Adam()), callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False))
        with pytest.raises(ValueError, match="variables of model, optimizer and metrics"):
            fit(linear(), callbacks.BackupAndRestore(tmp_path))

    def test_training_that_had_stopped_is_not_taken_up(self, tmp_path):
        class Stop(callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                self.model.stop_training = True

        fit(linear(), Stop(), callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False))
        assert fit(linear(), callbacks.BackupAndRestore(tmp_path)).epoch == []

    def test_bad_arguments(self):
        with pytest.raises(ValueError, match="backup_dir"):
            callbacks.BackupAndRestore("")
        with pytest.raises(ValueError, match="save_freq"):
            callbacks.BackupAndRestore("a", save_freq="foo")


@pytest.mark.parametrize("way", ["instance", "lookup"])
def test_hooks_that_no_class_has_are_called(way):
    """A hook may be put on the instance, or made where it is looked up, as objects that stand for others do."""
    seen = []

    class Standing(callbacks.Callback):
        def __getattribute__(self, name):
            if way == "lookup" and name.startswith("on_"):
                return lambda *args, **kwargs: seen.append(name)
            return super().__getattribute__(name)

    callback = Standing()
    if way == "instance":
        callback.on_test_batch_end = lambda batch, logs=None: seen.append("on_test_batch_end")
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.compile(loss="mse")
    model.evaluate(np.ones((6, 2)), np.ones((6, 1)), batch_size=2, verbose=0, callbacks=[callback])
    assert seen.count("on_test_batch_end") == 3
