"""Losses against the golden values in `testdata/values.json`, made by `integration_tests/goldens/loss_values.py`."""

import json
import pathlib

import numpy as np
import pytest

from keras.src import backend, losses, ops
from keras.src.testing import engine

GOLDEN = json.loads((pathlib.Path(__file__).parent / "testdata" / "values.json").read_text())
ROWS = GOLDEN["rows"]
BY_NAME = {cls.__name__: cls for cls in losses.CLASSES}
FUNCTIONS = {function.__name__: function for function in losses.FUNCTIONS}


def label(row):
    parts = [row["class_name"], *(f"{k}={v}" for k, v in row["kwargs"].items()), row["y_true"], row["y_pred"]]
    return "-".join([*parts, row.get("mask", ""), row.get("sample_weight", "")])


def tensor(name, dtype=None):
    value = np.array(GOLDEN["inputs"][name])
    kind = {"f": "float32", "b": "bool"}.get(value.dtype.kind, "int32")
    return ops.convert_to_tensor(value.astype(dtype or kind))


def build(row, **kwargs):
    return BY_NAME[row["class_name"]](**row["kwargs"], **kwargs)


def inputs(row):
    y_pred = tensor(row["y_pred"])
    if "mask" in row:
        backend.set_keras_mask(y_pred, tensor(row["mask"]))
    weight = tensor(row["sample_weight"]) if "sample_weight" in row else None
    return tensor(row["y_true"]), y_pred, weight


@pytest.mark.parametrize("row", ROWS, ids=label)
def test_values(row):
    for reduction, expected in row["values"].items():
        y_true, y_pred, weight = inputs(row)
        result = build(row, reduction=reduction)(y_true, y_pred, sample_weight=weight)
        assert backend.standardize_dtype(result.dtype) == "float32"
        np.testing.assert_allclose(ops.convert_to_numpy(result), expected, rtol=2e-5, atol=2e-6)
    mean = build(row, reduction="mean")(*inputs(row))
    np.testing.assert_allclose(ops.convert_to_numpy(mean), row["values"]["sum_over_batch_size"], rtol=2e-5, atol=2e-6)


def test_every_loss_has_rows():
    assert {row["class_name"] for row in ROWS} == set(BY_NAME)


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_configs(name):
    assert BY_NAME[name]().get_config() == GOLDEN["configs"][name]
    for row in [row for row in ROWS if row["class_name"] == name and "sample_weight" not in row]:
        loss = build(row, reduction="sum", name="mine")
        again = losses.deserialize(json.loads(json.dumps(losses.serialize(loss))))
        assert type(again) is BY_NAME[name]
        assert again.get_config() == loss.get_config()
        np.testing.assert_array_equal(
            ops.convert_to_numpy(again(*inputs(row))), ops.convert_to_numpy(loss(*inputs(row)))
        )


@pytest.mark.parametrize("row", [r for r in ROWS if not {"sample_weight", "mask"} & set(r)], ids=label)
def test_functions_agree_with_classes(row):
    loss = build(row, reduction="none")
    values = FUNCTIONS[loss.fn.__name__](tensor(row["y_true"]), tensor(row["y_pred"]), **loss._fn_kwargs)
    np.testing.assert_allclose(ops.convert_to_numpy(values), row["values"]["none"], rtol=2e-5, atol=2e-6)


class TestIdentifiers:
    @pytest.mark.parametrize("name", ["mse", "MSE", "mae", "bce", "KLD", "mape", "msle", "mean_squared_error", "huber"])
    def test_snake_case_names_are_functions(self, name):
        assert losses.get(name) in losses.FUNCTIONS

    def test_camel_case_names_classes_and_configs_are_instances(self):
        assert isinstance(losses.get("Huber"), losses.Huber)
        assert isinstance(losses.get(losses.Huber), losses.Huber)
        assert losses.get({"class_name": "Huber", "config": {"delta": 2.0}})._fn_kwargs == {"delta": 2.0}
        assert losses.get(None) is None
        assert losses.get(len) is len

    @pytest.mark.parametrize("identifier", ["nothing", 3, {"class_name": "Nothing", "config": {}}])
    def test_unknown(self, identifier):
        with pytest.raises(ValueError, match="loss"):
            losses.get(identifier)

    def test_wrapped_function_round_trip(self):
        loss = losses.LossFunctionWrapper(losses.huber, name="mine", delta=0.5)
        again = losses.LossFunctionWrapper.from_config(loss.get_config())
        assert float(again([[0.0]], [[3.0]])) == pytest.approx(0.5 * (3.0 - 0.25))


class Largest(losses.Loss):
    def call(self, y_true, y_pred):
        return ops.max(ops.abs(ops.subtract(y_true["a"], y_pred["a"])), axis=-1)


