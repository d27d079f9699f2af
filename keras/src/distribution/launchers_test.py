"""What launchers say, and what is said when they say half of it."""

import json

import pytest

import keras
from keras.src import backend
from keras.src.distribution.launchers import launch_of

TORCHRUN = {"RANK": "3", "WORLD_SIZE": "4", "MASTER_ADDR": "first", "MASTER_PORT": "29500", "LOCAL_RANK": "1"}
OWN = {
    "KERAS_DISTRIBUTION_JOB_ADDRESSES": "10.0.0.1:1234,10.0.0.2:2345",
    "KERAS_DISTRIBUTION_NUM_PROCESSES": "2",
    "KERAS_DISTRIBUTION_PROCESS_ID": "1",
}


def tf_config(kind="worker", index=1, **cluster):
    cluster = cluster or {"worker": ["a:1", "b:2"]}
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}})}


def told(*args):
    launch = launch_of(*args)
    return launch.addresses, launch.num_processes, launch.process_id, launch.local_id


def test_nobody_says_anything():
    assert launch_of({}) is None and launch_of({"KERAS_DISTRIBUTION_PROCESS_ID": ""}) is None
    keras.distribution.initialize()
    keras.distribution.initialize("localhost:1234", 1, 0)


def test_arguments_count_before_all_else():
    assert told(TORCHRUN | OWN, "h:1", 8, 7) == (["h:1"], 8, 7, None)
    assert told(OWN, None, None, 0) == (["10.0.0.1:1234", "10.0.0.2:2345"], 2, 0, None)
    assert told({}, "h:1, k:2", 2, "0") == (["h:1", "k:2"], 2, 0, None)


def test_variables_of_the_library_count_before_those_of_others():
    assert told(TORCHRUN | OWN | tf_config()) == (["10.0.0.1:1234", "10.0.0.2:2345"], 2, 1, None)


def test_torchrun():
    assert told(TORCHRUN | tf_config()) == (["first:29500"], 4, 3, 1)
    assert not launch_of(TORCHRUN | {"LOCAL_WORLD_SIZE": "2"}).is_on_one_machine
    assert launch_of(TORCHRUN | {"LOCAL_WORLD_SIZE": "4"}).is_on_one_machine


@pytest.mark.parametrize(
    "environment, addresses, count, number",
    [
        (tf_config(), ["a:1", "b:2"], 2, 1),
        (tf_config("chief", 0, chief=["c:1"], worker=["a:1", "b:2"]), ["c:1", "a:1", "b:2"], 3, 0),
        (tf_config("worker", 1, chief=["c:1"], worker=["a:1", "b:2"]), ["c:1", "a:1", "b:2"], 3, 2),
    ],
)
def test_tf_config(environment, addresses, count, number):
    assert told(environment) == (addresses, count, number, None)


def test_seconds_after_which_a_process_counts_as_dead():
    assert launch_of(OWN).timeout is None and launch_of(OWN | {"KERAS_DISTRIBUTION_TIMEOUT": ""}).timeout is None
    assert launch_of(TORCHRUN | {"KERAS_DISTRIBUTION_TIMEOUT": "2.5"}).timeout == 2.5
    for text in ("soon", "0", "inf", "-3"):
        with pytest.raises(ValueError, match="KERAS_DISTRIBUTION_TIMEOUT must be a number of seconds, at least 1"):
            launch_of(OWN | {"KERAS_DISTRIBUTION_TIMEOUT": text})


def test_an_odd_number_of_seconds_is_told_alone_too(monkeypatch):
    monkeypatch.setenv("KERAS_DISTRIBUTION_TIMEOUT", "soon")
    with pytest.raises(ValueError, match="KERAS_DISTRIBUTION_TIMEOUT must be a number of seconds.*'soon'"):
        keras.distribution.initialize()
    monkeypatch.setenv("KERAS_DISTRIBUTION_TIMEOUT", "5")
    keras.distribution.initialize()


@pytest.mark.parametrize("missing", sorted(OWN))
def test_half_of_the_variables_of_the_library(missing):
    environment = {name: value for name, value in OWN.items() if name != missing}
    present = next(name for name in environment)
    with pytest.raises(ValueError, match=f"Missing: {missing}. Received: .*{present}"):
        launch_of(environment)


