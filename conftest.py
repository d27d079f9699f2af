"""Settings of the tests that must stand before an engine is imported."""

import gc
import itertools
import os
import random
import shutil
import signal
import sys
import tempfile
import zlib

import numpy as np
import pytest

# Many tests compile the same small programs: JAX keeps them for the time of the session, and compiles each once.
_cache = tempfile.mkdtemp(prefix="keras-tests-")
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", _cache)
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
# What one worker has found out for all of them lies here.
os.environ.setdefault("KERAS_TESTS_FOLDER", _cache)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


# A little of each part, for `-m tiny`: about 20 seconds with NumPy, half of them for finding all tests.
TINY = """
keras/src/activations/activations_test.py keras/src/backend/config_test.py keras/src/callbacks/callbacks_test.py
keras/src/constraints/constraints_test.py keras/src/dtype_policies/dtype_policy_test.py
keras/src/graph/operation_test.py keras/src/initializers/initializers_test.py
keras/src/layers/core/core_layers_test.py keras/src/losses/losses_test.py keras/src/metrics/metrics_test.py
keras/src/models/functional_test.py keras/src/models/model_test.py keras/src/models/sequential_test.py
keras/src/ops/linalg_table_test.py keras/src/optimizers/base_optimizer_test.py keras/src/random/random_test.py
keras/src/regularizers/regularizers_test.py keras/src/saving/saving_lib_test.py keras/src/trainers/loop_test.py
keras/src/tree/tree_test.py
""".split()


def pytest_collectstart():
    # Else pytest, which loads the packages above a test by itself, may load one over another that is still being loaded.
    import keras.src.ops  # noqa: F401


def pytest_collection_modifyitems(config, items):
    tiny = {config.rootpath / name for name in TINY}
    for item in items:
        if item.path in tiny:
            item.add_marker(pytest.mark.tiny)


def pytest_collection_finish():
    # The engines and all tests are a large heap that lives to the end: no collection need walk through it.
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """What a test draws without a seed hangs on the test's name alone: it holds in every run, or in none."""
    seed = zlib.crc32(item.nodeid.encode())
    random.seed(seed)
    np.random.seed(seed)
    if "keras.src.random.seed_generator" in sys.modules:  # else the test itself is to import the library
        sys.modules["keras.src.backend"].core.seed_engine(seed)
        sys.modules["keras.src.random.seed_generator"].seed_global_generator(None)


_tests_done = itertools.count(1)


def pytest_runtest_teardown():
    # Compiled programs of tests that are over would fill gigabytes; those that are used again lie in the cache on disk.
    if next(_tests_done) % 1000 == 0 and "jax" in sys.modules:
        sys.modules["jax"].clear_caches()
        gc.collect()


def pytest_unconfigure(config):
    shutil.rmtree(_cache, ignore_errors=True)


@pytest.fixture
def ctrl_c():
    """Lets Ctrl-C raise `KeyboardInterrupt`, which it does not where the tests run as a job in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
