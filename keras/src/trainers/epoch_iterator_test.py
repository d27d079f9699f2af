"""What trainers of other libraries iterate over."""

import numpy as np
import pytest

import keras
from keras import layers
from keras.src import backend
from keras.src.trainers.data_adapters import get_data_adapter
from keras.src.trainers.epoch_iterator import EpochIterator

needs_training = pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
X = np.arange(10, dtype="float32").reshape(10, 1)
Y = 2 * X


class Counted(keras.utils.PyDataset):
    """Three batches, which count the ends of epochs."""

    ends = 0

    def __len__(self):
        return 3

    def __getitem__(self, index):
        return X[4 * index : 4 * index + 4], Y[4 * index : 4 * index + 4]

    def on_epoch_end(self):
        self.ends += 1


def first_values(batches):
    return [float(x[0, 0]) for x, _ in batches]


def tensorflow_dataset():
    tf = pytest.importorskip("tensorflow")
    return tf.data.Dataset.from_tensor_slices((X, Y)).batch(4)


def torch_loader():
    torch = pytest.importorskip("torch")
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.tensor(X), torch.tensor(Y)), batch_size=4)


SOURCES = {
    "arrays": lambda: get_data_adapter(X, Y, batch_size=4),
    "dataset": lambda: get_data_adapter(Counted()),
    "generator": lambda: get_data_adapter((X[i : i + 4], Y[i : i + 4]) for i in (0, 4, 8)),
    "tensorflow": lambda: get_data_adapter(tensorflow_dataset()),
    "torch": lambda: get_data_adapter(torch_loader()),
}
# (number of batches, size of a batch, size of the last batch), as Keras 3.15.1 has them.
SIZES = {"arrays": (3, 4, 2), "tensorflow": (3, None, None), "torch": (3, 4, 2), "generator": (None, None, None)}


class TestAdapters:
    @pytest.mark.parametrize("source", SIZES)
    def test_sizes(self, source):
        adapter = SOURCES[source]()
        assert (adapter.num_batches, adapter.batch_size, adapter.partial_batch_size) == SIZES[source]
        assert adapter.has_partial_batch is (None if SIZES[source][2] is None else True)

    def test_a_last_batch_that_is_full(self):
        assert get_data_adapter(X, batch_size=5).has_partial_batch is False

    @pytest.mark.parametrize("source", SOURCES)
    @pytest.mark.parametrize("method", ["get_numpy_iterator", "get_jax_iterator"])
    def test_arrays_of_a_pass(self, source, method):
        batches = list(getattr(SOURCES[source](), method)())
        assert all(isinstance(array, np.ndarray) for batch in batches for array in batch)
        np.testing.assert_array_equal(np.concatenate([x for x, _ in batches]), X)
        np.testing.assert_array_equal(np.concatenate([y for _, y in batches]), Y)

    @pytest.mark.parametrize("source", SOURCES)
    def test_data_of_tensorflow(self, source):
        tf = pytest.importorskip("tensorflow")
        dataset = SOURCES[source]().get_tf_dataset()
        assert dataset.element_spec[0] == tf.TensorSpec((None, 1), tf.float32)
        np.testing.assert_array_equal(np.concatenate([x.numpy() for x, _ in dataset]), X)

    @pytest.mark.parametrize("source", SOURCES)
    def test_data_of_torch(self, source):
        torch = pytest.importorskip("torch")
        batches = list(SOURCES[source]().get_torch_dataloader())
        assert all(isinstance(x, torch.Tensor) for x, _ in batches)
        np.testing.assert_array_equal(torch.concatenate([x for x, _ in batches]).numpy(), X)

    def test_weights_of_classes_are_in_each_form(self):
        loader = torch_loader()
        classes = [(x, (y > 8).int()) for x, y in loader]
        adapter = get_data_adapter(iter(classes), class_weight={0: 1.0, 1: 3.0})
        weights = np.concatenate([weight for _, _, weight in adapter.get_numpy_iterator()])
        np.testing.assert_array_equal(weights, np.where(Y[:, 0] > 8, 3, 1))

    def test_each_pass_has_an_order_of_its_own(self):
        adapter = get_data_adapter(np.arange(64.0)[:, None], batch_size=64, shuffle=True)
        first, second = (next(adapter.get_numpy_iterator()) for _ in range(2))
        assert (first != second).any() and sorted(first[:, 0]) == sorted(second[:, 0])


class TestEpochs:
    @pytest.mark.parametrize(
        "options, numbers, expected",
        [
            ({}, [(0, 0), (1, 1), (2, 2)], [[0, 4, 8], [0, 4, 8]]),
            ({"steps_per_execution": 2}, [(0, 1), (2, 2)], [[0, 4, 8], [0, 4, 8]]),
            ({"steps_per_epoch": 2}, [(0, 0), (1, 1)], [[0, 4], [8]]),
        ],
    )
    @pytest.mark.filterwarnings("ignore:The input ran out of data")
    def test_steps_and_batches(self, options, numbers, expected):
        epochs = EpochIterator(X, Y, batch_size=4, **options)
        assert epochs.num_batches == options.get("steps_per_epoch", 3)
        items = list(epochs)
        assert [item[:2] for item in items] == numbers
        assert first_values(batch for item in items for batch in item[2]) == expected[0]
        assert first_values(batch for item in epochs.enumerate_epoch() for batch in item[2]) == expected[1]

    def test_data_that_ends_too_early(self):
        with pytest.warns(UserWarning, match="ran out of data"):
            assert len(list(EpochIterator(X, batch_size=4, steps_per_epoch=5))) == 3
        epochs = EpochIterator(X, batch_size=4)
        with pytest.warns(UserWarning, match="ran out of data"), epochs.catch_stop_iteration():
            raise StopIteration

    def test_a_new_pass_after_reset(self):
        data = Counted()
        epochs = EpochIterator(data, steps_per_epoch=2)
        assert first_values(batch for item in epochs for batch in item[2]) == [0, 4]
        epochs.reset()
        assert first_values(batch for item in epochs for batch in item[2]) == [0, 4]
        assert data.ends == 3


def model_to_train():
    model = keras.Sequential([layers.Dense(2), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    return model


@needs_training
@pytest.mark.parametrize("options", [{"data_batch": (X[:2], Y[:2])}, {"iterator": EpochIterator(X, Y)}])
def test_a_model_is_built_for_a_trainer(options):
    model = model_to_train()
    model._symbolic_build(**options)
    assert model.built and model.optimizer.built
    assert [metric.name for metric in model.metrics] == ["loss", "compile_metrics"]
    assert len(model.metrics_variables) > 2


@needs_training
def test_a_trainer_of_its_own():
    """Steps on what an epoch gives do what `fit` does."""
    keras.utils.set_random_seed(1)
    own = model_to_train()
    epochs = EpochIterator(X, Y, batch_size=4)
    own._symbolic_build(iterator=epochs)
    twin = keras.models.clone_model(own)
    twin.compile("sgd", "mse")
    twin.set_weights(own.get_weights())
    for _, _, batches in epochs:
        for batch in batches:
            own.train_on_batch(*batch)
    twin.fit(X, Y, batch_size=4, shuffle=False, verbose=0)
    for a, b in zip(own.get_weights(), twin.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-5)
