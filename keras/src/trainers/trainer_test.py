"""Training on the running engine. Expected numbers come from Keras 3.15.1 run on the same weights and data."""

import warnings

import numpy as np
import pytest

import keras
from keras import layers, ops
from keras.src import backend
from keras.src.testing.training_cases import (
    CLASS_WEIGHT,
    FIT,
    LABELS,
    SAMPLE_WEIGHT,
    WEIGHTS,
    X,
    Y,
    assert_history,
    classifier,
    size_of,
    trains,
    two_outputs,
)

TRAJECTORIES = {
    "plain": ({}, {}, {"accuracy": [0.32, 0.38], "loss": [1.19802, 1.20917]}, 16.0451),
    "one_hot": (
        {"loss": "categorical_crossentropy"},
        {"y": np.eye(3)[LABELS]},
        {"accuracy": [0.32, 0.38], "loss": [1.19802, 1.20917]},
        16.0451,
    ),
    "validation_split": (
        {},
        {"validation_split": 0.2},
        {
            "accuracy": [0.325, 0.35],
            "loss": [1.2116, 1.14171],
            "val_accuracy": [0.4, 0.3],
            "val_loss": [1.06277, 1.07474],
        },
        16.2765,
    ),
    "sample_weight": (
        {"weighted_metrics": ["accuracy"]},
        {"sample_weight": SAMPLE_WEIGHT, "validation_data": (X[:10], LABELS[:10], SAMPLE_WEIGHT[:10])},
        {
            "accuracy": [0.3, 0.32],
            "loss": [1.43753, 1.44875],
            "val_accuracy": [0.3, 0.3],
            "val_loss": [2.01651, 1.88523],
            "val_weighted_accuracy": [0.28408, 0.28408],
            "weighted_accuracy": [0.29825, 0.2921],
        },
        15.8094,
    ),
    "class_weight": (
        {},
        {"class_weight": CLASS_WEIGHT},
        {"accuracy": [0.22, 0.26], "loss": [1.89043, 1.41563]},
        16.2825,
    ),
    "adam": (
        {"optimizer": lambda: keras.optimizers.Adam(0.05)},
        {},
        {"accuracy": [0.34, 0.4], "loss": [1.20925, 1.08806]},
        15.6638,
    ),
}


