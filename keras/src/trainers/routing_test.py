"""Which loss and which metrics belong to which output, and what `compile` keeps."""

import numpy as np
import pytest

import keras
from keras import layers
from keras.src.testing.training_cases import LABELS, X, Y, classifier, two_outputs

ROUTINGS = {
    "lists": (lambda a, b: [a, b], [LABELS, Y], ["sparse_categorical_crossentropy", "mse"], [["accuracy"], ["mae"]]),
    "tuples": (lambda a, b: (a, b), (LABELS, Y), ("sparse_categorical_crossentropy", "mse"), ("accuracy", "mae")),
    "dicts": (
        lambda a, b: {"a": a, "b": b},
        {"a": LABELS, "b": Y},
        {"a": "sparse_categorical_crossentropy", "b": "mse"},
        {"a": "accuracy", "b": ["mae"]},
    ),
    "names_for_a_list": (
        lambda a, b: [a, b],
        {"a": LABELS, "b": Y},
        {"a": "sparse_categorical_crossentropy", "b": "mse"},
        {"a": "accuracy", "b": "mae"},
    ),
    "lists_for_a_dict": (
        lambda a, b: {"a": a, "b": b},
        [LABELS, Y],
        ["sparse_categorical_crossentropy", "mse"],
        [["accuracy"], ["mae"]],
    ),
}


class TestRouting:
    @pytest.mark.parametrize("case", ROUTINGS)
    def test_losses_and_metrics_reach_their_outputs(self, case):
        nest, y, loss, metrics = ROUTINGS[case]
        model = two_outputs(nest)
        model.compile("sgd", loss, metrics=metrics)
        results = model.evaluate(X, y, verbose=0, return_dict=True)
        a, b = (two_outputs().predict(X, verbose=0)[name] for name in "ab")
        expected = {
            "a_accuracy": (a.argmax(1) == LABELS).mean(),
            "a_loss": -np.log(a[np.arange(50), LABELS]).mean(),
            "b_loss": ((b - Y) ** 2).mean(),
            "b_mae": np.abs(b - Y).mean(),
        }
        expected["loss"] = expected["a_loss"] + expected["b_loss"]
        assert results == pytest.approx(expected, rel=1e-4)
        listed = model.evaluate(X, y, verbose=0)
        order = ["loss", "a_loss", "b_loss", "a_accuracy", "b_mae"]
        np.testing.assert_allclose(listed, [expected[name] for name in order], rtol=1e-4)
        assert list(model.get_metrics_result()) == ["loss", "a_accuracy", "b_mae", "a_loss", "b_loss"]

    def test_outputs_without_loss(self):
        model = two_outputs()
        model.compile("sgd", {"b": "mse"}, metrics={"a": "accuracy"})
        results = model.evaluate(X, {"a": LABELS, "b": Y}, verbose=0, return_dict=True)
        assert list(results) == ["a_accuracy", "loss"]
        model.compile("sgd", {"b": "mse"})
        assert model.evaluate(X, {"b": Y}, verbose=0) == pytest.approx(results["loss"])
        listed = two_outputs(lambda a, b: [a, b])
        listed.compile("sgd", [None, "mse"])
        assert listed.evaluate(X, [LABELS, Y], verbose=0) == pytest.approx(results["loss"])

    def test_names_of_metrics(self):
        model = classifier(
            metrics=["acc", keras.metrics.SparseCategoricalCrossentropy(name="own"), lambda y, p: keras.ops.mean(p)],
            weighted_metrics=["accuracy", "sparse_categorical_crossentropy"],
        )
        results = model.evaluate(X, LABELS, verbose=0, return_dict=True)
        assert sorted(results) == ["acc", "accuracy", "lambda", "loss", "own", "sparse_categorical_crossentropy"]
        assert results["own"] == pytest.approx(results["loss"], rel=1e-5)
        assert [m.name for m in model.metrics] == ["loss", "compile_metrics"] == model.metrics_names

    @pytest.mark.parametrize(
        "y, activation, units, family",
        [
            (np.arange(50) % 2, "sigmoid", 1, "Binary"),
            (np.eye(3)[LABELS], "softmax", 3, "Categorical"),
            (LABELS, "softmax", 3, "SparseCategorical"),
            (LABELS[:, None], "softmax", 3, "SparseCategorical"),
        ],
    )
    def test_accuracy_and_crossentropy_follow_the_shapes(self, y, activation, units, family):
        model = keras.Sequential([layers.Input((4,)), layers.Dense(units, activation=activation)])
        model.compile("sgd", None, metrics=["accuracy", "crossentropy"])
        results = model.evaluate(X, y, verbose=0, return_dict=True)
        for kind in ("Accuracy", "Crossentropy"):
            metric = getattr(keras.metrics, family + kind)()
            metric.update_state(y, model.predict(X, verbose=0))
            assert results[kind.lower()] == pytest.approx(float(metric.result()), rel=1e-4)

    def test_metrics_of_layers(self):
        class Counting(layers.Layer):
            def __init__(self):
                super().__init__()
                self.seen = keras.metrics.Sum(name="seen")

            def call(self, x):
                self.seen.update_state(keras.ops.ones_like(x[:, 0]))
                return x

        model = keras.Sequential([layers.Input((4,)), Counting(), layers.Dense(1)])
        model.compile("sgd", "mse")
        assert model.evaluate(X, Y, verbose=0, return_dict=True)["seen"] == 50


class TestCompile:
    def test_config_round_trip(self):
        model = classifier(
            optimizer=keras.optimizers.Adam(0.01, beta_1=0.8),
            loss=keras.losses.SparseCategoricalCrossentropy(),
            metrics=["accuracy", keras.metrics.SparseCategoricalAccuracy(name="own")],
        )
        config = model.get_compile_config()
        assert list(config) == [
            "optimizer",
            "loss",
            "loss_weights",
            "metrics",
            "weighted_metrics",
            "run_eagerly",
            "steps_per_execution",
            "jit_compile",
        ]
        other = keras.Sequential.from_config(model.get_config())
        other.compile_from_config(config)
        assert other.optimizer.beta_1 == 0.8
        other.set_weights(model.get_weights())
        assert other.evaluate(X, LABELS, verbose=0) == model.evaluate(X, LABELS, verbose=0)

    def test_uncompiled(self):
        model = keras.Sequential([layers.Input((4,)), layers.Dense(1)])
        assert model.get_compile_config() is None and model.compiled is False

    def test_overridden_compile_is_not_repeated(self):
        class Own(keras.Model):
            def compile(self, optimizer, own):
                super().compile(optimizer)

        with pytest.warns(UserWarning, match="overrides `compile"):
            Own().compile_from_config({"optimizer": "sgd"})

    def test_loss_scaling_under_mixed_float16(self):
        model = keras.Sequential([layers.Input((4,)), layers.Dense(1)])
        model.dtype_policy = keras.DTypePolicy("mixed_float16")
        model.compile("sgd", "mse")
        assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
        model.compile("sgd", "mse", auto_scale_loss=False)
        assert isinstance(model.optimizer, keras.optimizers.SGD)
