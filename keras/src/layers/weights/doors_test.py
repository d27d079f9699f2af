"""What other libraries find on quantized layers, and what is said of files of Keras 3.15 that nobody can read."""

import h5py
import numpy as np
import pytest

from keras.src import layers, models

X = np.ones((2, 8), "float32")
POLICIES = {"int8": "int8", "int4": "int4/128", "float8": "float8", "gptq": "gptq/4/4", "awq": "awq/4/4"}


def of(mode):
    return models.Sequential([layers.Input((8,)), layers.Dense(6, dtype=mode and f"{POLICIES[mode]}_from_float32")])


@pytest.mark.parametrize("mode", [None, *POLICIES])
def test_names_under_which_other_libraries_look(mode):
    layer = of(mode).layers[0]
    assert layer._is_quantized == (mode is not None)
    assert (layer.is_gptq_calibrated, layer.is_awq_calibrated) == (mode == "gptq", mode == "awq")
    assert hasattr(layer, "quantized_kernel") == hasattr(layer, "kernel_shape") == (mode in ("gptq", "awq"))
    assert hasattr(layer, "inputs_quantizer") == (mode in ("int8", "int4"))
    if mode in ("gptq", "awq"):
        assert layer.quantized_kernel.dtype == "uint8" and layer.kernel_shape == (8, 6)
    if mode == "int8":
        assert type(layer.inputs_quantizer).__name__ == "AbsMaxQuantizer"
        layer.enable_lora(2)
        assert layer.inputs_quantizer is not None
    assert not layers.Dense(3, dtype="int8_from_float32")._is_quantized


@pytest.mark.parametrize("mode", ["gptq", "awq"])
def test_files_without_zero_points_are_refused_with_the_reason(mode, tmp_path):
    path = str(tmp_path / "model.weights.h5")
    of(mode).save_weights(path)
    with pytest.raises(ValueError, match="the model is not quantized: call `quantize` first"):
        of(None).load_weights(path)
    with h5py.File(path, "r+") as file:
        arrays = file["layers/dense/vars"]
        values = [arrays[str(i)][()] for i in range(len(arrays)) if i != 3]
        for name in list(arrays):
            del arrays[name]
        for i, value in enumerate(values):
            arrays[str(i)] = value
    with pytest.raises(ValueError, match="without their zero points"):
        of(mode).load_weights(path)
