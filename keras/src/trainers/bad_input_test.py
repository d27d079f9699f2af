"""What bad input gets: the same error on every engine, and a model that is as the last finished step left it."""

import os
import signal
import threading
import warnings

import numpy as np
import pytest

import keras
from keras import layers
from keras.src import backend

pytestmark = pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 4)).astype("float32")
Y = RNG.normal(size=(64, 1)).astype("float32")
LABELS = RNG.integers(0, 3, 64)


def linear(units=1, loss="mse", metrics=None):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([layers.Input((4,)), layers.Dense(units, name="head")])
    model.compile(keras.optimizers.Adam(0.01), loss, metrics=metrics)
    return model


def two_heads(**arguments):
    inputs = layers.Input((4,))
    model = keras.Model(inputs, [layers.Dense(3, name="a")(inputs), layers.Dense(1, name="b")(inputs)])
    model.compile("sgd", **arguments)
    return model


MISFITS = {
    "loss": (lambda: linear(3), np.ones(64), r"loss 'mse' .*targets of shape \(\d+,\).* outputs of shape \(\d+, 3\)"),
    "one_hot_for_sparse": (
        lambda: linear(3, "sparse_categorical_crossentropy"),
        np.eye(3)[LABELS],
        r"loss 'sparse_categorical_crossentropy' .*\(\d+, 3\)",
    ),
    "other_classes": (lambda: linear(3, "categorical_crossentropy"), np.eye(5)[LABELS], r"\(\d+, 5\).*\(\d+, 3\)"),
    "metric": (
        lambda: linear(3, metrics=[keras.metrics.SparseCategoricalAccuracy(name="own")]),
        np.eye(3)[LABELS],
        "metric 'own' cannot be computed",
    ),
    "metric_of_an_output": (
        lambda: two_heads(loss="mse", metrics=[None, [keras.metrics.F1Score()]]),
        [np.ones((64, 3)), np.ones(64)],
        r"metric 'f1_score' \(output 'b'\) .*F-scores take",
    ),
    "no_reduction": (lambda: linear(1, keras.losses.MeanSquaredError(reduction=None)), Y, "must be a scalar"),
}


@pytest.mark.parametrize("case", MISFITS)
def test_targets_that_do_not_fit(case):
    make, y, message = MISFITS[case]
    with pytest.raises(ValueError, match=message):
        make().fit(X, y, verbose=0)


