import numpy as np
import pytest

import keras
from keras.src import backend, dtype_policies, layers, models, ops
from keras.src.backend.common import global_state
from keras.src.dtype_policies import DTypePolicy, DTypePolicyMap


@pytest.fixture(autouse=True)
def usual_global_policy():
    yield
    global_state.set_global_attribute("dtype_policy", None)


# name: (compute, variable, quantization mode, class, config)
POLICIES = {
    "float32": ("float32", "float32", None, "DTypePolicy", {"name": "float32"}),
    "mixed_float16": ("float16", "float32", None, "DTypePolicy", {"name": "mixed_float16"}),
    "mixed_bfloat16": ("bfloat16", "float32", None, "DTypePolicy", {"name": "mixed_bfloat16"}),
    "uint8": ("uint8", "uint8", None, "DTypePolicy", {"name": "uint8"}),
    "int8_from_mixed_bfloat16": (
        "bfloat16",
        "float32",
        "int8",
        "QuantizedDTypePolicy",
        {"mode": "int8", "source_name": "mixed_bfloat16"},
    ),
    "int4/64_from_float32": (
        "float32",
        "float32",
        "int4",
        "Int4DTypePolicy",
        {"mode": "int4/64", "source_name": "float32"},
    ),
    "float8_from_float32": (
        "float32",
        "float32",
        "float8",
        "QuantizedFloat8DTypePolicy",
        {"mode": "float8", "source_name": "float32", "amax_history_length": 1024},
    ),
    "gptq/4/128_from_float32": (
        "float32",
        "float32",
        "gptq",
        "GPTQDTypePolicy",
        {"mode": "gptq/4/128", "source_name": "float32"},
    ),
    "awq/4/-1_from_float32": (
        "float32",
        "float32",
        "awq",
        "AWQDTypePolicy",
        {"mode": "awq/4/-1", "source_name": "float32"},
    ),
}


@pytest.mark.parametrize("name", POLICIES)
def test_policies_by_name(name):
    policy = dtype_policies.get(name)
    compute, variable, mode, class_name, config = POLICIES[name]
    assert (policy.compute_dtype, policy.variable_dtype, policy.quantization_mode) == (compute, variable, mode)
    assert type(policy).__name__ == class_name and policy.name == name
    assert policy.get_config() == config
    assert repr(policy) == f'<{class_name} "{name}">'
    serialized = dtype_policies.serialize(policy)
    assert serialized["module"] == ("keras" if class_name == "DTypePolicy" else "keras.dtype_policies")
    assert dtype_policies.deserialize(serialized) == policy
    assert dtype_policies.get(serialized) == policy


@pytest.mark.parametrize("name", ["mixed_foo", "float", "abc", "int8_from_float32", "int8_from_foo"])
def test_unknown_names(name):
    with pytest.raises(ValueError, match="no dtype policy"):
        DTypePolicy(name)


@pytest.mark.parametrize(
    "make",
    [
        lambda: dtype_policies.get(3),
        lambda: dtype_policies.QuantizedDTypePolicy("foo"),
        lambda: dtype_policies.Int4DTypePolicy("int4"),
        lambda: dtype_policies.Int4DTypePolicy("int4/x"),
        lambda: dtype_policies.Int4DTypePolicy("int4/0"),
        lambda: dtype_policies.GPTQDTypePolicy("gptq/5/128"),
        lambda: dtype_policies.AWQDTypePolicy("awq/3/128"),
    ],
)
def test_bad_policies_raise_value_errors(make):
    with pytest.raises(ValueError, match="Received"):
        make()


def test_get_takes_policies_and_dtypes():
    policy = DTypePolicy("float16")
    assert dtype_policies.get(policy) is policy
    assert dtype_policies.get(np.float64).name == "float64"
    assert dtype_policies.get(backend.to_engine_dtype("float16")).name == "float16"
    assert dtype_policies.get(None).name == backend.floatx()


def test_the_global_policy():
    keras.config.set_dtype_policy("mixed_bfloat16")
    assert keras.config.dtype_policy() == DTypePolicy("mixed_bfloat16")
    assert DTypePolicy().name == "mixed_bfloat16"
    keras.config.set_dtype_policy("int8_from_float32")
    assert keras.config.dtype_policy().quantization_mode == "int8"
    with pytest.raises(ValueError, match="policy=None"):
        keras.config.set_dtype_policy(None)


