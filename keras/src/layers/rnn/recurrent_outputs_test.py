"""Recurrent layers against stored outputs, configs, shapes and paths, over the rows of `testing/recurrent_rows.py`."""

import json
import pathlib

import numpy as np
import pytest

from keras.src import layers, models, ops, tree
from keras.src.backend.common import global_state
from keras.src.testing import engine
from keras.src.testing.recurrent_rows import ROWS, arguments_of, set_weights

GOLDENS = np.load(pathlib.Path(__file__).parent / "testdata" / "recurrent_outputs.npz")
rows = pytest.mark.parametrize("name", ROWS)


def built(name, **more):
    """A layer of a row with its weights, and its inputs and keyword arguments as tensors."""
    global_state.clear_session()
    layer = ROWS[name][0](layers)
    inputs, options = tree.map_structure(
        lambda x: x if isinstance(x, bool) else ops.convert_to_tensor(x), arguments_of(name)
    )
    layer(inputs, **options)
    set_weights(name, layer)
    return layer, inputs, options


def matches_goldens(name, outputs, **tolerance):
    flat = tree.flatten(outputs)
    assert len(flat) == sum(key.startswith(f"{name}/") for key in GOLDENS.files) - 1
    for i, x in enumerate(flat):
        np.testing.assert_allclose(
            ops.convert_to_numpy(x), GOLDENS[f"{name}/{i}"], **(tolerance or {"rtol": 1e-4, "atol": 1e-5})
        )


def facts(name):
    return json.loads(str(GOLDENS[f"{name}/facts"]))


@rows
def test_outputs_and_state_equal_the_stored_ones(name):
    layer, inputs, options = built(name)
    matches_goldens(name, layer(inputs, **options))
    for variable, expected in zip(layer.non_trainable_weights, facts(name)["after"], strict=True):
        np.testing.assert_allclose(ops.convert_to_numpy(variable), expected, rtol=1e-4, atol=1e-5)


@rows
def test_config_paths_and_shapes_equal_the_stored_ones(name):
    layer, inputs, options = built(name)
    config = json.loads(json.dumps(layer.get_config()))
    assert config == facts(name)["config"]
    assert [w.path for w in layer.weights] == facts(name)["paths"]
    shapes = layer.compute_output_shape((None, *inputs.shape[1:]))
    assert tree.map_shape_structure(list, shapes) in (facts(name)["shapes"], tuple(facts(name)["shapes"]))
    again = type(layer).from_config(config)
    again(inputs, **options)
    assert json.loads(json.dumps(again.get_config())) == json.loads(json.dumps(layer.get_config()))


@rows
def test_symbolic_outputs_have_the_shapes_and_dtypes_of_the_eager_ones(name):
    layer, inputs, options = built(name)
    eager = layer(inputs, **options)
    states = [layers.Input(batch_shape=x.shape) for x in options.get("initial_state", ())]
    symbolic = layer(layers.Input((None, *inputs.shape[2:])), **({"initial_state": states} if states else {}))
    tree.assert_same_structure(eager, symbolic)
    for x, spec in zip(tree.flatten(eager), tree.flatten(symbolic)):
        assert len(spec.shape) == len(x.shape)
        assert all(known in (None, n) for known, n in zip(spec.shape, x.shape))


@rows
def test_compiled_calls_give_what_eager_ones_give(name):
    if not engine.CAN_COMPILE:
        return
    layer, inputs, options = built(name)
    if options.get("training"):
        return  # It changes variables: the training engines thread them.
    call = engine.compiled(lambda inputs, options: layer(inputs, **options))
    matches_goldens(name, call(inputs, options))


@rows
def test_predict_of_a_model_gives_what_the_call_gives(name):
    layer, inputs, options = built(name)
    if options.get("training"):
        return
    given = [layers.Input(inputs.shape[1:])] + [layers.Input(x.shape[1:]) for x in options.get("initial_state", ())]
    outputs = layer(given[0], **({"initial_state": given[1:]} if given[1:] else {}))
    model = models.Model(given if len(given) > 1 else given[0], outputs)
    options.pop("mask", None)
    expected = tree.flatten(layer(inputs, **options))
    arrays = [ops.convert_to_numpy(x) for x in (inputs, *options.get("initial_state", ()))]
    results = tree.flatten(model.predict(arrays if len(arrays) > 1 else arrays[0], verbose=0, batch_size=8))
    for x, y in zip(results, expected, strict=True):
        np.testing.assert_allclose(x, ops.convert_to_numpy(y), rtol=1e-4, atol=1e-5)
