"""Distillers train as those of Keras 3.15.1 do: the numbers of `RUNS` are what it gives."""

import numpy as np
import pytest

import keras
from keras import distillation, layers, ops
from keras.src.testing import engine

trains = pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="the engine does not train")

_RNG = np.random.RandomState(0)
X = _RNG.randn(80, 4).astype("float32")
Y = _RNG.randint(0, 3, (80,))
ONE_HOT = np.eye(3, dtype="float32")[Y]
Logits, Features = distillation.LogitsDistillation, distillation.FeatureDistillation


def net(name, units, activation=None, regularizer=None):
    """A model whose weights hang on the number of units alone."""
    i = keras.Input((4,))
    h = layers.Dense(units, activation="relu", name="feat", kernel_regularizer=regularizer)(i)
    h = layers.Dense(6, activation="tanh", name="mid")(h)
    model = keras.Model(i, layers.Dense(3, activation=activation, name="out")(h), name=name)
    rng = np.random.RandomState(units)
    model.set_weights([rng.randn(*w.shape) * 0.5 for w in model.get_weights()])
    return model


def distiller(losses=None, weights=None, share=0.5, compiled=True, activation=None, **given):
    found = distillation.Distiller(
        net("teacher", 9, activation),
        net("student", 5, activation, given.pop("regularizer", None)),
        losses or Logits(2.0, "mse"),
        weights,
        student_loss_weight=share,
    )
    if compiled:
        given.setdefault("loss", keras.losses.SparseCategoricalCrossentropy(from_logits=activation is None))
        found.compile(**{"optimizer": keras.optimizers.SGD(0.05), **given})
    return found


def results(model, *data, **given):
    """What one batch gives: the parts are means over batches, however large these are."""
    return model.evaluate(*(data or (X, Y)), batch_size=len(X), verbose=0, return_dict=True, **given)


# Losses, their weights, the student's weight, optimizer; what is told after two epochs of 10 steps, and sums of the
# absolute weights of the student.
RUNS = {
    "divergence": (
        lambda: Logits(2.0),
        None,
        0.5,
        keras.optimizers.SGD,
        {"distillation_loss": [1.449261, -0.175372], "student_loss": [1.307821, 1.34114], "loss": [1.378541, 0.582884]},
        [8.37541, 2.21808, 7.87134, 2.44076, 9.28783, 1.90512],
    ),
    "two losses": (
        lambda: [Logits(4.0, "mse"), Features("mse", "mid", "mid")],
        [0.7, 0.2],
        0.25,
        keras.optimizers.Adam,
        {"distillation_loss": [0.152537, 0.11438], "student_loss": [1.141316, 1.065289], "loss": [0.399732, 0.352107]},
        [6.40283, 3.10865, 6.81494, 1.99937, 7.47316, 1.1136],
    ),
    "features": (
        lambda: [Features("cosine_similarity", "mid", "mid"), Features("mae")],
        None,
        0.6,
        keras.optimizers.SGD,
        {"distillation_loss": [0.337823, 0.292837], "student_loss": [1.171045, 1.147742], "loss": [0.837756, 0.80578]},
        [8.43807, 2.14545, 7.65358, 2.39005, 8.61984, 1.33278],
    ),
    "teacher alone": (
        lambda: Logits(2.0, "mse"),
        None,
        0.0,
        keras.optimizers.Adam,
        {"distillation_loss": [0.067116, 0.032146], "student_loss": [0.0, 0.0], "loss": [0.067116, 0.032146]},
        [8.15889, 2.89894, 11.89235, 2.34587, 8.3023, 1.19771],
    ),
    "targets alone": (
        lambda: Logits(2.0, "mse"),
        None,
        1.0,
        keras.optimizers.SGD,
        {"distillation_loss": [0.0, 0.0], "student_loss": [1.150663, 1.090672], "loss": [1.150663, 1.090672]},
        [8.49465, 2.01774, 7.57045, 2.4475, 8.51928, 1.46029],
    ),
}


