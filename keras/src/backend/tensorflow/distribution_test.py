"""Models that are made under the scope of a strategy of TensorFlow's own; what distributions compute is tested in `jobs_test.py`."""

import json
import socket

import numpy as np
import pytest

from keras.src.backend import config
from keras.src.distribution.launchers import launch_of
from keras.src.testing import jobs

pytestmark = pytest.mark.skipif(config.backend() != "tensorflow", reason="tests of the TensorFlow engine")

FOLDER = str(jobs.FOLDER)
CASES = "keras.src.testing.tensorflow.strategy_cases"


def case(name, **arguments):
    return f"{CASES}.{name}", arguments


@jobs.once
def results():
    """What one device gives, and what two CPUs of a process do."""
    cases = [case("summed"), case("refused"), case("warned")]
    for kind in (None, "mirrored"):
        cases += [case("fitted", kind=kind, folder=FOLDER), case("looped", kind=kind, folder=FOLDER)]
    cases.append(case("fitted", kind="mirrored", folder=FOLDER, divides=True))
    names = ["summed", "refused", "warned", "fit on one", "loop on one", "fit", "loop", "fit of divided data"]
    for name in ("late", "reducing", "composed"):
        cases += [case(name, kind=None), case(name, kind="data")]
        names += [f"{name} on one", name]
    return dict(zip(names, jobs.run(cases, devices=2)[0]))


@jobs.once
def results_of_workers():
    """What each of two processes gives that have met by `TF_CONFIG` alone."""
    addresses = [f"localhost:{jobs.free_port()}" for _ in range(2)]
    variables = []
    for index in range(2):
        task = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        variables.append({"KERAS_TESTS_TF_CONFIG": json.dumps(task)})
    return jobs.run([case("fitted", kind="workers", folder=FOLDER, divides=True)], 2, environment=variables)


def assert_same(found, expected):
    for name in ("history", "evaluated", "predicted", "weights"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-5, atol=1e-5, err_msg=name)
    assert found["rows of the log"] == 3


@pytest.mark.parametrize("name", ["fit", "fit of divided data"])
def test_fit_under_a_strategy_gives_what_one_device_gives(name):
    assert_same(results()[name], results()["fit on one"])
    assert results()[name]["copies"] == 2


def test_fit_of_workers_gives_what_one_device_gives():
    first, second = (rank[0] for rank in results_of_workers())
    assert first == second
    assert_same(first, results()["fit on one"])


def test_a_loop_of_ones_own_gives_what_one_device_gives():
    found, expected = results()["loop"], results()["loop on one"]
    np.testing.assert_allclose(found["results"], expected["results"], rtol=1e-5, atol=1e-6)
    assert found["restored"] == expected["restored"] == [True, True, 9]


def test_parts_of_gradients_and_of_metrics_are_added():
    assert results()["summed"] == [0.5, -2.0, -2.0]


def test_variables_are_not_divided():
    assert "jax" in results()["refused"] and "torch" in results()["refused"]


def test_a_distribution_may_come_after_the_model():
    np.testing.assert_allclose(results()["late"], results()["late on one"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["reducing", "composed"])
def test_layers_that_reduce_over_batches_see_the_rows_of_all(name):
    np.testing.assert_allclose(results()[name], results()[f"{name} on one"], rtol=1e-5, atol=1e-6)


def test_a_wish_that_cannot_be_met_is_a_warning():
    (message,) = results()["warned"]
    assert "a program of XLA has one device" in message


def test_addresses_under_torchrun():
    from keras.src.backend.tensorflow.distribution import _addresses

    port = jobs.free_port()
    told = {"RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "here", "MASTER_PORT": str(port)}
    with pytest.raises(ValueError, match="TF_CONFIG or in KERAS_DISTRIBUTION_JOB_ADDRESSES.*torchrun"):
        _addresses(launch_of(told))
    with socket.socket() as other:
        other.bind(("", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(RuntimeError, match=f"listen on port {port}, which another program uses.*MASTER_PORT"):
            _addresses(launch_of(told | {"LOCAL_WORLD_SIZE": "2", "MASTER_PORT": str(port - 1)}))
    launch = launch_of(told | {"LOCAL_WORLD_SIZE": "2", "MASTER_PORT": "65535"})
    assert _addresses(launch) == ["here:65534", "here:65533"]


def test_a_process_that_does_not_come_is_named():
    """TensorFlow itself lets the first process wait without end."""
    from keras.src.backend.tensorflow import distribution

    (first, _) = jobs.variables_of_job(2, seconds=1)
    absent = first["KERAS_DISTRIBUTION_JOB_ADDRESSES"].split(",")[1]
    with pytest.raises(RuntimeError, match=f"within 1 seconds.*KERAS_DISTRIBUTION_TIMEOUT.*nobody answers at {absent}"):
        distribution.initialize(launch_of(first))
    assert distribution.num_processes() == 1


@pytest.mark.parametrize("is_lost", [True, False])
def test_nothing_is_told_at_the_end_to_processes_that_are_lost(monkeypatch, is_lost):
    """A first process that stands still would never take the word."""
    from keras.src.backend.tensorflow import distribution

    words = []
    monkeypatch.setattr(distribution, "_job", distribution._Job())
    monkeypatch.setattr(distribution, "post", words.append)
    error = distribution.tf.errors.UnavailableError(None, None, "gone") if is_lost else ValueError()
    assert distribution.is_lost(error) == is_lost
    distribution._end()
    assert words == ([] if is_lost else ["keras/ended/0"])
