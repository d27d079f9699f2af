"""Normalization. The oracle is NumPy; stored outputs and configs are in `layers_test.py`."""

import numpy as np
import pytest

from keras.src import layers, models, ops
from keras.src.saving import deserialize_keras_object, serialize_keras_object
from keras.src.trainers.data_adapters.py_dataset_adapter import PyDataset

RNG = np.random.default_rng(0)
DATA = RNG.normal(3.0, 2.0, size=(12, 5, 4)).astype("float32")


def array(x):
    return ops.convert_to_numpy(x)


@pytest.mark.parametrize("axis, over", [(-1, (0, 1)), ((1, 2), (0,)), (1, (0, 2)), (None, (0, 1, 2)), ([-1, 1], (0,))])
@pytest.mark.parametrize("invert", [False, True])
def test_adapted(axis, over, invert):
    layer = layers.Normalization(axis=axis, invert=invert)
    layer.adapt(DATA)
    mean, deviation = DATA.mean(over, keepdims=True), DATA.std(over, keepdims=True)
    expected = DATA * deviation + mean if invert else (DATA - mean) / deviation
    np.testing.assert_allclose(array(layer(DATA)), expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(array(layer.mean), mean, rtol=1e-5)
    np.testing.assert_allclose(array(layer.variance), deviation**2, rtol=1e-4)
    layer.adapt(DATA * 2)
    np.testing.assert_allclose(array(layer.mean), mean * 2, rtol=1e-5)


class Batches(PyDataset):
    def __len__(self):
        return 3

    def __getitem__(self, i):
        return DATA[i * 5 : i * 5 + 5]


@pytest.mark.parametrize(
    "make",
    [
        lambda: [DATA[:5], DATA[5:10], DATA[10:]],
        lambda: (DATA[i : i + 5] for i in range(0, 12, 5)),
        Batches,
        lambda: ops.convert_to_tensor(DATA),
    ],
    ids=["list", "generator", "PyDataset", "tensor"],
)
def test_batches_of_unequal_sizes(make):
    layer = layers.Normalization()
    layer.adapt(make())
    np.testing.assert_allclose(array(layer.mean)[0, 0], DATA.mean((0, 1)), rtol=1e-5)
    np.testing.assert_allclose(array(layer.variance)[0, 0], DATA.var((0, 1)), rtol=1e-4)


def test_in_pipelines_of_tensorflow():
    tf = pytest.importorskip("tensorflow")
    layer = layers.Normalization()
    dataset = tf.data.Dataset.from_tensor_slices(DATA).batch(5)
    layer.adapt(dataset)
    expected = (DATA - DATA.mean((0, 1))) / DATA.std((0, 1))
    mapped = dataset.map(layer)
    assert tuple(mapped.element_spec.shape) == (None, 5, 4)
    found = np.concatenate(list(mapped.as_numpy_iterator()))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
    halves = dataset.map(layers.Rescaling(0.5))
    np.testing.assert_allclose(np.concatenate(list(halves.as_numpy_iterator())), DATA / 2, rtol=1e-6)
    given = dataset.map(layers.Normalization(mean=1.0, variance=4.0))
    np.testing.assert_allclose(np.concatenate(list(given.as_numpy_iterator())), (DATA - 1) / 2, rtol=1e-5, atol=1e-6)


def test_saved_and_made_again(tmp_path):
    layer = layers.Normalization(name="n")
    layer.adapt(DATA)
    inputs = layers.Input((5, 4))
    model = models.Model(inputs, layer(inputs))
    model.save(tmp_path / "model.keras")
    again = models.Model.from_config(model.get_config())
    again.load_weights(_weights(model, tmp_path))
    np.testing.assert_allclose(array(again(DATA)), array(model(DATA)), rtol=1e-6)
    given = layers.Normalization(mean=np.arange(4.0), variance=np.ones(4))
    description = serialize_keras_object(given)
    assert description["config"]["mean"] == [0.0, 1.0, 2.0, 3.0]
    np.testing.assert_allclose(array(deserialize_keras_object(description)(DATA)), DATA - np.arange(4.0), rtol=1e-6)


def _weights(model, folder):
    model.save_weights(folder / "model.weights.h5")
    return folder / "model.weights.h5"


def test_integers_and_variance_zero():
    layer = layers.Normalization(axis=None, mean=1.0, variance=0.0)
    np.testing.assert_allclose(array(layer(np.array([[1, 1]]))), [[0.0, 0.0]])
    assert np.isfinite(array(layer(np.array([[3, 4]])))).all()


@pytest.mark.parametrize(
    "call, error, match",
    [
        (lambda: layers.Normalization(mean=1.0), ValueError, "variance"),
        (lambda: layers.Normalization(variance=1.0), ValueError, "mean"),
        (lambda: layers.Normalization(axis=5)(DATA), ValueError, "axis"),
        (lambda: layers.Normalization().build((None, None)), ValueError, "known"),
        (lambda: layers.Normalization().adapt(3.0), TypeError, "adapt"),
        (lambda: layers.Normalization().adapt("abc"), TypeError, "batch"),
        (lambda: layers.Normalization().adapt([[1.0, 2.0]]), TypeError, "batch"),
        (lambda: layers.Normalization().adapt([]), ValueError, "empty"),
        (lambda: layers.Normalization(mean=1.0, variance=1.0).adapt(DATA), ValueError, "adapt"),
        (lambda: layers.Normalization(mean=[1.0, 2.0], variance=[1.0, 2.0])(DATA), ValueError, "broadcast"),
    ],
)
def test_mistakes(call, error, match):
    with pytest.raises(error, match=match):
        call()


@pytest.mark.parametrize("extra", [(), ("y",), ("y", "w")])
def test_adapt_takes_the_first_part_of_tuples(extra):
    x = RNG.normal(size=(8, 3)).astype("float32") * 3 + 1

    def batches():
        for i in range(0, 8, 4):
            yield (x[i : i + 4], *[np.zeros(4)] * len(extra))

    class Batches(PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, i):
            return (x[4 * i : 4 * i + 4], *[np.zeros(4)] * len(extra))

    for data in (batches(), Batches()):
        layer = layers.Normalization()
        layer.adapt(data)
        np.testing.assert_allclose(ops.convert_to_numpy(layer.mean)[0], x.mean(0), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(ops.convert_to_numpy(layer.variance)[0], x.var(0), rtol=1e-4, atol=1e-5)


def test_the_engine_is_an_attribute():
    for layer in (layers.Rescaling(2.0), layers.Normalization()):
        assert layer.backend.numpy is not None
