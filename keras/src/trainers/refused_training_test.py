"""What training refuses, and what it says."""

import warnings

import numpy as np
import pytest

import keras
from keras import layers
from keras.src import backend
from keras.src.testing.training_cases import LABELS, X, Y, classifier, trains, two_outputs

BAD_CALLS = {
    "x_and_y_differ": (lambda m: m.fit(X, LABELS[:10]), ValueError, "same number of samples"),
    "empty": (lambda m: m.fit(X[:0], LABELS[:0]), ValueError, "empty"),
    "wrong_width": (lambda m: m.fit(X[:, :3], LABELS), ValueError, "4"),
    "no_data": (lambda m: m.fit(), ValueError, "Data must be arrays"),
    "no_targets": (lambda m: m.fit(X), ValueError, "no targets"),
    "python_lists": (lambda m: m.fit(X.tolist(), LABELS.tolist()), ValueError, "np.array"),
    "objects": (lambda m: m.fit(np.array([[None] * 4] * 8), LABELS[:8]), ValueError, "Python objects"),
    "no_batch": (lambda m: m.fit(X, LABELS, batch_size=0), ValueError, "batch_size"),
    "split_too_large": (lambda m: m.fit(X, LABELS, validation_split=1.5), ValueError, "between 0 and 1"),
    "split_too_small": (lambda m: m.fit(X, LABELS, validation_split=0.999), ValueError, "empty"),
    "split_of_generator": (lambda m: m.fit(iter([]), validation_split=0.5), ValueError, "validation_data"),
    "four_parts": (
        lambda m: m.fit(X, LABELS, validation_data=(X, LABELS, LABELS, LABELS)),
        ValueError,
        "sample_weight",
    ),
    "generator_and_y": (lambda m: m.fit(iter([(X, LABELS)]), LABELS), ValueError, "whole batches"),
    "empty_generator": (lambda m: m.fit(iter([])), ValueError, "at least one batch"),
    "callback": (lambda m: m.fit(X, LABELS, callbacks=[3]), ValueError, "Callback"),
    "validation_freq": (
        lambda m: m.fit(X, LABELS, validation_data=(X, LABELS), validation_freq=0),
        ValueError,
        "validation_freq",
    ),
    "weights_length": (lambda m: m.fit(X, LABELS, sample_weight=np.ones(3)), ValueError, "sample_weight"),
    "class_weight": (lambda m: m.fit(X, LABELS, class_weight=[1, 2]), ValueError, "class_weight"),
}
BAD_COMPILES = {
    "optimizer": ({"optimizer": "foo"}, ValueError, "foo"),
    "loss": ({"loss": "foo"}, ValueError, "foo"),
    "metrics": ({"metrics": "accuracy"}, ValueError, "list, tuple or dict"),
    "loss_weights": ({"loss_weights": "a"}, ValueError, "loss_weights"),
    "steps": ({"steps_per_execution": 0}, ValueError, "steps_per_execution"),
}
BAD_ROUTES = {
    "unknown_loss_name": ({"loss": {"a": "mse", "c": "mse"}}, {"a": Y, "b": Y}, "unknown names: c"),
    "too_few_losses": ({"loss": ["mse"]}, [Y, Y], "1 entries for 2 outputs"),
    "metrics_not_per_output": ({"loss": "mse", "metrics": ["mae"]}, [Y, Y], "`metrics`"),
    "too_many_targets": ({"loss": "mse"}, [Y, Y, Y], "3 entries for 2 outputs"),
    "one_target": ({"loss": "mse"}, Y, "for 2 outputs"),
    "missing_target": ({"loss": "mse"}, {"a": Y}, "no targets"),
    "unknown_metric": ({"loss": "mse", "metrics": [["foo"], []]}, [Y, Y], "foo"),
}


class TestBadInput:
    @pytest.mark.parametrize("method", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
    def test_before_compile(self, method):
        model = keras.Sequential([layers.Input((4,)), layers.Dense(1)])
        wanted = ValueError if backend.CAN_TRAIN or method in ("evaluate", "test_on_batch") else NotImplementedError
        with pytest.raises(wanted, match="compile|backend"):
            getattr(model, method)(X, Y)

    @pytest.mark.skipif(not backend.CAN_TRAIN, reason="`fit` is refused before it looks at its arguments")
    @pytest.mark.parametrize("case", BAD_CALLS)
    def test_fit(self, case):
        call, error, message = BAD_CALLS[case]
        with pytest.raises(error, match=message):
            call(classifier())

    @pytest.mark.parametrize("case", BAD_COMPILES)
    def test_compile(self, case):
        arguments, error, message = BAD_COMPILES[case]
        with pytest.raises(error, match=message):
            classifier(**arguments)

    @pytest.mark.parametrize("case", BAD_ROUTES)
    def test_routes(self, case):
        arguments, y, message = BAD_ROUTES[case]
        model = two_outputs(lambda a, b: [a, b])
        with pytest.raises(ValueError, match=message):
            model.compile("sgd", **arguments)
            model.evaluate(X, y, verbose=0)

    @pytest.mark.parametrize("method", ["fit", "train_on_batch"])
    def test_engines_without_gradients(self, method):
        if backend.CAN_TRAIN:
            assert classifier().train_on_batch(X, LABELS)
            return
        with pytest.raises(NotImplementedError, match="gradients"):
            getattr(classifier(), method)(X, LABELS)

    def test_unknown_argument(self):
        with pytest.raises(ValueError, match="foo"):
            classifier().evaluate(X, LABELS, foo=1)

    def test_data_that_ends_early_warns(self):
        with pytest.warns(UserWarning, match="ended"):
            assert classifier().predict(iter([X[:4], X[4:8]]), steps=5, verbose=0).shape == (8, 3)

    @trains
    def test_generator_that_ends_stops_training(self):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            history = classifier().fit(iter([(X, LABELS)] * 3), epochs=5, steps_per_epoch=2, verbose=0)
        assert len(history.history["loss"]) == 2
        assert any("ended" in str(warning.message) for warning in seen)

    @trains
    def test_no_loss(self):
        model = keras.Sequential([layers.Input((4,)), layers.Dense(1)])
        model.compile("sgd", metrics=["mae"])
        assert model.evaluate(X, Y, verbose=0)[0] == 0
        with pytest.raises(ValueError, match="no loss"):
            model.fit(X, Y, verbose=0)