@trains
class TestTraining:
    @pytest.mark.parametrize("run", RUNS)
    def test_runs_as_those_of_keras(self, run):
        losses, weights, share, optimizer, told, sums = RUNS[run]
        model = distiller(losses(), weights, share, optimizer=optimizer(0.05), metrics=["accuracy"])
        before = model.teacher.get_weights()
        history = model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0).history
        assert set(history) == {"accuracy", "loss", "total_loss", "student_loss", "distillation_loss"}
        for name, values in {**told, "total_loss": told["loss"]}.items():
            np.testing.assert_allclose(history[name], values, atol=2e-5, err_msg=name)
        np.testing.assert_allclose([np.abs(w).sum() for w in model.student.get_weights()], sums, rtol=1e-5)
        for now, then in zip(model.teacher.get_weights(), before):
            np.testing.assert_array_equal(now, then)

    @pytest.mark.parametrize("given", [{"run_eagerly": True}, {"jit_compile": False}, {"steps_per_execution": 4}])
    def test_ways_to_run(self, given):
        both = [
            distiller([Logits(2.0, "mse"), Features("mse", "mid", "mid")], **way)
            .fit(X, Y, batch_size=8, shuffle=False, verbose=0, validation_data=(X, Y))
            .history
            for way in ({}, given)
        ]
        assert both[0].keys() == both[1].keys() and "val_distillation_loss" in both[0]
        for name in both[0]:
            np.testing.assert_allclose(both[1][name], both[0][name], rtol=1e-4)

    def test_the_student_runs_once_in_a_step(self):
        calls = []

        class Counting(layers.Layer):
            def call(self, x, training=None):
                calls.append(training)
                return x

        def counted(name):
            return keras.Sequential([keras.Input((4,)), Counting(name="counting"), layers.Dense(3)], name=name)

        model = distillation.Distiller(counted("one"), counted("two"), Features("mse", "counting", "counting"))
        model.compile("sgd", "mse", run_eagerly=True)
        calls.clear()
        model.fit(X[:8], ONE_HOT[:8], batch_size=8, verbose=0)
        assert calls.count(True) == 1 and calls.count(False) == 1

    def test_features_are_those_of_the_drawn_dropout(self):
        def with_dropout(name):
            i = keras.Input((4,))
            h = layers.Dropout(0.5, name="drop")(i)
            return keras.Model(i, layers.Identity(name="out")(h), name=name)

        class Seen(distillation.FeatureDistillation):
            def compute_loss(self, teacher_outputs, student_outputs, **kwargs):
                kept.append(ops.convert_to_numpy(student_outputs))
                return super().compute_loss(teacher_outputs, student_outputs)

        kept = []
        model = distillation.Distiller(with_dropout("one"), with_dropout("two"), [Seen("mse", "drop", "drop"), Seen()])
        model.compile("sgd", "mse", run_eagerly=True)
        model.compute_loss(X, X, model(ops.convert_to_tensor(X), training=True), training=True)
        np.testing.assert_array_equal(*kept)
        assert 0.2 < (kept[0] == 0).mean() < 0.8

    def test_targets_are_not_needed_for_the_teacher_alone(self):
        model = distillation.Distiller(net("t", 9), net("s", 5), Logits(2.0, "mse"), student_loss_weight=0)
        model.compile("sgd")
        assert model.fit(X, verbose=0).history["student_loss"] == [0.0]


