"""Models as StableHLO, run by JAX."""

import numpy as np
import pytest

import keras
from keras import layers
from keras.src import backend
from keras.src.export.testing.checks import (
    assert_a_needed_bound_is_told,
    assert_agrees,
    assert_sizes_that_must_be_equal_are_found,
    bounded,
    reloaded,
)
from keras.src.export.testing.models import CASES

jax = pytest.importorskip("jax")
pytest.importorskip("flatbuffers")


def load(path):
    return jax.export.deserialize(bytearray(path.read_bytes()))


def exported(model, folder, **options):
    model.export(folder / "model.stablehlo", format="stablehlo", verbose=False, **options)
    return load(folder / "model.stablehlo")


@pytest.mark.parametrize("name", CASES)
def test_models_run_alike(name, tmp_path):
    case = CASES[name]
    model = case.model()
    assert_agrees(model, case.samples(), exported(model, tmp_path, input_signature=bounded(case)).call)
    again = exported(reloaded(model, tmp_path), tmp_path, input_signature=bounded(case))
    assert_agrees(model, case.samples()[:1], again.call)


def test_platforms(tmp_path):
    assert exported(CASES["mlp"].model(), tmp_path).platforms == ("cpu", "cuda", "tpu")
    assert exported(CASES["mlp"].model(), tmp_path, platforms=["cpu"]).platforms == ("cpu",)


def test_fixed_and_bounded_sizes(tmp_path):
    case = CASES["transformer"]
    program = exported(case.model(), tmp_path, input_signature=case.signature(batch=3))
    assert program.in_avals[0].shape[0] == 3
    assert program.call(case.inputs(3, 9)).shape == (3, 9, 12)
    with pytest.raises(ValueError, match="shapes"):
        program.call(case.inputs(3, 17))


def test_a_size_without_a_bound_that_is_needed(tmp_path):
    assert_a_needed_bound_is_told(exported, tmp_path)


def test_sizes_of_inputs_that_must_be_equal(tmp_path):
    assert_sizes_that_must_be_equal_are_found(lambda *given: exported(*given).call, tmp_path)


def test_an_input_may_have_any_name(tmp_path):
    inputs = keras.Input((None,), name="a b.1-max")
    program = exported(keras.Model(inputs, inputs * 2), tmp_path)
    np.testing.assert_array_equal(program.call(np.ones((2, 3), "float32")), np.full((2, 3), 2, "float32"))


def test_a_subclass_with_two_arguments(tmp_path):
    class Difference(keras.Model):
        def call(self, x, y):
            return {"difference": x - y}

    model = Difference()
    x, y = np.ones((2, 3), "float32"), np.zeros((2, 3), "float32")
    model(x, y)
    spec = {"shape": (None, 3), "dtype": "float32"}
    program = exported(model, tmp_path, input_signature=[spec, spec])
    np.testing.assert_array_equal(program.call(x, y)["difference"], x)
    np.testing.assert_array_equal(program.call(x[:1], y[:1])["difference"], x[:1])


def test_mixed_precision_and_integers(tmp_path):
    inputs = keras.Input((4,), dtype="int64")
    model = keras.Model(inputs, layers.Dense(3, dtype="mixed_bfloat16")(layers.Rescaling(0.5)(inputs)))
    program = exported(model, tmp_path)
    x = np.arange(8).reshape(2, 4)
    result = program.call(x)
    assert str(result.dtype) == "bfloat16"
    np.testing.assert_allclose(result.astype("float32"), model.predict(x, verbose=0).astype("float32"), rtol=2e-2)


def test_weights_that_the_file_has_no_place_for(tmp_path, monkeypatch):
    monkeypatch.setattr("keras.src.export.stablehlo.LARGEST", 100)
    with pytest.raises(ValueError, match="holds 2 GB"):
        exported(CASES["mlp"].model(), tmp_path)
    assert not list(tmp_path.iterdir())


def test_unknown_options(tmp_path):
    with pytest.raises(ValueError, match="platforms"):
        exported(CASES["mlp"].model(), tmp_path, opset_version=3)


def with_code_of_jax():
    inputs = keras.Input((3,))
    layer = layers.JaxLayer(lambda params, inputs: jax.numpy.sin(inputs) * params, params=np.full((3,), 2.0, "float32"))
    return keras.Model(inputs, layer(inputs))


@pytest.mark.skipif(backend.own_code.jax_function is None, reason="the engine has no `JaxLayer`")
def test_code_of_jax(tmp_path):
    model = with_code_of_jax()
    x = np.arange(6, dtype="float32").reshape(2, 3)
    np.testing.assert_allclose(exported(model, tmp_path).call(x), 2 * np.sin(x), rtol=1e-5, atol=1e-6)


@pytest.mark.skipif(backend.own_code.hold_module is None, reason="the engine has no `TorchModuleWrapper`")
def test_code_of_torch(tmp_path):
    torch = pytest.importorskip("torch")
    inputs = keras.Input((3,))
    model = keras.Model(inputs, layers.TorchModuleWrapper(torch.nn.Linear(3, 2))(inputs))
    with pytest.raises(ValueError, match="runs code of torch"):
        exported(model, tmp_path)
    assert not list(tmp_path.iterdir())
