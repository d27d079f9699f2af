"""Each argument of each public function that is no op matters: of files, models, utilities, settings, losses and metrics."""

import inspect

import numpy as np
import pytest

import keras
from integration_tests.mute import directory_rows, picture_rows, quantizer_rows, utility_rows  # noqa: F401  register their rows
from integration_tests.mute.core import arguments_of, differs
from integration_tests.mute.function_rows import EXCEPTIONS, ROWS
from integration_tests.mute.options_test import array
from integration_tests.mute.training_objects_test import looked_up
from integration_tests.mute.training_pairs import DATA, ONE_HOT, PAIRS, PROBABILITIES, WITH

CASES = [(*key, argument) for key, (_, pairs) in ROWS.items() for argument in pairs]
PARTS = {
    "activations": (keras.activations.relu, keras.activations.tanh),
    "constraints": (keras.constraints.NonNeg(), keras.constraints.UnitNorm(axis=0)),
    "dtype_policies": (keras.DTypePolicy("float16"), keras.DTypePolicy("mixed_bfloat16")),
    "initializers": (keras.initializers.Ones(), keras.initializers.Zeros()),
    "layers": (keras.layers.Dense(2, name="layer"), keras.layers.Dense(3, name="layer")),
    "losses": (keras.losses.MeanSquaredError(), keras.losses.Huber()),
    "metrics": (keras.metrics.MeanSquaredError(), keras.metrics.AUC()),
    "optimizers": (keras.optimizers.SGD(0.1), keras.optimizers.Adam(0.1)),
    "quantizers": (keras.quantizers.AbsMaxQuantizer(0), keras.quantizers.AbsMaxQuantizer(1)),
    "regularizers": (keras.regularizers.L1(0.1), keras.regularizers.L2(0.1)),
}


def functions_of(namespace):
    """Public functions with arguments, by name."""
    module = keras if namespace == "keras" else getattr(keras, namespace)
    members = {name: getattr(module, name) for name in module.__all__}
    return {name: x for name, x in members.items() if inspect.isfunction(x) and arguments_of(x)}


def seen(owner, function, argument, value, beside, folder):
    folder.mkdir()
    keras.utils.set_random_seed(1)
    return ROWS[owner, function][0](folder, **{**beside, argument: value})


@pytest.mark.parametrize("owner, function, argument", CASES, ids=["-".join(case) for case in CASES])
def test_two_values_differ(owner, function, argument, tmp_path, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda *question: "n")
    first, second, *beside = ROWS[owner, function][1][argument]
    beside = beside[0] if beside else {}
    observed = [
        seen(owner, function, argument, value, beside, tmp_path / str(i))
        for i, value in enumerate((first, first, second))
    ]
    assert not differs(*observed[:2]), "the same value gives another result"
    assert differs(*observed[1:]), f"{argument} is mute in keras.{owner}.{function}"


def facts(part):
    return getattr(part, "__name__", type(part).__name__), part.get_config() if hasattr(part, "get_config") else None


@pytest.mark.parametrize("kind", PARTS)
def test_descriptions_of_parts(kind):
    namespace, parts = getattr(keras, kind), PARTS[kind]
    described = [namespace.serialize(part) for part in parts]
    assert differs(*described)
    assert [facts(namespace.deserialize(x)) for x in described] == [facts(part) for part in parts]
    if hasattr(namespace, "get"):
        assert [facts(namespace.get(x)) for x in described] == [facts(part) for part in parts]


@pytest.mark.parametrize("kind", [kind for kind in PARTS if kind != "activations"])
def test_custom_objects_of_parts(kind):
    namespace, part = getattr(keras, kind), PARTS[kind][0]
    whole = keras.saving.serialize_keras_object(part)
    named = {**whole, "class_name": "Mine", "module": None, "registered_name": "Mine"}
    for name in ("One", "Other"):
        cls = type(name, (type(part),), {})
        assert type(namespace.deserialize(named, custom_objects={"Mine": cls})) is cls


def test_custom_objects_of_activations():
    for function in (keras.activations.sigmoid, keras.activations.elu):
        assert keras.activations.deserialize("mine", custom_objects={"mine": function}) is function


CLASSES = {name.lower(): name for space in (keras.metrics, keras.losses) for name in dir(space) if name[0].isupper()}


def loss_functions():
    """Functions of targets and predictions, each once, with the class that has their data."""
    found = {}
    for namespace in ("losses", "metrics"):
        for name, function in functions_of(namespace).items():
            if arguments_of(function)[:2] == ["y_true", "y_pred"]:
                found.setdefault(function, (namespace, name))
    return [(*names, argument) for f, names in found.items() for argument in arguments_of(f)]


LOSSES = loss_functions()
OTHER_NAMES = {"mean_squared_logarithmic_error": "MeanSquaredLogarithmicError", "log_cosh": "LogCosh"}
REFERENCES = {"ref_labels": np.array([0, 1, 2], "int32"), "ref_embeddings": np.eye(3, dtype="float32")}


@pytest.mark.parametrize("namespace, name, argument", LOSSES, ids=["-".join(case) for case in LOSSES])
def test_functions_of_targets_and_predictions(namespace, name, argument):
    function = getattr(getattr(keras, namespace), name)
    owner = OTHER_NAMES.get(name, CLASSES.get(name.replace("_", ""), name))
    data = DATA.get((owner, argument), DATA.get(owner, (ONE_HOT, PROBABILITIES)))
    known = arguments_of(function)
    beside = {key: x for key, x in looked_up(WITH, owner, argument, {}).items() if key in known}
    beside.update({key: value for key, value in {"q": 0.5, "k": 1}.items() if key in known})
    given = {"y_true": data[0], "y_pred": data[1], **beside}
    if argument in ("y_true", "y_pred"):
        pair = (given[argument], np.roll(given[argument], 1, axis=0))
    elif argument in REFERENCES:
        given.update(REFERENCES, remove_diagonal=False)
        pair = (REFERENCES[argument], np.roll(REFERENCES[argument], 1, axis=0))
    else:
        pair = looked_up(PAIRS, owner, argument)
    assert pair is not None, f"`training_pairs.py` needs two values for `{argument}` of {name}"
    results = [array(function(**{**given, argument: value})) for value in pair]
    assert differs(*results), f"{argument} is mute in keras.{namespace}.{name}"


NAMESPACES = ("keras", "saving", "models", "utils", "config", "mixed_precision", "visualization", *PARTS)
IN_OTHER_TESTS = {name for _, name, _ in LOSSES} | {"get", "serialize", "deserialize"}


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_each_argument_has_its_values(namespace):
    rows = {key[1]: set(pairs) for key, (_, pairs) in ROWS.items()}
    missing = {}
    for name, function in functions_of(namespace).items():
        reasons = {key[2] for key in EXCEPTIONS if key[1] == name and len(key) == 3}
        if name not in IN_OTHER_TESTS and (namespace, name) not in EXCEPTIONS and namespace != "activations":
            missing[name] = set(arguments_of(function)) - rows.get(name, set()) - reasons
    assert {name: arguments for name, arguments in missing.items() if arguments} == {}