class TestParts:
    @pytest.mark.parametrize("weight", [2, 0.5, np.float32(0.25)])
    def test_a_number_is_the_weight_of_a_single_loss(self, weight):
        plain, weighed = (results(distiller(Logits(2.0, "mse"), w))["distillation_loss"] for w in (None, weight))
        np.testing.assert_allclose(weighed, weight * plain, rtol=1e-5)
        with pytest.raises(ValueError, match=r"\(1\) must match number of distillation_losses \(2\)"):
            distiller([Logits(2.0, "mse"), Features("mae")], weight)

    def test_losses_and_their_weights(self):
        both = [Logits(2.0, "mse"), Features("mae")]
        first, second = (results(distiller(loss))["distillation_loss"] for loss in both)
        for weights, expected in ((None, first + second), ([2, 0.1], 2 * first + 0.1 * second), ((0.0, 1.0), second)):
            found = results(distiller(both, weights, share=0.3))
            np.testing.assert_allclose(found["distillation_loss"], expected, rtol=1e-5)
            total = 0.3 * found["student_loss"] + 0.7 * found["distillation_loss"]
            np.testing.assert_allclose([found["loss"], found["total_loss"]], total, rtol=1e-5)

    def test_the_loss_of_the_student_is_that_of_compile(self):
        plain = results(distiller())["student_loss"]
        student = net("student", 5)
        student.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        np.testing.assert_allclose(plain, student.evaluate(X, Y, verbose=0), rtol=1e-5)
        weights = np.linspace(0, 3, 80).astype("float32")
        np.testing.assert_allclose(
            results(distiller(), X, Y, sample_weight=weights)["student_loss"],
            student.evaluate(X, Y, sample_weight=weights, verbose=0),
            rtol=1e-5,
        )
        np.testing.assert_allclose(results(distiller(loss_weights=[3.0]))["student_loss"], 3 * plain, rtol=1e-5)

    def test_what_layers_add(self):
        plain, regular = results(distiller()), results(distiller(regularizer=keras.regularizers.L2(0.1)))
        added = 0.1 * np.square(net("student", 5).get_weights()[0]).sum()
        np.testing.assert_allclose(regular["loss"] - plain["loss"], added, rtol=1e-4)
        assert regular["student_loss"] == plain["student_loss"]

    def test_no_targets(self):
        found = results(distiller(), X)
        assert found["student_loss"] == 0 and found["loss"] == pytest.approx(found["distillation_loss"] / 2)

    def test_several_outputs(self):
        def two(name, seed, form):
            i = keras.Input((4,), name="i")
            make = keras.initializers.GlorotUniform
            h = layers.Dense(5, name="h", kernel_initializer=make(seed))(i)
            outputs = (
                layers.Dense(n, name=name, kernel_initializer=make(seed + n))(h) for n, name in ((3, "a"), (2, "b"))
            )
            return keras.Model(i, form(*outputs), name=name)

        for form in (lambda a, b: {"a": a, "b": b}, lambda a, b: [a, b]):
            models = two("t", 1, form), two("s", 9, form)
            loss = Logits(2.0, form("mse", None))
            model = distillation.Distiller(*models, [loss, Features("mae", "h", "h"), Logits(1.0, "mse")], [1, 0, 0])
            model.compile("sgd", form("mse", "mae"), metrics=form(["mae"], None))
            found = results(model, X, form(ONE_HOT, ONE_HOT[:, :2]))
            outputs = [keras.tree.flatten(m.predict(X, verbose=0))[0] for m in models]
            expected = np.square(outputs[0] - outputs[1]).mean() / 4
            np.testing.assert_allclose(found["distillation_loss"], expected, rtol=1e-4)

    def test_calls_are_the_students(self):
        model = distiller([Logits(), Features("mse", "mid", "mid")])
        expected = model.student.predict(X, verbose=0)
        np.testing.assert_allclose(model.predict(X, verbose=0), expected, rtol=1e-5, atol=1e-6)
        for training in (None, False, True):
            found = ops.convert_to_numpy(model(ops.convert_to_tensor(X), training=training))
            np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)

    def test_the_teacher_is_frozen(self):
        model = distiller()
        assert not model.teacher.trainable and len(model.trainable_variables) == 6 == len(model.non_trainable_variables)
        assert [layer.name for layer in model.layers] == ["teacher", "student"] and model.built
        assert model.name == "distiller"

    def test_coded_models(self):
        class Coded(keras.Model):
            def __init__(self, units):
                super().__init__()
                self.layer = layers.Dense(3, kernel_initializer=keras.initializers.Constant(units))

            def call(self, x):
                return self.layer(x)

        model = distillation.Distiller(Coded(1.0), Coded(2.0), Logits(2.0, "mse"))
        model.compile("sgd", "mse")
        found = results(model, X, ONE_HOT)
        np.testing.assert_allclose(found["distillation_loss"], np.square(X.sum(-1)).mean() / 4, rtol=1e-4)

    def test_losses_of_ones_own(self):
        class Distance(distillation.DistillationLoss):
            def compute_loss(self, teacher_outputs, student_outputs, **kwargs):
                return ops.max(ops.abs(teacher_outputs - student_outputs))

        model = distiller(Distance())
        gap = np.abs(model.teacher.predict(X, verbose=0) - model.student.predict(X, verbose=0)).max()
        found = results(model)
        np.testing.assert_allclose(found["distillation_loss"], gap, rtol=1e-5)


@keras.saving.register_keras_serializable("distiller_test")
class Scaled(distillation.DistillationLoss):
    def __init__(self, scale):
        self.scale = scale

    def compute_loss(self, teacher_outputs, student_outputs, **kwargs):
        return self.scale * ops.mean(ops.abs(teacher_outputs - student_outputs))

    def get_config(self):
        return {"scale": self.scale}


