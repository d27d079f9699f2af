"""Modules that are imported when they are first used."""

import pickle

from keras.src.utils.module_utils import LazyModule


def test_a_pickle_names_the_module():
    module = LazyModule("json")
    assert module.dumps([1]) == "[1]"
    again = pickle.loads(pickle.dumps(module))
    assert repr(again) == "LazyModule('json')" and again.loads("[1]") == [1]
