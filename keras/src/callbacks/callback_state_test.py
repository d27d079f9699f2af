"""What callbacks hold, warn of and take up again."""

import csv

import numpy as np
import pytest

import keras
from keras import callbacks, layers
from keras.src import backend
from keras.src.callbacks import portable_state

pytestmark = pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")


def linear():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def fit(model, callback, epochs=1):
    return model.fit(np.ones((8, 2)), np.ones((8, 1)), epochs=epochs, callbacks=[callback], verbose=0)


def test_functions_and_attributes_of_a_lambda_callback():
    seen = []
    callback = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch), note="kept")
    assert callback.note == "kept"
    fit(linear(), callback, epochs=2)
    assert seen == [0, 1]


def test_a_checkpoint_without_its_value_warns_and_saves(tmp_path):
    path = tmp_path / "m.keras"
    checkpoint = callbacks.ModelCheckpoint(path, monitor="absent", save_best_only=True, mode="min")
    with pytest.warns(UserWarning, match="`absent` is not available.*Available: loss") as caught:
        fit(linear(), checkpoint)
    assert path.exists()
    assert {warning.filename for warning in caught} == {__file__}


@pytest.mark.parametrize("folder", [None, ""])
def test_a_backup_needs_a_folder(folder):
    with pytest.raises(ValueError, match="must name a folder"):
        callbacks.BackupAndRestore(folder)


def test_the_direction_of_a_monitor_is_an_operation():
    stopping = callbacks.EarlyStopping(monitor="loss")
    fit(linear(), stopping)
    assert stopping.monitor_op is keras.ops.less


def test_arrays_of_one_element_are_sent_as_numbers(monkeypatch):
    sent = []
    monkeypatch.setattr("keras.src.callbacks.remote_monitor.requests", _Requests(sent))
    monitor = callbacks.RemoteMonitor(send_as_json=True)
    monitor.on_epoch_end(0, {"a": np.array([0]), "b": np.array([1, 2])})
    assert sent == [{"epoch": 0, "a": 0, "b": [1, 2]}]


class _Requests:
    def __init__(self, sent):
        self._sent = sent

    def post(self, url, headers, json):
        self._sent.append(json)


def test_training_that_ends_on_nan_is_evaluated(tmp_path):
    path = tmp_path / "log.csv"
    x = np.full((8, 2), np.nan)
    model = linear()
    given = [callbacks.TerminateOnNaN(), callbacks.CSVLogger(path)]
    data = (np.ones((8, 2)), np.ones((8, 1)))
    history = model.fit(x, np.ones((8, 1)), epochs=3, validation_data=data, callbacks=given, verbose=0).history
    assert sorted(history) == ["loss", "val_loss"] and len(history["loss"]) == 1
    rows = list(csv.DictReader(path.open()))
    assert [list(row) for row in rows] == [["epoch", "loss", "val_loss"]]


def test_a_backup_sets_nothing_but_state(tmp_path):
    checkpoint = callbacks.ModelCheckpoint(tmp_path / "m.keras", save_freq=7)
    counter = {"attributes": {"dict": [["seen", 3], ["frequency", 1]]}}
    forged = {"filepath": "elsewhere.keras", "on_epoch_end": 1, "_touches_model_in_batches": True, "best": 0.5}
    portable_state.restore(
        checkpoint, {**{name: (code, []) for name, code in forged.items()}, "_counter": (counter, [])}
    )
    assert checkpoint.filepath == str(tmp_path / "m.keras") and callable(checkpoint.on_epoch_end)
    assert (checkpoint.best, checkpoint._counter.seen, checkpoint._counter.frequency) == (0.5, 3, 7)
    assert not checkpoint._touches_model_in_batches


def test_averages_of_several_optimizers():
    averaged = keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5)
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1, name="slow"), layers.Dense(1, name="fast")])
    model.compile(keras.optimizers.MultiOptimizer({".*slow.*": averaged, ".*fast.*": keras.optimizers.SGD(0.1)}), "mse")
    trained = []
    note = callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: trained.append(model.get_weights()))
    seen = []
    look = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(model.get_weights()))
    x, y = np.ones((8, 2)), np.ones((8, 1))
    swap = callbacks.SwapEMAWeights(swap_on_epoch=True)
    model.fit(x, y, batch_size=4, callbacks=[note, swap, look], verbose=0)
    assert not np.allclose(seen[0][0], trained[-1][0])
    np.testing.assert_array_equal(seen[0][2], trained[-1][2])


def test_rates_of_several_optimizers():
    slow, fast = keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.2)
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1, name="slow"), layers.Dense(1, name="fast")])
    model.compile(keras.optimizers.MultiOptimizer({".*slow.*": slow, ".*fast.*": fast}), "mse")
    given = []
    history = fit(model, callbacks.LearningRateScheduler(lambda epoch, rate: given.append(rate) or 0.5)).history
    assert sorted(given) == pytest.approx([0.1, 0.2])
    assert [values for name, values in history.items() if name.startswith("learning_rate_")] == [[0.5], [0.5]]
    assert (float(slow.learning_rate), float(fast.learning_rate)) == (0.5, 0.5)
    slow.learning_rate = 0.001
    fit(model, callbacks.ReduceLROnPlateau("loss", patience=1, min_delta=1e9, min_lr=0.01), epochs=2)
    assert (float(slow.learning_rate), float(fast.learning_rate)) == pytest.approx((0.001, 0.05))


@pytest.mark.parametrize(
    "make", [lambda **given: callbacks.ModelCheckpoint("m.keras", **given), callbacks.ReduceLROnPlateau]
)
def test_a_direction_that_nobody_knows(make, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="cannot tell whether 'absent' is to rise or to fall.*There are: loss"):
        fit(linear(), make(monitor="absent"))
    fit(linear(), make(monitor="loss"))


@pytest.mark.parametrize("monitor", ["accuracy", "val_accuracy", "val_mae", "los"])
def test_a_value_that_is_neither_compiled_nor_logged(monitor):
    with pytest.raises(ValueError, match=f"EarlyStopping cannot tell whether '{monitor}'.*There are: loss"):
        fit(linear(), callbacks.EarlyStopping(monitor=monitor))
    with pytest.warns(UserWarning, match=f"`{monitor}`, which is not available. Available: loss"):
        fit(linear(), callbacks.EarlyStopping(monitor=monitor, mode="min"))


@pytest.mark.parametrize("raises", [False, True])
def test_an_abandoned_training_has_no_end(raises):
    ends = []
    model = linear()
    seeing = callbacks.LambdaCallback(on_train_end=lambda logs: ends.append(1))
    arguments = {"verbose": 0, "callbacks": [seeing, callbacks.TerminateOnNaN(raise_error=raises)]}
    x = np.full((8, 2), np.nan)
    if raises:
        with pytest.raises(RuntimeError, match="nan"):
            model.fit(x, np.ones((8, 1)), **arguments)
    else:
        model.fit(x, np.ones((8, 1)), **arguments)
    assert len(ends) == (not raises)
