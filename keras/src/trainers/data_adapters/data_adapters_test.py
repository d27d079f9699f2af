"""Every kind of data gives the same training, on every engine."""

import os
import sys
import threading
import time
import types
import warnings

import numpy as np
import pytest

import keras
from keras import layers
from keras.src import backend
from keras.src.backend.common.global_state import STATE
from keras.src.trainers.data_adapters import Feed, get_data_adapter
from keras.src.trainers.data_adapters.array_data_adapter import train_validation_split
from keras.src.trainers.data_adapters.data_adapter_utils import class_weight_to_sample_weights
from keras.src.utils.module_utils import LazyModule

tensorflow, torch, pandas, grain, jax, scipy_sparse = map(
    LazyModule, ["tensorflow", "torch", "pandas", "grain", "jax", "scipy.sparse"]
)

trains = pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 4)).astype("float32")
Y = RNG.normal(size=(40, 1)).astype("float32")
W = RNG.uniform(0.5, 2, size=40).astype("float32")
KERNEL = RNG.normal(size=(4, 1)).astype("float32")
BATCHES = [(X[i : i + 16], Y[i : i + 16]) for i in (0, 16, 32)]


class Batches(keras.utils.PyDataset):
    def __init__(self, batches=BATCHES, **kwargs):
        super().__init__(**kwargs)
        self.batches = batches
        self.events = []

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        return self.batches[index]

    def on_epoch_begin(self):
        self.events.append("begin")

    def on_epoch_end(self):
        self.events.append("end")


class Unending(keras.utils.PyDataset):
    num_batches = None

    def __getitem__(self, index):
        return BATCHES[index % 3]


class EndsByIndexError(Unending):
    def __getitem__(self, index):
        return BATCHES[index]


def torch_loader():
    tensors = [torch.from_numpy(X), torch.from_numpy(Y)]
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(*tensors), batch_size=16)


def grain_source():
    return [(x, y) for x, y in zip(X, Y)]


# Name -> data for `fit`, the same batches in the same order.
SOURCES = {
    "numpy": lambda: {"x": X, "y": Y, "batch_size": 16},
    "float64": lambda: {"x": X.astype("float64"), "y": Y.astype("float64"), "batch_size": 16},
    "pandas": lambda: {"x": pandas.DataFrame(X), "y": pandas.Series(Y[:, 0]), "batch_size": 16},
    "jax tensors": lambda: {"x": jax.numpy.asarray(X), "y": jax.numpy.asarray(Y), "batch_size": 16},
    "torch tensors": lambda: {"x": torch.from_numpy(X), "y": torch.from_numpy(Y), "batch_size": 16},
    "tensorflow tensors": lambda: {"x": tensorflow.constant(X), "y": tensorflow.constant(Y), "batch_size": 16},
    "generator": lambda: {"x": (batch for batch in BATCHES)},
    "iterator of lists": lambda: {"x": iter([list(batch) for batch in BATCHES])},
    "PyDataset": lambda: {"x": Batches()},
    "PyDataset with threads": lambda: {"x": Batches(workers=3, max_queue_size=2)},
    "PyDataset that ends": lambda: {"x": EndsByIndexError()},
    "PyDataset without end": lambda: {"x": Unending(), "steps_per_epoch": 3},
    "tf.data": lambda: {"x": tensorflow.data.Dataset.from_tensor_slices((X, Y)).batch(16)},
    "DataLoader": lambda: {"x": torch_loader()},
    "grain MapDataset": lambda: {"x": grain.MapDataset.source(grain_source()).batch(16)},
    "grain IterDataset": lambda: {"x": grain.MapDataset.source(grain_source()).batch(16).to_iter_dataset()},
}


def linear():
    model = keras.Sequential([layers.Input((4,)), layers.Dense(1, use_bias=False)])
    model.set_weights([KERNEL])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    return model


def descended():
    kernel = KERNEL.astype("float64")
    for x, y in BATCHES:
        kernel = kernel - 0.1 * 2 * x.T @ (x @ kernel - y) / len(x)
    return kernel


@pytest.mark.parametrize("source", SOURCES)
def test_sources(source):
    model = linear()
    data = SOURCES[source]()
    error = ((X @ KERNEL - Y) ** 2).mean()
    steps = {"steps": data.pop("steps_per_epoch")} if "steps_per_epoch" in data else {}
    assert model.evaluate(**data, **steps, verbose=0) == pytest.approx(error, rel=1e-5)
    data = SOURCES[source]()
    steps = {"steps": data.pop("steps_per_epoch")} if "steps_per_epoch" in data else {}
    data.pop("y", None)
    np.testing.assert_allclose(model.predict(**data, **steps, verbose=0), X @ KERNEL, atol=1e-5)
    if backend.CAN_TRAIN:
        model.fit(**SOURCES[source](), shuffle=False, verbose=0)
        np.testing.assert_allclose(model.get_weights()[0], descended(), atol=1e-5)


