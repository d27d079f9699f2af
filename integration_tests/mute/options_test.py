"""Each argument of each regularizer, constraint, initializer and activation matters: by itself, from its config, and in a layer."""

import inspect
import json

import numpy as np
import pytest

import keras
from integration_tests.mute.core import arguments_of, differs
from keras import ops

MATRIX = np.random.default_rng(0).normal(size=(6, 6)).astype("float32")

# Two values of each argument; what stands under a class comes first.
PAIRS = {
    "l1": (0.01, 0.1),
    "l2": (0.01, 0.1),
    "factor": (0.01, 0.1),
    "max_value": (0.5, 1.5),
    "min_value": (0.0, 0.8),
    "axis": (0, 1),
    "value": (1.0, 2.0),
    "gain": (1.0, 2.0),
    "seed": (1, 2),
    "mean": (0.0, 1.0),
    "stddev": (0.1, 0.2),
    "minval": (-1.0, 0.0),
    "maxval": (0.5, 1.0),
    "scale": (1.0, 2.0),
    "alpha": (1.0, 0.5),
    "approximate": (False, True),
    "threshold": (0.2, 0.5),
    "negative_slope": (0.1, 0.3),
    "b": (4, 1),
    "default_value": (0.0, 1.0),
    "side": ("real", "imag"),
    "window": ("hann", "hamming"),
    "scaling": ("density", "spectrum"),
    "periodic": (False, True),
    "input_axes": ((0,), (0, 1)),
    "output_axes": (None, (1,)),
    "distribution": ("uniform", "untruncated_normal"),
    ("OrthogonalRegularizer", "mode"): ("rows", "columns"),
    ("VarianceScaling", "mode"): ("fan_in", "fan_out"),
    ("MinMaxNorm", "rate"): (1.0, 0.5),
    ("MinMaxNorm", "max_value"): (1.0, 2.0),
}
WITH = {
    "seed": {},
    "input_axes": {"seed": 1, "output_axes": (1,)},
    "output_axes": {"seed": 1, "input_axes": (0, 1)},
    ("VarianceScaling", "mode"): {"input_axes": (0,), "output_axes": (0, 1)},
    "threshold": {"default_value": 0.0},
    "default_value": {"threshold": 0.5},
}
SHAPES = {"STFT": (8, 1, 10)}


def members(namespace, base):
    """Classes of a namespace by name, each once."""
    found = {}
    for name in sorted(dir(namespace)):
        member = getattr(namespace, name)
        if inspect.isclass(member) and issubclass(member, base) and member is not base:
            found.setdefault(member, member.__name__)
    return [(cls, argument) for cls in found for argument in arguments_of(cls.__init__) if arguments_of(cls.__init__)]


def pair_of(owner, argument):
    pair = PAIRS.get((owner, argument), PAIRS.get(argument))
    assert pair is not None, f"`PAIRS` needs two values for `{argument}` of {owner}"
    return pair


def made(cls, argument, value):
    known = arguments_of(cls.__init__)
    beside = WITH.get((cls.__name__, argument), WITH.get(argument, {}))
    arguments = {"seed": 1} if "seed" in known else {}
    arguments.update({name: x for name, x in beside.items() if name in known})
    return cls(**{**arguments, argument: value})


def from_config(namespace, thing):
    return namespace.deserialize(json.loads(json.dumps(namespace.serialize(thing))))


def array(x):
    return np.array(ops.convert_to_numpy(x))


def layer_with(**options):
    layer = keras.layers.Dense(6, **options)
    layer.build((None, 6))
    if "kernel_initializer" not in options:
        layer.kernel.assign(MATRIX)
    return layer


def ids(cases):
    return [f"{cls.__name__}-{argument}" for cls, argument in cases]


def check(namespace, cls, argument, observe):
    pair = pair_of(cls.__name__, argument)
    first, again, second = (observe(made(cls, argument, value)) for value in (pair[0], *pair))
    assert not differs(first, again), "the same value gives another result"
    assert differs(first, second), f"{argument} is mute in {cls.__name__}"
    for value, expected in zip(pair, (first, second)):
        assert not differs(observe(from_config(namespace, made(cls, argument, value))), expected), "lost by the config"


REGULARIZERS = members(keras.regularizers, keras.regularizers.Regularizer)
CONSTRAINTS = members(keras.constraints, keras.constraints.Constraint)
INITIALIZERS = members(keras.initializers, keras.initializers.Initializer)


@pytest.mark.parametrize("cls, argument", REGULARIZERS, ids=ids(REGULARIZERS))
def test_regularizers(cls, argument):
    def observe(thing):
        losses = layer_with(kernel_regularizer=thing).losses
        return array(thing(ops.convert_to_tensor(MATRIX[:, :4]))), [array(x) for x in losses]

    check(keras.regularizers, cls, argument, observe)


@pytest.mark.parametrize("cls, argument", CONSTRAINTS, ids=ids(CONSTRAINTS))
def test_constraints(cls, argument):
    def observe(thing):
        kernel = layer_with(kernel_constraint=thing).kernel
        return array(thing(ops.convert_to_tensor(MATRIX))), array(kernel.constraint(kernel.value))

    check(keras.constraints, cls, argument, observe)


@pytest.mark.parametrize("cls, argument", INITIALIZERS, ids=ids(INITIALIZERS))
def test_initializers(cls, argument):
    def observe(thing):
        if cls.__name__ in SHAPES:
            return array(thing(SHAPES[cls.__name__]))
        return array(thing((6, 6))), array(layer_with(kernel_initializer=thing).kernel)

    check(keras.initializers, cls, argument, observe)


_BY_NAME = {name: getattr(keras.activations, name) for name in dir(keras.activations) if not name.startswith("_")}
FUNCTIONS = {n: f for n, f in _BY_NAME.items() if inspect.isfunction(f) and arguments_of(f)[:1] == ["x"]}
ARGUMENTS = [(name, argument) for name, function in FUNCTIONS.items() for argument in arguments_of(function)[1:]]


@pytest.mark.parametrize("name, argument", ARGUMENTS, ids=["-".join(case) for case in ARGUMENTS])
def test_activations(name, argument):
    function = FUNCTIONS[name]
    known = arguments_of(function)
    beside = {key: x for key, x in WITH.get(argument, {}).items() if key in known}
    outputs = [
        array(function(ops.convert_to_tensor(MATRIX), **{**beside, argument: v})) for v in pair_of(name, argument)
    ]
    assert differs(*outputs), f"{argument} is mute in {name}"
