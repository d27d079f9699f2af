"""Labels that are no classes raise, wherever the first batch meets them; in compiled steps the loss is NaN."""

import functools

import numpy as np
import pytest

import keras
from keras import layers
from keras.src import backend
from keras.src.testing import engine

RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 4)).astype("float32")
LABELS = np.arange(12) % 3
crossentropy = functools.partial(keras.losses.sparse_categorical_crossentropy, from_logits=True)
Crossentropy = functools.partial(keras.losses.SparseCategoricalCrossentropy, from_logits=True)
needs_training = pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")


def wrong_labels(wrong, shape=(12,)):
    return np.where(np.arange(12) == 5, wrong, LABELS).reshape(shape)


def head(kind=keras.Model):
    inputs = layers.Input((4,))
    return kind(inputs, layers.Dense(3, name="head")(inputs))


def two_heads():
    inputs = layers.Input((4,))
    return keras.Model(inputs, [layers.Dense(1, name="number")(inputs), layers.Dense(3, name="head")(inputs)])


class OwnLoss(keras.Model):
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return keras.ops.mean(crossentropy(y, y_pred))


class OwnStep(keras.Model):
    def train_step(self, data):
        return super().train_step(data)

    def test_step(self, data):
        return super().test_step(data)


class Shifted(keras.losses.SparseCategoricalCrossentropy):
    """Labels are counted from 1."""

    def call(self, y_true, y_pred):
        return super().call(y_true - 1, y_pred)


MODELS = {
    "name": (head, {"loss": "sparse_categorical_crossentropy"}),
    "class": (head, {"loss": Crossentropy()}),
    "function": (head, {"loss": keras.losses.sparse_categorical_crossentropy}),
    "function of the user": (head, {"loss": lambda y, y_pred: crossentropy(y, y_pred)}),
    "partial": (head, {"loss": crossentropy}),
    "subclass": (head, {"loss": Shifted(from_logits=True)}),
    "two losses": (head, {"loss": [Crossentropy(), lambda y, y_pred: keras.ops.sum(y_pred, axis=-1)]}),
    "own compute_loss": (lambda: head(OwnLoss), {}),
    "own steps": (lambda: head(OwnStep), {"loss": Crossentropy()}),
    "own steps, loss of the user": (lambda: head(OwnStep), {"loss": lambda y, y_pred: crossentropy(y, y_pred)}),
}


def compiled_model(name, **arguments):
    make, losses = MODELS[name]
    model = make()
    model.compile(keras.optimizers.SGD(0.01), **{**losses, **arguments})
    return model


RUNS = {
    "fit": lambda model, y, **given: model.fit(X, y, batch_size=12, verbose=0, **given),
    "train_on_batch": lambda model, y, **given: model.train_on_batch(X, y, **given),
    "evaluate": lambda model, y, **given: model.evaluate(X, y, batch_size=6, verbose=0, **given),
    "test_on_batch": lambda model, y, **given: model.test_on_batch(X, y, **given),
}
TRAINING = ("fit", "train_on_batch")
each_run = pytest.mark.parametrize(
    "run", [pytest.param(name, marks=needs_training) if name in TRAINING else name for name in RUNS]
)


@each_run
@pytest.mark.parametrize("name", MODELS)
def test_first_batch(name, run):
    with pytest.raises(ValueError, match="class numbers from 0 to 2.*Received: .*[67]"):
        RUNS[run](compiled_model(name), wrong_labels(7, (12, 1) if name == "class" else (12,)))
    RUNS[run](compiled_model(name), LABELS + (name == "subclass"))


@each_run
@pytest.mark.parametrize("wrong", [-100, -1, 3])
def test_weights_do_not_hide_labels(run, wrong):
    model = compiled_model("class")
    with pytest.raises(ValueError, match=f"Received: {wrong}"):
        RUNS[run](model, wrong_labels(wrong), sample_weight=(LABELS == 0).astype("float32"))


@needs_training
@pytest.mark.parametrize("run", TRAINING)
def test_class_weights_do_not_hide_labels(run):
    with pytest.raises(ValueError, match="Received: 3"):
        RUNS[run](compiled_model("class"), wrong_labels(3), class_weight={0: 1.0, 1: 2.0, 2: 1.0, 3: 0.0})


@each_run
@pytest.mark.parametrize("as_dict", [False, True])
def test_several_outputs(run, as_dict):
    model = two_heads()
    losses, targets = ["mse", Crossentropy()], [X[:, :1], wrong_labels(3)]
    names = ("number", "head")
    model.compile("sgd", loss=dict(zip(names, losses)) if as_dict else losses)
    with pytest.raises(ValueError, match="output 'head'.*Received: 3"):
        RUNS[run](model, dict(zip(names, targets)) if as_dict else targets)