class TestBase:
    def test_structures_and_names(self):
        loss = Largest(reduction="sum")
        assert loss.name.startswith("largest")
        assert loss.get_config() == {"name": loss.name, "reduction": "sum"}
        y_true, y_pred = {"a": np.zeros((2, 3), "int32")}, {"a": np.array([[1.0, 2, 3], [4, 5, 6]])}
        assert float(loss(y_true, y_pred)) == 9.0

    def test_lists_of_numbers_are_one_tensor(self):
        assert float(losses.MeanSquaredError()([[1, 2]], [[2, 3]], sample_weight=[2])) == 2.0

    @pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
    def test_dtype(self, dtype):
        loss = losses.MeanSquaredError(dtype=dtype)
        result = loss(np.ones((2, 3)), np.zeros((2, 3)))
        assert (loss.dtype, backend.standardize_dtype(result.dtype)) == (dtype, dtype)
        assert float(ops.cast(result, "float32")) == 1.0

    def test_labels_are_not_rounded_by_half_precision(self):
        logits = np.zeros((1, 3000), "float32")
        logits[0, 2049] = 30.0
        loss = losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float16")
        assert float(ops.cast(loss([2049], logits), "float32")) < 0.1

    def test_bad_reduction(self):
        with pytest.raises(ValueError, match="sum_over_batch_size"):
            losses.Huber(reduction="average")

    def test_call_must_be_implemented(self):
        with pytest.raises(NotImplementedError, match="call"):
            losses.Loss()([1.0], [2.0])

    @pytest.mark.parametrize("shape", [(3,), (4, 3), (5, 1)])
    def test_weights_that_do_not_fit(self, shape):
        with pytest.raises(ValueError, match="do not fit"):
            losses.MeanSquaredError()(np.zeros((4, 3)), np.ones((4, 3)), sample_weight=np.ones(shape))

    def test_weights_per_sample_hold_for_all_its_steps(self):
        values = np.arange(24.0).reshape(2, 4, 3)
        result = losses.MeanAbsoluteError(reduction="none")(np.zeros((2, 4, 3)), values, sample_weight=[1.0, 2.0])
        np.testing.assert_allclose(ops.convert_to_numpy(result), values.mean(-1) * [[1.0], [2.0]])

    def test_mask_of_everything(self):
        y_pred = ops.ones((2, 3))
        backend.set_keras_mask(y_pred, ops.zeros((2,), dtype="bool"))
        assert float(losses.MeanSquaredError()(np.zeros((2, 3)), y_pred)) == 0.0

    @pytest.mark.parametrize("y_true, y_pred", [((4, 2), (4, 3)), ((4,), (4, 3))])
    def test_targets_that_do_not_fit(self, y_true, y_pred):
        with pytest.raises(ValueError):
            losses.CategoricalCrossentropy()(np.ones(y_true), np.ones(y_pred))


EXTREMES = np.array([[1e4, -1e4, 0.0], [-1e4, 1e4, 1e4], [0.0, 0.0, 0.0]], "float32")
EDGES = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], "float32")
TARGETS = np.array([[0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]], "float32")


def extreme_cases():
    for cls in losses.CLASSES:
        if cls not in (losses.CTC, losses.Circle):
            yield cls, {}, EDGES
        if "Crossentropy" in cls.__name__:
            yield cls, {"from_logits": True}, EXTREMES
    for cls in (losses.MeanSquaredError, losses.LogCosh, losses.Huber, losses.Hinge, losses.CosineSimilarity):
        yield cls, {}, EXTREMES


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="The engine has no gradients.")
@pytest.mark.parametrize("cls, kwargs, y_pred", list(extreme_cases()))
def test_gradients_are_finite_at_the_extremes(cls, kwargs, y_pred):
    targets = np.argmax(TARGETS, -1) if cls.__name__.startswith(("Sparse", "CategoricalG")) else TARGETS
    loss = cls(**kwargs)
    (gradient,) = engine.gradients(lambda y: loss(targets, y), [ops.convert_to_tensor(y_pred)])
    assert np.all(np.isfinite(ops.convert_to_numpy(gradient)))
    assert np.isfinite(float(loss(targets, y_pred)))


@pytest.mark.skipif(not engine.CAN_COMPILE, reason="The engine has no compiler.")
@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "none"])
@pytest.mark.parametrize(
    "name", ["MeanSquaredError", "Hinge", "BinaryCrossentropy", "SparseCategoricalCrossentropy", "Dice"]
)
def test_compiled_is_eager(name, reduction):
    row = next(r for r in ROWS if r["class_name"] == name and r.get("sample_weight", "weight_4") == "weight_4")
    loss = build(row, reduction=reduction)
    arguments = [x for x in inputs(row) if x is not None]
    compiled, traces = engine.compiled(lambda *args: loss(*args))
    for _ in range(2):
        result = compiled(*arguments)
    np.testing.assert_allclose(ops.convert_to_numpy(result), row["values"][reduction], rtol=2e-5, atol=2e-6)
    assert traces() == 1


@pytest.mark.parametrize(
    "reduction, expected", [("sum_over_batch_size", 14.0), ("sum", 112.0), ("mean_with_sample_weight", 4.0)]
)
def test_one_loss_for_a_batch_is_weighed_by_each_sample(reduction, expected):
    class Whole(losses.Loss):
        def call(self, y_true, y_pred):
            return ops.mean((y_true - y_pred) ** 2)

    targets, weights = np.zeros((8, 2), "float32"), np.arange(8, dtype="float32")
    for given in (weights, weights[:, None]):
        found = Whole(reduction=reduction)(targets, targets + 2, sample_weight=given)
        assert float(backend.convert_to_numpy(found)) == expected
