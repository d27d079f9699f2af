"""What goes in and out of a model is the caller's before and after, and the model's own while it runs."""

import threading

import numpy as np
import pytest

import keras
from keras import layers, ops
from keras.src import backend

trains = pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
ROWS = np.random.default_rng(0).normal(size=(12, 64, 16)).astype("float32")


def aligned(shape):
    """An array that begins at a multiple of 64 bytes, which engines take as it is, without a copy."""
    room = np.zeros(int(np.prod(shape)) * 4 + 64, "uint8")
    start = -room.ctypes.data % 64
    return room[start : start + int(np.prod(shape)) * 4].view("float32").reshape(shape)


def reusing_buffers(rows=ROWS):
    x, y = aligned(rows.shape[1:]), aligned((rows.shape[1], 1))
    for batch in rows:
        x[...] = batch
        y[...] = batch.sum(-1, keepdims=True)
        yield x, y
        x[...], y[...] = np.nan, np.nan


class Reusing(keras.utils.PyDataset):
    """Writes each batch to the same memory; each thread has its own."""

    memory = threading.local()

    def __len__(self):
        return len(ROWS)

    def __getitem__(self, index):
        if not hasattr(self.memory, "x"):
            self.memory.x, self.memory.y = aligned(ROWS.shape[1:]), aligned((ROWS.shape[1], 1))
        self.memory.x[...] = ROWS[index]
        self.memory.y[...] = ROWS[index].sum(-1, keepdims=True)
        return self.memory.x, self.memory.y


SOURCES = {"generator": reusing_buffers, "PyDataset": Reusing, "ahead": lambda: Reusing(workers=2)}


def summing(**compile_arguments):
    model = keras.Sequential([keras.Input((16,)), layers.Dense(1, kernel_initializer="ones")])
    model.compile(keras.optimizers.SGD(0.0), loss="mse", metrics=["mae"], **compile_arguments)
    return model


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_predict_from_buffers_that_are_reused(source):
    model = summing()
    for _ in range(10):
        got = model.predict(source(), verbose=0)
        np.testing.assert_allclose(got, ROWS.reshape(-1, 16).sum(-1, keepdims=True), atol=1e-4)


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_outputs_that_are_inputs(source):
    identity = keras.Sequential([keras.Input((16,)), layers.Activation("linear")])
    np.testing.assert_array_equal(identity.predict(source(), verbose=0), ROWS.reshape(-1, 16))


@pytest.mark.parametrize("steps_per_execution", [1, 4])
@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_metrics_of_buffers_that_are_reused(source, steps_per_execution):
    logs = summing(steps_per_execution=steps_per_execution).evaluate(source(), verbose=0, return_dict=True)
    assert logs["loss"] < 1e-6 and logs["mae"] < 1e-4


@trains
@pytest.mark.parametrize("steps_per_execution", [1, 4])
@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_training_on_buffers_that_are_reused(source, steps_per_execution):
    history = summing(steps_per_execution=steps_per_execution).fit(source(), verbose=0).history
    assert history["loss"][0] < 1e-6 and history["mae"][0] < 1e-4


def test_what_predict_returns_belongs_to_the_caller():
    x = ROWS[0].copy()
    identity = keras.Sequential([keras.Input((16,)), layers.Activation("linear")])
    for predict in (lambda: identity.predict(x, verbose=0), lambda: identity.predict_on_batch(x)):
        got = predict()
        got += 1
        np.testing.assert_array_equal(x, ROWS[0])
        np.testing.assert_array_equal(got, ROWS[0] + 1)


@trains
def test_state_that_is_kept_does_not_change():
    model = summing()
    model.optimizer.learning_rate = 0.1
    model.fit(ROWS[0], np.zeros((64, 1)), verbose=0)
    tree, values = model.get_state_tree(), [v.value for v in model.weights]
    before = {name: np.array(ops.convert_to_numpy(v)) for name, v in flat(tree)}
    model.fit(ROWS[0], np.zeros((64, 1)), epochs=2, verbose=0)
    for name, value in flat(tree):
        np.testing.assert_array_equal(ops.convert_to_numpy(value), before[name])
    assert [ops.convert_to_numpy(v).shape for v in values] == [(16, 1), (1,)]
    assert not np.array_equal(model.get_weights()[0], before["trainable_variables", model.weights[0].path])


def flat(tree, path=()):
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from flat(value, (*path, key))
        else:
            yield (path[0], "/".join((*path[1:], key))), value


def test_predict_keeps_the_dtype():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, dtype="bfloat16")])
    for x in (np.ones((4, 3)), np.ones((70, 3))):
        assert model.predict(x, verbose=0).dtype == "bfloat16"
    assert model.predict(iter([np.ones((2, 3))]), verbose=0).dtype == "bfloat16"
    assert model.predict_on_batch(np.ones((4, 3))).dtype == "bfloat16"


