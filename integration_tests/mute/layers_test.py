"""Each argument of each layer matters: two values that must differ differ in outputs, variables, losses or masks.

They do so for a layer that is called, in a Functional model and in a Sequential one; what comes back from files is as it was
(`files_test.py`).
"""

import functools
import inspect
import zlib

import numpy as np
import pytest

import keras
from integration_tests.mute.core import arguments_of, differs
from integration_tests.mute.layer_pairs import EXCEPTIONS, NOT_THIS_WAY, ROWS, WITH, WITHOUT_ROW, cases, pair_of
from keras import layers, ops
from keras.src.backend import get_keras_mask

CASES = cases(layers)


def array(x):
    return np.array(ops.convert_to_numpy(x))


def inputs_of(class_name):
    rng = np.random.default_rng(zlib.crc32(class_name.encode()))
    shapes = ROWS[class_name][1]
    return [
        rng.integers(0, s[1], s[0]).astype("int32") if isinstance(s[0], tuple) else rng.normal(size=s).astype("float32")
        for s in shapes
    ]


def made(class_name, argument=None, value=None, name="layer"):
    """A layer with one argument set, if any, its initial weights ones where it has initializers."""
    cls = getattr(layers, class_name)
    known = arguments_of(cls.__init__)
    arguments = {name: "ones" for name in known if name.endswith("_initializer")}
    arguments.update({name: x for name, x in (("seed", 1),) if name in known})
    beside = WITH.get(argument, {})
    arguments.update({**ROWS[class_name][0], **{k: v for k, v in beside.items() if k in known}})
    if argument is not None:
        arguments[argument] = value
    if class_name == "Normalization" and argument in ("mean", "variance", "invert"):
        arguments = {"mean": 0.5, "variance": 2.0, **arguments}
    if argument != "name":
        arguments["name"] = name
    return cls(**{name: x(layers) if inspect.isfunction(x) else x for name, x in arguments.items()})


def with_known_weights(layer):
    """The initial values, and other ones set in their place that no initializer gives."""
    initial = [array(v) for v in layer.weights]
    for i, v in enumerate(layer.weights):
        if "float" in v.dtype:
            values = np.random.default_rng(i).uniform(-0.9, 0.9, v.shape)
            v.assign(abs(values) if "variance" in v.name or "stddev" in v.name else values)
    return initial


def called(layer, inputs, class_name):
    if class_name in ("MultiHeadAttention", "GroupQueryAttention"):
        return layer, lambda *x, **options: layer(*x, **options)
    return layer, lambda *x, **options: layer(x[0] if len(x) == 1 else list(x), **options)


def functional(layer, inputs, class_name):
    symbols = [keras.Input(batch_shape=x.shape, dtype=str(x.dtype)) for x in inputs]
    _, call = called(layer, inputs, class_name)
    model = keras.Model(symbols, call(*symbols))
    return model, lambda *x, **options: model(list(x) if len(x) > 1 else x[0], **options)


def sequential(layer, inputs, class_name):
    model = keras.Sequential([keras.Input(batch_shape=inputs[0].shape, dtype=str(inputs[0].dtype)), layer])
    return model, lambda x, **options: model(x, **options)


def seen(way, class_name, argument=None, value=None):
    """What can be seen of a layer with an argument: variables, outputs with and without training, masks, losses."""
    keras.utils.set_random_seed(3)
    inputs = inputs_of(class_name)
    owner, call = way(made(class_name, argument, value), inputs, class_name)
    tensors = [ops.convert_to_tensor(x) for x in inputs]
    if argument == "zero_output_for_mask":
        tensors = [layers.Masking(9.0)(ops.convert_to_tensor(_masked(inputs[0])))]
    if argument == "mask_value":
        tensors = [ops.convert_to_tensor(_masked(inputs[0]))]
    call(*tensors)
    layer = owner if not isinstance(owner, keras.Model) else owner.layers[-1]
    initial = with_known_weights(layer)
    keras.utils.set_random_seed(3)
    facts = {"variables": [(v.name, tuple(v.shape), v.dtype, v.trainable) for v in layer.weights], "initial": initial}
    facts["trains"] = layer.trainable
    facts["name"] = layer.name if argument == "name" else None
    for training in (False, True, False):
        outputs = _run(call, tensors, layer, training)
        flat = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        masks = [get_keras_mask(x) for x in flat]
        facts.setdefault("outputs", []).append([array(x) for x in flat])
        facts.setdefault("masks", []).append([None if m is None else array(m) for m in masks])
        facts.setdefault("losses", []).append([float(array(x)) for x in owner.losses])
        facts.setdefault("after", []).append([array(v) for v in layer.weights])
    facts["constrained"] = [array(v.constraint(v.value)) for v in layer.weights if v.constraint is not None]
    return facts


def _masked(x):
    x = x.copy()
    x[:, 2:4] = 9.0
    return x


def _run(call, tensors, layer, training):
    takes = isinstance(layer, keras.Model) or "training" in inspect.signature(type(layer).call).parameters
    return call(*tensors, **({"training": training} if takes else {}))


def ways_of(class_name):
    """A call and a model; a Sequential one too, but for some of a family over 1, 2 and 3 dimensions."""
    of_one = len(ROWS[class_name][1]) == 1 and not class_name.endswith(("2D", "3D"))
    return [called, functional] + ([sequential] if of_one else [])


seen_without = functools.cache(seen)
"""What can be seen of a layer without more than its row: the same for all arguments whose first value is the default."""


def is_left_out(class_name, argument, value):
    """Whether a layer with an argument set is made, called and looked at as one without."""
    if class_name == "Normalization" or argument in {*ROWS[class_name][0], *WITH, "name", "seed", "mask_value"}:
        return False
    if argument == "zero_output_for_mask" or argument.endswith("_initializer"):
        return False
    parameters = inspect.signature(getattr(layers, class_name).__init__).parameters
    default = parameters[argument].default if argument in parameters else inspect.Parameter.empty
    return isinstance(value, (type(None), bool, int, float, str)) and type(value) is type(default) and value == default


def seen_first(way, class_name, argument, value):
    """As `seen`; what was seen for another argument serves where the calls are the same."""
    left_out = is_left_out(class_name, argument, value)
    return seen_without(way, class_name) if left_out else seen(way, class_name, argument, value)


@pytest.mark.parametrize("class_name, argument", CASES, ids=["-".join(case) for case in CASES])
def test_two_values_differ(class_name, argument):
    pair = pair_of(class_name, argument)
    assert pair is not None, f"`layer_pairs.py` needs two values for `{argument}` of {class_name}, or a reason for none"
    for way in ways_of(class_name):
        if (class_name, argument, way.__name__) in NOT_THIS_WAY:
            continue
        first, second = seen_first(way, class_name, argument, pair[0]), seen(way, class_name, argument, pair[1])
        # Once more in one way only: on engines that compile, this suite is long.
        if way is called:
            assert not differs(first, seen(way, class_name, argument, pair[0])), "the same value gives another result"
        assert differs(first, second), f"{argument} is mute in {class_name} ({way.__name__})"


def test_each_public_layer_has_a_row():
    public = {name for name in dir(layers) if isinstance(getattr(layers, name), type)}
    public = {name for name in public if issubclass(getattr(layers, name), layers.Layer) and name != "Layer"}
    known = {getattr(layers, name) for name in (*ROWS, *WITHOUT_ROW)}
    assert {name for name in public if getattr(layers, name) not in known} == set()
    assert all(len(reason) > 5 for reason in (*EXCEPTIONS.values(), *WITHOUT_ROW.values()))