@pytest.mark.parametrize("missing", ["RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"])
def test_half_of_torchrun(missing):
    with pytest.raises(ValueError, match=f"Missing: {missing}. Received: .*'first'|Missing: MASTER_ADDR"):
        launch_of({name: value for name, value in TORCHRUN.items() if name != missing})


def test_an_address_alone(monkeypatch):
    environment = {"MASTER_ADDR": "first", "MASTER_PORT": "29500"}
    with pytest.raises(ValueError, match="Missing: RANK, WORLD_SIZE. Received: .*'first'"):
        launch_of(environment)
    assert told(environment | tf_config())[0] == ["a:1", "b:2"]
    monkeypatch.setattr(backend.distribution, "CLUSTERS", ("SLURM_NTASKS",))
    assert launch_of(environment | {"SLURM_NTASKS": "2"}) is None


def test_half_of_the_arguments(monkeypatch):
    for name in (*OWN, *TORCHRUN, "TF_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValueError, match="Missing: job_addresses or KERAS_DISTRIBUTION_JOB_ADDRESSES, process_id or"):
        keras.distribution.initialize(num_processes=2)


@pytest.mark.parametrize(
    "environment, message",
    [
        (OWN | {"KERAS_DISTRIBUTION_PROCESS_ID": "2"}, "PROCESS_ID must lie between 0 and .*NUM_PROCESSES - 1.*=2"),
        (OWN | {"KERAS_DISTRIBUTION_NUM_PROCESSES": "two"}, "NUM_PROCESSES must be an integer. Received: 'two'"),
        (OWN | {"KERAS_DISTRIBUTION_JOB_ADDRESSES": "here"}, "`host:port`.*Received: 'here' in .*JOB_ADDRESSES"),
        (OWN | {"KERAS_DISTRIBUTION_NUM_PROCESSES": "3"}, "2 addresses for 3 processes"),
        (TORCHRUN | {"RANK": "4"}, "RANK must lie between 0 and WORLD_SIZE - 1. Received: RANK=4, WORLD_SIZE=4"),
        (TORCHRUN | {"MASTER_PORT": "x"}, "MASTER_PORT must be an integer"),
        ({"TF_CONFIG": "nonsense"}, "TF_CONFIG is JSON such as.*It is no JSON: Expecting value.*TF_CONFIG=nonsense"),
        ({"TF_CONFIG": "{}"}, "TF_CONFIG lacks 'cluster', 'task'. Received: TF_CONFIG={}"),
        ({"TF_CONFIG": "[3]"}, r"TF_CONFIG must be a dict, not \[3\]. Received"),
        ({"TF_CONFIG": '{"cluster": 3, "task": {}}'}, "Its `cluster` must be a dict, not 3. Received"),
        ({"TF_CONFIG": '{"cluster": {"worker": ["a:1"]}}'}, "TF_CONFIG lacks 'task'. Received"),
        ({"TF_CONFIG": '{"cluster": {}, "task": {"type": "worker"}}'}, "Its `task` lacks 'index'. Received"),
        (tf_config(worker="a:1"), "A cluster has a list of addresses of each type, not 'a:1'. Received"),
        (tf_config("worker", 2), "must be one of its cluster. Received: index 2 of 2"),
        (tf_config("ps", 0, ps=["a:1"], worker=["b:1"]), "parameter servers and evaluators are not supported"),
        (tf_config(worker=["a", "b"]), "Received: 'a' in TF_CONFIG"),
        (tf_config(worker=[1, 2]), "Received: 1 in TF_CONFIG"),
        (tf_config(worker=["a:1", "a:1"]), "Each process has an address of its own. Received: .* from TF_CONFIG"),
        (
            TORCHRUN | {"MASTER_PORT": "99999"},
            "a port of 1 to 65535. Received: .*99999' in MASTER_ADDR and MASTER_PORT",
        ),
    ],
)
def test_what_makes_no_sense(environment, message):
    with pytest.raises(ValueError, match=message):
        launch_of(environment)
