"""The arguments and the state of each layer survive files: what is loaded gives the results of what was saved.

All layers of a class, one for each value of each argument, are the branches of one Functional model.
"""

import inspect

import pytest

import keras
from integration_tests.mute.core import differs
from integration_tests.mute.layer_pairs import NOT_THIS_WAY, ROWS, cases, pair_of
from integration_tests.mute.layers_test import array, inputs_of, made, with_known_weights
from keras import layers, ops

FROM_MANY = ("MultiHeadAttention", "GroupQueryAttention")
# Their draws begin anew after a file: files hold no state of generators, as those of Keras 3.15.1 do not.
WITHOUT_SEED = ["AdditiveAttention", *(name for name, argument, _ in NOT_THIS_WAY if argument == "seed")]


def branches(class_name):
    """Layers by name, one for each of two values of each argument of a class; those of defaults are all alike."""
    found = {}
    parameters = inspect.signature(getattr(layers, class_name).__init__).parameters
    for owner, argument in cases(layers):
        if owner != class_name or (class_name, argument, "reloaded") in NOT_THIS_WAY:
            continue
        for i, value in enumerate(pair_of(class_name, argument)):
            if found and i == 0 and (argument not in parameters or parameters[argument].default == value):
                continue
            layer = made(class_name, argument, value, name=f"{argument}_{i}")
            found[layer.name] = layer
    return found


def model_of(class_name, inputs):
    symbols = [keras.Input(batch_shape=x.shape, dtype=str(x.dtype)) for x in inputs]
    outputs = {}
    for name, layer in branches(class_name).items():
        results = layer(*symbols) if class_name in FROM_MANY else layer(symbols if len(symbols) > 1 else symbols[0])
        outputs[name] = results
        with_known_weights(layer)
    return keras.Model(symbols, outputs)


def seen(model, inputs):
    """Configs, variables and losses of the layers of a model, and its outputs, without training and with it.

    Values of weights are seen in outputs: those of a low rank are in the kernel after a file.
    """
    facts = {layer.name: (layer.get_config(), layer.trainable) for layer in model.layers}
    facts["weights"] = [(v.name, tuple(v.shape), v.trainable, v.dtype) for v in model.weights]
    facts["losses"] = [float(array(x)) for x in model.losses]
    return facts, [results(model, inputs, training) for training in (False, True)]


def results(model, inputs, training):
    keras.utils.set_random_seed(3)
    outputs = model([ops.convert_to_tensor(x) for x in inputs], training=training)
    return {name: [array(x) for x in keras.tree.flatten(values)] for name, values in outputs.items()}


def inputs_with_masked(class_name):
    inputs = inputs_of(class_name)
    if class_name == "Masking":
        inputs[0][:, 2:4] = 9.0
    return inputs


@pytest.mark.parametrize("class_name", ROWS)
def test_files(class_name, tmp_path):
    inputs = inputs_with_masked(class_name)
    model = model_of(class_name, inputs)
    model.save(tmp_path / "model.keras")
    model.save_weights(tmp_path / "model.weights.h5")
    again = keras.saving.load_model(tmp_path / "model.keras")
    fresh = keras.Model.from_config(model.get_config())
    fresh.load_weights(tmp_path / "model.weights.h5")
    expected = seen(model, inputs)
    for way, loaded in (("the whole model", again), ("the weights", fresh)):
        facts, outputs = seen(loaded, inputs)
        wrong = [name for name in facts if differs(facts[name], expected[0][name])]
        runs = 1 if class_name in WITHOUT_SEED else 2
        for before, after in zip(expected[1][:runs], outputs[:runs]):
            wrong += [name for name in before if differs(before[name], after[name])]
        assert wrong == [], f"not as before: {way}"
