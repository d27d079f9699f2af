"""Models as OpenVINO's files, run by OpenVINO."""

import numpy as np
import openvino
import pytest

import keras
from keras.src.export.testing.checks import assert_agrees
from keras.src.export.testing.models import CASES


def caller(path, model):
    """A function of the model's inputs that runs the file in float32."""
    compiled = openvino.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})

    def call(x):
        arrays = x if isinstance(x, dict) else dict(zip([i.name for i in model.inputs], keras.tree.flatten(x)))
        results = compiled(arrays)
        named = {next(iter(o.get_names())): np.array(results[o]) for o in compiled.outputs}
        return named if "output_0" not in named else named["output_0"]

    return call


@pytest.mark.parametrize("name", CASES)
def test_models_run_in_the_runtime(name, tmp_path):
    case = CASES[name]
    model = case.model()
    model.export(tmp_path / "m.xml", format="openvino", verbose=False)
    assert sorted(x.name for x in tmp_path.iterdir()) == ["m.bin", "m.xml"]
    assert_agrees(model, case.samples(), caller(tmp_path / "m.xml", model))


def test_weights_are_float16_where_that_is_asked_for(tmp_path):
    model = CASES["mlp"].model()
    sizes = []
    for narrow in (False, True):
        model.export(tmp_path / "m.xml", format="openvino", verbose=False, compress_to_fp16=narrow)
        sizes.append((tmp_path / "m.bin").stat().st_size)
    assert sizes[0] == 4 * model.count_params() and sizes[1] < sizes[0]
