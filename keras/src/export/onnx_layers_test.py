"""Every layer as an ONNX file, run by ONNX Runtime and held against the model itself, over the rows of the tables of layers."""

import numpy as np
import onnx
import pytest

from keras.src import backend, layers, models, ops, tree
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.testing import recurrent_rows, text_rows
from keras.src.testing.layer_rows import ROWS, apply, draw, set_weights
from keras.src.testing.onnx_runtime import run

_HASHED = ("hashing_one_hot", "hashing_count", "hashed_crossing", "integers_4", "integers_5", "strings_adapted_1")
REFUSED = {
    **dict.fromkeys((*_HASHED, *(f"strings_{i}" for i in (2, 3, 4, 5, 9))), "compute no hashes"),
    "texts_0": "do not (change|take apart) texts",
}
"""Rows that no ONNX graph holds: what the error says."""


def symbolic(x, name):
    """An input of unknown batch for an array; a vector has no batch."""
    shape = (None, *x.shape[1:]) if x.ndim > 1 else x.shape
    dtype = "string" if x.dtype == object else standardize_dtype(x.dtype)
    return layers.Input(batch_shape=shape, dtype=dtype, name=name)


def functional(layer, arrays, call):
    """A Functional model of a call of a layer."""
    inputs = [symbolic(x, f"x{i}") for i, x in enumerate(arrays)]
    return models.Model(inputs, tree.flatten(apply(layer, inputs, call)))


def assert_file_equals(name, model, arrays, path):
    """Holds the file against the call of the model, or its refusal against the table."""
    if name in REFUSED:
        with pytest.raises(NotImplementedError, match=REFUSED[name]):
            model.export(path, format="onnx", verbose=False)
        return
    model.export(path, format="onnx", verbose=False)
    wanted = tree.flatten(model(arrays if len(arrays) > 1 else arrays[0], training=False))
    results = run(str(path), {f"x{i}": x for i, x in enumerate(arrays)})
    for result, want in zip(results, wanted, strict=True):
        # Files have 64 bits where layers say so, also if the engine holds fewer.
        assert backend.core.held_dtype(str(result.dtype)) == standardize_dtype(want.dtype)
        np.testing.assert_allclose(result, ops.convert_to_numpy(want), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "name, options",
    [("Resizing", {}), ("Resizing", {"interpolation": "nearest"}), ("CenterCrop", {})],
)
def test_images_of_any_size(name, options, tmp_path):
    inputs = layers.Input((None, None, 3), name="x0")
    model = models.Model(inputs, getattr(layers, name)(5, 6, **options)(inputs))
    model.export(tmp_path / "m.onnx", format="onnx", verbose=False)
    for sizes in ((9, 11), (4, 5), (3, 20)):
        x = np.random.default_rng(1).normal(size=(2, *sizes, 3)).astype("float32")
        (result,) = run(str(tmp_path / "m.onnx"), {"x0": x})
        np.testing.assert_allclose(result, model.predict(x, verbose=0), rtol=1e-4, atol=1e-4)


def test_tables_are_one_node(tmp_path):
    layer = layers.StringLookup(vocabulary=["a", "b", "c"], mask_token="")
    inputs = layers.Input((2,), dtype="string", name="words")
    models.Model(inputs, layer(inputs)).export(tmp_path / "m.onnx", format="onnx", verbose=False)
    assert [node.op_type for node in onnx.load(tmp_path / "m.onnx").graph.node].count("LabelEncoder") == 1
    (result,) = run(str(tmp_path / "m.onnx"), {"words": np.array([["b", ""], ["zz", "c"]], object)})
    assert result.tolist() == [[3, 0], [1, 4]]


def test_words_that_are_given_one_by_one(tmp_path):
    layer = layers.TextVectorization(vocabulary=["a", "b"], split=None, standardize=None, output_mode="count")
    inputs = layers.Input((3,), dtype="string", name="words")
    models.Model(inputs, layer(inputs)).export(tmp_path / "m.onnx", format="onnx", verbose=False)
    (result,) = run(str(tmp_path / "m.onnx"), {"words": np.array([["b", "b", "x"]], object)})
    assert result.tolist() == [[1, 0, 2]]


@pytest.mark.parametrize("name", ROWS)
def test_layers(name, tmp_path):
    class_name, arguments, inputs, call = ROWS[name]
    layer, arrays = getattr(layers, class_name)(**arguments), draw(name, inputs)
    apply(layer, [ops.convert_to_tensor(x) for x in arrays], call)
    set_weights(name, layer)
    assert_file_equals(name, functional(layer, arrays, call), arrays, tmp_path / "m.onnx")


@pytest.mark.parametrize("name", recurrent_rows.ROWS)
def test_recurrent_layers(name, tmp_path):
    make = recurrent_rows.ROWS[name][0]
    layer, (x, call) = make(layers), recurrent_rows.arguments_of(name)
    mask, states = call.pop("mask", None), call.pop("initial_state", [])
    arrays = [x, *([] if mask is None else [mask]), *states]
    inputs = [symbolic(x, f"x{i}") for i, x in enumerate(arrays)]
    if mask is not None:
        call["mask"] = inputs[1]
    if states:
        call["initial_state"] = inputs[-len(states) :]
    model = models.Model(inputs, tree.flatten(layer(inputs[0], **call)))
    recurrent_rows.set_weights(name, layer)
    assert_file_equals(name, model, arrays, tmp_path / "m.onnx")


# Bytes that are no text are no strings of ONNX.
_LOOKUPS = [n for n, row in text_rows.ROWS.items() if n != "strings_invalid" and not np.ndim(row[3][0])]
_LOOKUPS = [n for n in _LOOKUPS if text_rows.ROWS[n][0] != "TextVectorization" or n == "texts_0"]


@pytest.mark.parametrize("name", _LOOKUPS)
def test_lookups(name, tmp_path):
    layer, data = text_rows.made(layers, name), text_rows.ROWS[name][3]
    x = np.array(data, "int64" if isinstance(data[0], int) else object)[:, None]
    assert_file_equals(name, functional(layer, [x], {}), [x], tmp_path / "m.onnx")
