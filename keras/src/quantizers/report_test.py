from keras.src import layers
from keras.src.quantizers import QuantizationReport


def filled():
    report = QuantizationReport("int4")
    report.add_quantized(layers.Dense(2, name="dense"))
    report.add_quantized("block/dense")
    report.add_skipped(layers.Dropout(0.5, name="dropout"), "no weights")
    report.add_skipped("other", "filtered")
    report.add_skipped("third", "no weights")
    report.add_error("broken", ValueError("too small"))
    return report


def test_numbers_and_reasons():
    report = filled()
    assert (report.num_quantized, report.num_skipped, report.num_errors) == (2, 3, 1)
    assert report.skipped_by_reason() == {"no weights": ["dropout", "third"], "filtered": ["other"]}
    assert report.quantized == ["dense", "block/dense"]
    assert report.errors == [("broken", "ValueError: too small")]
    empty = QuantizationReport()
    assert (empty.num_quantized, empty.num_skipped, empty.num_errors) == (0, 0, 0)
    assert empty.skipped_by_reason() == {}


def test_text():
    lines = [
        "Quantization to int4: 2 layers quantized, 3 left as they are, 1 failed.",
        "  left as they are (no weights): dropout, third",
        "  left as it is (filtered): other",
        "  failed: broken: ValueError: too small",
    ]
    assert filled().render() == str(filled()) == "\n".join(lines)
    listed = ["  quantized: dense", "  quantized: block/dense"]
    assert filled().render(verbose=True) == "\n".join([lines[0], *listed, *lines[1:]])
    assert QuantizationReport().render() == "Quantization: 0 layers quantized, 0 left as they are, 0 failed."


def test_layers_are_named_by_their_paths():
    inner = layers.Dense(2, name="inner")
    inner.build((None, 3))
    report = QuantizationReport()
    report.add_quantized(inner)
    assert report.quantized == [inner.path]
