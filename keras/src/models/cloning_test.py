"""`clone_model` of what is no graph."""

import numpy as np
import pytest

import keras
from keras.src import layers, losses, metrics, ops, optimizers
from keras.src.layers import Input
from keras.src.models.cloning import clone_model
from keras.src.models.sequential import Sequential


def array(x):
    return ops.convert_to_numpy(x)


class TestOtherThanModels:
    def test_a_layer(self):
        layer = layers.Dense(3, name="projection", trainable=False)
        assert not clone_model(layer).built
        layer.build((None, 2))
        clone = clone_model(layer)
        assert clone is not layer and clone.built and not clone.trainable and clone.name == "projection"
        assert clone.get_config() == layer.get_config()
        assert [w.shape for w in clone.weights] == [(2, 3), (3,)]
        assert not np.allclose(array(clone.kernel), array(layer.kernel))

    def test_layers_that_hold_layers_and_take_several_inputs(self):
        around = layers.Bidirectional(layers.LSTM(2))
        around.build((None, 3, 4))
        attention = layers.MultiHeadAttention(2, 2)
        attention.build((None, 3, 4), (None, 5, 4))
        for layer in (around, attention):
            clone = clone_model(layer)
            assert [w.shape for w in clone.weights] == [w.shape for w in layer.weights]
            assert not {id(w) for w in clone.weights} & {id(w) for w in layer.weights}

    def test_a_subclassed_model_is_built_as_it_was(self):
        class Own(keras.Model):
            def __init__(self, units, **kwargs):
                super().__init__(**kwargs)
                self.units, self.dense = units, layers.Dense(units)

            def call(self, x):
                return self.dense(x)

        model = Own(5)
        model(np.ones((1, 2)))
        assert [w.shape for w in clone_model(model).weights] == [(2, 5), (5,)]

    def test_objects_with_configs_within_containers(self):
        loss, layer = keras.losses.Huber(0.5), layers.Dense(2)
        clones = clone_model({"loss": loss, "rest": [layer, 3]})
        assert clones["loss"] is not loss and clones["loss"].get_config() == loss.get_config()
        assert clones["rest"][0] is not layer and clones["rest"][0].units == 2 and clones["rest"][1] == 3

    @pytest.mark.parametrize("other", ["text", 3, None, np.ones(2), len], ids=str)
    def test_others_come_back_as_they_are(self, other):
        assert clone_model(other) is other

    def test_what_is_for_models_alone(self):
        with pytest.raises(ValueError, match="clone_function"):
            clone_model(layers.Dense(2), clone_function=lambda layer: layer)


def absolute_error(y_true, y_pred):
    return ops.mean(ops.abs(y_true - y_pred), axis=-1)


class AbsoluteError(losses.Loss):
    def call(self, y_true, y_pred):
        return absolute_error(y_true, y_pred)


@pytest.mark.parametrize("loss", [absolute_error, AbsoluteError()], ids=["function", "class"])
def test_a_clone_is_compiled_with_functions_and_classes_that_nobody_registered(loss):
    model = Sequential([Input((3,)), layers.Dense(1)])
    mean = metrics.MeanSquaredError(name="squares")
    model.compile(optimizers.SGD(0.25), loss=loss, metrics=[absolute_error, mean], weighted_metrics=[absolute_error])
    clone = clone_model(model)
    assert clone.loss is loss and clone.optimizer is not model.optimizer
    assert float(clone.optimizer.learning_rate) == 0.25
    x, y = np.ones((4, 3), "float32"), np.full((4, 1), 2.0, "float32")
    clone.set_weights([np.zeros((3, 1)), np.full(1, 5.0)])
    logs = clone.evaluate(x, y, verbose=0, return_dict=True)
    assert logs["loss"] == 3.0 and logs["absolute_error"] == 3.0 and logs["squares"] == 9.0
    assert float(mean.result()) == 0.0
