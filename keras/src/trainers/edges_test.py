"""Small decisions of training and evaluation, each of which a change of one sign or constant would turn round."""

import numpy as np
import pytest

import keras
from keras import layers
from keras.src.trainers.data_adapters import data_adapter_utils, get_data_adapter
from keras.src.trainers.data_adapters.data_adapter import Feed
from keras.src.trainers.data_adapters.py_dataset_adapter import PyDataset, PyDatasetAdapter

X = np.arange(24, dtype="float32").reshape(8, 3)


@pytest.fixture
def two_steps_at_most():
    keras.config.set_max_steps_per_epoch(2)
    yield
    keras.config.set_max_steps_per_epoch(None)


def passing(**compiled):
    model = keras.Sequential([keras.Input((3,)), layers.Identity()])
    if compiled:
        model.compile(**compiled)
    return model


def batches():
    for i in range(0, 8, 2):
        yield X[i : i + 2]


class TestLargestNumberOfSteps:
    """`keras.config.set_max_steps_per_epoch` holds whether the number of batches is known or not, and if fewer are asked for."""

    def test_known_number(self, two_steps_at_most):
        np.testing.assert_array_equal(passing().predict(X, batch_size=2, verbose=0), X[:4])

    def test_unknown_number(self, two_steps_at_most):
        np.testing.assert_array_equal(passing().predict(batches(), verbose=0), X[:4])

    def test_fewer(self, two_steps_at_most):
        np.testing.assert_array_equal(passing().predict(X, batch_size=2, steps=1, verbose=0), X[:2])


class TestFeed:
    def test_what_was_peeked_at_counts_as_seen(self):
        feed = Feed(get_data_adapter(batches()), 4)
        feed.peek()
        feed.restore({"pass": 0, "taken": 3, "seed": None})
        feed.begin_epoch(done=3)
        (item, number), *more = feed.epoch(lambda: 1)
        assert number == 1 and more == []
        np.testing.assert_array_equal(keras.tree.flatten(item)[0], X[6:8])

    def test_without_a_look_ahead(self):
        feed = Feed(get_data_adapter(batches()), 4)
        feed.restore({"pass": 0, "taken": 2, "seed": None})
        feed.begin_epoch(done=2)
        items = [keras.tree.flatten(item)[0] for item, _ in feed.epoch(lambda: 1)]
        np.testing.assert_array_equal(np.concatenate(items), X[4:8])


class Numbers(PyDataset):
    """Batches of their own numbers."""

    def __len__(self):
        return 32

    def __getitem__(self, index):
        return np.full((1, 3), float(index), "float32")


def test_batches_of_a_dataset_come_in_order_unless_said_otherwise():
    started = PyDatasetAdapter(Numbers()).start_pass(0)
    items = [keras.tree.flatten(started.take(1)[0])[0] for _ in range(32)]
    np.testing.assert_array_equal(np.concatenate(items)[:, 0], np.arange(32))


def test_weights_of_classes_and_of_samples_are_multiplied():
    classes = np.array([[0, 1, 1], [1, 0, 0]])
    batch = (X[:2], np.eye(2, dtype="float32")[classes], np.array([1.0, 10.0], "float32"))
    _, _, weights = data_adapter_utils.with_class_weight(batch, {0: 2.0, 1: 3.0})
    np.testing.assert_array_equal(weights, [[2, 3, 3], [30, 20, 20]])


def mean(name):
    return keras.metrics.MeanMetricWrapper(keras.losses.mean_squared_error, name=name)


def test_names_of_metrics_that_are_named_alike():
    model = passing(loss="mse", metrics=[mean("m"), mean("m"), mean("m")], weighted_metrics=[mean("m"), mean("m")])
    results = model.evaluate(X, X, verbose=0, return_dict=True)
    assert list(results) == ["loss", "m", "m_1", "m_2", "weighted_m", "weighted_m_1"]


def test_weights_of_samples_in_a_list_of_one_are_for_all_outputs():
    inputs = keras.Input((3,))
    model = keras.Model(inputs, [layers.Identity(name="a")(inputs), layers.Identity(name="b")(inputs)])
    model.compile(loss=["mse", "mse"], weighted_metrics=[["mse"], ["mse"]])
    weights = np.array([1.0] + [0.0] * 7, "float32")
    results = model.evaluate(iter([(X, [X + 1, X + 2], [weights])]), verbose=0, return_dict=True)
    np.testing.assert_allclose([results["a_loss"], results["b_loss"]], [1 / 8, 4 / 8], rtol=1e-6)
    np.testing.assert_allclose([results["a_mse"], results["b_mse"]], [1.0, 4.0], rtol=1e-6)


def test_an_output_without_a_loss():
    inputs = keras.Input((3,))
    model = keras.Model(inputs, {"a": layers.Identity()(inputs), "b": layers.Identity()(inputs)})
    model.compile(loss={"b": "mse"})
    np.testing.assert_allclose(model.evaluate(X, {"b": X + 2}, verbose=0), 4.0, rtol=1e-6)


def test_evaluate_shows_a_bar_of_its_own(capsys):
    """It counts its own batches, one after the other, and ends with the results; alone in `fit` it is not to be seen."""
    model = passing(loss="mse", metrics=["mae"])
    for rows, steps in ((8, 4), (6, 3)):
        model.evaluate(X[:rows], X[:rows] + 2, batch_size=2, verbose=1)
        shown = capsys.readouterr().out
        assert f"{steps}/{steps} " in shown and shown.endswith("\n")
        assert "loss: 4.0000" in shown and "mae: 2.0000" in shown
    model.evaluate(X, X + 2, batch_size=4, verbose=2)
    assert capsys.readouterr().out.startswith("2/2 - ")
    model.evaluate(X, X + 2, verbose=0)
    assert capsys.readouterr().out == ""
    model.predict(X, batch_size=2, verbose=1)
    shown = capsys.readouterr().out
    assert "4/4 " in shown and "loss" not in shown


def test_metrics_are_there_before_the_first_batch():
    seen = []
    model = passing(loss="mse", metrics=["mae"])
    hook = keras.callbacks.LambdaCallback(
        on_test_begin=lambda logs: seen.extend(v.path for v in model.metrics_variables)
    )
    model.evaluate(X, X, verbose=0, callbacks=[hook])
    assert [path.split("/")[0] for path in seen] == ["loss", "loss", "mean_absolute_error", "mean_absolute_error"]


def test_the_last_axis_may_come_and_go():
    x = keras.Input((1,))
    model = keras.Model(x, keras.layers.Dense(2, kernel_initializer="ones")(x))
    column = np.arange(4.0, dtype="float32")[:, None]
    for data in (column, column[:, 0], column, column[:3, 0]):
        np.testing.assert_allclose(model.predict(data, verbose=0), data.reshape(-1, 1).repeat(2, 1), rtol=1e-6)
    model.compile("sgd", "mse")
    for data in (column, column[:, 0]):
        assert model.evaluate(data, column.repeat(2, 1), verbose=0) == 0
