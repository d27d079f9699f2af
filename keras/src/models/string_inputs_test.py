"""Models whose inputs are strings, on engines with and without tensors of strings."""

import numpy as np
import pytest

from keras.src import backend, layers, models, ops
from keras.src.saving import saving_api

TEXTS = np.array(["a b", "b", "c a a", "zz b"], object)
COUNTS = np.array([[0, 1, 1], [0, 0, 1], [1, 2, 0], [1, 0, 1]], "float32")
INDICES = np.array([[2, 3, 0], [3, 0, 0], [1, 2, 2], [1, 3, 0]])
TARGETS = np.array([[0.0], [1.0], [1.0], [0.0]], "float32")
needs_training = pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")


def vectorizer(**arguments):
    return layers.TextVectorization(vocabulary=["a", "b"], **arguments)


def functional():
    inputs = layers.Input((), dtype="string")
    return models.Model(inputs, layers.Dense(1, kernel_initializer="ones")(vectorizer(output_mode="count")(inputs)))


def sequential():
    dense = layers.Dense(1, kernel_initializer="ones")
    return models.Sequential([layers.Input((), dtype="string"), vectorizer(output_mode="count"), dense])


def unbuilt():
    return models.Sequential([vectorizer(output_mode="count"), layers.Dense(1, kernel_initializer="ones")])


class Subclassed(models.Model):
    def __init__(self):
        super().__init__()
        self.words = vectorizer(output_mode="count")
        self.dense = layers.Dense(1, kernel_initializer="ones")

    def call(self, x):
        return self.dense(self.words(x))


each_model = pytest.mark.parametrize("make", [functional, sequential, unbuilt, Subclassed])
EXPECTED = COUNTS.sum(1, keepdims=True)


@each_model
def test_calls_and_predictions(make):
    model = make()
    for x in (TEXTS, TEXTS.astype("U")):
        np.testing.assert_allclose(ops.convert_to_numpy(model(x)), EXPECTED)
        np.testing.assert_allclose(model.predict(x, batch_size=3, verbose=0), EXPECTED)
    np.testing.assert_allclose(model.predict_on_batch(TEXTS), EXPECTED)


@needs_training
@each_model
def test_training_is_that_on_numbers(make):
    model = make()
    model.compile("sgd", "mse")
    of_numbers = models.Sequential([layers.Input((3,)), layers.Dense(1, kernel_initializer="ones")])
    of_numbers.compile("sgd", "mse")
    options = {"batch_size": 2, "epochs": 2, "shuffle": False, "verbose": 0}
    found = model.fit(TEXTS, TARGETS, validation_data=(TEXTS, TARGETS), **options).history
    expected = of_numbers.fit(COUNTS, TARGETS, validation_data=(COUNTS, TARGETS), **options).history
    for name in expected:
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-5)
    np.testing.assert_allclose(model.evaluate(TEXTS, TARGETS, verbose=0), expected["val_loss"][-1], rtol=1e-5)
    np.testing.assert_allclose(
        model.train_on_batch(TEXTS, TARGETS), of_numbers.train_on_batch(COUNTS, TARGETS), rtol=1e-5
    )


def test_sources_of_batches():
    tf, torch = pytest.importorskip("tensorflow"), pytest.importorskip("torch")
    model = functional()
    dataset = tf.data.Dataset.from_tensor_slices(TEXTS.tolist()).batch(2)
    loader = torch.utils.data.DataLoader(TEXTS.tolist(), batch_size=2, collate_fn=lambda x: np.array(x, object))
    for source in (dataset, loader, (TEXTS[i : i + 2] for i in (0, 2))):
        np.testing.assert_allclose(model.predict(source, verbose=0), EXPECTED)


