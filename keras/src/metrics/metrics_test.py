"""Metrics against the golden values in `testdata/values.json`, made by `integration_tests/goldens/metric_values.py`."""

import json
import pathlib

import numpy as np
import pytest

from keras.src import backend, losses, metrics, ops
from keras.src.metrics import confusion
from keras.src.testing import engine

GOLDEN = json.loads((pathlib.Path(__file__).parent / "testdata" / "values.json").read_text())
ROWS = GOLDEN["rows"]
BY_NAME = {cls.__name__: cls for cls in metrics.MEMBERS}
pytestmark = pytest.mark.filterwarnings("ignore:The weights of")


def label(row):
    parts = [row["class_name"], *(f"{k}={v}" for k, v in row["kwargs"].items()), row["y_true"] or "", row["y_pred"]]
    return "-".join([*parts, row.get("mask", ""), row.get("sample_weight", "")])


def batch(name, index):
    if name is None:
        return None
    value = np.array(GOLDEN["inputs"][name])
    kind = {"f": "float32", "b": "bool"}.get(value.dtype.kind, "int32")
    return ops.convert_to_tensor(np.split(value, 2)[index].astype(kind))


def inputs(row, index):
    """Arguments of `update_state`."""
    y_pred = batch(row["y_pred"], index)
    if "mask" in row:
        backend.set_keras_mask(y_pred, batch(row["mask"], index))
    tensors = (y_pred,) if row["y_true"] is None else (batch(row["y_true"], index), y_pred)
    return *tensors, batch(row.get("sample_weight"), index)


def build(row):
    return BY_NAME[row["class_name"]](**row["kwargs"])


def array(x):
    return ops.convert_to_numpy(x)