@trains
class TestTrajectories:
    """Histories and final weights equal those of the reference, however steps are run."""

    @pytest.mark.parametrize(
        "case, how",
        [(case, "default") for case in TRAJECTORIES]
        + [("sample_weight", how) for how in ("several_steps", "auto_steps", "each_batch_seen")]
        + [("plain", "eager"), ("plain", "not_jit")],
    )
    def test_fit(self, case, how):
        compile_arguments, fit_arguments, expected, final = TRAJECTORIES[case]
        compile_arguments = {k: v() if callable(v) else v for k, v in compile_arguments.items()}
        compile_arguments |= {
            "eager": {"run_eagerly": True},
            "several_steps": {"steps_per_execution": 3},
            "auto_steps": {"steps_per_execution": "auto"},
            "not_jit": {"jit_compile": False},
        }.get(how, {})
        callbacks = [RecordBatches()] if how == "each_batch_seen" else None
        model = classifier(**compile_arguments)
        history = model.fit(**{"x": X, "y": LABELS, "callbacks": callbacks, **FIT, **fit_arguments})
        assert_history(history, expected)
        assert size_of(model) == pytest.approx(final, abs=3e-4)

    def test_two_outputs(self):
        model = two_outputs()
        model.compile(
            keras.optimizers.SGD(0.1),
            loss={"a": "sparse_categorical_crossentropy", "b": "mse"},
            loss_weights={"a": 1.0, "b": 0.5},
            metrics={"a": "accuracy", "b": ["mae"]},
        )
        expected = {
            "a_accuracy": [0.38, 0.38],
            "a_loss": [1.1738, 1.14497],
            "b_loss": [2.16729, 1.6471],
            "b_mae": [1.26292, 1.1079],
            "loss": [2.25745, 1.96853],
        }
        assert_history(model.fit(X, {"a": LABELS, "b": Y}, **FIT), expected)
        assert size_of(model) == pytest.approx(17.4019, abs=3e-4)

    def test_two_outputs_with_weights(self):
        model = two_outputs()
        model.compile(
            keras.optimizers.SGD(0.1),
            loss={"a": "sparse_categorical_crossentropy", "b": "mse"},
            weighted_metrics={"b": ["mae"]},
        )
        weights = {"a": SAMPLE_WEIGHT, "b": SAMPLE_WEIGHT * 2}
        expected = {
            "a_loss": [1.41114, 1.38831],
            "b_loss": [3.96738, 2.80497],
            "b_mae": [1.04674, 0.85791],
            "loss": [5.37852, 4.19328],
        }
        assert_history(model.fit(X, {"a": LABELS, "b": Y}, sample_weight=weights, **FIT), expected)

    def test_on_batch(self):
        model = classifier()
        x, y = X[:16], LABELS[:16]
        np.testing.assert_allclose(model.train_on_batch(x, y), [1.32457, 0.3125], atol=3e-5)
        results = model.train_on_batch(x, y, class_weight=CLASS_WEIGHT, return_dict=True)
        assert results == pytest.approx({"loss": 2.21076, "accuracy": 0.4375}, abs=3e-5)
        np.testing.assert_allclose(model.test_on_batch(x, y), [1.04786, 0.5], atol=3e-5)

    @pytest.mark.parametrize("validation_batch_size, expected", [(None, 3), (6, 2)])
    def test_sizes_of_batches_of_validation(self, validation_batch_size, expected):
        seen = []
        callback = keras.callbacks.LambdaCallback()
        callback.on_test_batch_end = lambda batch, logs=None: seen.append(batch)
        data = (X[:12], LABELS[:12])
        options = {"batch_size": 4, "validation_batch_size": validation_batch_size, "verbose": 0}
        classifier().fit(*data, validation_data=data, callbacks=[callback], **options)
        assert seen == list(range(expected))

    def test_an_own_evaluate_validates(self):
        given = []

        class Own(keras.Sequential):
            def evaluate(self, **arguments):
                given.append(arguments)
                return {**super().evaluate(**arguments), "own": 7.0}

        model = Own([layers.Input((4,)), layers.Dense(1)])
        model.compile("sgd", "mse")
        data = {"validation_data": (X[:12], Y[:12]), "validation_batch_size": 6, "validation_freq": 2}
        history = model.fit(X, Y, epochs=4, verbose=0, **data).history
        assert history["val_own"] == [7.0, 7.0] and len(history["val_loss"]) == 2
        assert len(given) == 2 and all(arguments["return_dict"] for arguments in given)
        assert given[0]["batch_size"] == 6 and given[0]["x"] is data["validation_data"][0]

    def test_losses_of_layers(self):
        class Penalty(layers.Layer):
            def call(self, x):
                self.add_loss(0.1 * keras.ops.sum(x**2))
                return x

        inputs = layers.Input((4,))
        dense = layers.Dense(
            1, kernel_regularizer=keras.regularizers.L2(0.1), activity_regularizer=keras.regularizers.L1(0.01)
        )
        model = keras.Model(inputs, dense(Penalty()(inputs)))
        model.set_weights([WEIGHTS[0][:, :1], WEIGHTS[1][:1]])
        model.compile(keras.optimizers.SGD(0.01), "mse")
        assert_history(model.fit(X, Y, **FIT), {"loss": [7.42184, 7.34263]})
        assert model.evaluate(X, Y, batch_size=16, verbose=0) == pytest.approx(7.28919, abs=3e-5)

    def test_class_weight_multiplies_sample_weight(self):
        by_class = np.array([CLASS_WEIGHT[label] for label in LABELS], "float32")
        model = classifier()
        model.fit(X, LABELS, class_weight=CLASS_WEIGHT, sample_weight=SAMPLE_WEIGHT, **FIT)
        both = model.get_weights()
        model.set_weights(WEIGHTS)
        model.fit(X, LABELS, sample_weight=SAMPLE_WEIGHT * by_class, **FIT)
        for a, b in zip(model.get_weights(), both):
            np.testing.assert_allclose(a, b, atol=1e-6)


class RecordBatches(keras.callbacks.Callback):
    """Notes what callbacks see, and that weights are up to date for them."""

    def __init__(self):
        super().__init__()
        self.batches, self.losses, self.kernels = [], [], []

    def on_train_batch_end(self, batch, logs=None):
        self.batches.append(batch)
        self.losses.append(logs["loss"])
        self.kernels.append(self.model.get_weights()[0].copy())


