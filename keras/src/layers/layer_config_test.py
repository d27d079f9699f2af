"""Configs of layers: what a constructor received comes back."""

import pytest

from keras.src import layers, ops
from keras.src.saving import deserialize_keras_object, serialize_keras_object
from keras.src.saving.object_registration import CustomObjectScope


def array(x):
    return ops.convert_to_numpy(x)


class Configured(layers.Layer):
    def __init__(self, units, act=None, inner=None, **kwargs):
        super().__init__(**kwargs)
        self.size = units
        self.inner = inner

    def call(self, x):
        return x


class ByHand(layers.Dense):
    def __init__(self, *, extra=1, **kwargs):
        super().__init__(4, **kwargs)
        self.extra = extra

    def get_config(self):
        config = super().get_config()
        del config["units"]
        return {**config, "extra": self.extra}


class Strict(layers.Layer):
    def __init__(self, units):
        super().__init__()


class TestConfigs:
    def test_a_users_layer_gets_what_its_constructor_received(self):
        layer = Configured(3, inner=layers.Dense(2), name="c", trainable=False)
        config = layer.get_config()
        assert config["units"] == 3 and config["act"] is None and config["trainable"] is False
        with CustomObjectScope({"Configured": Configured}):
            again = deserialize_keras_object(serialize_keras_object(layer))
        assert again.size == 3 and again.inner.units == 2 and again.name == "c" and not again.trainable

    def test_a_config_holds_what_the_constructor_takes(self):
        assert Strict(3).get_config() == {"units": 3}
        assert isinstance(Strict.from_config(Strict(3).get_config()), Strict)

    def test_get_config_by_hand(self):
        config = ByHand(extra=7, activation="relu").get_config()
        assert config["extra"] == 7 and config["activation"] == "relu" and "units" not in config
        assert ByHand.from_config(config).get_config()["extra"] == 7

    def test_arguments_that_no_config_holds(self):
        with pytest.raises(NotImplementedError, match="get_config"):
            Configured(object()).get_config()

    def test_a_config_that_the_constructor_refuses(self):
        with pytest.raises(TypeError, match="from_config"):
            Strict.from_config({"units": 3, "other": 4})

    def test_what_quantization_refuses(self):
        layer = layers.Identity()
        with pytest.raises(ValueError, match="mode"):
            layer.quantize("foo")
        with pytest.raises(ValueError, match="built"):
            layers.Dense(2).quantize("int8")
        with pytest.raises(NotImplementedError, match="quantized"):
            layer.quantize("int8")
        with pytest.raises(NotImplementedError, match="compile"):
            layer.add_metric()