@trains
class TestTrainingOnSources:
    @pytest.mark.parametrize("source", ["generator", "PyDataset", "tf.data", "DataLoader"])
    def test_class_weight(self, source):
        labels = (np.arange(40) % 2).astype("int32")
        batches = [(X[i : i + 16], labels[i : i + 16]) for i in (0, 16, 32)]
        data = {
            "generator": lambda: (batch for batch in batches),
            "PyDataset": lambda: Batches(batches),
            "tf.data": lambda: tensorflow.data.Dataset.from_tensor_slices((X, labels)).batch(16),
            "DataLoader": lambda: torch.utils.data.DataLoader(
                torch.utils.data.TensorDataset(torch.from_numpy(X), torch.from_numpy(labels)), batch_size=16
            ),
        }[source]()
        model, expected = linear(), linear()
        model.fit(data, class_weight={0: 2.0, 1: 0.5}, shuffle=False, verbose=0)
        weights = np.where(labels, 0.5, 2.0).astype("float32")
        expected.fit(X, labels, sample_weight=weights, batch_size=16, shuffle=False, verbose=0)
        np.testing.assert_allclose(model.get_weights()[0], expected.get_weights()[0], atol=1e-5)

    @pytest.mark.parametrize("kind", ["csr_matrix", "coo_matrix", "csc_array"])
    @pytest.mark.parametrize("steps", [1, 2])
    def test_sparse_matrices_train_as_dense_ones(self, kind, steps):
        x = X * (X > 0)
        found, expected = linear(), linear()
        found.steps_per_execution = steps
        found.fit(getattr(scipy_sparse, kind)(x), Y, batch_size=8, shuffle=False, verbose=0, validation_split=0.2)
        expected.fit(x[:32], Y[:32], batch_size=8, shuffle=False, verbose=0)
        np.testing.assert_allclose(found.get_weights()[0], expected.get_weights()[0], atol=1e-5)
        predicted = found.predict(getattr(scipy_sparse, kind)(x), batch_size=8, verbose=0)
        np.testing.assert_allclose(predicted, found.predict(x, verbose=0), atol=1e-5)

    def test_steps_per_epoch_of_a_generator(self):
        history = linear().fit(iter(BATCHES * 4), epochs=4, steps_per_epoch=3, verbose=0).history
        assert len(history["loss"]) == 4

    def test_validation_on_a_generator(self):
        def forever():
            while True:
                yield from BATCHES

        history = linear().fit(X, Y, epochs=2, validation_data=forever(), validation_steps=2, verbose=0).history
        assert len(history["val_loss"]) == 2

    def test_sources_for_several_epochs(self):
        for source in ("tf.data", "DataLoader", "PyDataset", "grain MapDataset"):
            history = linear().fit(**SOURCES[source](), epochs=3, verbose=0).history
            assert len(history["loss"]) == 3

    def test_events_of_a_dataset(self):
        data = Batches()
        linear().fit(data, epochs=2, validation_data=data, verbose=0)
        assert data.events == ["begin", "end"] * 4

    def test_an_error_in_a_dataset_reaches_the_caller(self):
        class Broken(Batches):
            def __getitem__(self, index):
                if index == 1:
                    raise KeyError("boom")
                return BATCHES[index]

        for workers in (1, 3):
            model = linear()
            with pytest.raises(KeyError, match="boom"):
                model.fit(Broken(workers=workers), shuffle=False, verbose=0)
            x, y = BATCHES[0]
            step = KERNEL - 0.1 * 2 * x.T @ (x @ KERNEL - y) / len(x)
            np.testing.assert_allclose(model.get_weights()[0], step, atol=1e-5)

    def test_nested_arrays(self):
        a, b = layers.Input((4,), name="a"), layers.Input((4,), name="b")
        model = keras.Model({"a": a, "b": [b]}, layers.Dense(1)(layers.Add()([a, b])))
        model.compile("sgd", "mse")
        history = model.fit({"a": X, "b": [X]}, Y, validation_split=0.25, verbose=0).history
        assert sorted(history) == ["loss", "val_loss"]