@pytest.mark.parametrize("row", ROWS, ids=label)
def test_values(row):
    metric = build(row)
    for index, expected in enumerate(row["results"]):
        metric.update_state(*inputs(row, index))
        np.testing.assert_allclose(array(metric.result()), expected, rtol=2e-5, atol=2e-6)
    if "variables" in row:
        assert [[v.name, list(v.shape), v.dtype] for v in metric.variables] == row["variables"]
    metric.reset_state()
    assert not any(np.any(array(v)) for v in metric.variables)
    metric.update_state(*inputs(row, 0))
    np.testing.assert_allclose(array(metric.result()), row["results"][0], rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("row", [r for r in ROWS if "config" in r], ids=label)
def test_config_and_stateless(row):
    metric = build(row)
    config = {k: v for k, v in metric.get_config().items() if k != "name"}
    expected = {
        **row["config"],
        **{k: row["kwargs"][k] for k in getattr(metric, "_silent_defaults", {}) if k in row["kwargs"]},
    }
    if expected.get("label_weights") or expected.get("thresholds"):
        for key in ("label_weights", "thresholds"):
            np.testing.assert_allclose(config.pop(key, None) or 0, expected.pop(key, None) or 0)
    assert config == expected
    again = metrics.deserialize(json.loads(json.dumps(metrics.serialize(metric))))
    assert (type(again), again.get_config()) == (type(metric), metric.get_config())
    metric(*inputs(row, 0))
    again.update_state(*inputs(row, 1))
    state = again.stateless_reset_state()
    for index, expected in enumerate(row["results"]):
        state = again.stateless_update_state(state, *inputs(row, index))
        np.testing.assert_allclose(array(again.stateless_result(state)), expected, rtol=2e-5, atol=2e-6)


def test_every_metric_has_rows():
    assert {row["class_name"] for row in ROWS} == set(BY_NAME) - {"MeanMetricWrapper"}


SAME = {
    "MeanSquaredError": ("real_3d", "real_3d_b"),
    "MeanAbsoluteError": ("real_3d", "real_3d_b"),
    "Hinge": ("signs", "real"),
    "Poisson": ("positive", "positive_b"),
    "KLDivergence": ("simplex", "probability"),
    "BinaryCrossentropy": ("binary", "probability"),
    "CategoricalCrossentropy": ("one_hot_3d", "simplex_3d"),
    "SparseCategoricalCrossentropy": ("classes_3d", "simplex_3d"),
}


@pytest.mark.parametrize("name", sorted(SAME))
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_agrees_with_the_loss_of_the_same_name(name, weighted, masked):
    y_true, y_pred = (batch(n, 0) for n in SAME[name])
    shape = tuple(y_pred.shape)[:-1]
    if masked:
        backend.set_keras_mask(y_pred, ops.convert_to_tensor(np.arange(np.prod(shape)).reshape(shape) % 3 > 0))
    weight = np.linspace(0.5, 2.0, num=shape[0]) if weighted else None
    weight = None if weight is None else weight.reshape((-1, *[1] * (len(shape) - 1))) * np.ones(shape)
    loss = getattr(losses, name)(reduction="mean_with_sample_weight")(y_true, y_pred, sample_weight=weight)
    metric = getattr(metrics, name)()(y_true, y_pred, sample_weight=weight)
    np.testing.assert_allclose(array(metric), array(loss), rtol=1e-5)


def test_ignored_class_agrees_with_the_loss_beside_weights():
    arguments = ([[0, -1, 2], [1, 1, -1]], np.log(np.array(GOLDEN["inputs"]["simplex_3d"])[:2, :3]))
    kwargs = {"from_logits": True, "ignore_class": -1}
    loss = losses.SparseCategoricalCrossentropy(**kwargs)(*arguments)
    metric = metrics.SparseCategoricalCrossentropy(**kwargs)(*arguments, sample_weight=np.ones(2))
    np.testing.assert_allclose(array(metric), array(loss), rtol=1e-5)


class TestCounts:
    @pytest.mark.parametrize("number", [1, 3, 40])
    @pytest.mark.parametrize("per_label", [False, True])
    def test_definition(self, number, per_label):
        random = np.random.RandomState(number)
        y_true, weight = random.uniform(size=(30, 2)) > 0.5, random.uniform(size=(30, 2))
        # Coarse scores, which hit thresholds exactly.
        y_pred, thresholds = random.randint(0, 9, (30, 2)) / 8, list(random.permutation(number) / max(number - 1, 1))
        found = confusion.count(y_true, y_pred, confusion.Thresholds(thresholds), weight, per_label=per_label)
        axis = 1 if per_label else (1, 2)
        above = y_pred[None] > np.array(thresholds)[:, None, None]
        for name, cells in {
            "true_positives": above & y_true,
            "false_positives": above & ~y_true,
            "true_negatives": ~above & ~y_true,
            "false_negatives": ~above & y_true,
        }.items():
            np.testing.assert_allclose(array(found[name]), (cells * weight).sum(axis), rtol=1e-5, atol=1e-6)

    def test_auc_of_perfect_and_reversed_scores(self):
        assert float(metrics.AUC()([0, 0, 1], [0.1, 0.2, 0.9])) == pytest.approx(1.0)
        assert float(metrics.AUC()([1, 1, 0], [0.1, 0.2, 0.9])) == pytest.approx(0.0, abs=1e-6)

    def test_thresholds(self):
        assert metrics.AUC(num_thresholds=3).thresholds == pytest.approx([-1e-7, 0.5, 1 + 1e-7])
        assert metrics.AUC(thresholds=[0.5, 0.25]).get_config()["thresholds"] == [0.25, 0.5]
        assert metrics.PrecisionAtRecall(0.5, num_thresholds=4).thresholds == pytest.approx([0, 1 / 3, 2 / 3, 1])

    def test_top_k_needs_enough_classes_and_class_id_exists(self):
        pair = [[1, 0]], [[0.5, 0.2]]
        with pytest.raises(ValueError, match="top_k"):
            metrics.Precision(top_k=3)(*pair)
        with pytest.raises(ValueError, match="class_id"):
            metrics.Recall(class_id=2)(*pair)

    def test_auc_with_logits_of_labels_weighed(self):
        weighed = metrics.AUC(label_weights=[1.0, 0.0])([[0, 1], [1, 0]], [[0.2, 0.1], [0.9, 0.8]])
        assert float(weighed) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "make",
    [
        lambda: metrics.AUC(curve="ABC"),
        lambda: metrics.AUC(summation_method="sum"),
        lambda: metrics.AUC(num_thresholds=1),
        lambda: metrics.Precision(thresholds=2.0),
        lambda: metrics.Precision(thresholds=[None, 0.5]),
        lambda: metrics.SensitivityAtSpecificity(2.0),
        lambda: metrics.RecallAtPrecision(0.5, num_thresholds=0),
        lambda: metrics.FBetaScore(beta=0.0),
        lambda: metrics.FBetaScore(average="all"),
        lambda: metrics.FBetaScore(threshold=2.0),
        lambda: metrics.R2Score(class_aggregation="all"),
        lambda: metrics.R2Score(num_regressors=-1),
        lambda: metrics.IoU(3, [3]),
        lambda: metrics.BinaryIoU([2]),
    ],
)
def test_bad_arguments(make):
    with pytest.raises(ValueError, match="must"):
        make()


