"""LiteRT files, as their interpreter reads them, from each engine."""

import math
import os

import numpy as np
import pytest

import keras
from keras import layers, ops
from keras.src.export.testing.checks import assert_agrees, reloaded
from keras.src.export.testing.models import CASES

tf = pytest.importorskip("tensorflow")
interpreter = pytest.importorskip("ai_edge_litert.interpreter")
X = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
ROWS = [keras.InputSpec("float32", (None, 4))]
SIGNATURE = "serving_default"


def runner(path, signature=SIGNATURE):
    return interpreter.Interpreter(str(path)).get_signature_runner(signature)


def exported(model, folder, **arguments):
    """A function of the inputs of a model that runs its file."""
    path = folder / "model.tflite"
    model.export(path, format="litert", verbose=False, **arguments)
    run, names = runner(path), [x.name for x in keras.tree.flatten(model.inputs)]

    def call(inputs):
        outputs = run(**dict(zip(names, keras.tree.flatten(inputs))))
        return outputs["output_0"] if set(outputs) == {"output_0"} else outputs

    return call


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.recurrent])
def test_models_of_any_size(name, tmp_path):
    case = CASES[name]
    model = case.model()
    for each in (model, reloaded(model, tmp_path)):
        assert_agrees(model, case.samples(), exported(each, tmp_path))


@pytest.mark.parametrize("batch", [3, None])
def test_recurrences_of_known_length(batch, tmp_path):
    case = CASES["lstm"]
    model = case.model()
    samples = [case.inputs(n, 7) for n in ((3,) if batch else (3, 5))]
    for each in (model, reloaded(model, tmp_path)):
        assert_agrees(model, samples, exported(each, tmp_path, input_signature=case.signature(batch, 7)))


def test_recurrences_of_unknown_length_are_refused(tmp_path):
    model = CASES["lstm"].make()
    with pytest.raises(ValueError, match="loop over time.*input_signature=.*None, 16.*'tokens'") as caught:
        model.export(tmp_path / "model.tflite", format="litert")
    assert not os.listdir(tmp_path)
    # The advice works.
    advised = str(caught.value).partition("input_signature=")[2].partition("`")[0]
    exported(model, tmp_path, input_signature=eval(advised))


def test_exact_gelu_is_as_exact_as_float32_has_it(tmp_path):
    inputs = keras.Input((4,), name="rows")
    model = keras.Model(inputs, ops.gelu(inputs, approximate=False))
    found = exported(model, tmp_path)(3 * X)
    expected = [[x * (1 + math.erf(x / math.sqrt(2))) / 2 for x in row] for row in (3 * X).tolist()]
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


def test_attributes_of_the_converter(tmp_path):
    model = keras.Sequential([keras.Input((64,)), layers.Dense(64)])
    exported(model, tmp_path)
    size = os.path.getsize(tmp_path / "model.tflite")
    exported(model, tmp_path, optimizations=[tf.lite.Optimize.DEFAULT])
    assert os.path.getsize(tmp_path / "model.tflite") < 0.5 * size
    half = {"supported_types": [tf.float16]}
    exported(model, tmp_path, optimizations=[tf.lite.Optimize.DEFAULT], target_spec=half)
    assert 0.5 * size < os.path.getsize(tmp_path / "model.tflite") < 0.8 * size
    for wrong, message in (
        ({"foo": 1}, "Unknown converter attribute 'foo'.*optimizations"),
        ({"target_spec": {"foo": 1}}, "Unknown target_spec attribute 'foo'.*supported_ops"),
    ):
        with pytest.raises(ValueError, match=message):
            model.export(tmp_path / "other.tflite", format="litert", **wrong)
    assert os.listdir(tmp_path) == ["model.tflite"]


def test_what_cannot_be_held_is_refused(tmp_path):
    inputs = keras.Input((4,))
    model = keras.Model(inputs, ops.erfinv(inputs))
    with pytest.raises(ValueError, match="LiteRT cannot hold this model.*SELECT_TF_OPS"):
        model.export(tmp_path / "model.tflite", format="litert")
    with pytest.raises(ValueError, match="ends with '.tflite'.*Received"):
        model.export(tmp_path / "model.bin", format="litert")
    assert not os.listdir(tmp_path)


def test_several_functions(tmp_path):
    model = keras.Sequential([keras.Input((4,), name="rows"), layers.Dense(3)])
    archive = keras.export.ExportArchive(format="litert")
    archive.track(model)
    archive.add_endpoint("serve", model, ROWS)
    archive.add_endpoint("doubled", lambda x: {"twice": 2 * model(x)}, ROWS)
    archive.write_out(tmp_path / "model.tflite", verbose=False)
    expected = model.predict(X, verbose=0)
    np.testing.assert_allclose(runner(tmp_path / "model.tflite", "serve")(rows=X)["output_0"], expected, 1e-5, 1e-5)
    doubled = runner(tmp_path / "model.tflite", "doubled")
    for batch in (5, 2):
        np.testing.assert_allclose(doubled(x=X[:batch])["twice"], 2 * expected[:batch], 1e-5, 1e-5)


def test_variables_that_change(tmp_path):
    model = keras.Sequential([keras.Input((4,), name="rows"), layers.BatchNormalization(momentum=0.5)])
    archive = keras.export.ExportArchive(format="litert")
    archive.track_and_add_endpoint("serve", model, ROWS)
    archive.track_and_add_endpoint("train", model, ROWS, training=True)
    archive.write_out(tmp_path / "model.tflite", verbose=False)
    opened = interpreter.Interpreter(str(tmp_path / "model.tflite"))
    opened.get_signature_runner("train")(rows=X)
    found = opened.get_signature_runner("serve")(rows=X)["output_0"]
    mean, variance = 0.5 * X.mean(0), 0.5 + 0.5 * X.var(0)
    np.testing.assert_allclose(found, (X - mean) / np.sqrt(variance + 1e-3), rtol=1e-4, atol=1e-4)
