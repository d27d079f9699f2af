"""Each argument of `compile`, `fit`, `evaluate`, `predict` and the calls on single batches matters in a run."""

import tempfile

import numpy as np
import pytest

import keras
from integration_tests.mute.core import arguments_of, differs
from keras import layers, ops
from keras.src.testing import engine

trains = pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="the engine does not train; see bad_input_test.py")
RANDOM = np.random.default_rng(0)
X, X2 = (RANDOM.normal(size=(12, 3)).astype("float32") for _ in range(2))
Y, Y2 = (RANDOM.normal(size=(12, 2)).astype("float32") for _ in range(2))
CLASSES = np.arange(12) % 2
WEIGHTS = np.linspace(0.1, 2, 12).astype("float32")


class Events(keras.callbacks.Callback):
    """Names of the hooks that were called."""

    def __init__(self):
        super().__init__()
        self.names = []

    def __getattribute__(self, name):
        if name.startswith("on_"):
            object.__getattribute__(self, "names").append(name)
        return object.__getattribute__(self, name)


SPY = Events()


def model(**settings):
    keras.utils.set_random_seed(1)
    stack = [keras.Input((3,)), layers.Dense(4, activation="tanh"), layers.Dense(2, dtype="float32")]
    made = keras.Sequential(stack)
    made.compile(**{"optimizer": "sgd", "loss": "mse", "metrics": ["mae"], **settings})
    return made


def state(made):
    return [np.array(ops.convert_to_numpy(v)) for v in made.trainable_variables]


def plain(x):
    return keras.tree.map_structure(lambda leaf: np.asarray(leaf, "float32"), x)


def fitted(made, **arguments):
    SPY.names.clear()
    arguments = {"x": X, "y": Y, "batch_size": 4, "verbose": 0, "shuffle": False, "epochs": 3, **arguments}
    history = made.fit(**arguments)
    return {
        "weights": state(made),
        "history": plain(history.history),
        "epochs": history.epoch,
        "hooks": list(SPY.names),
    }


def evaluated(made, **arguments):
    SPY.names.clear()
    result = made.evaluate(**{"x": X, "y": Y, "verbose": 0, **arguments})
    kind = type(result).__name__
    return {"result": plain(result), "kind": kind, "hooks": list(SPY.names)}


def predicted(made, **arguments):
    SPY.names.clear()
    return {"result": plain(made.predict(**{"x": X, "verbose": 0, **arguments})), "hooks": list(SPY.names)}


def on_batch(method):
    def run(made, **arguments):
        given = {"x": X, "y": Y, **arguments}
        result = getattr(made, method)(**given)
        return {"result": plain(result), "kind": type(result).__name__, "weights": state(made)}

    return run


class OfABackup:
    """The path of a backup after one epoch, which is made when somebody asks for the path."""

    def __fspath__(self):
        folder = tempfile.mkdtemp()
        backup = keras.callbacks.BackupAndRestore(folder, delete_checkpoint=False)
        model().fit(X, Y, batch_size=4, epochs=1, callbacks=[backup], verbose=0, shuffle=False)
        return folder


