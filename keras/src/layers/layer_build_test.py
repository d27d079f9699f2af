"""When `build` runs."""

import numpy as np
import pytest

from keras.src import layers, models, ops
from keras.src.saving import saving_api
from keras.src.saving.object_registration import CustomObjectScope
from keras.src.testing.layer_rows import ROWS, apply, draw


def with_weight(cls):
    """A subclass of a layer that has one weight more, made by `build`."""

    class WithWeight(cls):
        def build(self, *shapes, **named):
            super().build(*shapes, **named)
            self.weight_of_its_own = self.add_weight(shape=(1,), initializer="ones", name="own")

        def call(self, *args, **kwargs):
            return super().call(*args, **kwargs)

    return WithWeight


WITHOUT_WEIGHTS = [name for name, row in ROWS.items() if getattr(layers, row[0]).build is layers.Layer.build]


@pytest.mark.parametrize("name", WITHOUT_WEIGHTS)
def test_a_subclass_of_a_layer_without_weights_has_its_build_called(name):
    class_name, arguments, inputs, call = ROWS[name]
    cls = with_weight(getattr(layers, class_name))
    layer = cls(**arguments)
    assert not layer.built
    apply(layer, [ops.convert_to_tensor(x) for x in draw(name, inputs)], call)
    assert layer.built and [w.name for w in layer.weights] == ["own"]


def test_layers_without_weights_and_build_are_built_from_the_start():
    class Same(layers.Dropout):
        def call(self, inputs, training=False):
            return super().call(inputs, training=training)

    assert layers.Dropout(0.1).built and Same(0.1).built


class Scaled(layers.Dropout):
    def build(self, input_shape):
        self.scale = self.add_weight(shape=input_shape[-1:], initializer="ones", name="scale")

    def call(self, inputs, training=None):
        return self.scale * super().call(inputs, training=training)


def test_their_weights_come_from_files(tmp_path):
    x = np.ones((2, 3), "float32")
    inputs = layers.Input((3,))
    for model in (
        models.Model(inputs, Scaled(0.5)(inputs)),
        models.Sequential([Scaled(0.5)]),
        models.Sequential([inputs, Scaled(0.5)]),
    ):
        model(x)
        model.set_weights([np.array([1.0, 2.0, 3.0])])
        with CustomObjectScope({"Scaled": Scaled}):
            model.save(tmp_path / "model.keras")
            again = saving_api.load_model(tmp_path / "model.keras")
        np.testing.assert_allclose(ops.convert_to_numpy(again(x)), [[1.0, 2.0, 3.0]] * 2)
