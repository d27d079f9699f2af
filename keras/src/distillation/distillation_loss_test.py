"""Losses between a teacher and a student; numbers are formulas of NumPy."""

import numpy as np
import pytest

import keras
from keras import distillation, layers, ops

RNG = np.random.RandomState(0)
TEACHER, STUDENT = (RNG.randn(6, 3).astype("float32") for _ in range(2))
OTHER = RNG.randn(6, 2).astype("float32")


def number(loss, teacher=TEACHER, student=STUDENT):
    tensors = (keras.tree.map_structure(ops.convert_to_tensor, x) for x in (teacher, student))
    return float(loss.compute_loss(*tensors))


def divergence(p, q):
    p, q = (np.clip(x, 1e-7, 1) for x in (p, q))
    return (p * np.log(p / q)).sum(-1).mean()


class TestLogits:
    @pytest.mark.parametrize("temperature", [1, 2.0, 5.0])
    def test_outputs_are_divided_by_the_temperature(self, temperature):
        loss = distillation.LogitsDistillation(temperature=temperature)
        expected = divergence(TEACHER / temperature, STUDENT / temperature)
        np.testing.assert_allclose(number(loss), expected, rtol=1e-5)

    @pytest.mark.parametrize("loss", ["mse", keras.losses.mean_squared_error, keras.losses.MeanSquaredError()])
    def test_other_losses(self, loss):
        found = number(distillation.LogitsDistillation(2.0, loss))
        np.testing.assert_allclose(found, ((TEACHER - STUDENT) ** 2).mean() / 4, rtol=1e-5)

    def test_defaults(self):
        loss = distillation.LogitsDistillation()
        assert loss.temperature == 3.0 and loss.loss is keras.losses.kl_divergence

    @pytest.mark.parametrize(
        "temperature, message", [(0, "positive"), (-1.0, "positive"), ("a", "a number"), (True, "a number")]
    )
    def test_temperatures_that_are_none(self, temperature, message):
        with pytest.raises(ValueError, match=message):
            distillation.LogitsDistillation(temperature)


class TestFeatures:
    def test_outputs_as_they_are(self):
        found = number(distillation.FeatureDistillation("mae"))
        np.testing.assert_allclose(found, np.abs(TEACHER - STUDENT).mean(), rtol=1e-5)
        found = number(distillation.FeatureDistillation())
        np.testing.assert_allclose(found, ((TEACHER - STUDENT) ** 2).mean(), rtol=1e-5)

    def test_models_must_have_the_layers(self):
        first, second = (keras.Sequential([keras.Input((2,)), layers.Dense(2, name=name)]) for name in ("one", "two"))
        check = distillation.FeatureDistillation("mse", "one", "two").validate_model_compatibility
        assert check(first, second) is None
        with pytest.raises(ValueError, match="In teacher model: .*'one'.*'two'"):
            check(second, second)
        with pytest.raises(ValueError, match="In student model: "):
            check(first, first)
        assert distillation.FeatureDistillation("mse", "one").validate_model_compatibility(first, first) is None

    def test_models_must_have_a_graph(self):
        class Coded(keras.Model):
            def __init__(self):
                super().__init__()
                self.layer = layers.Dense(2, name="one")

            def call(self, x):
                return self.layer(x)

        model = Coded()
        model(np.ones((1, 2), "float32"))
        for each in (model, keras.Sequential([layers.Dense(2, name="one")])):
            with pytest.raises(ValueError, match="needs Functional or built Sequential models"):
                distillation.FeatureDistillation("mse", "one", "one").validate_model_compatibility(each, each)


@pytest.mark.parametrize("cls, divisor", [(distillation.LogitsDistillation, 9), (distillation.FeatureDistillation, 1)])
class TestStructures:
    @pytest.mark.parametrize("form", [lambda a, b: [a, b], lambda a, b: {"a": a, "b": b}, lambda a, b: {"x": (a, [b])}])
    def test_losses_of_outputs_are_added(self, cls, divisor, form):
        parts = ((TEACHER - STUDENT) ** 2).mean() / divisor, (OTHER**2).mean() / divisor
        teacher, student = form(TEACHER, OTHER), form(STUDENT, OTHER * 0)
        np.testing.assert_allclose(number(cls(loss="mse"), teacher, student), sum(parts), rtol=1e-5)
        np.testing.assert_allclose(number(cls(loss=form("mse", "mse")), teacher, student), sum(parts), rtol=1e-5)
        np.testing.assert_allclose(number(cls(loss=form("mse", None)), teacher, student), parts[0], rtol=1e-5)

    @pytest.mark.parametrize("student", [[STUDENT], {"a": STUDENT}, [STUDENT, STUDENT], STUDENT])
    def test_other_structures_are_refused(self, cls, divisor, student):
        teacher = {"b": TEACHER, "c": TEACHER}
        with pytest.raises(ValueError, match="structure of the outputs of the student must be the teacher's"):
            cls().validate_outputs(teacher, student)
        with pytest.raises(ValueError, match="must be that of `loss`"):
            cls(loss={"b": "mse"}).validate_outputs(teacher, teacher)
        assert cls().validate_outputs([TEACHER], (STUDENT,)) is None

    @pytest.mark.parametrize("wrong", ["foo", 3, {"a": "foo"}])
    def test_what_is_no_loss(self, cls, divisor, wrong):
        with pytest.raises(ValueError):
            cls(loss=wrong)

    @pytest.mark.parametrize("wrong", [None, [None, None]])
    def test_no_loss_at_all(self, cls, divisor, wrong):
        with pytest.raises(ValueError, match="must hold a loss that is not None"):
            cls(loss=wrong)

    @pytest.mark.parametrize("loss", ["mse", keras.losses.Huber(0.5), ["mse", None], {"a": keras.losses.Huber(0.5)}])
    def test_configs(self, cls, divisor, loss):
        made = cls(loss=loss)
        described = keras.saving.serialize_keras_object(made)
        assert described["module"] == "keras.distillation"
        again = keras.saving.deserialize_keras_object(described)
        assert type(again) is cls and again.get_config() == made.get_config()
        assert keras.tree.flatten(again.loss)[0] is not None


def test_configs_hold_all_arguments():
    assert distillation.LogitsDistillation(2.5).get_config()["temperature"] == 2.5
    config = distillation.FeatureDistillation("mae", "one", "two").get_config()
    assert (config["teacher_layer_name"], config["student_layer_name"]) == ("one", "two")
    assert distillation.FeatureDistillation.from_config(config).student_layer_name == "two"


def test_the_base_leaves_the_loss_to_subclasses():
    class Mine(distillation.DistillationLoss):
        pass

    with pytest.raises(NotImplementedError, match="Mine must implement `compute_loss`"):
        Mine().compute_loss(TEACHER, STUDENT)
    assert Mine().validate_model_compatibility(None, None) is None
    with pytest.raises(ValueError, match="structure"):
        Mine().validate_outputs([TEACHER], [STUDENT, STUDENT])
