"""What reaches `call`, and what other libraries ask of layers."""

import numpy as np
import pytest

from keras.src import layers, models, ops
from keras.src.backend import get_keras_mask, set_keras_mask


class See(layers.Layer):
    def call(self, first, second=None, first_mask=None, second_mask=None):
        self.seen = [m if m is None else ops.convert_to_numpy(m).tolist() for m in (first_mask, second_mask)]
        return first


class SeeOne(layers.Layer):
    def call(self, x, mask=None):
        self.seen = [None if mask is None else ops.convert_to_numpy(mask).tolist()]
        return x


@pytest.mark.parametrize("dtype", ["float32", "float16", "mixed_bfloat16"])
def test_casts_keep_masks(dtype):
    masked = layers.Masking()(np.array([[[0.0, 0.0], [1.0, 2.0]]], "float32"))
    one, both = SeeOne(dtype=dtype), See(dtype=dtype)
    one(masked), both(masked, second=masked)
    assert one.seen == [[[False, True]]] and both.seen == [[[False, True]]] * 2


def test_what_other_libraries_read():
    assert layers.Dense(2).call_signature_parameters == ["inputs", "training"]
    assert models.Sequential().call_signature_parameters == ["inputs", "training", "mask", "kwargs"]
    assert str(See()._call_signature) == "(first, second=None, first_mask=None, second_mask=None)"
    flags = [(x._call_has_training_arg, x._call_has_mask_arg) for x in (layers.Dense(2), SeeOne(), layers.LSTM(2))]
    assert flags == [(True, False), (False, True), (True, True)]
    assert layers.Dense(2).supports_jit and models.Sequential().supports_jit


def test_the_lock_of_a_built_layer_can_be_opened():
    layer = layers.Dense(2)
    layer.build((None, 3))
    assert layer._lock is False
    with pytest.raises(ValueError, match="built"):
        layer.more = layers.Dense(1)
    layer._lock = False
    layer.more = layers.Dense(1)
    assert layer.more in layer._layers


def test_input_shape_of_an_input_layer_is_an_older_word():
    with pytest.warns(UserWarning, match="deprecated"):
        assert layers.InputLayer(input_shape=(3,)).batch_shape == (None, 3)


class Told(layers.Layer):
    """Notes `foo`, which it declares to take from the call around it."""

    def __init__(self, *within, says=None, declares=True, **kwargs):
        super().__init__(**kwargs)
        self.within, self.says, self.told = list(within), says, []
        if declares:
            self._register_call_context_args("foo")

    def call(self, x, foo=None):
        self.told.append(foo)
        for layer in self.within:
            x = layer(x) if self.says is None else layer(x, foo=self.says)
        return x


class Around(Told):
    def call(self, x):
        return super().call(x)


def test_declared_arguments_reach_layers_within():
    inner, other = Told(), Told(declares=False)
    plain = models.Sequential([inner])
    outer, x = Around(Told(plain, other)), np.ones((2, 3), "float32")
    for foo in (3, None, 4):
        outer(x, foo=foo) if foo else outer(x)
        assert (inner.told[-1], other.told[-1]) == (foo, None)
    nearer = Told()
    Told(nearer, says=5)(x, foo=3)
    assert nearer.told[-1] == 5


@pytest.mark.parametrize(
    "make", [lambda x, y: models.Model(x, y), lambda x, y: models.Sequential(models.Model(x, y).layers)]
)
def test_declared_arguments_of_models(make):
    layer, x = Told(), layers.Input((3,))
    model = make(x, layer(x))
    model._register_call_context_args("foo")
    model(np.ones((2, 3), "float32"), foo=3)
    assert layer.told[-1] == 3


def test_arguments_that_nobody_declared_are_refused():
    with pytest.raises(TypeError, match="foo"):
        Around(declares=False)(np.ones((2, 3)), foo=3)


def test_stateless_calls_give_losses_when_asked():
    layer = layers.Dense(1, use_bias=False, kernel_initializer="ones", kernel_regularizer="l2")
    layer.build((None, 2))
    given = [[v.value for v in layer.trainable_variables], [], np.ones((1, 2), "float32")]
    assert len(layer.stateless_call(*given)) == 2
    assert [round(float(x), 5) for x in layer.stateless_call(*given, return_losses=True)[2]] == [0.02]


class SeePair(layers.Layer):
    def call(self, a, b):
        self.seen = ops.dtype(a), ops.dtype(b), get_keras_mask(b) is not None
        return a


@pytest.mark.parametrize("swapped", [False, True])
def test_each_of_several_tensors_counts_in_later_calls(swapped):
    layer, first = SeePair(), ops.ones((2, 3))
    for dtype in ("float32", "float32", "float16", "float32", "float16"):
        pair = (first, ops.ones((2, 3), dtype))
        layer(*(reversed(pair) if swapped else pair))
        assert layer.seen == ("float32", "float32", False)
    second = ops.ones((2, 3), "float16")
    set_keras_mask(second, ops.ones((2,), "bool"))
    layer(first, second)
    assert layer.seen == ("float32", "float32", True)
