"""Programs belong to a model as it is now, and what a run holds to that run."""

import threading

import numpy as np
import pytest

import keras
from keras import layers, ops
from keras.src import backend

trains = pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
X = np.random.default_rng(0).normal(size=(70, 6)).astype("float32")


def network():
    inputs = keras.Input((6,))
    hidden = layers.Dropout(0.5)(layers.BatchNormalization()(layers.Dense(8, activation="tanh")(inputs)))
    return keras.Model(inputs, layers.Dense(2)(hidden))


def in_threads(work, count=6):
    """Runs `work(number)` in threads at once; raises what one of them raised."""
    errors = []

    def guarded(number):
        try:
            work(number)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


class TestThreads:
    def test_predict(self):
        model = network()
        batches = [X[i : i + 3 + i % 2] for i in range(6)]
        expected = [ops.convert_to_numpy(model(x, training=False)) for x in batches]

        def work(number):
            for _ in range(4):
                got = model.predict(batches[number], verbose=0)
                np.testing.assert_allclose(got, expected[number], atol=1e-5)
                got = model.predict_on_batch(batches[number])
                np.testing.assert_allclose(got, expected[number], atol=1e-5)

        in_threads(work)

    def test_calls_that_train_beside_calls_that_do_not(self):
        model = keras.Sequential([keras.Input((6,)), layers.Dropout(0.5), layers.Dense(2, kernel_initializer="ones")])
        expected = X.sum(-1, keepdims=True) * np.ones((1, 2))

        def work(number):
            for _ in range(5):
                got = ops.convert_to_numpy(model(X, training=number % 2 == 1))
                assert np.allclose(got, expected, atol=1e-5) == (number % 2 == 0)

        in_threads(work)

    @trains
    def test_predict_beside_fit(self):
        """Outputs are those of the weights at some step, and what was trained stays."""
        model = network()
        model.compile(keras.optimizers.SGD(0.01), "mse")
        targets = np.zeros((70, 2), "float32")
        model.fit(X, targets, batch_size=16, verbose=0)
        trained = threading.Event()

        def work(number):
            if number == 0:
                try:
                    model.fit(X, targets, batch_size=16, epochs=30, verbose=0)
                finally:
                    trained.set()
            while not trained.is_set():
                assert np.isfinite(model.predict(X, verbose=0)).all()

        in_threads(work, 3)
        assert int(ops.convert_to_numpy(model.optimizer.iterations)) == 31 * 5
        expected = ops.convert_to_numpy(model(X, training=False))
        np.testing.assert_allclose(model.predict(X, verbose=0), expected, atol=1e-5)

    @trains
    def test_a_model_each_is_trained(self):
        def trained():
            model = keras.Sequential([keras.Input((6,)), layers.Dense(1, kernel_initializer="zeros")])
            model.compile(keras.optimizers.SGD(0.1), "mse")
            history = model.fit(X, X[:, :1], epochs=3, batch_size=16, shuffle=False, verbose=0)
            return history.history["loss"] + [model.evaluate(X, X[:, :1], verbose=0)]

        expected = trained()
        in_threads(lambda number: np.testing.assert_allclose(trained(), expected, rtol=1e-5))


