"""What can be set on a layer, and what other libraries read of it."""

import numpy as np
import pytest

import keras
from keras import layers
from keras.src.backend.common.keras_tensor import KerasTensor


def test_a_policy_set_on_a_layer_becomes_an_entry_of_its_map():
    policies = keras.dtype_policies.DTypePolicyMap(default_policy="float16")
    model = keras.Sequential([keras.Input((2,)), layers.Dense(2, dtype=policies, name="inner")], name="outer")
    layer = model.layers[0]
    for name in ("mixed_bfloat16", "float32"):
        layer.dtype_policy = name
        assert layer.dtype_policy is policies
        assert {path: policy.name for path, policy in policies.items()} == {"outer/inner": name}
        assert layer.compute_dtype == keras.DTypePolicy(name).compute_dtype
    assert layer.get_config()["dtype"]["class_name"] == "DTypePolicyMap"


@pytest.mark.parametrize("policy", ["gptq/4/32_from_float32", "awq/4/32_from_float32"])
def test_policies_that_need_calibration_are_refused_by_built_layers(policy):
    layer = layers.Dense(2)
    layer.build((None, 4))
    with pytest.raises(ValueError, match="calibration data"):
        layer.dtype_policy = policy


@pytest.mark.parametrize("given", [{"input_shape": (3,)}, {"input_dim": 3}])
def test_input_shape_works_and_is_deprecated(given):
    with pytest.warns(UserWarning, match="Do not pass an `input_shape`") as caught:
        model = keras.Sequential([layers.Dense(2, **given)])
    assert model.output_shape == (None, 2) and {w.filename for w in caught} == {__file__}


def test_arguments_as_other_libraries_read_them():
    class Own(layers.Layer):
        def __init__(self, size, rate=0.5, start=None, **kwargs):
            super().__init__(**kwargs)

    assert Own(3, name="x", dtype="float16")._auto_config.config == {
        "size": 3,
        "rate": 0.5,
        "start": None,
        "dtype": "float16",
    }
    written = Own(3, start=keras.initializers.Ones())._auto_config.serialize()
    assert written["size"] == 3 and written["start"]["class_name"] == "Ones"
    assert Own(np.ones(2))._auto_config is None
    assert layers.Dense(2)._auto_config.config["units"] == 2


def test_a_symbolic_tensor_has_a_shape():
    with pytest.raises(ValueError, match="must be a tuple"):
        KerasTensor(None)