def test_strings_beside_numbers(tmp_path):
    texts, numbers = layers.Input((1,), dtype="string", name="text"), layers.Input((2,), name="number")
    words = layers.Embedding(4, 2, embeddings_initializer="ones")(vectorizer(output_sequence_length=3)(texts))
    model = models.Model({"text": texts, "number": numbers}, layers.Concatenate()([layers.Flatten()(words), numbers]))
    data = {"text": TEXTS[:, None], "number": np.arange(8.0).reshape(4, 2)}
    expected = np.concatenate([np.ones((4, 6)), data["number"]], 1)
    np.testing.assert_allclose(model.predict(data, verbose=0), expected)
    np.testing.assert_allclose(ops.convert_to_numpy(model(data)), expected)
    model.save(tmp_path / "model.keras")
    np.testing.assert_allclose(saving_api.load_model(tmp_path / "model.keras").predict(data, verbose=0), expected)


def test_indices_as_outputs():
    inputs = layers.Input((1,), dtype="string")
    model = models.Model(inputs, vectorizer(output_sequence_length=3)(inputs))
    np.testing.assert_array_equal(model.predict(TEXTS, verbose=0), INDICES)


def test_strings_as_outputs():
    inputs = layers.Input((3,))
    labels = layers.StringLookup(vocabulary=["cat", "dög"], invert=True)(ops.argmax(inputs, -1))
    model = models.Model(inputs, labels)
    for found in (model(np.eye(3, dtype="float32")), model.predict(np.eye(3), batch_size=2, verbose=0)):
        found = found.numpy() if hasattr(found, "numpy") else found
        assert [x.decode() if isinstance(x, bytes) else x for x in found.tolist()] == ["[UNK]", "cat", "dög"]


def test_integers_are_looked_up_in_models():
    inputs = layers.Input((2,), dtype="int32")
    model = models.Model(inputs, layers.IntegerLookup(vocabulary=[5, 6], output_mode="count")(inputs))
    found = model.predict(np.array([[5, 6], [7, 5], [6, 6]], "int32"), verbose=0)
    np.testing.assert_array_equal(found, [[0, 1, 1], [1, 1, 0], [0, 0, 2]])


def _of_texts():
    return layers.TextVectorization(output_mode="count"), "string", ["a b", "b"], ["b c", "c"], np.array(["b"], object)


def _of_integers():
    return layers.IntegerLookup(), "int32", [5, 6, 6], [7, 5, 5], np.array([5], "int32")


def _of_numbers():
    return (
        layers.Discretization(num_bins=2),
        "float32",
        np.arange(4.0),
        np.arange(9.0, 18.0),
        np.array([3.0], "float32"),
    )


@pytest.mark.parametrize("make", [_of_texts, _of_integers, _of_numbers])
def test_compiled_steps_know_what_is_learnt_later(make):
    layer, dtype, first, second, x = make()
    inputs = layers.Input((), dtype=dtype)
    layer.adapt(first)
    model = models.Model(inputs, layer(inputs))
    before = model.predict(x, verbose=0)
    layer.adapt(second)
    after = model.predict(x, verbose=0)
    assert before.shape != after.shape or (before != after).any()
    np.testing.assert_array_equal(after, ops.convert_to_numpy(layer(x)))


@pytest.mark.parametrize("make", [functional, sequential])
def test_numbers_where_strings_belong(make):
    with pytest.raises(ValueError, match="string"):
        make()(np.ones((4,), "float32"))


def test_strings_where_numbers_belong():
    model = models.Sequential([layers.Input((1,)), layers.Dense(1)])
    with pytest.raises((ValueError, TypeError)):
        model(TEXTS[:, None])


@pytest.mark.skipif(not backend.strings.SUPPORTED, reason="is for engines with tensors of strings")
def test_saved_models_of_tensorflow_take_strings(tmp_path):
    tf = pytest.importorskip("tensorflow")
    tf.saved_model.save(functional(), str(tmp_path))
    serving = tf.saved_model.load(str(tmp_path)).signatures["serving_default"]
    (found,) = serving(tf.constant(TEXTS.tolist())).values()
    np.testing.assert_allclose(found.numpy(), EXPECTED)
