"""A config finds each public class that files may name by each of its public names."""

import importlib
import inspect

import pytest

import keras
from integration_tests.api_test import public_packages
from keras.src.saving import serialization_lib


def names():
    for package in public_packages():
        module = importlib.import_module(package)
        for short in module.__all__:
            cls = getattr(module, short)
            if inspect.isclass(cls) and hasattr(cls, "from_config") and hasattr(cls, "get_config"):
                yield package, short, cls


@pytest.mark.parametrize("registered_name", [None, "its own"])
def test_each_public_class_is_found_by_each_of_its_public_names(registered_name):
    found = list(names())
    assert len(found) > 300
    assert {"keras", "keras.layers", "keras.mixed_precision", "keras.optimizers.schedules"} <= {n[0] for n in found}
    for module, short, cls in found:
        config = {"module": module, "class_name": short, "config": {}, "registered_name": registered_name and short}
        assert serialization_lib.find_class(config) is cls, config


def test_those_of_the_package_itself_are_made():
    make = serialization_lib.deserialize_keras_object
    policy = make({"module": "keras", "class_name": "DTypePolicy", "config": {"name": "mixed_bfloat16"}})
    assert policy.compute_dtype == "bfloat16"
    stack = make({"module": "keras", "class_name": "Sequential", "config": {"name": "stack", "layers": []}})
    assert type(stack) is keras.Sequential and stack.name == "stack"
    with pytest.raises(ValueError, match="not a class that a file may name"):
        make({"module": "keras", "class_name": "Variable", "config": {}})
