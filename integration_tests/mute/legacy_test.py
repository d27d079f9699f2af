"""Each argument of each function that `tf.keras` has alone matters, or stands with a reason why no pair is asked for."""

import importlib
import inspect

import numpy as np
import pytest

import keras
from integration_tests.mute import legacy_class_rows
from integration_tests.mute.core import arguments_of, differs
from integration_tests.mute.legacy_rows import CHANGING, COMMON, EXCEPTIONS, ROWS, other
from keras import ops
from keras.src import tree


def functions_of(namespace):
    """Functions of a namespace of `tf.keras` that are of Keras 2, by name."""
    module = importlib.import_module(f"keras._tf_keras.keras.{namespace}")
    members = {name: getattr(module, name) for name in module.__all__}
    return {n: f for n, f in members.items() if inspect.isfunction(f) and ".legacy." in f.__module__}


def cases():
    for namespace, rows in ROWS.items():
        functions = functions_of(namespace)
        for name in rows:
            for argument in arguments_of(functions[name]):
                if (namespace, name, argument) not in EXCEPTIONS:
                    yield namespace, name, argument


CASES = list(cases())


def pair_of(row, argument):
    """Two values, and what is given beside the first and the second."""
    given, pairs = row
    pair = pairs.get(argument)
    if pair is None and isinstance(given.get(argument), np.ndarray):
        pair = (given[argument], other(given[argument]))
    pair = pair or COMMON.get(argument)
    assert pair is not None, f"`legacy_rows.py` needs two values for `{argument}`, or a reason for none"
    first, second, *beside = pair
    beside = beside[0] if beside else {}
    return (first, second), beside if isinstance(beside, list) else [beside, beside]


def seen(result):
    """What can be seen of a result: arrays, and the names of variables."""
    leaves = tree.flatten(result() if callable(result) and not ops.is_tensor(result) else result)
    return [
        [_plain(leaf), getattr(leaf, "name", None) if isinstance(leaf, keras.Variable) else None] for leaf in leaves
    ]


def _plain(x):
    if isinstance(x, (str, int, float, bool)) or x is None:
        return x
    if hasattr(x, "get_config"):
        return x.get_config()
    assert hasattr(x, "shape"), f"{x!r} shows nothing of itself that two runs can compare"
    return np.asarray(ops.convert_to_numpy(x))


def observed(function, argument, value, given):
    keras.utils.set_random_seed(1)
    return seen(function(**{**given, argument: value}))


@pytest.mark.parametrize("namespace, name, argument", CASES, ids=["-".join(case) for case in CASES])
def test_two_values_differ(namespace, name, argument):
    function, row = functions_of(namespace)[name], ROWS[namespace][name]
    values, beside = pair_of(row, argument)
    results = [observed(function, argument, v, {**row[0], **b}) for v, b in zip(values, beside)]
    assert differs(*results), f"{argument} is mute in tf.keras.{namespace}.{name}"


CHANGES = [(name, argument) for name in CHANGING for argument in arguments_of(functions_of("backend")[name])[1:]]


@pytest.mark.parametrize("name, argument", CHANGES, ids=["-".join(case) for case in CHANGES])
def test_two_values_leave_different_variables(name, argument):
    (first, second), _ = pair_of(CHANGING[name], argument)
    results = []
    for value in (first, second):
        variable = keras.Variable(np.ones((3, 3), "float32"))
        functions_of("backend")[name](variable, **{**CHANGING[name][0], argument: value})
        results.append(_plain(variable))
    assert differs(*results), f"{argument} is mute in tf.keras.backend.{name}"


@pytest.mark.parametrize("namespace", ROWS)
def test_each_function_has_a_row(namespace):
    known = {*ROWS[namespace], *CHANGING, *(key[1] for key in EXCEPTIONS if key[0] == namespace and len(key) == 2)}
    with_arguments = {name for name, function in functions_of(namespace).items() if arguments_of(function)}
    assert with_arguments <= known
    assert all(len(reason) > 10 for reason in EXCEPTIONS.values())


OF_CLASSES = [(name, argument) for name, (_, _, pairs) in legacy_class_rows.ROWS.items() for argument in pairs]


@pytest.mark.parametrize("name, argument", OF_CLASSES, ids=["-".join(case) for case in OF_CLASSES])
def test_two_values_make_different_objects(name, argument, tmp_path):
    if name == "flow_from_dataframe":
        pytest.importorskip("pandas")
    observe, given, pairs = legacy_class_rows.ROWS[name]
    first, second, *beside = pairs[argument]
    results = []
    for number, value in enumerate((first, first, second)):
        keras.utils.set_random_seed(1)
        (tmp_path / str(number)).mkdir()
        results.append(
            seen(observe(tmp_path / str(number), **{**given, **(beside[0] if beside else {}), argument: value}))
        )
    assert not differs(*results[:2]), "the same value gives another result"
    assert differs(*results[1:]), f"{argument} is mute in {name} of tf.keras"


@pytest.mark.parametrize("name", legacy_class_rows.ROWS)
def test_each_argument_of_the_classes_has_its_values(name):
    spaces = [importlib.import_module(f"keras._tf_keras.keras.{n}") for n in ("layers", *list(ROWS)[1:])]
    spaces.append(spaces[1].ImageDataGenerator)
    known = next(getattr(space, name) for space in spaces if hasattr(space, name))
    reasons = {argument for owner, argument in legacy_class_rows.EXCEPTIONS if owner == name}
    assert set(arguments_of(known.__init__ if inspect.isclass(known) else known)) == (
        set(legacy_class_rows.ROWS[name][2]) | reasons
    )
