"""The older format: what a load tells, and files that name classes and dtypes shortly."""

import json
import warnings

import h5py
import numpy as np
import pytest

import keras
from keras import layers, ops

pytestmark = pytest.mark.filterwarnings("ignore:The HDF5 format")


def dense(**units):
    return keras.Sequential([keras.Input((3,)), *(layers.Dense(size, name=name) for name, size in units.items())])


def values(model):
    return [np.array(ops.convert_to_numpy(v)) for v in model.weights]


@pytest.fixture
def path(tmp_path):
    dense(a=4, b=2, c=5).save(tmp_path / "m.h5")
    return tmp_path / "m.h5"


class TestReport:
    def test_all_shapes_that_differ_are_told(self, path):
        model = dense(a=4, b=3, c=6)
        before = values(model)
        with pytest.raises(ValueError, match="2 objects could not be loaded") as info:
            model.load_weights(path)
        text = str(info.value)
        assert (
            "'b/kernel' is (4, 3); the file has (4, 2) at '/model_weights/b/b/kernel'"
            in text.replace("sequential/", "")
            or "'b/kernel' is (4, 3); the file has (4, 2)" in text
        )
        assert "'b/bias' is (3,)" in text and "'c/kernel' is (3, 6); the file has (2, 5)" in text
        for old, new in zip(before, values(model), strict=True):
            np.testing.assert_array_equal(old, new)
        with pytest.warns(UserWarning, match="Left out 2 objects"):
            model.load_weights(path, skip_mismatch=True)
        assert not np.array_equal(values(model)[0], before[0])

    def test_another_number_of_layers(self, path):
        with pytest.raises(ValueError, match="has weights of 3 layers") as info:
            dense(a=4, other=2).load_weights(path)
        text = str(info.value)
        assert "by_name=True" in text and "'other/kernel' (4, 2)" in text and "c/kernel" in text

    def test_layers_by_name_without_a_counterpart(self, path):
        model = dense(a=4, z=2)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model.load_weights(path, by_name=True)
        assert len(caught) == 1
        assert "'z/kernel' (4, 2)" in str(caught[0].message) and "b/kernel" in str(caught[0].message)
        with h5py.File(path) as file:
            np.testing.assert_array_equal(values(model)[0], file["model_weights/a"][f"{self.stem(file)}/a/kernel"][()])

    @staticmethod
    def stem(file):
        return next(iter(file["model_weights/a"]))

    def test_a_layer_with_fewer_variables(self, path):
        model = keras.Sequential([keras.Input((3,)), layers.Dense(4, name="a", use_bias=False)])
        with pytest.raises(ValueError, match="1 objects could not be loaded") as info:
            model.load_weights(path, by_name=True)
        assert "a/bias' (4,)" in str(info.value)


def test_operations_that_are_named_by_their_class_alone(tmp_path):
    """As Keras 3 writes them: `Multiply` may be the layer or the operation."""
    inputs = keras.Input((2, 3))
    x = ops.transpose(inputs, (0, 2, 1)) * 2.0
    x = layers.Multiply()([x, x])
    model = keras.Model(inputs, ops.relu(ops.matmul(inputs, x) + 1.0))
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        config = json.loads(file.attrs["model_config"])
        for layer in config["config"]["layers"]:
            layer.pop("module", None), layer.pop("registered_name", None)
        file.attrs["model_config"] = json.dumps(config)
    loaded = keras.saving.load_model(tmp_path / "m.h5")
    array = np.linspace(-1, 1, 12).reshape(2, 2, 3).astype("float32")
    twice = 2 * array.transpose(0, 2, 1)
    np.testing.assert_allclose(
        ops.convert_to_numpy(loaded(array)), np.maximum(array @ twice**2 + 1, 0), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_floats_of_other_sizes(dtype, tmp_path):
    def make():
        return keras.Sequential(
            [keras.Input((3,), dtype=dtype), layers.Dense(4, bias_initializer="normal", dtype=dtype)]
        )

    model, other = make(), make()
    model.save(tmp_path / "m.h5")
    other.load_weights(tmp_path / "m.h5")
    for found, wanted in zip(values(other), values(model), strict=True):
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("as_keras_3", [False, True])
def test_bfloat16(as_keras_3, tmp_path):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, dtype="bfloat16", name="a")])
    model.layers[0].bias.assign([1.5, -3.0])
    model.save(tmp_path / "m.h5")
    if as_keras_3:
        with h5py.File(tmp_path / "m.h5", "r+") as file:
            file.visititems(lambda name, item: item.attrs.pop("dtype", None) and None)
    loaded = keras.saving.load_model(tmp_path / "m.h5")
    for old, new in zip(values(model), values(loaded), strict=True):
        np.testing.assert_array_equal(old.astype("float32"), new.astype("float32"))
    assert values(loaded)[1].astype("float32").tolist() == [1.5, -3.0]
