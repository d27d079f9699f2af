"""Each argument of each public method matters: two values that must differ differ in what can be seen afterwards."""

import inspect

import numpy as np
import pytest

import keras
from integration_tests.mute import method_rows, object_rows
from integration_tests.mute.core import arguments_of, differs
from integration_tests.mute.method_rows import EXCEPTIONS

ROWS = {**method_rows.ROWS, **object_rows.ROWS}
CASES = [(*key, argument) for key, (_, pairs) in ROWS.items() for argument in pairs]
# What a class inherits from one before it has its row there.
CLASSES = {
    "Layer": keras.Layer,
    "Model": keras.Model,
    "Sequential": keras.Sequential,
    "Optimizer": keras.optimizers.Optimizer,
    "Metric": keras.Metric,
    "Loss": keras.Loss,
    "Variable": keras.Variable,
    "KerasTensor": keras.KerasTensor,
    "InputSpec": keras.InputSpec,
    "Function": keras.Function,
    "SeedGenerator": keras.random.SeedGenerator,
}
CONSTRUCTORS = ("Variable", "KerasTensor", "InputSpec", "Function", "SeedGenerator")


def public_methods():
    """Pairs of the name of a class and a method with arguments that no class before has alike."""
    known, found = set(), []
    for owner, cls in CLASSES.items():
        for name in dir(cls):
            member = inspect.getattr_static(cls, name)
            function = getattr(member, "__func__", member)
            wanted = not name.startswith("_") or name == "__call__" or (name == "__init__" and owner in CONSTRUCTORS)
            own = inspect.isfunction(function) and function.__module__.startswith("keras.")
            if wanted and own and function not in known:
                known.add(function)
                found.append((owner, name, function))
    return found


METHODS = public_methods()


def seen(owner, method, argument, value, beside, folder, capsys):
    folder.mkdir()
    keras.utils.set_random_seed(1)
    capsys.readouterr()
    result = ROWS[owner, method][0](folder, **{**beside, argument: value})
    return result, capsys.readouterr().out


@pytest.mark.parametrize("owner, method, argument", CASES, ids=["-".join(case) for case in CASES])
def test_two_values_differ(owner, method, argument, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda *question: "n")
    if argument == "value_format" and isinstance(keras.ops.ones(()), np.ndarray):
        pytest.skip("tensors of this engine are arrays")
    first, second, *beside = ROWS[owner, method][1][argument]
    beside = beside[0] if beside else {}
    observed = [
        seen(owner, method, argument, value, beside, tmp_path / str(i), capsys)
        for i, value in enumerate((first, first, second))
    ]
    assert not differs(*observed[:2]), "the same value gives another result"
    assert differs(*observed[1:]), f"{argument} is mute in {owner}.{method}"


@pytest.mark.parametrize("owner, method, function", METHODS, ids=[f"{owner}-{name}" for owner, name, _ in METHODS])
def test_each_argument_has_its_values(owner, method, function):
    names = {name for name in arguments_of(function) if name != "cls"}
    row = set(ROWS[owner, method][1]) if (owner, method) in ROWS else set()
    reasons = {key[2] for key in EXCEPTIONS if key[:2] == (owner, method) and len(key) == 3}
    if (owner, method) not in EXCEPTIONS:
        assert names <= row | reasons
    assert row | reasons <= names
