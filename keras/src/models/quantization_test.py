"""What `Model.quantize` tells, and that models stay usable where it fails."""

import numpy as np
import pytest

from keras.src import layers, models, ops, quantizers


def model():
    return models.Sequential(
        [layers.Input((8,)), layers.Dense(6, name="first"), layers.ReLU(), layers.Dense(4, name="second")]
    )


class Failing(quantizers.AbsMaxQuantizer):
    def __call__(self, x, axis=None):
        if tuple(x.shape) == (6, 4):
            raise RuntimeError("no room")
        return super().__call__(x, axis)


def test_a_layer_that_fails_stands_in_the_report_and_stays_as_it_was():
    quantized = model()
    second = quantized.get_layer("second")
    weights = [ops.convert_to_numpy(v) for v in second.weights]
    with pytest.warns(UserWarning, match="second.*no room"):
        report = quantized.quantize(config=quantizers.Int8QuantizationConfig(weight_quantizer=Failing(axis=0)))
    assert (report.num_quantized, report.num_errors) == (1, 1)
    assert report is quantized._quantization_report and "no room" in report.errors[0][1]
    assert second.quantization_mode is None and second.dtype_policy.name == "float32"
    for variable, value in zip(second.weights, weights, strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(variable), value)
    assert tuple(quantized.predict(np.ones((2, 8)), verbose=0).shape) == (2, 4)
    assert quantized.quantize("int8", filters="second").num_quantized == 1


def test_quantizing_again_changes_nothing():
    quantized = model()
    quantized.quantize("int8", filters="second")
    with pytest.raises(ValueError, match="second.*already"):
        quantized.quantize("int4")
    assert quantized.get_layer("first").quantization_mode is None
    with pytest.raises(ValueError, match="must be built"):
        models.Sequential([layers.Dense(2)]).quantize("int8")


@pytest.mark.parametrize("dtype", ["float16", "mixed_float16"])
def test_a_dtype_that_a_mode_cannot_have_is_told_before_anything_changes(dtype):
    mixed = models.Sequential([layers.Input((8,)), layers.Dense(6), layers.Dense(4, dtype=dtype)])
    with pytest.raises(ValueError, match="float16"):
        mixed.quantize("int8")
    assert [layer.quantization_mode for layer in mixed.layers] == [None, None]
    assert mixed.quantize("int4").num_quantized == 2


def test_the_report_is_printed_where_it_is_asked_for(capsys):
    model().quantize("int8")
    assert "quantized" not in capsys.readouterr().out
    model().quantize("int8", verbose=True)
    out = capsys.readouterr().out
    assert "2 layers quantized" in out and "first" in out


def test_the_summary_counts_parameters_and_bytes():
    quantized = model()
    quantized.quantize("int8", filters="first")
    lines = [line.split() for line in quantized.quantization_summary().splitlines()]
    # 48 + 6 numbers: before 4 bytes each, then 48 bytes of int8, 6 scales and 6 biases.
    assert [line[-4:] for line in lines[1:]] == [
        ["int8", "54", "216", "96"],
        ["-", "28", "112", "112"],
        ["total", "82", "328", "208"],
    ]
    assert len(quantized.quantization_summary(verbose=False).splitlines()) == 2