@pytest.mark.parametrize(
    "metric, y_true, y_pred",
    [
        (metrics.AUC, (2, 3), (2, 2)),
        (metrics.F1Score, (2,), (2,)),
        (metrics.F1Score, (2, 3), (2, 2)),
        (metrics.R2Score, (2,), (2,)),
        (metrics.R2Score, (2, 2), (2, 3)),
    ],
)
def test_bad_shapes(metric, y_true, y_pred):
    with pytest.raises(ValueError, match="shape"):
        metric()(np.ones(y_true), np.ones(y_pred))


class TestIdentifiers:
    @pytest.mark.parametrize(
        "name, cls",
        [
            ("mse", "MeanSquaredError"),
            ("MAPE", "MeanAbsolutePercentageError"),
            ("accuracy", "Accuracy"),
            ("AUC", "AUC"),
            ("auc", "AUC"),
            ("f1_score", "F1Score"),
            ("top_k_categorical_accuracy", "TopKCategoricalAccuracy"),
            ("cosine_similarity", "CosineSimilarity"),
            ("root_mean_squared_error", "RootMeanSquaredError"),
        ],
    )
    def test_names(self, name, cls):
        assert type(metrics.get(name)).__name__ == cls

    def test_others(self):
        assert metrics.get(None) is None
        assert metrics.get(len) is len
        assert isinstance(metrics.get(metrics.Mean), metrics.Mean)
        assert metrics.get({"class_name": "Mean", "config": {"name": "mine"}}).name == "mine"

    @pytest.mark.parametrize("identifier", ["nothing", 3])
    def test_unknown(self, identifier):
        with pytest.raises(ValueError, match="metric"):
            metrics.get(identifier)


class Product(metrics.Metric):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.value = self.add_weight(name="value", initializer="ones")
        self.parts = [metrics.Sum(name="part")]

    def update_state(self, x):
        self.value.assign(ops.multiply(self.value, x))
        self.parts[0].update_state(x)

    def result(self):
        return {"value": self.value.value, "sum": self.parts[0].result()}


