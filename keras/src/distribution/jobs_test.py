"""What several devices, and several processes, compute: the same as one device.

The children of a job run many cases each, since starting them takes longer than the cases do.
"""

import functools

import numpy as np
import pytest

from keras.src.testing import engine, jobs

NETWORKS = [
    ("mlp", "sgd"),
    ("mlp", "mixed"),
    ("convnet", "adam"),
    ("transformer", "adam"),
]
KINDS = engine.DISTRIBUTIONS
IN_JOBS = [("mlp", "adam"), ("convnet", "sgd")]

pytestmark = pytest.mark.skipif(not KINDS, reason="this engine computes on one device")
in_jobs = pytest.mark.skipif(not engine.JOBS, reason="this engine computes in one process")


def training_cases(kinds, networks):
    return [("training", {"kind": kind, "network": n, "optimizer": o}) for kind in kinds for n, o in networks]


def once(function):
    """`functools.cache` that keeps failures, too: no job runs again for each test that needs it."""

    @functools.cache
    def attempt():
        try:
            return function(), None
        except Exception as error:
            return None, error

    def result():
        value, error = attempt()
        if error is not None:
            raise error
        return value

    return result


@once
def on_one_device():
    networks = list(dict.fromkeys(NETWORKS + IN_JOBS))
    return dict(zip(networks, jobs.run(training_cases([None], networks))[0]))


@once
def on_eight_devices():
    cases = [(kind, *network) for kind in KINDS for network in NETWORKS]
    return dict(zip(cases, jobs.run(training_cases(KINDS, NETWORKS), devices=8)[0]))


@once
def in_two_processes():
    cases = training_cases(KINDS, IN_JOBS)
    cases += [("shuffled", {"kind": kind}) for kind in KINDS[:1]]
    keys = [(kind, *network) for kind in KINDS for network in IN_JOBS] + [("shuffled", kind) for kind in KINDS[:1]]
    ranks = jobs.run(cases, processes=2, devices=engine.DEVICES_IN_JOBS)
    return [dict(zip(keys, results)) for results in ranks]


def assert_same(result, expected, is_rounded=False):
    """Sums are made in another order on many devices, which bfloat16 shows."""
    for name in ("losses", "evaluated", "predicted", "weights"):
        tolerance = 2e-2 if is_rounded else 1e-5
        np.testing.assert_allclose(result[name], expected[name], rtol=tolerance, atol=tolerance, err_msg=name)
    if not is_rounded:
        assert result["accuracies"] == pytest.approx(expected["accuracies"], abs=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("network, optimizer", NETWORKS)
def test_many_devices_train_as_one_does(kind, network, optimizer):
    result = on_eight_devices()[kind, network, optimizer]
    assert_same(result, on_one_device()[network, optimizer], optimizer == "mixed")
    assert (result["divided"] > 0) == (kind != "data")


@in_jobs
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("network, optimizer", IN_JOBS)
def test_processes_train_as_one_does(kind, network, optimizer):
    first, second = (rank[kind, network, optimizer] for rank in in_two_processes())
    assert first == second
    assert_same(first, on_one_device()[network, optimizer])
    assert (first["divided"] > 0) == (kind != "data")


@in_jobs
def test_processes_draw_alike_without_a_seed():
    first, second = (rank["shuffled", KINDS[0]] for rank in in_two_processes())
    assert first == second and len(set(first["losses"])) == 4