@needs_training
def test_sources_of_batches():
    batches = [(X[:6], LABELS[:6] + 1), (X[6:], LABELS[6:])]
    with pytest.raises(ValueError, match="Received: 3"):
        compiled_model("class").fit(iter(batches), verbose=0)
    with pytest.raises(ValueError, match="Received: 3"):
        compiled_model("class").fit(X, LABELS, validation_data=iter(batches), verbose=0)
    with pytest.raises(ValueError, match="Received: 7"):
        compiled_model("class").fit(X, LABELS, validation_data=(X, wrong_labels(7)), verbose=0)


@each_run
@pytest.mark.parametrize("wrong", [-1, 255])
def test_ignored_class(run, wrong):
    """The mean over the other samples: `sum / 11`."""
    y = wrong_labels(wrong)
    model = compiled_model("class", loss=Crossentropy(ignore_class=wrong))
    logits = model.predict(X, verbose=0).astype("float64")
    logs = np.log(np.exp(logits).sum(-1)) - logits[np.arange(12), LABELS]
    result = RUNS[run](model, y)
    if run == "fit":
        assert np.isfinite(result.history["loss"][0])
    else:
        one_batch = np.delete(logs, 5).mean()
        two_batches = (np.delete(logs[:6], 5).mean() + logs[6:].mean()) / 2
        expected = two_batches if run == "evaluate" else one_batch
        np.testing.assert_allclose(result, expected, rtol=1e-5)


@pytest.mark.skipif(not engine.CAN_COMPILE, reason="this engine compiles nothing")
@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("wrong", [-100, -1, 3])
def test_compiled_loss_is_nan(from_logits, wrong):
    outputs = np.array([[0.2, 0.3, 0.5], [0.1, 0.8, 0.1]], "float32")
    loss, _ = engine.compiled(lambda y, p: keras.losses.sparse_categorical_crossentropy(y, p, from_logits=from_logits))
    values = loss(keras.ops.convert_to_tensor([1, wrong]), keras.ops.convert_to_tensor(outputs))
    expected = np.log(np.exp(outputs[0]).sum()) - outputs[0, 1] if from_logits else -np.log(outputs[0, 1])
    np.testing.assert_allclose(keras.ops.convert_to_numpy(values), [expected, np.nan], rtol=1e-5)


@needs_training
def test_later_batches_give_nan_or_raise():
    """Of a generator only the first batch is looked at; what comes later must not count as 0."""
    model = compiled_model("class")
    batches = iter([(X[:6], LABELS[:6]), (X[6:], LABELS[6:] + 1)])
    try:
        loss = model.fit(batches, verbose=0).history["loss"][0]
    except ValueError as error:
        assert "Received: 3" in str(error)
    else:
        assert np.isnan(loss)


@needs_training
def test_nan_of_other_reasons_changes_nothing():
    """A NaN in the data, with right labels: training goes on as it would."""
    x = np.where(np.arange(4) == 2, np.nan, X).astype("float32")
    model = compiled_model("function of the user", metrics=["accuracy"])
    history = model.fit(x, LABELS, batch_size=6, epochs=2, verbose=0).history
    assert np.isnan(history["loss"]).all() and int(model.optimizer.iterations) == 4


@pytest.mark.parametrize("wrong", [-100, -1, 3, 255])
@pytest.mark.parametrize("dtype", ["int32", "int64", "float32"])
def test_eager(wrong, dtype):
    labels, outputs = np.array([1, wrong], dtype), np.array([[0.2, 0.3, 0.5], [0.1, 0.8, 0.1]], "float32")
    for given in (labels, keras.ops.convert_to_tensor(labels)):
        for loss in (
            keras.ops.sparse_categorical_crossentropy,
            functools.partial(keras.ops.sparse_categorical_crossentropy, from_logits=True),
            keras.losses.sparse_categorical_crossentropy,
            keras.losses.SparseCategoricalCrossentropy(),
        ):
            with pytest.raises(ValueError, match=f"class numbers from 0 to 2.*Received: {wrong}"):
                loss(given, outputs)
    ignored = keras.losses.sparse_categorical_crossentropy(labels, outputs, ignore_class=wrong)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(ignored), [-np.log(0.3), 0.0], rtol=1e-5)


def test_eager_with_classes_in_the_midst():
    outputs = np.full((2, 3, 4), 1 / 3, "float32")
    labels = np.zeros((2, 4), "int32")
    labels[1, 2] = 3
    with pytest.raises(ValueError, match="Received: 3"):
        keras.ops.sparse_categorical_crossentropy(labels, outputs, axis=1)


def test_accuracy_of_labels_that_are_no_classes():
    """They are never right (as in Keras 3.15.1)."""
    metric = keras.metrics.SparseCategoricalAccuracy()
    assert float(metric([1, 3], [[0.2, 0.7, 0.1], [0.1, 0.8, 0.1]])) == 0.5