class TestOptionalInputs:
    def model(self, nest):
        class Sum(layers.Layer):
            def call(self, a, b=None):
                return b if a is None else a if b is None else a + b

            def compute_output_shape(self, a_shape=None, b_shape=None):
                return a_shape or b_shape

        a, b = keras.Input((3,), name="a", optional=True), keras.Input((3,), name="b", optional=True)
        model = keras.Model(nest(a, b), layers.Dense(1, kernel_initializer="ones", trainable=False)(Sum()(a, b)))
        model.compile(keras.optimizers.SGD(0.0), "mse")
        return model

    @pytest.mark.parametrize("nest", [lambda a, b: {"a": a, "b": b}, lambda a, b: [a, b]], ids=["dict", "list"])
    @pytest.mark.parametrize("absent", [0, 1])
    def test_may_be_none(self, nest, absent):
        given = np.arange(120, dtype="float32").reshape(40, 3)
        data = nest(None, given) if absent == 0 else nest(given, None)
        model, y = self.model(nest), given.sum(-1, keepdims=True) + 2
        for predict in (lambda: model.predict(data, batch_size=4, verbose=0), lambda: model.predict_on_batch(data)):
            np.testing.assert_allclose(predict(), y - 2)
        assert model.evaluate(data, y, batch_size=16, verbose=0) == pytest.approx(4.0)
        assert model.evaluate(iter([(data, y)]), verbose=0) == pytest.approx(4.0)
        assert model.test_on_batch(data, y) == pytest.approx(4.0)

    @trains
    @pytest.mark.parametrize("nest", [lambda a, b: {"a": a, "b": b}, lambda a, b: [a, b]], ids=["dict", "list"])
    @pytest.mark.filterwarnings("ignore:The model does not have any trainable")
    def test_may_be_none_in_training(self, nest):
        given = np.arange(120, dtype="float32").reshape(40, 3)
        y = given.sum(-1, keepdims=True) + 2
        for data in (nest(None, given), nest(given, None)):
            history = self.model(nest).fit(data, y, batch_size=16, epochs=2, verbose=0).history
            assert history["loss"] == pytest.approx([4.0, 4.0])


class Coordinates:
    """What the library looks at in a `tf.SparseTensor`."""

    def __init__(self, dense):
        self.indices = np.argwhere(dense)
        self.values = dense[tuple(self.indices.T)]
        self.dense_shape = np.array(dense.shape)
        self.shape, self.dtype = dense.shape, dense.dtype


def bcoo(dense):
    return pytest.importorskip("jax.experimental.sparse").BCOO.fromdense(dense)


def sparse_tensor(dense):
    return pytest.importorskip("tensorflow").sparse.from_dense(dense)


@pytest.mark.parametrize("as_sparse", [bcoo, sparse_tensor, Coordinates])
@pytest.mark.parametrize("shape", [(40, 4), (40, 2, 2)])
def test_sparse_inputs(as_sparse, shape):
    dense = np.zeros((40, 4), "float32")
    dense[np.arange(40), np.arange(40) % 4] = np.arange(40) + 1
    dense = dense.reshape(shape)
    sums = dense.reshape(40, -1).sum(-1, keepdims=True)
    model = keras.Sequential([keras.Input(shape[1:]), layers.Flatten(), layers.Dense(1, kernel_initializer="ones")])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    x = as_sparse(dense)
    np.testing.assert_allclose(model.predict(x, batch_size=16, verbose=0), sums)
    np.testing.assert_allclose(model.predict_on_batch(x), sums)
    assert model.evaluate(x, sums + 1, batch_size=16, verbose=0) == pytest.approx(1.0)
    if backend.CAN_TRAIN:
        assert model.fit(x, sums + 1, batch_size=16, verbose=0).history["loss"] == pytest.approx([1.0])


KINDS = {
    "reversed": lambda x: x[::-1],
    "mirrored": lambda x: x[:, ::-1],
    "of other bytes": lambda x: x.astype(x.dtype.newbyteorder()),
    "with gaps": lambda x: np.repeat(x, 2, axis=0)[::2],
    "repeated": lambda x: np.broadcast_to(x[0], x.shape),
    "by columns": np.asfortranarray,
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_arrays_may_lie_in_memory_as_they_like(kind):
    """Also in one batch that takes them as they are."""
    x = kind(ROWS[0])
    model = summing()
    expected = np.asarray(x, "float32").sum(-1, keepdims=True)
    for result in (model.predict(x, verbose=0), model.predict(x, batch_size=5, verbose=0), model.predict_on_batch(x)):
        np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-4)
    loss, _ = model.evaluate(x, kind(np.zeros((64, 1), "float32")), batch_size=64, verbose=0)
    np.testing.assert_allclose(loss, np.mean(expected**2), rtol=1e-4)