def test_convert_input_casts_floating_point_tensors_only():
    policy = DTypePolicy("mixed_float16")

    def converted_dtype(x, autocast=True):
        return backend.standardize_dtype(policy.convert_input(x, autocast, "float16").dtype)

    assert converted_dtype(np.ones(2, "float32")) == "float16"
    assert converted_dtype(np.ones(2, "float32"), autocast=False) == "float32"
    assert converted_dtype(np.ones(2, "int32")) == "int32"
    assert converted_dtype(ops.ones(2, "float32")) == "float16"
    assert converted_dtype(backend.KerasTensor((2,), "float32")) == "float16"
    assert converted_dtype(backend.Variable(np.ones(2, "float32"))) == "float16"
    for x in (3.0, [1.0], "text", None):
        assert policy.convert_input(x, True, "float16") is x


class TestDTypePolicyMap:
    def policies(self):
        return DTypePolicyMap("float32", {"a/b": DTypePolicy("bfloat16"), "c/.*": "float16"})

    def test_paths_and_patterns(self):
        policies = self.policies()
        assert policies["a/b"].name == "bfloat16"
        assert policies["c/d/e"].name == "float16"
        for path in ("a", "a/b/c", "xa/b", "c"):
            assert policies[path].name == "float32"
        assert policies.name == "map_float32" and policies.compute_dtype == "float32"
        assert len(policies) == 2 and list(policies) == ["a/b", "c/.*"]

    def test_changing_it(self):
        policies = self.policies()
        policies["d"] = "float64"
        assert policies["d"].name == "float64"
        with pytest.raises(ValueError, match="already"):
            policies["d"] = "float32"
        with pytest.raises(ValueError, match="Received: 3"):
            policies["e"] = 3
        del policies["d"]
        assert "d" not in policies

    def test_a_path_with_two_patterns_is_an_error(self):
        policies = DTypePolicyMap(policy_map={"a.*": "float16", ".*b": "float64"})
        with pytest.raises(ValueError, match="several"):
            policies["ab"]

    def test_config(self):
        policies = self.policies()
        config = policies.get_config()
        assert config["default_policy"] == "float32" and config["policy_map"]["c/.*"] == "float16"
        assert config["policy_map"]["a/b"]["config"] == {"name": "bfloat16"}
        again = dtype_policies.deserialize(dtype_policies.serialize(policies))
        assert again.get_config() == config


def test_the_older_name_is_the_same_class():
    assert keras.FloatDTypePolicy is keras.dtype_policies.FloatDTypePolicy is DTypePolicy
    config = {
        "module": "keras",
        "class_name": "FloatDTypePolicy",
        "config": {"name": "float16"},
        "registered_name": None,
    }
    assert dtype_policies.deserialize(config) == DTypePolicy("float16")
    assert dtype_policies.serialize(keras.FloatDTypePolicy("float16"))["class_name"] == "DTypePolicy"


def test_a_mode_of_quantization_alone_is_no_policy():
    for mode in ("int8", "int4", "float8", "gptq", "awq", "ternary"):
        for function in (dtype_policies.get, keras.config.set_dtype_policy, lambda mode: layers.Dense(2, dtype=mode)):
            with pytest.raises(ValueError, match=f"{mode}"):
                function(mode)
    assert DTypePolicy("int8").compute_dtype == "int8"
    assert keras.Input((2,), dtype="int8").dtype == "int8"


@pytest.mark.parametrize("source", ["float16", "mixed_float16"])
def test_int8_does_not_compute_in_float16(source):
    with pytest.raises(ValueError, match="int8"):
        dtype_policies.QuantizedDTypePolicy("int8", source)
    with pytest.raises(ValueError, match="int8"):
        dtype_policies.get(f"int8_from_{source}")
    assert dtype_policies.QuantizedDTypePolicy("int4", source).compute_dtype == "float16"


def test_configs_are_the_same_after_a_global_policy_was_set():
    keras.config.set_dtype_policy(DTypePolicy("float32"))
    model = models.Sequential([layers.Input((2,)), layers.Dense(2), layers.Dense(2)])
    assert "shared_object_id" not in model.to_json()
    assert models.model_from_json(model.to_json()).to_json() == model.to_json()