@pytest.mark.skipif(not backend.CAN_TRAIN, reason="on an engine that computes no gradients there is nothing to see")
class TestCallbacksInTheLoop:
    def test_every_batch_is_seen_with_its_weights(self):
        model, record = classifier(), RecordBatches()
        model.fit(X, LABELS, callbacks=[record], **FIT)
        assert record.batches == [0, 1, 2, 3] * 2
        assert all(np.abs(a - b).max() > 1e-7 for a, b in zip(record.kernels, record.kernels[1:]))
        np.testing.assert_array_equal(record.kernels[-1], model.get_weights()[0])
        assert isinstance(record.losses[0], float)

    def test_callback_changes_weights_between_batches(self):
        class Freeze(keras.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                self.model.set_weights(WEIGHTS)

        model = classifier()
        model.fit(X, LABELS, callbacks=[Freeze()], **FIT)
        np.testing.assert_array_equal(model.get_weights()[0], WEIGHTS[0])

    def test_order_of_events(self):
        events = []

        class Log(keras.callbacks.Callback):
            pass

        for name in dir(keras.callbacks.Callback):
            if name.startswith("on_") and not name.startswith("on_batch"):
                setattr(Log, name, lambda self, *args, name=name: events.append(name[3:]))
        classifier().fit(X[:32], LABELS[:32], callbacks=[Log()], validation_split=0.5, **{**FIT, "epochs": 1})
        assert events == [
            "train_begin",
            "epoch_begin",
            "train_batch_begin",
            "train_batch_end",
            "test_begin",
            "test_batch_begin",
            "test_batch_end",
            "test_end",
            "epoch_end",
            "train_end",
        ]

    def test_metrics_are_reset_before_an_epoch_begins(self):
        seen = []

        class Look(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                seen.append(float(self.model.get_metrics_result()["loss"]))

        classifier().fit(X, LABELS, callbacks=[Look()], **FIT)
        assert seen == [0.0, 0.0]

    def test_an_exception_leaves_the_last_finished_step_and_ends_training(self):
        ends = []

        class Break(keras.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                if batch == 2:
                    raise KeyboardInterrupt

            def on_train_end(self, logs=None):
                ends.append(True)

        model, other = classifier(), classifier()
        with pytest.raises(KeyboardInterrupt):
            model.fit(X, LABELS, callbacks=[Break()], **FIT)
        other.fit(X[:48], LABELS[:48], **{**FIT, "epochs": 1})
        assert ends == [True]
        for a, b in zip(model.get_weights(), other.get_weights()):
            np.testing.assert_allclose(a, b, atol=1e-6)
        model.fit(X, LABELS, **FIT)

    def test_stop_training_within_an_epoch(self):
        class Stop(keras.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                self.model.stop_training = batch == 1

        record = RecordBatches()
        history = classifier().fit(X, LABELS, callbacks=[Stop(), record], **FIT)
        assert record.batches == [0, 1] and len(history.history["loss"]) == 1

    def test_several_steps_are_seen_as_one(self):
        record = RecordBatches()
        classifier(steps_per_execution=3).fit(X, LABELS, callbacks=[record], **{**FIT, "batch_size": 8, "epochs": 1})
        assert record.batches == [2, 5, 6]


@pytest.mark.skipif(not backend.CAN_TRAIN, reason="an engine that computes no gradients runs no steps of training")
class TestTracing:
    @pytest.mark.parametrize("source", ["arrays", "generator"])
    def test_a_shape_that_was_seen_is_not_traced_again(self, source):
        traces = []

        class Counted(layers.Layer):
            def call(self, x):
                traces.append(tuple(x.shape))
                return x

        model = keras.Sequential([layers.Input((4,)), Counted(), layers.Dense(3)])
        model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        runs_eagerly = self._steps_after_warm_up(model, source, traces)
        first = len(traces)
        self._steps_after_warm_up(model, source, traces)
        assert len(traces) - first == (runs_eagerly if self._is_eager(model) else 0)

    def _steps_after_warm_up(self, model, source, traces):
        data = (X[:48], LABELS[:48])
        if source == "generator":
            model.fit(((X[i : i + 16], LABELS[i : i + 16]) for i in (0, 16, 32)), verbose=0)
        else:
            model.fit(*data, batch_size=16, verbose=0)
            model.evaluate(*data, batch_size=16, verbose=0)
            model.predict(data[0], batch_size=16, verbose=0)
        return 3 if source == "generator" else 9

    @staticmethod
    def _is_eager(model):
        """Whether the engine runs each step as Python code: two predictions call the layer twice."""
        calls = []

        class Probe(layers.Layer):
            def call(self, x):
                calls.append(1)
                return x

        probe = keras.Sequential([layers.Input((4,)), Probe()])
        probe.predict(X[:4], verbose=0)
        before = len(calls)
        probe.predict(X[:4], verbose=0)
        return len(calls) > before


class TestEvaluateAndPredict:
    def test_evaluate(self):
        model = classifier()
        predictions = model.predict(X, batch_size=16, verbose=0)
        loss = -np.log(predictions[np.arange(50), LABELS]).mean()
        accuracy = (predictions.argmax(1) == LABELS).mean()
        np.testing.assert_allclose(model.evaluate(X, LABELS, batch_size=16, verbose=0), [loss, accuracy], rtol=1e-5)
        results = model.evaluate(X, LABELS, batch_size=7, verbose=0, return_dict=True)
        assert results == pytest.approx({"accuracy": accuracy, "loss": loss}, rel=1e-5)

    @pytest.mark.parametrize("size, batch_size", [(1, 32), (32, 32), (50, 16), (48, 16), (50, 1)])
    def test_predict(self, size, batch_size):
        hidden = np.tanh(X[:size] @ WEIGHTS[0] + WEIGHTS[1])
        logits = hidden @ WEIGHTS[2] + WEIGHTS[3]
        expected = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
        outputs = classifier().predict(X[:size], batch_size=batch_size, verbose=0)
        assert isinstance(outputs, np.ndarray) and outputs.dtype == "float32"
        np.testing.assert_allclose(outputs, expected, atol=1e-5)
        np.testing.assert_allclose(classifier().predict_on_batch(X[:size]), expected, atol=1e-5)

    def test_predict_of_structures(self):
        outputs = two_outputs().predict(X, batch_size=16, verbose=0)
        assert {name: array.shape for name, array in outputs.items()} == {"a": (50, 3), "b": (50, 1)}

    def test_steps(self):
        assert classifier().predict(X, batch_size=8, steps=2, verbose=0).shape == (16, 3)

    def test_evaluate_is_repeatable(self):
        model = classifier()
        assert model.evaluate(X, LABELS, verbose=0) == model.evaluate(X, LABELS, verbose=0)

    def test_subclassed_model_without_input_shape(self):
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.dense = layers.Dense(2)
                self.drop = layers.Dropout(0.5)

            def call(self, x, training=False):
                return self.drop(self.dense(x), training=training)

        model = Net()
        np.testing.assert_array_equal(model.predict(X, verbose=0), model.predict(X, verbose=0))

    def test_callbacks_see_outputs(self):
        shapes = []

        class Look(keras.callbacks.Callback):
            def on_predict_batch_end(self, batch, logs=None):
                shapes.append((batch, tuple(logs["outputs"].shape)))

        classifier().predict(X, batch_size=32, callbacks=[Look()], verbose=0)
        assert shapes == [(0, (32, 3)), (1, (18, 3))]


@trains
class TestFitArguments:
    def test_validation_freq_and_initial_epoch(self):
        data = {"validation_data": (X, LABELS), "verbose": 0}
        history = classifier().fit(X, LABELS, epochs=5, initial_epoch=1, validation_freq=2, **data)
        assert history.epoch == [1, 2, 3, 4] and len(history.history["val_loss"]) == 2
        history = classifier().fit(X, LABELS, epochs=3, validation_freq=[1, 3], **data)
        assert len(history.history["val_loss"]) == 2

    def test_shuffle_follows_the_seed(self):
        model = classifier()

        def weights(**arguments):
            keras.utils.set_random_seed(3)
            model.set_weights(WEIGHTS)
            model.fit(X, LABELS, batch_size=8, verbose=0, **arguments)
            return model.get_weights()[0]

        np.testing.assert_array_equal(weights(), weights())
        assert np.abs(weights() - weights(shuffle=False)).max() > 1e-4
        assert np.abs(weights(shuffle="batch") - weights(shuffle=False)).max() > 1e-4

    def test_steps_per_epoch_goes_on_through_the_data(self):
        model, whole = classifier(), classifier()
        record = RecordBatches()
        model.fit(X, LABELS, steps_per_epoch=2, callbacks=[record], **{**FIT, "epochs": 2})
        whole.fit(X, LABELS, **{**FIT, "epochs": 1})
        assert record.batches == [0, 1, 0, 1]
        for a, b in zip(model.get_weights(), whole.get_weights()):
            np.testing.assert_allclose(a, b, atol=1e-6)

    def test_max_epochs(self):
        keras.config.set_max_epochs(1)
        keras.config.set_max_steps_per_epoch(2)
        try:
            record = RecordBatches()
            classifier().fit(X, LABELS, callbacks=[record], **FIT)
        finally:
            keras.config.set_max_epochs(None)
            keras.config.set_max_steps_per_epoch(None)
        assert record.batches == [0, 1]

    def test_freezing_between_fits(self):
        model = classifier()
        model.layers[0].trainable = False
        model.compile(keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy")
        model.fit(X, LABELS, **FIT)
        after = model.get_weights()
        np.testing.assert_array_equal(after[0], WEIGHTS[0])
        assert np.abs(after[2] - WEIGHTS[2]).max() > 1e-3

    def test_state_of_layers_is_kept(self):
        model = keras.Sequential([layers.Input((4,)), layers.BatchNormalization(momentum=0.5), layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(X[:32], Y[:32], batch_size=16, shuffle=False, verbose=0)
        mean = 0.5 * 0.5 * X[:16].mean(0) + 0.5 * X[16:32].mean(0)
        np.testing.assert_allclose(keras.ops.convert_to_numpy(model.layers[0].moving_mean), mean, atol=1e-5)


@trains
def test_no_warnings_from_ordinary_training():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        classifier().fit(X, LABELS, validation_split=0.2, **FIT)


def largest_error(y_true, y_pred):
    """A metric of a batch that is no mean over its samples."""
    return ops.max(ops.abs(ops.cast(ops.reshape(y_true, (-1,)), "float32") - y_pred[:, 0]))


class RecordAllBatches(RecordBatches):
    """Notes what callbacks see, in evaluation too."""

    def on_test_batch_end(self, batch, logs=None):
        self.losses.append(logs["loss"])


@trains
@pytest.mark.parametrize("metric", ["accuracy", largest_error], ids=["of_samples", "of_batches"])
def test_metrics_do_not_depend_on_who_looks_at_batches(metric):
    """Metrics of many small batches may be computed at once; nobody can tell, also by a last batch that is smaller."""
    x, y = np.tile(X, (9, 1)), np.tile(LABELS, 9)
    weights = np.linspace(0.1, 2.0, len(x)).astype("float32")
    found = []
    for callbacks in ([], [RecordAllBatches()]):
        model = classifier(metrics=[metric], weighted_metrics=["accuracy"])
        arguments = {"sample_weight": weights, "batch_size": 7, "verbose": 0, "callbacks": callbacks}
        fitted = model.fit(x, y, shuffle=False, **arguments)
        tested = model.evaluate(x, y, return_dict=True, **arguments)
        found.append({**{k: v[0] for k, v in fitted.history.items()}, **{f"test_{k}": v for k, v in tested.items()}})
    assert len(found[0]) == 6 and found[0] == pytest.approx(found[1], rel=2e-5)


@pytest.mark.parametrize(
    "loss",
    [keras.losses.SparseCategoricalCrossentropy(ignore_class=1), keras.losses.Dice()],
    ids=["ignores_a_class", "of_batches"],
)
def test_a_loss_that_joins_samples_is_evaluated_batch_by_batch(loss):
    model = classifier(loss=loss, metrics=[])
    y = LABELS if loss.name.startswith("sparse") else np.eye(3, dtype="float32")[LABELS]
    batches = [(X[i : i + 7], y[i : i + 7]) for i in range(0, len(X), 7)]
    losses = [float(loss(labels, model.predict(x, verbose=0))) for x, labels in batches]
    expected = np.average(losses, weights=[len(x) for x, _ in batches])
    assert model.evaluate(X, y, batch_size=7, verbose=0) == pytest.approx(expected, rel=1e-5)
