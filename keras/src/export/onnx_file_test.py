"""Models as ONNX files, run by ONNX Runtime."""

import numpy as np
import pytest

import keras
from keras import layers
from keras.src.testing.onnx_runtime import run


def mlp():
    inputs = keras.Input((8,), name="rows")
    x = layers.Dropout(0.5)(layers.Dense(16, activation="relu")(inputs))
    return keras.Model(inputs, layers.Dense(4, activation="softmax")(layers.Dense(16, activation="gelu")(x)))


def test_a_perceptron_is_as_few_nodes_as_can_be(tmp_path):
    import onnx

    model = mlp()
    model.export(tmp_path / "m.onnx", format="onnx", verbose=False)
    proto = onnx.load(tmp_path / "m.onnx")
    onnx.checker.check_model(proto, full_check=True)
    assert [n.op_type for n in proto.graph.node] == ["Gemm", "Relu", "Gemm", "Gelu", "Gemm", "Softmax"]
    assert [x.name for x in proto.graph.input] == ["rows"]
    for batch in (2, 5):
        x = np.random.default_rng(batch).normal(size=(batch, 8)).astype("float32")
        (result,) = run(str(tmp_path / "m.onnx"), {"rows": x})
        np.testing.assert_allclose(result, model.predict(x, verbose=0), rtol=1e-5, atol=1e-5)


def test_an_old_opset_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ValueError, match="opset_version.*18 or more"):
        mlp().export(tmp_path / "m.onnx", format="onnx", opset_version=9)
    assert not list(tmp_path.iterdir())
