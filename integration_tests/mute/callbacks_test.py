"""Each argument of each callback matters in a run of `fit`: in files, epochs, logs, learning rates, weights or printed text."""

import hashlib
import http.server
import inspect
import pathlib
import re
import threading

import numpy as np
import pytest

import keras
from integration_tests.mute.callback_pairs import (
    EXCEPTIONS,
    OF_SEVERAL,
    RECORD,
    ROWS,
    WITHOUT_ARGUMENTS,
    contents,
    is_the_same_each_time,
)
from integration_tests.mute.core import arguments_of, differs
from keras import callbacks, layers, ops
from keras.src.testing import engine
from keras.src.utils.module_utils import LazyModule

trains = pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="the engine does not train")
CLASSES = {n: getattr(callbacks, n) for n in dir(callbacks) if inspect.isclass(getattr(callbacks, n))}
CASES = [(name, argument) for name, (_, pairs) in ROWS.items() for argument in pairs]
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(8, 3)).astype("float32"), RNG.normal(size=(8, 1)).astype("float32")
KERNEL = np.ones((3, 1), "float32")
SCORES = {"val_loss": [5.0, 4.0, 4.5, 4.2, 4.1, 3.0], "other_loss": [1.0, 2.0, 3.0, 2.0, 1.0, 0.5]}


class Scores(callbacks.Callback):
    """Known results of the epochs."""

    def on_epoch_end(self, epoch, logs=None):
        logs.update({name: values[epoch] for name, values in SCORES.items()})


class Spy(callbacks.Callback):
    """Files that were written, weights and learning rates after each batch and epoch."""

    def __init__(self):
        super().__init__()
        self.digests = {}
        self.seen = []

    def _look(self):
        found = {path: hashlib.md5(path.read_bytes()).digest() for path in files()}
        written = {str(path) for path, digest in found.items() if self.digests.get(path) != digest}
        removed = {str(path) for path in self.digests if path not in found}
        self.digests = found
        weights = [np.array(ops.convert_to_numpy(v)) for v in self.model.weights]
        rate = float(ops.convert_to_numpy(self.model.optimizer.learning_rate))
        self.seen.append((sorted(written), sorted(removed), weights, rate))

    def on_train_batch_end(self, batch, logs=None):
        self._look()

    def on_epoch_end(self, epoch, logs=None):
        self._look()


def files():
    """Files below the folder of the run, but for those that hold times or are written while training goes on."""
    found = [path for path in sorted(pathlib.Path().rglob("*")) if path.is_file()]
    return [path for path in found if "tfevents" not in path.name and "orbax" not in path.parts]


def left_behind():
    """Names and readable contents of all files, and the names in files of events."""
    paths = [path for path in sorted(pathlib.Path().rglob("*")) if path.is_file()]
    facts = {str(path): contents(path) for path in paths if is_the_same_each_time(path)}
    events = [(str(path.parent), names_in(path.read_bytes())) for path in paths if "tfevents" in path.name]
    return facts, events


def names_in(data):
    return sorted(re.findall(rb"(?:epoch|batch)_\w+|keras|\w+/(?:histogram|image)", data))


@pytest.fixture(scope="module")
def model():
    made = keras.Sequential([keras.Input((3,)), layers.Dense(1, use_bias=False)])
    optimizer = keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5)
    made.compile(optimizer, "mse")
    optimizer.build(made.trainable_variables)
    return made


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        RECORD.append((self.headers["Host"], self.path, self.headers["X-Run"], self.headers["Content-Type"], body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def port():
    server = http.server.HTTPServer(("localhost", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield str(server.server_address[1])
    server.shutdown()


def made(name, port, arguments):
    arguments = {**ROWS[name][0], **arguments}
    if "root" in arguments:
        arguments["root"] = arguments["root"].replace("{port}", port)
    return CLASSES[name](**arguments)


def fitted(model, callback, x):
    """What a run with a callback does."""
    keras.utils.set_random_seed(1)
    model.set_weights([KERNEL])
    model.optimizer.learning_rate = 0.1
    for variable in model.optimizer.variables[2:]:
        variable.assign(ops.zeros_like(variable))
    model.optimizer.iterations.assign(0)
    RECORD.clear()
    spy, error = Spy(), None
    settings = {"epochs": 6, "batch_size": 4, "shuffle": False, "verbose": 0, "validation_split": 0.5}
    try:
        history = model.fit(x, Y, callbacks=[Scores(), callback, spy], **settings).history
    except RuntimeError as raised:
        history, error = {}, str(raised)
    weights = model.get_weights()
    return {"history": _floats(history), "spied": spy.seen, "record": list(RECORD), "error": error, "weights": weights}


def _floats(history):
    return {name: [np.asarray(value, "float64") for value in values] for name, values in history.items()}


def seen(model, name, arguments, port, folder, monkeypatch, capsys):
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "log.csv").write_text("before\n")
    capsys.readouterr()
    x = np.full_like(X, np.nan) if name == "TerminateOnNaN" else X
    facts = fitted(model, made(name, port, arguments), x)
    return {**facts, "printed": capsys.readouterr().out, "files": left_behind()}


@trains
@pytest.mark.parametrize("name, argument", CASES, ids=["-".join(case) for case in CASES])
def test_two_values_differ(name, argument, model, port, tmp_path, monkeypatch, capsys):
    if name == "OrbaxCheckpoint" and not LazyModule("orbax.checkpoint").available:
        pytest.skip("the package is not installed")
    first, second, *beside = ROWS[name][1][argument]
    beside = beside[0] if beside else {}
    beside = beside if isinstance(beside, list) else [beside, beside]
    observed = []
    # The same value once more, for one argument of each callback: these runs cost most of the time.
    values = [first, second] + ([first] if argument == next(iter(ROWS[name][1])) else [])
    for i, value in enumerate(values):
        arguments = {**beside[i % 2], argument: value}
        observed.append(seen(model, name, arguments, port, tmp_path / str(i), monkeypatch, capsys))
    assert not any(differs(observed[0], again) for again in observed[2:]), "the same value gives another result"
    assert differs(*observed[:2]), f"{argument} is mute in {name}"


@pytest.mark.parametrize("name", CLASSES)
def test_each_argument_has_its_values(name):
    known = arguments_of(CLASSES[name].__init__)
    rows = set(ROWS[name][1]) if name in ROWS else set()
    reasons = {argument for other, argument in EXCEPTIONS if other == name}
    assert name in ROWS or name == OF_SEVERAL or (name in WITHOUT_ARGUMENTS and known == [])
    assert name == OF_SEVERAL or set(known) <= rows | reasons


class TestCallbackList:
    def test_callbacks_are_called(self):
        calls = []
        several = callbacks.CallbackList([callbacks.LambdaCallback(on_train_begin=lambda logs: calls.append(1))])
        several.on_train_begin()
        assert calls == [1] and len(several.callbacks) == 1 and callbacks.CallbackList().callbacks == []

    def test_what_is_added(self):
        for argument, kind in (("add_history", callbacks.History), ("add_progbar", callbacks.ProgbarLogger)):
            added = callbacks.CallbackList([], **{argument: True}).callbacks
            assert [type(callback) for callback in added] == [kind]

    def test_model_and_params_reach_each(self, model):
        one = callbacks.Callback()
        callbacks.CallbackList([one], model=model, epochs=3, steps=2, verbose=0)
        assert one.model is model and one.params == {"epochs": 3, "steps": 2, "verbose": 0}
