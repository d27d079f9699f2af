"""Wrong arguments that the reference refuses are refused, at once and by an error that says what is wrong."""

import json
import pathlib
import warnings

import pytest

from keras.src import layers
from keras.src.layers.layer import Layer
from keras.src.layers.serialization import deserialize
from keras.src.testing.refusal_rows import EXCEPTIONS, ROWS, VALUES, refused

_STORED = sorted((pathlib.Path(__file__).parent / "testdata").glob("layer_refusals*.json"))
GOLDENS = {name: x for path in _STORED for name, x in json.loads(path.read_text()).items()}


def is_clear(error):
    return isinstance(error, (ValueError, TypeError)) and len(str(error)) > 10


@pytest.mark.parametrize("name", ROWS)
def test_what_the_reference_refuses_is_refused(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = refused(layers, name, accepts=is_clear)
    accepted = {
        argument: [VALUES[i] for i in indices if i not in found.get(argument, ())]
        for argument, indices in GOLDENS[name].items()
    }
    assert {argument: values for argument, values in accepted.items() if values} == {}


def test_each_layer_has_a_row():
    plain = {"Add", "Average", "Identity", "Maximum", "Minimum", "Multiply", "Subtract"}  # These have no arguments.
    public = {
        name for name, c in vars(layers).items() if isinstance(c, type) and issubclass(c, Layer) and c is not Layer
    }
    public.discard("GroupedQueryAttention")  # Its public name is `GroupQueryAttention`.
    of_one_engine = {"FlaxLayer", "JaxLayer", "TFSMLayer", "TorchModuleWrapper"}  # Tested in `wrapping`.
    assert public - plain - of_one_engine == set(ROWS)
    assert {name for name, _ in EXCEPTIONS} <= set(ROWS)


@pytest.mark.parametrize("value", ["a", 1.5, None])
def test_arguments_of_another_kind_are_type_errors(value):
    for call in (layers.RepeatVector, layers.Dot):
        with pytest.raises(TypeError, match="must be an integer"):
            call(value)
    with pytest.raises(ValueError, match="n=0"):
        layers.RepeatVector(0)
    with pytest.raises(ValueError, match="pair of ints"):
        layers.Dot(axes=(value, 1))


def test_unknown_arguments_are_wrong_values_of_a_constructor_and_wrong_kinds_of_a_config():
    config = {"units": 2, "colour": 1}
    with pytest.raises(ValueError, match="colour"):
        layers.Dense(**config)
    with pytest.raises(TypeError, match="could not be made from its config.*colour"):
        layers.Dense.from_config(config)
    with pytest.raises(TypeError, match="colour"):
        deserialize({"module": "keras.layers", "class_name": "Dense", "config": config, "registered_name": None})
    with pytest.raises(ValueError, match="colour"):
        layers.LSTM.from_config(config)