def test_targets_that_are_stretched_warn():
    with pytest.warns(UserWarning, match=r"targets have the shape \(32, 2\).*output has the shape \(32, 1\).*'mse'"):
        linear().fit(X, np.ones((64, 2)), verbose=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        linear().fit(X, Y[:, 0], verbose=0)
        linear(3, keras.losses.SparseCategoricalCrossentropy(from_logits=True)).fit(X, LABELS[:, None], verbose=0)


def test_an_error_in_a_function_of_the_user_keeps_its_type():
    with pytest.raises(ZeroDivisionError):
        linear(metrics=[lambda y_true, y_pred: 1 / 0]).fit(X, Y, verbose=0)


def batches(count, then=None):
    for i in range(count):
        yield X[i * 8 : i * 8 + 8], Y[i * 8 : i * 8 + 8]
    if isinstance(then, Exception):
        raise then
    if then is not None:
        yield then


class Raises(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 4:
            raise OSError("gone")


BROKEN = {
    "data_raises": (lambda model: model.fit(batches(5, OSError("gone")), verbose=0), OSError),
    "callback_raises": (lambda model: model.fit(batches(8), callbacks=[Raises()], verbose=0), OSError),
    "step_raises": (lambda model: model.fit(batches(5, (X[:8, :3], Y[:8])), verbose=0), ValueError),
}


@pytest.mark.parametrize("case", BROKEN)
def test_an_exception_leaves_the_last_finished_step(case, tmp_path):
    fit, error = BROKEN[case]
    model, other = linear(), linear()
    with pytest.raises(error):
        fit(model)
    other.fit(batches(5), verbose=0)
    assert int(model.optimizer.iterations) == 5
    for found, expected in zip(model.get_weights(), other.get_weights()):
        np.testing.assert_allclose(found, expected, atol=1e-6)
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(loaded.predict(X, verbose=0), model.predict(X, verbose=0), atol=1e-6)
    assert int(loaded.optimizer.iterations) == 5
    model.fit(X, Y, verbose=0)


def test_control_c_leaves_a_whole_step(ctrl_c, tmp_path):
    class Press(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()

    model, other = linear(), linear()
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, batch_size=8, epochs=10**4, shuffle=False, callbacks=[Press()], verbose=0)
    steps = int(model.optimizer.iterations)
    assert steps > 0
    other.fit(X, Y, batch_size=8, shuffle=False, verbose=0, epochs=steps // 8)
    if steps % 8:
        other.fit(X, Y, batch_size=8, shuffle=False, verbose=0, steps_per_epoch=steps % 8)
    np.testing.assert_allclose(model.get_weights()[0], other.get_weights()[0], atol=1e-3)
    model.save(tmp_path / "m.keras")


def test_validation_data_that_ends_costs_no_training():
    with pytest.warns(UserWarning, match="validate on has ended"):
        history = linear().fit(X, Y, epochs=3, validation_data=batches(2), verbose=0).history
    assert (len(history["loss"]), len(history["val_loss"])) == (3, 1)


def test_losses_are_reported_in_the_order_of_their_dict():
    inputs = layers.Input((4,))
    model = keras.Model(inputs, {"c": layers.Dense(1)(inputs), "z": layers.Dense(1)(inputs)})
    model.compile("sgd", {"z": "mse", "c": "mse"})
    y = {"c": np.zeros((64, 1)), "z": np.ones((64, 1))}
    values = model.evaluate(X, y, verbose=0)
    by_name = model.evaluate(X, y, verbose=0, return_dict=True)
    assert model.metrics_names == ["loss", "z_loss", "c_loss"]
    assert values == [by_name[name] for name in ("loss", "z_loss", "c_loss")]


def test_names_of_losses_of_nested_lists():
    inputs = layers.Input((4,))
    model = keras.Model(inputs, [layers.Dense(1, name="a")(inputs), [layers.Dense(1, name="b")(inputs)]])
    model.compile("sgd", ["mse", ["mse"]])
    assert sorted(model.evaluate(X, [Y, [Y]], verbose=0, return_dict=True)) == ["1/b_loss", "a_loss", "loss"]


ARGUMENTS = {
    "epochs": ({"epochs": "3"}, "`epochs` must be an integer. Received: epochs='3'"),
    "steps_per_epoch": ({"steps_per_epoch": "2"}, "steps of an epoch must be an integer. Received: '2'"),
    "validation_steps": ({"validation_data": (X, Y), "validation_steps": "2"}, "steps of an epoch must be an integer"),
    "validation_freq": ({"validation_data": (X, Y), "validation_freq": "2"}, "`validation_freq` must be a positive"),
    "initial_epoch": ({"initial_epoch": 0.5}, "`initial_epoch` must be an integer"),
    "validation_data": ({"validation_data": X}, "`validation_data` must hold targets too"),
    "validation_data in a tuple": ({"validation_data": (X,)}, "`validation_data` must hold targets too"),
    "callbacks": ({"callbacks": [keras.callbacks.EarlyStopping]}, r"Make an instance: `EarlyStopping\(\.\.\.\)`"),
}


@pytest.mark.parametrize("case", ARGUMENTS)
def test_arguments_of_fit(case):
    given, message = ARGUMENTS[case]
    with pytest.raises(ValueError, match=message):
        linear().fit(X, Y, verbose=0, **given)
    counts = np.array([1, 2])
    history = linear().fit(
        X, Y, verbose=0, epochs=counts[1], steps_per_epoch=counts[0], validation_data=(X, Y), validation_freq=counts[1]
    )
    assert [len(values) for values in history.history.values()] == [2, 1]


@pytest.mark.parametrize("wrong", [-1, 3])
@pytest.mark.parametrize("method", ["fit", "evaluate"])
def test_labels_without_a_class(wrong, method):
    labels = np.where(np.arange(64) == 5, wrong, LABELS)
    model = linear(3, "sparse_categorical_crossentropy")
    message = rf"class numbers from 0 to 2.*3 classes. Received: {wrong}"
    with pytest.raises(ValueError, match=message):
        getattr(model, method)(X, labels, batch_size=64, verbose=0)
    ignoring = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=wrong)
    getattr(linear(3, ignoring), method)(X, labels, batch_size=64, verbose=0)


def test_outputs_that_cannot_be_joined():
    class Same(keras.Model):
        def call(self, inputs):
            return inputs

    with pytest.raises(ValueError, match="outputs of the batches cannot be joined"):
        Same().predict((np.ones((2, size), "float32") for size in (3, 4)), verbose=0)