# Argument: two values, and what is given beside them.
FIT = {
    "x": (X, X2, {}),
    "y": (Y, Y2, {}),
    "batch_size": (4, 3, {}),
    "epochs": (2, 3, {}),
    "verbose": (0, 2, {}),
    "callbacks": ([], [SPY], {}),
    "validation_split": (0.0, 0.25, {}),
    "validation_data": (None, (X2, Y2), {}),
    "shuffle": (False, True, {}),
    "class_weight": (None, {0: 1.0, 1: 5.0}, {"y": CLASSES}),
    "sample_weight": (None, WEIGHTS, {}),
    "initial_epoch": (0, 1, {}),
    "steps_per_epoch": (None, 2, {}),
    "validation_steps": (None, 1, {"validation_data": (X2, Y2), "validation_batch_size": 4}),
    "validation_batch_size": (12, 4, {"validation_data": (X2, Y2), "validation_steps": 1}),
    "validation_freq": (1, 2, {"validation_data": (X2, Y2)}),
    "resume_from": (None, OfABackup(), {}),
}
EVALUATE = {
    "x": (X, X2, {}),
    "y": (Y, Y2, {}),
    "batch_size": (12, 4, {"steps": 1}),
    "verbose": (0, 2, {}),
    "sample_weight": (None, WEIGHTS, {}),
    "steps": (None, 1, {"batch_size": 4}),
    "callbacks": ([], [SPY], {}),
    "return_dict": (False, True, {}),
}
PREDICT = {
    "x": (X, X2, {}),
    "batch_size": (12, 4, {"steps": 1}),
    "verbose": (0, 2, {}),
    "steps": (None, 1, {"batch_size": 4}),
    "callbacks": ([], [SPY], {}),
}
ON_BATCH = {
    "train_on_batch": {
        "x": (X, X2, {}),
        "y": (Y, Y2, {}),
        "sample_weight": (None, WEIGHTS, {}),
        "class_weight": (None, {0: 1.0, 1: 5.0}, {"y": CLASSES}),
        "return_dict": (False, True, {}),
    },
    "test_on_batch": {
        "x": (X, X2, {}),
        "y": (Y, Y2, {}),
        "sample_weight": (None, WEIGHTS, {}),
        "return_dict": (False, True, {}),
    },
    "predict_on_batch": {"x": (X, X2, {})},
}
# Of `compile`, with what is given to `fit`.
COMPILE = {
    "optimizer": ("sgd", "adam", {}),
    "loss": ("mse", "mae", {}),
    "loss_weights": (None, [3.0], {}),
    "metrics": (None, ["mae"], {}),
    "weighted_metrics": (None, ["mae"], {"sample_weight": WEIGHTS}),
    "run_eagerly": (False, True, {}),
    "steps_per_execution": (1, 3, {"callbacks": [SPY]}),
    "jit_compile": (False, True, {}),
    "auto_scale_loss": (False, True, {}),
}


def compared(observe, pair, argument, capsys, of_classes=False):
    first, second, beside = pair
    seen = []
    for value in (first, second):
        settings = {"loss": "sparse_categorical_crossentropy", "metrics": None} if of_classes else {}
        made = model(**settings)
        made.predict(X, verbose=0)
        capsys.readouterr()
        observed = observe(made, **{**beside, argument: value})
        seen.append({**observed, "printed": capsys.readouterr().out})
    return differs(*seen)


@trains
@pytest.mark.parametrize("argument", arguments_of(keras.Model.fit))
def test_fit(argument, capsys):
    assert compared(fitted, FIT[argument], argument, capsys, of_classes=argument == "class_weight")


@pytest.mark.parametrize("argument", arguments_of(keras.Model.evaluate))
def test_evaluate(argument, capsys):
    assert compared(evaluated, EVALUATE[argument], argument, capsys)


@pytest.mark.parametrize("argument", arguments_of(keras.Model.predict))
def test_predict(argument, capsys):
    assert compared(predicted, PREDICT[argument], argument, capsys)


CASES = [(method, name) for method in ON_BATCH for name in arguments_of(getattr(keras.Model, method))]


@pytest.mark.parametrize("method, argument", CASES)
def test_on_one_batch(method, argument, capsys):
    if method == "train_on_batch" and not engine.CAN_DIFFERENTIATE:
        with pytest.raises(NotImplementedError):
            model().train_on_batch(X, Y)
        return
    without_targets = method == "predict_on_batch"
    observe = (lambda made, x: {"result": plain(made.predict_on_batch(x))}) if without_targets else on_batch(method)
    pair = ON_BATCH[method][argument]
    assert compared(observe, pair, argument, capsys, of_classes=argument == "class_weight")


@pytest.fixture
def policy(request):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    yield
    keras.config.set_dtype_policy(before)


POLICIES = [
    (name, "mixed_float16" if name == "auto_scale_loss" else "float32") for name in arguments_of(keras.Model.compile)
]


@trains
@pytest.mark.parametrize("argument, policy", POLICIES, indirect=["policy"])
def test_compile(argument, policy):
    first, second, beside = COMPILE[argument]
    seen = []
    for value in (first, second):
        made = model(**{argument: value})
        observed = fitted(made, **beside)
        told = {name: getattr(made, name) for name in ("run_eagerly", "jit_compile", "steps_per_execution")}
        seen.append({**observed, "told": told, "optimizer": type(made.optimizer).__name__})
    assert differs(*seen)
