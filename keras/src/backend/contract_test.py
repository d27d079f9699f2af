"""Each engine keeps the contract; all that is asked of an engine stands in it."""

import ast
import inspect
import pathlib
import re

import pytest

import keras
from keras.src import backend
from keras.src.backend import contract, loader
from keras.src.backend.common.training import StatefulSteps
from keras.src.testing import engine

PARTS = {**contract.AT_ONCE, **contract.LATER, **contract.OPTIONAL}
NAMES = [(module, name) for module, part in PARTS.items() for name, *_ in loader.members(part)]
SOURCE = pathlib.Path(keras.__file__).parent / "src"


@pytest.mark.parametrize("module, name", NAMES, ids=[".".join(pair) for pair in NAMES])
def test_engine_provides_what_the_contract_names(module, name):
    described = dict((n, (default, required)) for n, default, required in loader.members(PARTS[module]))
    default, required = described[name]
    given = vars(getattr(backend.ENGINE, module)).get(name, contract)
    assert given is not contract, f"`{module}.py` must provide `{name}`"
    if inspect.isclass(default):
        assert inspect.isclass(given)
    elif inspect.isfunction(default) and inspect.isfunction(given):
        inspect.signature(given).bind(*inspect.signature(default).parameters.values())
        assert _defaults(given) in (_defaults(default), [])
    elif required:
        assert isinstance(given, PARTS[module].__annotations__.get(name, object))


def _defaults(function):
    parameters = inspect.signature(function).parameters.values()
    return [] if any(p.kind is p.VAR_POSITIONAL for p in parameters) else [p.default for p in parameters]


def test_each_name_of_the_contract_says_what_it_is():
    for part in PARTS.values():
        source = inspect.getsource(part)
        for name, default, _ in loader.members(part):
            if inspect.isfunction(default) and default.__name__ == name or inspect.isclass(default):
                assert default.__doc__, name
            elif name in vars(part):
                assert re.search(rf"    {name}: .*\n    \"\"\"", source), name


def test_defaults_stand_where_an_engine_is_silent():
    silent = contract.types.ModuleType("silent")
    loader.fill(silent, contract.Rnn)
    loader.fill(silent, contract.Kernels)
    assert (silent.UNROLL, silent.lstm, silent.projects_within_loop()) == (1, None, False)
    assert silent.reusing(len) is len and not silent.SCALAR_OPERANDS and not silent.UNSUPPORTED
    assert not hasattr(silent, "vjp")


def test_fill_leaves_what_an_engine_says():
    outspoken = contract.types.ModuleType("outspoken")
    outspoken.UNROLL = 7
    loader.fill(outspoken, contract.Rnn)
    assert outspoken.UNROLL == 7


def test_unknown_modules_are_no_part_of_an_engine():
    with pytest.raises(AttributeError, match="no module 'sound'"):
        backend.ENGINE.sound  # noqa: B018


def test_nobody_guesses_what_an_engine_has():
    guess = re.compile(r"(getattr|hasattr)\(\s*backend\b[^)]*[,)]")
    dynamic = re.compile(
        r"getattr\(backend\.[a-z]+, [a-z_.]+\)"
    )  # a name that the contract lists, chosen while running
    found = []
    for path in SOURCE.rglob("*.py"):
        if not path.name.endswith("_test.py"):
            text = dynamic.sub("", path.read_text())
            found += [f"{path}: {match.group()}" for match in guess.finditer(text)]
    assert not found


def test_an_engine_tells_tests_what_it_can():
    for name, _, required in loader.members(engine.Capabilities):
        assert not required or hasattr(engine, name)


@pytest.mark.skipif(engine.own_numbers is None, reason="this engine draws from seeds only")
def test_seeding_reaches_the_engine():
    keras.utils.set_random_seed(3)
    first = engine.own_numbers()
    keras.utils.set_random_seed(3)
    assert (first == engine.own_numbers()).all()
    keras.utils.set_random_seed(4)
    assert not (first == engine.own_numbers()).all()


def test_engines_touch_nothing_private_of_models_and_optimizers():
    """They ask `ModelInTraining` and `Update`; a model has, besides, what the engine's own `TrainSteps` defines."""
    of_steps = {name for name in vars(StatefulSteps) if name.startswith("_")} | {
        node.name
        for source in (SOURCE / "backend").glob("*/trainer.py")
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.FunctionDef)
    }
    touched = {
        (source.name, found)
        for source in (SOURCE / "backend").rglob("*.py")
        if not source.name.endswith("_test.py")
        for found in re.findall(r"\b(?:model|trainer|optimizer)\.(_[a-z]\w*)", source.read_text())
    }
    assert {found for found in touched if found[1] not in of_steps} == set()
