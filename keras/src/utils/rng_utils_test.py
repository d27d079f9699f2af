"""One seed for all that draws."""

import sys
from unittest import mock

import pytest

import keras
from keras.src.utils import module_utils, rng_utils
from keras.src.utils.module_utils import LazyModule


def test_tensorflow_is_seeded_where_it_is_imported():
    tensorflow = pytest.importorskip("tensorflow")
    drawn = []
    for seed in (11, 11, 12):
        keras.utils.set_random_seed(seed)
        drawn.append(tensorflow.random.uniform((2,)).numpy().tolist())
    assert drawn[0] == drawn[1] != drawn[2]


def test_tensorflow_is_seeded_once_the_library_imports_it(monkeypatch):
    lazy, module = LazyModule("tensorflow"), mock.Mock()
    monkeypatch.setattr(rng_utils, "tensorflow", lazy)
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    keras.utils.set_random_seed(5)
    keras.utils.set_random_seed(6)
    monkeypatch.setattr(module_utils, "import_without_draws", lambda name: module)
    assert lazy.initialize() is module
    module.random.set_seed.assert_called_once_with(6)
