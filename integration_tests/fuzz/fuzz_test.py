"""Damaged files are refused: no crash, no hang, no memory beyond the limit, no model half changed, no strange error."""

import os

import pytest

from integration_tests.fuzz import driver
from keras.src.testing import engine

# Which files are read makes no difference between engines; the one without a compiler starts at once and reads them all.
COUNT = 60 if engine.CAN_COMPILE else 2000


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="the limit of memory is set as Linux has it")
def test_damaged_files_are_refused():
    complaints, count = driver.run_all(1, COUNT)
    assert not complaints, "\n".join(complaints)
    assert count == COUNT