class TestBase:
    def test_own_metric_with_parts(self):
        metric = Product(name="a/b")
        assert [v.path for v in metric.variables] == ["a>b/value", "part/total"]
        assert {k: float(v) for k, v in metric(3.0).items()} == {"value": 3.0, "sum": 3.0}
        state = metric.stateless_update_state([v.value for v in metric.variables], 2.0)
        assert [float(x) for x in state] == [6.0, 5.0]
        assert float(metric.variables[0]) == 3.0
        with pytest.raises(ValueError, match="metric_variables"):
            metric.stateless_result(state[:1])

    def test_constructor_must_call_super(self):
        class Hasty(metrics.Metric):
            def __init__(self):
                self.name = "hasty"
                self.value = self.add_weight(name="value")

        with pytest.raises(RuntimeError, match="super"):
            Hasty()

    def test_methods_must_be_implemented(self):
        for call in (lambda m: m.update_state(1), lambda m: m.result()):
            with pytest.raises(NotImplementedError, match="must implement"):
                call(metrics.Metric())

    def test_names_are_unique_and_dtype_is_kept(self):
        first, second = metrics.Metric(), metrics.Metric()
        assert first.name != second.name
        mean = metrics.Mean(dtype="float16")
        assert (mean.dtype, mean.variables[0].dtype, mean.get_config()["dtype"]) == ("float16",) * 3

    def test_samples_count_alike_in_a_mean(self):
        metric = metrics.Mean()
        metric.update_state(np.ones((1, 4)))
        metric.update_state(np.full((1, 2), 4.0))
        metric.update_state(7.0)
        assert float(metric.result()) == 4.0

    def test_scalar_weights_and_no_values(self):
        assert float(metrics.Mean().result()) == 0.0
        metric = metrics.Mean()
        metric.update_state(5.0, sample_weight=3.0)
        metric.update_state(1.0)
        assert float(metric.result()) == 4.0

    def test_wrapped_function_round_trip(self):
        metric = metrics.MeanMetricWrapper(losses.huber, name="mine", delta=0.5)
        again = metrics.deserialize(json.loads(json.dumps(metrics.serialize(metric))))
        assert float(again([[0.0]], [[1.0]])) == 0.375

    def test_integer_weights_of_iou(self):
        with pytest.warns(UserWarning, match="rounded"):
            metrics.MeanIoU(2)([0, 1], [0, 1], [0.5, 1.0])
        metric = metrics.IoU(3, [0, 1, 2])
        metric.update_state([0, 1, 5], [0, 1, 1])
        assert array(metric.total_cm).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 0]]

    def test_adjusted_r2(self):
        random = np.random.RandomState(0)
        y_true, y_pred = random.normal(size=(20, 1)), random.normal(size=(20, 1))
        plain = float(metrics.R2Score()(y_true, y_pred))
        adjusted = float(metrics.R2Score(num_regressors=3)(y_true, y_pred))
        assert adjusted == pytest.approx(1 - (1 - plain) * 19 / 16, rel=1e-5)
        assert float(metrics.R2Score(num_regressors=30)(y_true, y_pred)) == pytest.approx(plain)

    def test_correlations(self):
        series = np.random.RandomState(0).normal(size=(2, 3, 8))
        expected = [np.corrcoef(a, b)[0, 1] for a, b in zip(*series)]
        metric = metrics.PearsonCorrelation()
        assert float(metric(*series)) == pytest.approx(np.mean(expected), rel=1e-5)


@pytest.mark.skipif(not (engine.CAN_COMPILE and backend.CAN_TRAIN), reason="The engine compiles no training steps.")
@pytest.mark.parametrize(
    "name", ["Mean", "Accuracy", "SparseTopKCategoricalAccuracy", "AUC", "Precision", "F1Score", "MeanIoU", "R2Score"]
)
def test_compiled_update_is_eager(name):
    row = next(r for r in ROWS if r["class_name"] == name)
    metric = build(row)
    metric.update_state(*inputs(row, 0))
    state = metric.stateless_reset_state()
    compiled, traces = engine.compiled(lambda state, *args: metric.stateless_update_state(state, *args))
    for index, expected in enumerate(row["results"]):
        state = compiled(state, *[x for x in inputs(row, index) if x is not None])
        np.testing.assert_allclose(array(metric.stateless_result(list(state))), expected, rtol=2e-5, atol=2e-6)
    assert traces() == 1


@pytest.mark.parametrize("number", [10**13, 2**24 + 1])
@pytest.mark.parametrize(
    "make",
    [
        lambda n: metrics.AUC(num_thresholds=n),
        lambda n: metrics.PrecisionAtRecall(0.5, num_thresholds=n),
        lambda n: metrics.SensitivityAtSpecificity(0.5, num_thresholds=n),
    ],
)
def test_more_thresholds_than_floats_tell_apart(make, number):
    with pytest.raises(ValueError, match="`num_thresholds` must be at most 16777216"):
        make(number)
