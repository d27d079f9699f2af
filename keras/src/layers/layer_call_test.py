"""What reaches `call`, and what other libraries ask of layers."""

import numpy as np
import pytest

from keras.src import layers, models, ops


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
