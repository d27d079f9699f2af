"""The parts of the loop: interruptions, the pace of dispatches, and what must exist before it runs."""

import os
import signal

import numpy as np
import pytest

import keras
from keras.src.backend.common.interrupts import Interrupts
from keras.src.backend.common.training import block_steps
from keras.src.trainers import loop
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


def _shapes_that_losses_are_built_for(model, x, y):
    """The outputs as `fit` describes them to a loss, and how often it calls the model to find out."""
    model.compile(loss="mse")
    calls, compiled = [], model._compile_loss
    build = compiled.build

    def noted_build(y_true, y_pred):
        calls.append(y_pred.shape)
        build(y_true, y_pred)

    compiled.build = noted_build
    original, count = type(model).compute_output_spec, []
    type(model).compute_output_spec = lambda *args, **kwargs: count.append(1) or original(*args, **kwargs)
    try:
        loop.prepare(model, (x, y), training=False)
    finally:
        type(model).compute_output_spec = original
    return calls, len(count)


@pytest.mark.parametrize("rows", [3, 5])
def test_outputs_that_a_graph_tells_are_not_worked_out_again(rows):
    class Own(keras.Model):
        """A class that may be changed."""

    inputs = keras.Input((2,))
    x, y = np.ones((rows, 2), "float32"), np.ones((rows, 1), "float32")
    outputs = keras.layers.Dense(1)(inputs)
    assert _shapes_that_losses_are_built_for(Own(inputs, outputs), x, y) == ([(rows, 1)], 0)
    # Batches of another dtype or of another size are looked at.
    assert _shapes_that_losses_are_built_for(Own(inputs, outputs), x.astype("int32"), y) == ([(rows, 1)], 1)
    lengths = keras.Input((None, 2))
    sequences = Own(lengths, keras.layers.Dense(1)(lengths))
    assert _shapes_that_losses_are_built_for(sequences, x[None], y[None]) == ([(1, rows, 1)], 1)


def test_a_call_of_a_users_own_tells_the_outputs():
    class Twice(keras.Model):
        def call(self, inputs):
            x = super().call(inputs)
            return keras.ops.concatenate([x, x])

    inputs = keras.Input((2,))
    model = Twice(inputs, keras.layers.Dense(1)(inputs))
    x = np.ones((3, 2), "float32")
    assert _shapes_that_losses_are_built_for(model, x, np.ones((6, 1), "float32")) == ([(6, 1)], 1)


def test_outputs_of_a_model_without_a_graph_are_worked_out_once(monkeypatch):
    """Also where a metric makes its variables in its first update."""

    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(2)

        def call(self, inputs):
            return self.dense(inputs)

    model, metric, count, describe = Own(), keras.metrics.F1Score(), [], loop._output_specs
    model.compile(loss="mse", metrics=[metric])
    monkeypatch.setattr(loop, "_output_specs", lambda *args: count.append(1) or describe(*args))
    assert not metric.variables
    loop.prepare(model, (np.ones((3, 2), "float32"), np.ones((3, 2), "float32")), training=False)
    assert metric.variables and len(count) == 1
