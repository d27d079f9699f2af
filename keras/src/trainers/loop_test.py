"""The parts of the loop: interruptions, and the pace of dispatches."""

import os
import signal

import pytest

from keras.src.backend.common.interrupts import Interrupts
from keras.src.backend.common.training import block_steps
from keras.src.trainers.loop import Pace


def test_ctrl_c_waits_for_the_step(ctrl_c):
    steps = []
    with pytest.raises(KeyboardInterrupt), Interrupts() as interrupts:
        interrupts.hold()
        os.kill(os.getpid(), signal.SIGINT)
        steps.append("done")
        interrupts.release()
        steps.append("never")
    assert steps == ["done"] and signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_twice_interrupts_at_once(ctrl_c):
    steps = []
    with pytest.raises(KeyboardInterrupt), Interrupts() as interrupts:
        interrupts.hold()
        os.kill(os.getpid(), signal.SIGINT)
        steps.append("first")
        os.kill(os.getpid(), signal.SIGINT)
        steps.append("never")
    assert steps == ["first"]


def test_ctrl_c_waits_for_what_ends_a_run(ctrl_c):
    steps = []

    class Run:
        def __enter__(self):
            return self

        def __exit__(self, *exception):
            os.kill(os.getpid(), signal.SIGINT)
            steps.append("ended")

    interrupts = Interrupts()
    with pytest.raises(KeyboardInterrupt), interrupts, Run(), interrupts.held_afterwards():
        steps.append("run")
    assert steps == ["run", "ended"] and signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_pace():
    assert Pace(3).most() == 3 and Pace(1).one_by_one
    pace = Pace()
    assert pace.most() == 1 and not pace.one_by_one
    for _ in range(5):
        pace.done(pace.most())
    assert pace.most() > 100


@pytest.mark.parametrize("bytes_of_a_row, batch_size, steps", [(4, 32, 128), (3136, 64, 4), (600_000, 32, 1)])
def test_block_steps(bytes_of_a_row, batch_size, steps):
    class Row:
        nbytes = bytes_of_a_row

    assert block_steps(Row(), batch_size) == steps
