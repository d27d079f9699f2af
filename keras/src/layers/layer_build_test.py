"""When `build` runs."""

import numpy as np
import pytest

from keras.src import dtype_policies, layers, models, ops
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


@pytest.mark.parametrize("base", [layers.Layer, models.Model])
@pytest.mark.parametrize("by_call", [True, False])
def test_sub_layers_are_built_after_super_build(base, by_call):
    """What an overriding `build` builds by itself is built there; the base builds what it leaves."""

    class Block(base):
        def __init__(self):
            super().__init__()
            self.first, self.second = layers.Dense(4), layers.Dense(2)

        def build(self, input_shape):
            super().build(input_shape)
            assert self.built and not self.first.built and not self.second.built
            self.first.build(input_shape)

        def call(self, x):
            return self.second(self.first(x))

    block = Block()
    if by_call:
        block(np.ones((2, 3)))
    else:
        block.build((None, 3))
    assert [v.path.split("/")[-2:] for v in block.weights] == [
        [name, part] for name in (block.first.name, block.second.name) for part in ("kernel", "bias")
    ]


def test_what_a_failed_build_left_is_forgotten():
    class Fragile(layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner, self.fails = layers.Dense(2), True

        def build(self, input_shape):
            if self.fails:
                super().build(input_shape)
                raise RuntimeError("not yet")

        def call(self, x):
            return self.inner(x)

    layer = Fragile()
    with pytest.raises(RuntimeError, match="not yet"):
        layer.build((None, 3))
    layer.fails = False
    layer.build((None, 5))
    assert not layer.inner.built
    assert layer(np.ones((1, 5))).shape == (1, 2)


@pytest.mark.parametrize("way", ["call", "symbolic", "build"])
def test_weights_of_the_constructor_do_not_settle_where_a_layer_stands(way):
    """Which its first use does, so that two blocks alike have layers of different paths, with a policy for each."""

    class Attention(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.query = layers.Dense(2, name="query", dtype=self.dtype_policy)
            self.bias = self.add_weight((3,), name="bias")

        def call(self, x):
            return self.query(x + self.bias)

    class Block(layers.Layer):
        def __init__(self, name, policies):
            super().__init__(name=name)
            self.attention = Attention(name="attention", dtype=policies)

        def call(self, x):
            return self.attention(x)

    policies = dtype_policies.DTypePolicyMap("float32", {"second/attention/query": "int8_from_float32"})
    blocks = [Block(name, policies) for name in ("first", "second")]
    for block in blocks:
        if way == "build":
            block.build((None, 3))
        else:
            block(ops.ones((1, 3)) if way == "call" else layers.Input((3,)))
    assert [b.attention.query.path for b in blocks] == ["first/attention/query", "second/attention/query"]
    assert [b.attention.query.quantization_mode for b in blocks] == [None, "int8"]
    assert [w.path for w in blocks[0].weights][0] == "attention/bias"
