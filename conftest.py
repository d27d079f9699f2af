"""Settings of the tests that must stand before an engine is imported."""

import os
import shutil
import signal
import tempfile

import pytest

# Many tests compile the same small programs: JAX keeps them for the time of the session, and compiles each once.
_cache = tempfile.mkdtemp(prefix="keras-tests-")
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", _cache)
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def pytest_unconfigure(config):
    shutil.rmtree(_cache, ignore_errors=True)


@pytest.fixture
def ctrl_c():
    """Lets Ctrl-C raise `KeyboardInterrupt`, which it does not where the tests run as a job in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
