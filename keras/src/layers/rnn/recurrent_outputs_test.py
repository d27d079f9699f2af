"""Recurrent layers against stored outputs, configs, shapes and paths, over the rows of `testing/recurrent_rows.py`."""

import json
import pathlib

import numpy as np
import pytest

from keras.src import layers, models, ops, tree
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.testing import engine
from keras.src.testing.recurrent_rows import ROWS, arguments_of, set_weights
from keras.src.utils import naming

GOLDENS = np.load(pathlib.Path(__file__).parent / "testdata" / "recurrent_outputs.npz")
rows = pytest.mark.parametrize("name", ROWS)
some_rows = pytest.mark.parametrize(
    "name",
    [
        "SimpleRNN_all",
        "LSTM_masked_states",
        "LSTM_masked_last",
        "GRU_masked_back",
        "Bidirectional_None",
        "cell_GRU",
        "stacked",
        "distributed",
        "ConvLSTM2D_channels_last_same",
    ],
)


def built(name):
    """A layer of a row with its weights, and its inputs and keyword arguments as tensors."""
    naming.reset_names()
    layer = ROWS[name][0](layers)
    given = arguments_of(name)
    inputs, options = tree.map_structure(lambda x: x if isinstance(x, bool) else ops.convert_to_tensor(x), given)
    layer.build(tuple(inputs.shape))
    set_weights(name, layer)
    return layer, inputs, options


def matches_goldens(name, outputs):
    flat = tree.flatten(outputs)
    assert len(flat) == sum(key.startswith(f"{name}/") for key in GOLDENS.files) - 1
    for i, x in enumerate(flat):
        np.testing.assert_allclose(ops.convert_to_numpy(x), GOLDENS[f"{name}/{i}"], rtol=1e-4, atol=1e-5)


def model_of(layer, inputs, options):
    """A model of the layer, without masks, and whether it is called on several inputs."""
    states = [layers.Input(x.shape[1:]) for x in options.get("initial_state", ())]
    given = layers.Input((None, *inputs.shape[2:]))
    outputs = layer(given, **({"initial_state": states} if states else {}))
    return models.Model([given, *states] if states else given, outputs), outputs


@rows
def test_outputs_and_specs(name):
    layer, inputs, options = built(name)
    outputs = layer(inputs, **options)
    matches_goldens(name, outputs)
    facts = json.loads(str(GOLDENS[f"{name}/facts"]))
    for variable, expected in zip(layer.non_trainable_weights, facts["after"], strict=True):
        np.testing.assert_allclose(ops.convert_to_numpy(variable), expected, rtol=1e-4, atol=1e-5)
    _, symbolic = model_of(layer, inputs, options)
    tree.assert_same_structure(outputs, symbolic)
    for x, spec in zip(tree.flatten(outputs), tree.flatten(symbolic)):
        assert spec.dtype == standardize_dtype(x.dtype)
        assert len(spec.shape) == len(x.shape)
        assert all(known in (None, n) for known, n in zip(spec.shape, x.shape))


@rows
def test_config_paths_and_shapes_equal_the_stored_ones(name):
    layer, inputs, _ = built(name)
    facts = json.loads(str(GOLDENS[f"{name}/facts"]))
    config = json.loads(json.dumps(layer.get_config()))
    assert _without_shapes(config) == _without_shapes(facts["config"])
    assert [w.path for w in layer.weights] == facts["paths"]
    shapes = layer.compute_output_shape((None, *inputs.shape[1:]))
    assert json.loads(json.dumps(tree.map_shape_structure(list, shapes))) == facts["shapes"]
    again = type(layer).from_config(config)
    again.build(tuple(inputs.shape))
    assert [tuple(w.shape) for w in again.weights] == [tuple(w.shape) for w in layer.weights]
    assert json.loads(json.dumps(again.get_config())) == config


def _without_shapes(config):
    """A config without the shapes that layers were built for, which depend on the call."""
    if not isinstance(config, dict):
        return [_without_shapes(x) for x in config] if isinstance(config, list) else config
    return {key: _without_shapes(value) for key, value in config.items() if key != "build_config"}


@pytest.mark.parametrize(
    "name", ["LSTM_masked_states", "SimpleRNN_all", "cell_GRU", "Bidirectional_None", "ConvLSTM2D_channels_last_same"]
)
def test_compiled_calls_give_what_eager_ones_give(name):
    layer, inputs, options = built(name)
    call, traces = engine.compiled(lambda inputs, options: layer(inputs, **options))
    matches_goldens(name, call(inputs, options))
    call(inputs, options)  # The first call of a layer notes things; what is compiled may depend on them.
    count = traces()
    call(inputs, options)
    assert traces() == count


@some_rows
def test_predict_gives_what_calls_give(name):
    layer, inputs, options = built(name)
    model, _ = model_of(layer, inputs, options)
    options.pop("mask", None)
    expected = tree.flatten(layer(inputs, **options))
    arrays = [ops.convert_to_numpy(x) for x in (inputs, *options.get("initial_state", ()))]
    results = tree.flatten(model.predict(arrays if len(arrays) > 1 else arrays[0], verbose=0))
    for x, y in zip(results, expected, strict=True):
        np.testing.assert_allclose(x, ops.convert_to_numpy(y), rtol=1e-4, atol=1e-5)