class SlowBatches(Batches):
    """Counts how many batches are being made at the same time."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.lock, self.running, self.most = threading.Lock(), 0, 0

    def __getitem__(self, index):
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        time.sleep(0.05)
        with self.lock:
            self.running -= 1
        return BATCHES[index % 3]

    def __len__(self):
        return 12


class Dies(Batches):
    def __getitem__(self, index):
        os._exit(1)


class Exits(Batches):
    def __getitem__(self, index):
        sys.exit(2)


class TestWorkers:
    def test_threads_work_at_the_same_time_and_keep_the_order(self):
        data = SlowBatches(workers=6)
        feed = Feed(get_data_adapter(data))
        found = [batch for batch, _ in feed.epoch(lambda: 1)]
        assert data.most > 1
        assert all(np.array_equal(found[i][0], BATCHES[i % 3][0]) for i in range(12))

    def test_processes(self):
        with warnings.catch_warnings():
            # Some engines warn of forking a process that has threads.
            warnings.simplefilter("ignore")
            feed = Feed(get_data_adapter(Batches(workers=2, use_multiprocessing=True)))
            found = [batch for batch, _ in feed.epoch(lambda: 1)]
        assert len(found) == 3
        np.testing.assert_array_equal(found[2][0], X[32:])

    def test_a_process_that_dies(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            feed = Feed(get_data_adapter(Dies(workers=2, use_multiprocessing=True)))
            with pytest.raises(RuntimeError, match="worker process"):
                list(feed.epoch(lambda: 1))

    def test_a_worker_that_exits(self):
        for arguments in ({}, {"use_multiprocessing": True}):
            feed = Feed(get_data_adapter(Exits(workers=2, **arguments)))
            with pytest.raises(RuntimeError, match=r"sys.exit\(2\)"):
                list(feed.epoch(lambda: 1))

    def test_forgotten_init_warns(self):
        class NoInit(keras.utils.PyDataset):
            def __init__(self):
                pass

        with pytest.warns(UserWarning, match="super"):
            assert NoInit().workers == 1


class TestArrays:
    def batches(self, feed, most=100):
        return [(rows, steps) for rows, steps in feed.epoch(lambda: most)]

    def test_rows_come_in_large_pieces_and_the_rest_alone(self):
        adapter = get_data_adapter(X, batch_size=16)
        assert self.batches(Feed(adapter)) == [(slice(0, 32), 2), (slice(32, 40), 1)]
        assert self.batches(Feed(adapter), most=1) == [(slice(0, 16), 1), (slice(16, 32), 1), (slice(32, 40), 1)]

    def test_orders_are_permutations_that_the_seed_fixes(self):
        np.random.seed(0)
        one = get_data_adapter(X, batch_size=16, shuffle=True)
        feed = Feed(one)
        first, second = (np.concatenate([rows for rows, _ in feed.epoch(lambda: 2)]) for _ in range(2))
        assert sorted(first) == sorted(second) == list(range(40)) and list(first) != list(second)
        np.random.seed(0)
        again = Feed(get_data_adapter(X, batch_size=16, shuffle=True))
        np.testing.assert_array_equal(np.concatenate([rows for rows, _ in again.epoch(lambda: 2)]), first)

    def test_shuffled_batches_keep_their_rows(self):
        feed = Feed(get_data_adapter(X, batch_size=8, shuffle="batch"))
        for rows, _ in feed.epoch(lambda: 1):
            np.testing.assert_array_equal(rows, np.arange(rows[0], rows[0] + 8))

    def test_positions(self):
        np.random.seed(0)
        feed = Feed(get_data_adapter(X, batch_size=16, shuffle=True))
        feed.begin_epoch()
        list(feed.epoch(lambda: 1))
        feed.begin_epoch()
        second = [rows for rows, _ in feed.epoch(lambda: 1)]
        np.random.seed(1)
        other = Feed(get_data_adapter(X, batch_size=16, shuffle=True))
        other.restore(feed.position(done=1))
        other.begin_epoch(done=1)
        resumed = [rows for rows, _ in other.epoch(lambda: 1)]
        assert len(resumed) == 2
        for a, b in zip(resumed, second[1:]):
            np.testing.assert_array_equal(a, b)

    @pytest.mark.parametrize(
        "dtype, expected",
        [("bfloat16", "float32"), ("float64", "float32"), ("int64", "int64"), ("uint8", "uint8"), ("bool", "bool")],
    )
    def test_dtypes_of_tensors_of_torch(self, dtype, expected):
        torch = pytest.importorskip("torch")
        feed = Feed(get_data_adapter(torch.arange(8).to(getattr(torch, dtype)), batch_size=8))
        ((rows, _),) = feed.epoch(lambda: 1)
        array = keras.tree.flatten(feed.adapter.rows(rows))[0]
        assert backend.standardize_dtype(array.dtype) == expected
        np.testing.assert_array_equal(array, np.arange(8).astype(expected))

    @pytest.mark.parametrize(
        "array, dtype",
        [
            (X.astype("float64"), "float32"),
            (X.astype("float16"), "float32"),
            (np.arange(40), "int64"),
            (np.arange(40, dtype="uint8"), "uint8"),
            (np.arange(40) > 3, "bool"),
        ],
    )
    def test_dtypes(self, array, dtype):
        assert get_data_adapter(array).first_batch().dtype == dtype

    def test_sparse_matrices(self):
        matrix = scipy_sparse.csr_matrix(np.maximum(X, 0))
        np.testing.assert_allclose(linear().predict(matrix, verbose=0), np.maximum(X, 0) @ KERNEL, atol=1e-5)

    def test_split(self):
        (x, none), (x_val, _) = train_validation_split(({"a": X}, None), 0.25)
        assert none is None and len(x["a"]) == 30
        np.testing.assert_array_equal(x_val["a"], X[30:])


@pytest.mark.parametrize(
    "packed, unpacked",
    [
        ((1,), (1, None, None)),
        ((1, 2), (1, 2, None)),
        ([1, 2], (1, 2, None)),
        ((1, 2, 3), (1, 2, 3)),
        ({"a": 1}, ({"a": 1}, None, None)),
    ],
)
def test_pack_and_unpack(packed, unpacked):
    assert keras.utils.unpack_x_y_sample_weight(packed) == unpacked
    assert keras.utils.unpack_x_y_sample_weight(keras.utils.pack_x_y_sample_weight(*unpacked)) == unpacked
    with pytest.raises(ValueError, match="4 elements"):
        keras.utils.unpack_x_y_sample_weight((1, 2, 3, 4))


class StepCounter(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.steps = []

    def on_epoch_begin(self, epoch, logs=None):
        self.steps.append(0)

    def on_train_batch_end(self, batch, logs=None):
        self.steps[-1] += 1


@trains
@pytest.mark.parametrize("source", ["arrays", "PyDataset"])
@pytest.mark.parametrize(("steps", "expected"), [(2, [2, 1, 2]), (5, [3, 3, 3])])
def test_an_epoch_ends_where_the_data_does(source, steps, expected):
    counter = StepCounter()
    data = {"x": X, "y": Y, "batch_size": 16} if source == "arrays" else {"x": Batches()}
    with pytest.warns(UserWarning, match="ran out of data") as record:
        linear().fit(**data, steps_per_epoch=steps, epochs=3, callbacks=[counter], verbose=0)
    assert counter.steps == expected
    assert {warning.filename for warning in record} == {__file__}


@pytest.mark.parametrize("class_weight", [{-1: 3.0, 1: 5.0}, {1: 5.0, -1: 3.0}])
def test_labels_of_hinge_losses_have_weights(class_weight):
    y = np.array([[-1.0], [1.0], [0.0], [7.0], [-2.0]])
    weights = class_weight_to_sample_weights(y, class_weight)
    assert (weights.tolist(), weights.dtype) == ([3, 5, 1, 1, 1], "float32")


@trains
def test_a_class_weight_that_is_empty_weighs_nothing():
    logs = [linear().fit(X, Y, class_weight=weight, verbose=0, shuffle=False).history["loss"] for weight in (None, {})]
    assert logs[0] == logs[1]
    assert linear().train_on_batch(X, Y, class_weight={}) == linear().train_on_batch(X, Y)
    with pytest.raises(ValueError, match="must be a dict"):
        linear().fit(X, Y, class_weight=[1.0, 2.0], verbose=0)


def test_iteration_over_a_dataset_ends():
    class Endless(keras.utils.PyDataset):
        def __len__(self):
            return 3

        def __getitem__(self, index):
            return index

    class UntilIndexError(Endless):
        num_batches = None

        def __getitem__(self, index):
            return range(5)[index]

    assert list(Endless()) == [0, 1, 2]
    assert list(UntilIndexError()) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("auto_shard", [True, False])
def test_a_loader_that_divides_its_data_among_processes_is_not_divided_again(auto_shard, monkeypatch):
    from torch.utils.data.distributed import DistributedSampler

    data = torch.utils.data.TensorDataset(torch.ones(8, 2), torch.ones(8, 1))
    loader = torch.utils.data.DataLoader(data, batch_size=2, sampler=DistributedSampler(data, num_replicas=2, rank=0))
    job = types.SimpleNamespace(num_processes=2, auto_shard_dataset=auto_shard)
    monkeypatch.setattr(STATE, "distribution", job)
    if auto_shard:
        with pytest.raises(ValueError, match="auto_shard_dataset=False"):
            get_data_adapter(loader)
    else:
        assert get_data_adapter(loader).num_batches == 2
