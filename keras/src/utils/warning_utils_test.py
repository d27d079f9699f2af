"""Warnings point at the line of the user, however deep in the library their cause was found."""

import warnings

import numpy as np
import pytest

import keras

X = np.ones((4, 3), "float32")


def dense_model(units=2, **options):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(units, **options)])
    model.compile("sgd", "mse")
    return model


class Unbuilt(keras.Model):
    def call(self, x):
        return x


def saved_as_hdf5(tmp_path):
    dense_model().save(tmp_path / "model.h5")


def loaded_without_misfits(tmp_path):
    dense_model().save_weights(tmp_path / "w.weights.h5")
    dense_model(units=3).load_weights(tmp_path / "w.weights.h5", skip_mismatch=True)


def loaded_from_hdf5_without_misfits(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dense_model().save(tmp_path / "model.h5")
    dense_model(units=3).load_weights(tmp_path / "model.h5", skip_mismatch=True)


def lambda_in_a_config(tmp_path):
    keras.saving.serialize_keras_object(lambda x: x)


def rounded_weights(tmp_path):
    metric = keras.metrics.IoU(num_classes=2, target_class_ids=[0], dtype="int32")
    metric.update_state([0, 1], [0, 1], sample_weight=[0.5, 1.0])


def optimizer_of_another_model(tmp_path):
    optimizer = keras.optimizers.SGD()
    optimizer.load_own_variables({str(i): np.zeros(()) for i in range(7)})


def update_without_a_gradient(tmp_path):
    variables = [keras.Variable(np.ones(2, "float32")) for _ in range(2)]
    keras.optimizers.SGD().apply([None, keras.ops.ones(2)], variables)


CASES = {
    "hdf5": (saved_as_hdf5, "older one"),
    "unbuilt": (lambda tmp_path: Unbuilt().save(tmp_path / "model.keras"), "not built"),
    "save_format": (
        lambda tmp_path: keras.saving.save_model(dense_model(), str(tmp_path / "model.keras"), save_format="keras"),
        "save_format",
    ),
    "misfits": (loaded_without_misfits, "Left out"),
    "misfits in hdf5": (loaded_from_hdf5_without_misfits, "Left out"),
    "lambda": (lambda_in_a_config, "lambda"),
    "iou": (rounded_weights, "rounded towards zero"),
    "rms_scaling": (lambda tmp_path: keras.layers.LayerNormalization(rms_scaling=True), "rms_scaling"),
    "rms_scaling of the op": (lambda tmp_path: keras.ops.layer_normalization(X, rms_scaling=True), "rms_scaling"),
    "input_shape": (lambda tmp_path: keras.layers.InputLayer(input_shape=(3,)), "input_shape"),
    "decay": (lambda tmp_path: keras.optimizers.Adam(decay=0.1), "decay"),
    "state of an optimizer": (optimizer_of_another_model, "was not loaded"),
    "check_types": (lambda tmp_path: keras.tree.assert_same_structure([1], [2], check_types=True), "check_types"),
    "no gradient": (update_without_a_gradient, "no gradient"),
}


@pytest.mark.parametrize("name", CASES)
def test_points_at_the_line_of_the_user(name, tmp_path):
    case, text = CASES[name]
    with pytest.warns(Warning, match=text) as record:
        case(tmp_path)
    assert {warning.filename for warning in record if text in str(warning.message)} == {__file__}
