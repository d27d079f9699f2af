"""Models as programs of `torch.export`, run by PyTorch."""

import numpy as np
import pytest

import keras
from keras import layers, ops
from keras.src import backend
from keras.src.export.testing.checks import (
    assert_a_needed_bound_is_told,
    assert_agrees,
    assert_sizes_that_must_be_equal_are_found,
    bounded,
    reloaded,
)
from keras.src.export.testing.models import CASES

torch = pytest.importorskip("torch")


def load(path):
    module = torch.export.load(path).module()

    def call(*inputs):
        with torch.no_grad():
            return module(*keras.tree.map_structure(torch.as_tensor, inputs))

    return call


def exported(model, folder, **options):
    model.export(folder / "model.pt2", format="torch", verbose=False, **options)
    return load(folder / "model.pt2")


@pytest.mark.parametrize("name", CASES)
def test_models_run_alike(name, tmp_path):
    case = CASES[name]
    model = reloaded(case.model(), tmp_path)
    assert_agrees(model, case.samples(), exported(model, tmp_path, input_signature=bounded(case)))


def test_inputs_and_weights_have_their_names(tmp_path):
    inputs = keras.Input((3,), name="features")
    exported(keras.Model(inputs, layers.Dense(2, name="head")(inputs)), tmp_path)
    program = torch.export.load(tmp_path / "model.pt2")
    assert program.graph_signature.user_inputs == ("features",)
    assert sorted(program.state_dict) == ["head.bias", "head.kernel"]


def test_fixed_and_bounded_sizes(tmp_path):
    case = CASES["transformer"]
    call = exported(case.model(), tmp_path, input_signature=case.signature(batch=3))
    assert call(case.inputs(3, 9)).shape == (3, 9, 12)
    for batch, time in ((2, 9), (3, 17)):
        with pytest.raises(AssertionError):
            call(case.inputs(batch, time))


class Counted(layers.Layer):
    """Arrays that ops make of known sizes, on both sides of operators."""

    def call(self, inputs):
        steps = ops.cast(ops.arange(inputs.shape[1]), "float32")
        return (steps + inputs) * (inputs - steps) + ops.cast(inputs > steps, "float32") / (ops.ones((3,)) + 1)


def test_arrays_of_known_sizes(tmp_path):
    model = keras.Sequential([keras.Input((3,)), Counted()])
    x = np.random.default_rng(0).normal(size=(2, 3)).astype("float32")
    np.testing.assert_allclose(exported(model, tmp_path)(x), model.predict(x, verbose=0), rtol=1e-5, atol=1e-5)
    case = CASES["own_layer"]
    model = case.model()
    call = exported(model, tmp_path, input_signature=case.signature(3, 7))
    assert_agrees(model, [case.inputs(3, 7)], call)


def test_a_size_without_a_bound_that_is_needed(tmp_path):
    assert_a_needed_bound_is_told(exported, tmp_path)


def test_sizes_of_inputs_that_must_be_equal(tmp_path):
    assert_sizes_that_must_be_equal_are_found(exported, tmp_path)


def test_images_of_open_sizes_that_are_pooled(tmp_path):
    images = [layers.MaxPooling2D(2, padding="same"), layers.Reshape((-1, 2))]
    model = keras.Sequential([keras.Input((None, None, 2)), *images, layers.GlobalMaxPooling1D()])
    call = exported(model, tmp_path)
    for height, width in ((6, 9), (11, 8)):
        x = np.random.default_rng(0).normal(size=(2, height, width, 2)).astype("float32")
        np.testing.assert_allclose(call(x), model.predict(x, verbose=0), rtol=1e-5, atol=1e-5)


def test_dynamic_shapes_of_ones_own(tmp_path):
    model = CASES["mlp"].model()
    call = exported(model, tmp_path, dynamic_shapes=({0: torch.export.Dim("rows", max=4)},))
    assert call(np.zeros((4, 6), "float32")).shape == (4, 3)
    with pytest.raises(AssertionError):
        call(np.zeros((5, 6), "float32"))


def test_batches_of_one_row(tmp_path):
    model = CASES["mlp"].model()
    assert exported(model, tmp_path)(np.zeros((1, 6), "float32")).shape == (1, 3)


def test_a_path_of_another_kind(tmp_path):
    with pytest.raises(ValueError, match=".pt2"):
        CASES["mlp"].model().export(tmp_path / "model.pt", format="torch")
    with pytest.raises(ValueError, match="strict"):
        CASES["mlp"].model().export(tmp_path / "model.pt2", format="torch", opset_version=3)


def test_mixed_precision(tmp_path):
    inputs = keras.Input((4,))
    model = keras.Model(inputs, layers.Dense(3, dtype="mixed_bfloat16")(inputs))
    result = exported(model, tmp_path)(np.ones((2, 4), "float32"))
    assert result.dtype == torch.bfloat16
    want = model.predict(np.ones((2, 4), "float32"), verbose=0).astype("float32")
    np.testing.assert_allclose(result.float(), want, rtol=2e-2)


@pytest.mark.skipif(backend.own_code.hold_module is None, reason="the engine has no `TorchModuleWrapper`")
def test_code_of_torch(tmp_path):
    inputs = keras.Input((3,))
    module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2), torch.nn.Dropout(0.5))
    model = keras.Model(inputs, layers.TorchModuleWrapper(module)(inputs))
    x = np.arange(6, dtype="float32").reshape(2, 3)
    np.testing.assert_allclose(exported(model, tmp_path)(x), model.predict(x, verbose=0), rtol=1e-5, atol=1e-6)


@pytest.mark.skipif(backend.own_code.jax_function is None, reason="the engine has no `JaxLayer`")
def test_code_of_jax(tmp_path):
    inputs = keras.Input((3,))
    layer = layers.JaxLayer(lambda params, inputs: inputs * params, params=np.full((3,), 2.0, "float32"))
    with pytest.raises(ValueError, match="runs code of jax"):
        exported(keras.Model(inputs, layer(inputs)), tmp_path)
    assert not list(tmp_path.iterdir())
