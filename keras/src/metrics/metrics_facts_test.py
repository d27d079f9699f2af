"""Single facts about metrics and losses, each with numbers of Keras 3.15.1."""

import numpy as np
import pytest

import keras
from keras import losses, metrics, ops
from keras.src.backend.common.masking import set_keras_mask
from keras.src.losses.loss import reduce_weighted_values


def masked(shape, mask_shape):
    tensor = ops.convert_to_tensor(np.arange(3, dtype="float32").reshape(shape))
    set_keras_mask(tensor, ops.convert_to_tensor(np.array([True, False, True]).reshape(mask_shape)))
    return tensor


@pytest.mark.parametrize("shape, mask_shape", [((1, 3, 1), (1, 3)), ((1, 3), (1, 3, 1))])
def test_a_mask_may_have_more_axes_than_the_values(shape, mask_shape):
    targets = np.ones((1, 3), "float32")
    predictions = masked(shape, mask_shape)
    np.testing.assert_allclose(losses.MeanSquaredError()(targets, predictions), 2 / 3, rtol=1e-5)


def test_a_mask_of_steps_counts_each_sample_as_often():
    values = ops.convert_to_tensor([1.0, 4.0])
    mask = ops.convert_to_tensor([[True, True, False], [False, True, False]])
    reduced = reduce_weighted_values(values, mask=mask)
    np.testing.assert_allclose(reduced, (1 + 1 + 4) / 3, rtol=1e-6)


def test_last_axes_of_size_one_of_weights_are_dropped():
    loss = losses.MeanSquaredError()(np.ones((2, 3)), np.zeros((2, 3)), sample_weight=np.array([[[1.0]], [[3.0]]]))
    np.testing.assert_allclose(loss, 2.0)


def test_weights_that_fit_no_axis_are_refused():
    with pytest.raises(ValueError, match="do not fit"):
        losses.MeanSquaredError()(np.ones((2, 3)), np.zeros((2, 3)), sample_weight=np.ones((2, 5)))


class TestIgnoredClass:
    labels, predictions = np.array([-1, 2]), np.full((2, 10), 0.1, "float32")

    def test_counts_in_the_mean_of_the_metric(self):
        metric = metrics.SparseCategoricalCrossentropy(ignore_class=-1)
        np.testing.assert_allclose(metric(self.labels, self.predictions), 1.15129, rtol=1e-5)

    def test_does_not_count_beside_weights(self):
        metric = metrics.SparseCategoricalCrossentropy(ignore_class=-1)
        weighted = metric(self.labels, self.predictions, sample_weight=np.array([1.0, 3.0]))
        np.testing.assert_allclose(weighted, 2.302585, rtol=1e-5)

    def test_does_not_count_in_the_loss(self):
        loss = losses.SparseCategoricalCrossentropy(ignore_class=-1)
        np.testing.assert_allclose(loss(self.labels, self.predictions), 2.302585, rtol=1e-5)


def test_generalized_cross_entropy_of_an_impossible_class_is_the_greatest():
    loss = losses.CategoricalGeneralizedCrossEntropy(q=0.3, reduction=None)
    values = loss(np.array([1, 0]), np.array([[1.0, 0.0], [0.3, 0.7]], "float32"))
    np.testing.assert_allclose(values, [1 / 0.3, (1 - 0.3**0.3) / 0.3], rtol=1e-5)


@pytest.mark.parametrize(
    "thresholds, minoring, middle, majoring", [(2, 0, 0.5, 1), (3, 0.25, 0.5, 0.75), (4, 2 / 3, 5 / 6, 1)]
)
def test_area_of_gains_with_few_thresholds(thresholds, minoring, middle, majoring):
    labels, scores = [0, 0, 1, 1, 0, 1], [0.1, 0.6, 0.35, 0.8, 0.5, 0.9]
    for method, area in [("minoring", minoring), ("interpolation", middle), ("majoring", majoring)]:
        metric = metrics.AUC(num_thresholds=thresholds, curve="prgain", summation_method=method)
        np.testing.assert_allclose(metric(labels, scores), area, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", [metrics.Precision, metrics.Recall])
def test_a_class_of_predictions_without_classes_is_refused(kind):
    with pytest.raises(ValueError, match="class_id"):
        kind(class_id=1)(np.array([0.0, 1, 1]), np.array([0.2, 0.8, 0.3]))


def test_arguments_are_attributes():
    sorted_ids = metrics.SparseTopKCategoricalAccuracy(k=2, from_sorted_ids=True)
    assert (sorted_ids.k, sorted_ids.from_sorted_ids) == (2, True)
    assert metrics.TopKCategoricalAccuracy(k=3).k == 3
    assert metrics.BinaryAccuracy(threshold=0.3).threshold == 0.3
    assert tuple(metrics.MeanIoU(num_classes=3).total_cm.shape) == (3, 3)


@pytest.mark.parametrize("make", [np.array, ops.convert_to_tensor])
def test_variables_start_with_given_values(make):
    variable = metrics.Mean().add_variable((2,), make([1.0, 2.0]))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(variable), [1, 2])


class Last(metrics.Metric):
    """A metric whose result is a variable, or a dict that holds one."""

    def __init__(self, as_dict=False, name="last", **kwargs):
        super().__init__(name=name, **kwargs)
        self.as_dict = as_dict
        self.count = self.add_weight(name="count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.count.assign_add(1.0)

    def result(self):
        return {"last": self.count, "next": self.count + 1} if self.as_dict else self.count


@pytest.mark.parametrize("as_dict", [False, True])
@pytest.mark.parametrize("eager", [False, True])
def test_a_result_may_be_a_variable(as_dict, eager):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(loss="mse", metrics=[Last(as_dict)], run_eagerly=eager)
    logs = model.evaluate(np.ones((6, 2)), np.ones((6, 1)), batch_size=2, verbose=0, return_dict=True)
    assert logs["last"] == 3.0 and (not as_dict or logs["next"] == 4.0)


def test_a_result_without_side_effects_is_that_of_the_values_given():
    assert float(Last().stateless_result([ops.convert_to_tensor(5.0)])) == 5.0
    assert float(Last(as_dict=True).stateless_result([ops.convert_to_tensor(5.0)])["last"]) == 5.0