class TestFiles:
    def saved(self, folder, **given):
        losses = [Logits(2.0, keras.losses.MeanSquaredError()), Features("mae", "mid", "mid"), Scaled(3.0)]
        model = distiller(losses, [1.0, 0.5, 0.25], 0.25, metrics=["accuracy"], **given)
        if engine.CAN_DIFFERENTIATE:
            model.fit(X, Y, verbose=0)
        model.save(folder / "distiller.keras")
        return model, keras.saving.load_model(folder / "distiller.keras")

    def test_a_loaded_distiller_is_the_same(self, tmp_path):
        model, loaded = self.saved(tmp_path)
        assert type(loaded) is distillation.Distiller and not loaded.teacher.trainable
        assert (loaded.distillation_loss_weights, loaded.student_loss_weight) == ([1.0, 0.5, 0.25], 0.25)
        assert loaded.distillation_losses[2].scale == 3.0 and loaded.name == "distiller"
        expected, found = results(model), results(loaded)
        assert expected.keys() == found.keys()
        for name, value in expected.items():
            np.testing.assert_allclose(found[name], value, rtol=1e-5)

    @trains
    def test_training_goes_on(self, tmp_path):
        pair = self.saved(tmp_path, optimizer="adam")
        told = [m.fit(X, Y, shuffle=False, verbose=0).history for m in pair]
        for name in told[0]:
            np.testing.assert_allclose(told[1][name], told[0][name], rtol=1e-4)

    def test_a_config_without_a_loss_leaves_the_compilation_to_the_user(self):
        model = distiller(compiled=False)
        with pytest.warns(UserWarning, match="does not tell the loss"):
            model.compile_from_config({"optimizer": "sgd", "loss": None, "metrics": None})
        assert not model.compiled

    def test_weights_alone(self, tmp_path):
        model, other = distiller(), distiller()
        other.student.set_weights([w + 1 for w in other.student.get_weights()])
        model.save_weights(tmp_path / "d.weights.h5")
        other.load_weights(tmp_path / "d.weights.h5")
        np.testing.assert_allclose(other.predict(X, verbose=0), model.predict(X, verbose=0), rtol=1e-6)

    def test_a_student_is_saved_by_itself(self, tmp_path):
        model, _ = self.saved(tmp_path)
        model.student.save(tmp_path / "student.keras")
        student = keras.saving.load_model(tmp_path / "student.keras")
        np.testing.assert_allclose(student.predict(X, verbose=0), model.predict(X, verbose=0), rtol=1e-6)

    def test_configs(self):
        config = distiller(compiled=False).get_config()
        assert set(config) == {
            "name",
            "trainable",
            "dtype",
            "teacher",
            "student",
            "distillation_losses",
            "distillation_loss_weights",
            "student_loss_weight",
        }
        again = distillation.Distiller.from_config(config)
        assert again.get_config()["distillation_losses"] == config["distillation_losses"]


class TestErrors:
    @pytest.mark.parametrize(
        "changed, message",
        [
            ({"teacher": None}, "Teacher must be a keras.Model"),
            ({"student": 3}, "Student must be a keras.Model"),
            ({"distillation_losses": None}, "cannot be None"),
            ({"distillation_losses": "mse"}, "must be `keras.distillation.DistillationLoss`es. Received: 'mse'"),
            ({"distillation_losses": [Features(teacher_layer_name="nope")]}, "In teacher model"),
            ({"distillation_losses": [Logits(loss={"a": "mse"})]}, "must be that of `loss`"),
            ({"distillation_loss_weights": [1.0, 2.0]}, r"\(2\) must match number of distillation_losses \(1\)"),
            ({"distillation_loss_weights": "1"}, "must be a number or a list of numbers"),
            ({"distillation_loss_weights": True}, "must be a number or a list of numbers"),
            ({"student_loss_weight": 2.0}, "between 0 and 1"),
            ({"student_loss_weight": -1}, "between 0 and 1"),
            ({"student_loss_weight": "a"}, "must be a number"),
        ],
    )
    def test_arguments(self, changed, message):
        given = {"teacher": net("t", 9), "student": net("s", 5), "distillation_losses": Logits(), **changed}
        with pytest.raises(ValueError, match=message):
            distillation.Distiller(**given)

    def test_models_that_do_not_fit(self):
        def linear(sizes=4, units=3, dtype=None):
            return keras.Sequential([keras.Input((sizes,), dtype=dtype), layers.Dense(units)])

        for wrong, message in (
            (linear(5), r"input shapes are incompatible. Teacher: \(None, 4\), Student: \(None, 5\)"),
            (linear(units=2), r"output shapes are incompatible. Teacher: \(None, 3\), Student: \(None, 2\)"),
            (linear(dtype="float16"), "input dtypes must match. Teacher: float32, Student: float16"),
        ):
            with pytest.raises(ValueError, match=message):
                distillation.Distiller(linear(), wrong, Logits())
        same = linear()
        with pytest.raises(ValueError, match="must be two models"):
            distillation.Distiller(same, same, Logits())

    def test_compile_needs_a_loss(self):
        with pytest.raises(ValueError, match="`loss` cannot be None"):
            distiller(loss=None)
