"""What is left when `fit` ends: averaged weights, frozen weights, weights that nobody trains."""

import warnings

import numpy as np
import pytest

import keras
from keras import layers
from keras.src import backend

pytestmark = pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")

X = np.array([[1.0], [2.0], [3.0], [4.0]], "float32")
Y = np.array([[3.0], [1.0], [2.0], [5.0]], "float32")
FIT = {"batch_size": 1, "shuffle": False, "verbose": 0}


def averaging(**settings):
    return keras.optimizers.SGD(0.01, use_ema=True, ema_momentum=0.5, **settings)


def line(optimizer, **compile_arguments):
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1, use_bias=False, kernel_initializer="ones")])
    model.compile(optimizer, "mse", **compile_arguments)
    return model


def average_of_steps(epochs, overwrite=None):
    """Weight and average after steps of gradient descent on `X` and `Y`, by hand."""
    weight, average = 1.0, None
    for step in range(epochs * len(X)):
        x, y = X[step % len(X), 0], Y[step % len(X), 0]
        weight -= 0.01 * 2 * x * (x * weight - y)
        average = weight if average is None else 0.5 * average + 0.5 * weight
        if overwrite and (step + 1) % overwrite == 0:
            weight = average
    return average


def weight_of(model):
    return float(model.get_weights()[0][0, 0])


class TestAverages:
    @pytest.mark.parametrize("overwrite", [None, 3])
    @pytest.mark.parametrize("epochs", [1, 3])
    def test_are_left_in_the_weights(self, epochs, overwrite):
        model = line(averaging(ema_overwrite_frequency=overwrite))
        model.fit(X, Y, epochs=epochs, **FIT)
        assert weight_of(model) == pytest.approx(average_of_steps(epochs, overwrite), abs=1e-5)

    def test_callbacks_see_them_when_training_ends(self):
        seen = []
        model = line(averaging())
        look = keras.callbacks.LambdaCallback(on_train_end=lambda logs: seen.append(weight_of(model)))
        model.fit(X, Y, callbacks=[look], **FIT)
        assert seen == [pytest.approx(average_of_steps(1), abs=1e-5)]

    @pytest.mark.parametrize("validation_data", [None, (X, Y)])
    @pytest.mark.parametrize("swap_on_epoch", [False, True])
    def test_with_the_callback_that_swaps(self, swap_on_epoch, validation_data):
        model = line(averaging())
        swaps = keras.callbacks.SwapEMAWeights(swap_on_epoch=swap_on_epoch)
        model.fit(X, Y, epochs=2, callbacks=[swaps], validation_data=validation_data, **FIT)
        assert weight_of(model) == pytest.approx(average_of_steps(2), abs=1e-5)

    def test_inside_other_optimizers(self):
        for optimizer in (
            keras.optimizers.LossScaleOptimizer(averaging(), initial_scale=2.0),
            keras.optimizers.MultiOptimizer({".*": averaging()}),
        ):
            model = line(optimizer)
            model.fit(X, Y, epochs=2, **FIT)
            assert weight_of(model) == pytest.approx(average_of_steps(2), abs=1e-5)

    def test_of_no_step_are_not_written(self):
        model = line(averaging())
        model.fit(X, Y, epochs=0, **FIT)
        model.fit(X, Y, initial_epoch=2, epochs=2, **FIT)
        assert weight_of(model) == 1.0

    def test_stay_out_when_training_breaks_off(self):
        def stop(batch, logs):
            raise RuntimeError("enough")

        model = line(averaging())
        with pytest.raises(RuntimeError, match="enough"):
            model.fit(X, Y, callbacks=[keras.callbacks.LambdaCallback(on_train_batch_end=stop)], **FIT)
        assert weight_of(model) == pytest.approx(1.04, abs=1e-5)


class TestWithoutTrainableWeights:
    @pytest.mark.parametrize("compiled", [True, False])
    @pytest.mark.parametrize("batch_hooks", [True, False])
    def test_losses_and_metrics(self, compiled, batch_hooks):
        callbacks = [keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None)] * batch_hooks
        nothing = keras.Sequential([keras.Input((2,)), layers.ReLU()])
        frozen = keras.Sequential([keras.Input((2,)), layers.Dense(2, kernel_initializer="ones", trainable=False)])
        for model, loss in ((nothing, 4.0), (frozen, 1.0)):
            model.compile("adam", "mse", metrics=["mae"], run_eagerly=not compiled)
            with pytest.warns(UserWarning, match="does not have any trainable weights"):
                history = model.fit(
                    np.ones((40, 2)), np.full((40, 2), 3.0), batch_size=4, verbose=0, callbacks=callbacks
                )
            assert history.history == {"loss": [loss], "mae": [loss**0.5]}
            with pytest.warns(UserWarning, match="does not have any trainable weights"):
                assert model.train_on_batch(np.ones((4, 2)), np.full((4, 2), 3.0)) == [loss, loss**0.5]

    def test_others_are_not_warned(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            line("sgd").fit(X, Y, **FIT)


class TestFreezing:
    """`trainable` is set between `compile` and `fit`, or between two `fit`s."""

    def model(self):
        model = keras.Sequential([keras.Input((2,)), layers.Dense(2), layers.BatchNormalization(), layers.Dense(1)])
        model.compile(keras.optimizers.Adam(0.1), "mse")
        return model

    def changed(self, model):
        before = model.get_weights()
        model.fit(np.random.default_rng(0).normal(size=(40, 2)), np.ones((40, 1)), batch_size=4, verbose=0)
        return [not np.array_equal(a, b) for a, b in zip(before, model.get_weights())]

    @pytest.mark.parametrize("fits_before", [0, 1])
    def test_layers_that_are_frozen_stay(self, fits_before):
        model = self.model()
        for _ in range(fits_before):
            assert all(self.changed(model))
        model.layers[0].trainable = False
        assert self.changed(model) == [False] * 2 + [True] * 6
        model.layers[1].trainable = False
        assert self.changed(model) == [False] * 6 + [True] * 2
        if fits_before:
            model.layers[0].trainable = model.layers[1].trainable = True
            assert all(self.changed(model))

    def test_new_trainable_variables_need_a_new_optimizer(self):
        model = self.model()
        model.layers[0].trainable = False
        model.compile("sgd", "mse")
        model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
        model.layers[0].trainable = True
        with pytest.raises(ValueError, match="Call `compile"):
            model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
        model.compile("sgd", "mse")
        assert all(self.changed(model))


def test_what_callbacks_add_to_the_logs_of_an_epoch_is_in_the_history_but_not_in_the_logs_of_the_end():
    class Adds(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["added"] = 1.0

        def on_train_end(self, logs=None):
            self.last = sorted(logs)

    callback = Adds()
    history = line("sgd").fit(X, Y, callbacks=[callback], **FIT)
    assert callback.last == ["loss"]
    assert history.history["added"] == [1.0]