@trains
def test_predict_and_evaluate_within_fit():
    model = keras.Sequential([keras.Input((6,)), layers.Dense(1, kernel_initializer="zeros")])
    model.compile(keras.optimizers.SGD(0.1), "mse", metrics=["mae"])
    found = []

    class Look(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            kernel, bias = self.model.get_weights()
            np.testing.assert_allclose(self.model.predict(X, verbose=0), X @ kernel + bias, atol=1e-5)
            found.append(float(kernel[0, 0]))

    model.fit(X, X[:, :1], batch_size=16, epochs=2, verbose=0, callbacks=[Look()])
    assert len(set(found)) == 10


class TestWhatProgramsDependOn:
    def predicted(self, model):
        return [model.predict(X, verbose=0), model.predict(X[:3], verbose=0), model.predict_on_batch(X)]

    def test_dtype_policy(self):
        model = network()
        before = self.predicted(model)
        model.layers[-1].dtype_policy = "mixed_bfloat16"
        for old, new, again in zip(before, self.predicted(model), self.predicted(model)):
            assert old.dtype == "float32" and new.dtype == again.dtype == "bfloat16"
            np.testing.assert_allclose(old, new.astype("float32"), atol=0.05)

    def test_variables_that_join(self):
        model = network()
        before = self.predicted(model)
        model.layers[-1].enable_lora(2)
        model.layers[-1].lora_kernel_b.assign(np.ones((2, 2)))
        eager = ops.convert_to_numpy(model(X, training=False))
        for old, new in zip(before, self.predicted(model)):
            assert not np.allclose(old, new, atol=1e-3)
            np.testing.assert_allclose(new, eager[: len(new)], atol=1e-5)

    def test_weights(self):
        model = network()
        self.predicted(model)
        model.set_weights([w + 1 for w in model.get_weights()])
        eager = ops.convert_to_numpy(model(X, training=False))
        for new in self.predicted(model):
            np.testing.assert_allclose(new, eager[: len(new)], atol=1e-5)

    def test_a_step_that_is_replaced(self, monkeypatch):
        class Model(keras.Model):
            def call(self, x):
                return x

            def predict_step(self, data):
                return super().predict_step(data) + 1

        model = Model()
        np.testing.assert_array_equal(model.predict(X, verbose=0), X + 1)
        monkeypatch.setattr(Model, "predict_step", keras.Model.predict_step)
        np.testing.assert_array_equal(model.predict(X, verbose=0), X)

    def test_a_step_that_gives_arrays_of_numpy(self):
        class Model(keras.Model):
            def call(self, x):
                return x

            def predict_step(self, *state_and_data):
                return np.full((2, 1), 3.0) if len(state_and_data) == 1 else (np.full((2, 1), 3.0), state_and_data[0])

        model = Model()
        model.compile(run_eagerly=True)
        np.testing.assert_array_equal(model.predict(X[:4], batch_size=2, verbose=0), np.full((4, 1), 3.0))

    @trains
    def test_normalization_that_is_frozen(self):
        """It then computes as in inference, whether or not its variables train."""
        model = keras.Sequential([keras.Input((6,)), layers.BatchNormalization(center=False, scale=False)])
        model.compile("sgd", "mse", metrics=["mae"])
        for trainable, loss in ((True, None), (False, 0.0), (True, None)):
            model.layers[0].trainable = trainable
            model.layers[0].set_weights([np.zeros(6), np.full(6, 1 - 1e-3)])
            with pytest.warns(UserWarning, match="trainable weights"):
                found = model.fit(2 * X, 2 * X, batch_size=70, verbose=0).history["loss"][0]
            assert found < 1e-6 if loss == 0.0 else found > 0.1


def test_weights_that_a_callback_changes_between_batches_count_from_the_next_batch_on():
    """Whatever engines make of weights once for a run, such as another order in memory."""
    model = keras.Sequential([keras.Input((5, 3)), keras.layers.LSTM(4)])
    x = np.random.default_rng(0).normal(size=(6, 5, 3)).astype("float32")
    former = model.get_weights()
    later = [2.0 * weight + 0.1 for weight in former]

    class Changes(keras.callbacks.Callback):
        def on_predict_batch_end(self, batch, logs=None):
            if batch == 1:
                model.set_weights(later)

    found = model.predict(x, batch_size=2, verbose=0, callbacks=[Changes()])
    after = model.predict(x, batch_size=2, verbose=0)
    model.set_weights(former)
    before = model.predict(x, batch_size=2, verbose=0)
    np.testing.assert_allclose(found, np.concatenate([before[:4], after[4:]]), rtol=1e-5, atol=1e-6)
    assert np.abs(before - after).max() > 1e-2
    np.testing.assert_allclose(before, ops.convert_to_numpy(model(x)), rtol=1e-5, atol=1e-6)
