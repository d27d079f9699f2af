"""Each argument of each op and random function matters: two values that must differ differ in values, dtypes or shapes.

They do so in an eager call, in a Functional model, and in the model that comes back from its config; all give the same.
"""

import inspect
import json

import numpy as np
import pytest

import keras
from integration_tests.mute.core import arguments_of, differs
from integration_tests.mute.op_calls import CALLS, DERIVATIVES, RESULT_CALLED_WITH
from integration_tests.mute.op_pairs import MUTE, NOT_IN_MODELS, PAIRS
from keras import ops, tree
from keras.src.testing import engine

NAMESPACES = {
    "": ops,
    "image.": ops.image,
    "linalg.": ops.linalg,
    "nn.": ops.nn,
    "numpy.": ops.numpy,
    "random.": keras.random,
}


def functions():
    """Public functions by the shortest of their names."""
    found = {}
    for prefix, namespace in NAMESPACES.items():
        for name in namespace.__all__:
            member = getattr(namespace, name)
            if callable(member) and not inspect.isclass(member) and member not in found:
                found[member] = prefix + name
    return {name: function for function, name in found.items()}


FUNCTIONS = functions()
CASES = [(name, argument) for name in FUNCTIONS for argument in arguments_of(FUNCTIONS[name])]
CASES = [(name, argument) for name, argument in CASES if argument not in MUTE and (name, argument) not in MUTE]


def arrays_in(x):
    return [leaf for leaf in tree.flatten(x) if isinstance(leaf, np.ndarray)]


def given(name, **changed):
    """Arguments of the call of an op, positional ones and others, with some changed."""
    args, kwargs = CALLS[name]
    bound = inspect.signature(FUNCTIONS[name]).bind_partial(*args, **kwargs)
    bound.arguments.update(changed)
    return bound.args, bound.kwargs


def others(value):
    """Values of the shapes and dtypes of the arrays in an argument, of which one must make a difference."""

    def smaller(x):
        if x.dtype == bool:
            return ~x
        return x * np.asarray(0.5, x.dtype) if x.dtype.kind in "fc" else x // 2

    def changed(how):
        return tree.map_structure(lambda x: np.array(how(x)) if isinstance(x, np.ndarray) else x, value)

    return [changed(np.flip), changed(smaller)]


def pairs_of(name, argument):
    """Pairs of values of an argument, of which one must differ, and what is given beside them."""
    assert name in CALLS, f"`op_calls.py` needs a call of {name}"
    if (name, argument) not in PAIRS:
        args, kwargs = given(name)
        now = inspect.signature(FUNCTIONS[name]).bind_partial(*args, **kwargs).arguments.get(argument)
        if arrays_in(now):
            return [(now, other, {}) for other in others(now)]
    pair = PAIRS.get((name, argument), PAIRS.get(argument))
    assert pair is not None, f"`op_pairs.py` needs two values for `{argument}` of {name}, or a reason for none"
    return [pair if len(pair) == 3 else (*pair, {})]


def besides(beside):
    return beside if isinstance(beside, list) else [beside, beside]


def plain(name, results):
    """Arrays in the place of tensors, with the types of these: sparse ones have their own."""
    if name in RESULT_CALLED_WITH:
        returned = list(tree.flatten(results))
        called = [x(*tensors(RESULT_CALLED_WITH[name])) for x in returned if callable(x)]
        results = [called, [x for x in returned if not callable(x)]]
    leaves = [x for x in tree.flatten(results) if x is not None]
    return [(type(x).__name__, np.asarray(ops.convert_to_numpy(x))) if ops.is_tensor(x) else x for x in leaves]


def tensors(structure):
    return tree.map_structure(lambda x: ops.convert_to_tensor(x) if isinstance(x, np.ndarray) else x, structure)


def eager(name, args, kwargs):
    return plain(name, FUNCTIONS[name](*tensors(args), **tensors(kwargs)))


def model_of(name, args, kwargs):
    """A Functional model of one call, whose inputs are the arrays in it."""
    symbols = []

    def symbol(leaf):
        if not isinstance(leaf, np.ndarray):
            return leaf
        symbols.append(keras.Input(batch_shape=leaf.shape, dtype=str(leaf.dtype)))
        return symbols[-1]

    args, kwargs = tree.map_structure(symbol, (args, kwargs))
    return keras.Model(symbols, FUNCTIONS[name](*args, **kwargs))


def from_config(model):
    return keras.Model.from_config(json.loads(json.dumps(model.get_config())))


def seen(name, argument, value, beside):
    """Results of an eager call; those of a Functional model, new and from its config, must be the same."""
    args, kwargs = given(name, **{**beside, argument: value})
    expected = eager(name, args, kwargs)
    if in_models(name, argument, (args, kwargs)):
        model = model_of(name, args, kwargs)
        inputs = [ops.convert_to_tensor(x) for x in arrays_in((args, kwargs))]
        for way in (model, from_config(model)):
            assert not differs(plain(name, way(inputs)), expected, 1e-5), "the model gives another result"
    return expected


def in_models(name, argument, structure):
    takes_functions = any(callable(x) for x in tree.flatten(structure))
    reasons = name in NOT_IN_MODELS or (name, argument) in NOT_IN_MODELS
    return bool(arrays_in(structure)) and not takes_functions and not reasons


@pytest.mark.parametrize("name, argument", CASES, ids=["-".join(case) for case in CASES])
def test_two_values_differ(name, argument):
    if name in DERIVATIVES and not engine.CAN_DIFFERENTIATE:
        pytest.skip("the engine has no gradients; `differentiation_test.py` shows what happens")
    pairs = pairs_of(name, argument)
    if argument == "sparse" and engine.to_sparse is None:
        with pytest.raises(ValueError, match="sparse"):
            seen(name, argument, True, {})
        return
    observed = [
        [seen(name, argument, value, each) for value, each in zip(pair, besides(beside))] for *pair, beside in pairs
    ]
    assert any(differs(*pair, tolerance=0) for pair in observed), f"{argument} is mute in {name}"


def test_what_may_be_mute_is_an_argument():
    tables = [*MUTE, *NOT_IN_MODELS]
    pairs = [key for key in tables if isinstance(key, tuple)]
    assert all(argument in arguments_of(FUNCTIONS[name]) for name, argument in pairs)
    assert all(len(reason) > 10 for reason in (*MUTE.values(), *NOT_IN_MODELS.values()))
