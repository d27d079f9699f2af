"""Configs that ask for too much are refused by each door, at once, with nothing made; in one process with little memory."""

import os
import subprocess
import sys

import pytest

from integration_tests.isolated import ROOT
from keras.src.testing import engine


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="the limit of memory is set as Linux has it")
def test_what_a_config_asks_for_is_counted_before_it_is_made():
    # By which door a config comes in makes no difference between engines; the one without a compiler tries them all.
    width = "narrow" if engine.CAN_COMPILE else "widest"
    command = [sys.executable, "-m", "integration_tests.attacks.allocations_child", width]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    lines = done.stdout.splitlines()
    wrong = [line for line in lines if line.startswith("wrong")]
    assert not wrong, "\n".join(wrong)
    assert lines[-1:] == ["done"], f"It ended {lines[-1:]}: {done.stderr[-2000:]}"
    assert len(lines) > 150
