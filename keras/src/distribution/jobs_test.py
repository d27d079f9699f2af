"""What several devices, and several processes, compute: the same as one device.

The children of a job run many cases each, since starting them takes longer than the cases do.
"""

import pathlib
import re
import signal

import numpy as np
import pytest

from keras.src.testing import distribution_cases, engine, jobs

NETWORKS = [
    ("mlp", "sgd"),
    ("mlp", "mixed"),
    ("convnet", "adam"),
    ("transformer", "adam"),
]
KINDS = engine.DISTRIBUTIONS
OTHER_WAYS = ["uncompiled", "turned", *engine.OWN_LOOPS] if engine.DEVICES_IN_PROCESS > 1 else []
SOURCES = ["arrays", "PyDataset", "generator", "tf.data", "grain", "DataLoader"]
OWN = [("arrays", (20, 13)), ("PyDataset", (8, 27)), ("tf.data", (5, 3)), ("generator", (11, 0)), ("mixed", (0, 11))]
OWN += [(source, (0, 11)) for source in SOURCES]  # Where one has nothing, the others tell it what batches look like.
COUNTS_BYTES = pathlib.Path("/proc/self/io").exists()
FILES = ["model.keras", "model.weights.h5", "model.safetensors"]
IN_JOBS = [("mlp", "adam"), ("convnet", "sgd")]
IN_16_BITS = [
    (kind, network, "mixed")
    for kind in ("data", "model")
    for network in ("convnet", "transformer")
    if (kind, network) in engine.ROUNDS_SUMS_ONCE
]
IN_PROCESS = [*((kind, *network) for kind in KINDS for network in NETWORKS), *IN_16_BITS]
if engine.DEVICES_IN_PROCESS > 1:
    PAIRS_IN_JOBS = [(kind, *network) for kind in KINDS for network in IN_JOBS[: 2 if kind == "data" else 1]]
    PAIRS_IN_JOBS.append(("data", "mlp", "mixed"))
else:
    # Nothing else shows that many devices compute what one does.
    RULES = [*IN_JOBS, NETWORKS[0]]
    PAIRS_IN_JOBS = [(kind, *network) for kind in KINDS for network in [*NETWORKS[1:], ("recurrent", "adam")]]
    PAIRS_IN_JOBS += [*(("data", *network) for network in RULES), *IN_16_BITS]

pytestmark = pytest.mark.skipif(not KINDS, reason="this engine computes on one device")
notices = pytest.mark.skipif(not engine.NOTICES_DEATH, reason="this engine does not say so")
in_one_process = pytest.mark.skipif(
    engine.DEVICES_IN_PROCESS == 1, reason="a process of this engine computes on one device"
)
in_jobs = pytest.mark.skipif(not engine.JOBS, reason="this engine computes in one process")


# In our words, or in those of JAX.
_TELLS = re.compile("Another process of the job|another task died")


def training_cases(kinds, networks):
    return [("training", {"kind": kind, "network": n, "optimizer": o}) for kind in kinds for n, o in networks]


@jobs.once
def in_a_process():
    """What one device of a process gives (of the kind `None`), and what all of them do."""
    pairs = [(None, *network) for _, *network in [*IN_PROCESS, *PAIRS_IN_JOBS]]
    if engine.DEVICES_IN_PROCESS > 1:
        pairs += IN_PROCESS
    cases = {(kind, *network): training_cases([kind], [network])[0] for kind, *network in pairs}
    for kind in (None, *KINDS):
        cases |= {(kind, name): (name, {"kind": kind}) for name in OTHER_WAYS}
    return dict(zip(cases, jobs.run(list(cases.values()), devices=engine.DEVICES_IN_PROCESS)[0]))


FOLDER = str(jobs.FOLDER)
CHECKPOINT = f"{FOLDER}/checkpoint"


def loaded(kind, name):
    return "loaded", {"kind": kind, "folder": FOLDER, "name": name}


@jobs.once
def in_two_processes():
    cases = {(kind, *network): training_cases([kind], [network])[0] for kind, *network in PAIRS_IN_JOBS}
    cases["shuffled"] = ("shuffled", {"kind": KINDS[0]})
    cases["all"] = ("ids_seen", {"kind": KINDS[0], "sources": [(source, 45) for source in SOURCES]})
    cases["own"] = ("ids_seen", {"kind": KINDS[0], "sources": OWN, "own": True})
    cases["saved"] = ("saved", {"kind": KINDS[-1], "folder": FOLDER})
    for kind in KINDS if engine.DEVICES_IN_PROCESS == 1 else KINDS[:1]:
        cases |= {("loaded", kind, name): loaded(kind, name) for name in FILES}
    if "sharded" in KINDS and COUNTS_BYTES:
        for name in FILES[1:]:
            cases["read", name] = ("share_read", {"kind": "sharded", "folder": FOLDER, "name": f"large.{name}"})
    if engine.shape_of_part is not None:
        cases["checkpoint"] = ("checkpointed", {"kind": "sharded", "folder": CHECKPOINT, "writes": True})
        cases["checkpoint read"] = ("checkpointed", {"kind": "model", "folder": CHECKPOINT})
    if engine.NOTICES_DEATH:
        for kind in KINDS[:2]:
            cases["alone", kind] = ("saved_alone", {"kind": kind, "folder": FOLDER})
    ranks = jobs.run(list(cases.values()), processes=2, devices=engine.DEVICES_IN_JOBS)
    return [dict(zip(cases, results)) for results in ranks]


def assert_same(result, expected, drifts=False):
    """Where devices round their parts of a sum to 16 bits before these are added up, training drifts from that of one device."""
    exact = dict.fromkeys(("losses", "evaluated", "predicted", "weights"), 1e-5)
    rounded = {"losses": 2e-3, "evaluated": 1e-3, "predicted": 2e-2, "weights": 5e-3}
    for name, tolerance in (rounded if drifts else exact).items():
        np.testing.assert_allclose(result[name], expected[name], rtol=tolerance, atol=tolerance, err_msg=name)
    if not drifts:
        assert result["accuracies"] == pytest.approx(expected["accuracies"], abs=1e-6)


def drifts(kind, network, optimizer):
    return optimizer == "mixed" and (kind, network) not in engine.ROUNDS_SUMS_ONCE


@in_one_process
@pytest.mark.parametrize("kind, network, optimizer", IN_PROCESS)
def test_many_devices_train_as_one_does(kind, network, optimizer):
    result = in_a_process()[kind, network, optimizer]
    assert_same(result, in_a_process()[None, network, optimizer], drifts(kind, network, optimizer))
    assert (result["divided"] > 0) == (kind != "data")


@in_one_process
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", OTHER_WAYS)
def test_many_devices_train_as_one_does_in_other_ways(way, kind):
    result, expected = in_a_process()[kind, way], in_a_process()[None, way]
    for name, values in expected.items():
        np.testing.assert_allclose(result[name], values, rtol=1e-5, atol=1e-5, err_msg=name)


@in_jobs
@pytest.mark.parametrize("kind, network, optimizer", PAIRS_IN_JOBS)
def test_processes_train_as_one_does(kind, network, optimizer):
    first, second = (rank[kind, network, optimizer] for rank in in_two_processes())
    assert first == second
    assert_same(first, in_a_process()[None, network, optimizer], drifts(kind, network, optimizer))
    assert (first["divided"] > 0) == (kind != "data")


@in_jobs
def test_processes_draw_alike_without_a_seed():
    first, second = (rank["shuffled"] for rank in in_two_processes())
    assert first == second and len(set(first["losses"])) == 4


def assert_seen_once(result, count, steps):
    """In training, in its validation and in an evaluation."""
    ids = np.arange(1, count + 1)
    assert result["ids"] == [ids.sum()] * 3 and result["squares"] == [(ids**2).sum()] * 3
    assert result["steps"] == steps and len(result["predicted"]) == count


@in_jobs
@pytest.mark.parametrize("source", SOURCES)
def test_no_sample_is_lost_or_counted_twice(source):
    first, second = (rank["all"][SOURCES.index(source)] for rank in in_two_processes())
    assert first == second
    assert_seen_once(first, count=45, steps=6)


@in_jobs
@pytest.mark.parametrize("source, sizes", OWN)
def test_processes_with_data_of_their_own(source, sizes):
    first, second = (rank["own"][OWN.index((source, sizes))] for rank in in_two_processes())
    assert first == second
    assert_seen_once(first, count=sum(sizes), steps=-(-max(sizes) // 8))


@in_jobs
def test_the_first_process_writes():
    first, second = (rank["saved"] for rank in in_two_processes())
    assert first == second and first["epochs"] == 2  # `EarlyStopping` stops both.
    folder = pathlib.Path(FOLDER)
    assert len((folder / "log.csv").read_text().splitlines()) == 3
    assert len(list((folder / "board" / "train").glob("events*"))) == 1
    assert {f"{epoch}.keras" for epoch in (1, 2)} <= {path.name for path in folder.iterdir()}
    assert (folder / "backup").is_dir() and (folder / "model.h5").is_file()


@in_jobs
@pytest.mark.parametrize("name", FILES)
def test_files_of_a_divided_model_are_read_by_processes(name):
    expected = in_two_processes()[0]["saved"]["predicted"]
    first, second = (rank["loaded", KINDS[0], name] for rank in in_two_processes())
    assert first == second
    np.testing.assert_allclose(first["predicted"], expected, rtol=1e-5, atol=1e-5)


@pytest.mark.skipif("sharded" not in KINDS or not COUNTS_BYTES, reason="each process holds, and reads, whole weights")
@pytest.mark.parametrize("name", FILES[1:])
def test_a_process_reads_its_part_of_a_file(name):
    for rank in in_two_processes():
        assert 0.5 <= rank["read", name] < 0.6


@jobs.once
def read_elsewhere():
    """What another process reads that two have written: on one device, and on all that it has."""
    in_two_processes()
    if engine.DEVICES_IN_PROCESS == 1 or not KINDS[1:]:  # One device reads here as it does in a process of its own.
        return {(None, name): distribution_cases.loaded(None, FOLDER, name) for name in FILES}
    cases = {(None, name): loaded(None, name) for name in FILES}
    cases |= {(kind, name): loaded(kind, name) for kind in KINDS[1:] for name in FILES}
    if engine.shape_of_part is not None:
        own = f"{FOLDER}/own"
        cases["eight"] = ("checkpointed", {"kind": "sharded", "folder": CHECKPOINT})
        cases["eight anew"] = ("checkpointed", {"kind": "sharded", "folder": own, "writes": True})
        cases["one"] = ("checkpointed", {"kind": None, "folder": CHECKPOINT})
        cases["one of eight"] = ("checkpointed", {"kind": None, "folder": own})
    return dict(zip(cases, jobs.run(list(cases.values()), devices=engine.DEVICES_IN_PROCESS)[0]))


@in_jobs
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", [None, *KINDS[1:]])
def test_files_of_a_divided_model_are_read_on_one_device_and_on_others(kind, name):
    in_job = in_two_processes()[0]
    is_in_job = kind is not None and engine.DEVICES_IN_PROCESS == 1
    result = in_job["loaded", kind, name] if is_in_job else read_elsewhere()[kind, name]
    np.testing.assert_allclose(result["predicted"], in_job["saved"]["predicted"], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(result["losses"], in_job["loaded", KINDS[0], name]["losses"], rtol=1e-5)


@pytest.mark.skipif(engine.shape_of_part is None, reason="checkpoints of Orbax hold whole arrays")
def test_checkpoints_of_orbax_are_written_and_read_in_parts():
    pytest.importorskip("orbax.checkpoint")
    written, read = (in_two_processes()[0][name] for name in ("checkpoint", "checkpoint read"))
    elsewhere, anew, one, other = (read_elsewhere()[name] for name in ("eight", "eight anew", "one", "one of eight"))
    assert written["parts"][:3] == [[12, 8], [8, 16], [4, 3]] and elsewhere["parts"][:3] == [[12, 4], [4, 16], [2, 3]]
    assert anew["parts"] == elsewhere["parts"] and len(anew["parts"]) == 9  # With the slots of the optimizer.
    assert read["parts"][:3] == [[12, 16], [16, 16], [16, 3]] and one["parts"][:3] == [[12, 32], [32, 16], [16, 3]]
    for result in (read, elsewhere, other):
        np.testing.assert_allclose(result["losses"], one["losses"], rtol=1e-5)
        np.testing.assert_allclose(result["predicted"], one["predicted"], rtol=1e-5, atol=1e-5)
    chunks = parts_in_file(f"{FOLDER}/own")
    assert chunks == (12, 4), chunks


def parts_in_file(folder):
    """The shape of the parts in which a checkpoint holds the first kernel."""
    import orbax.checkpoint as orbax

    found = orbax.v1.checkpointables_metadata(f"{folder}/0").metadata["pytree"]["trainable_variables"]
    (layers,) = found.values()
    return tuple(layers["up"]["kernel"].storage_metadata.chunk_shape)


@notices
def test_the_others_end_when_a_process_is_killed_and_one_goes_on(tmp_path):
    random = np.random.RandomState(0)
    dies = [int(random.randint(2)), int(random.randint(1, 4)), int(random.randint(3))]
    case = {"kind": KINDS[-1], "folder": f"{tmp_path}/killed", "dies": dies}
    ends = jobs.run_to_death([("resumed", case)], 2, engine.DEVICES_IN_JOBS)
    (killed, _), (status, output) = ends[dies[0]], ends[1 - dies[0]]
    assert killed == -signal.SIGKILL and status != 0
    assert _TELLS.search(output), output[-3000:]
    resumed, whole = (distribution_cases.resumed(None, f"{tmp_path}/{name}") for name in ("killed", "whole"))
    assert len(resumed) == 4 - dies[1] and len(whole) == 4
    np.testing.assert_allclose(resumed, whole[dies[1] :], rtol=1e-5)


@notices
def test_the_others_end_when_the_first_process_stands_still(tmp_path):
    """No connection breaks; it serves what processes tell each other, and says nothing more."""
    case = {"kind": KINDS[0], "folder": f"{tmp_path}/stopped", "dies": [0, 1, 1], "by": signal.SIGSTOP}
    _, (status, output) = jobs.run_to_death([("resumed", case)], 2, engine.DEVICES_IN_JOBS, stopped=0)
    assert status not in (0, -signal.SIGKILL) and _TELLS.search(output), output[-3000:]


@notices
@pytest.mark.parametrize("kind", KINDS[:2])
def test_the_first_process_saves_alone_what_is_not_divided(kind):
    first, second = (rank["alone", kind] for rank in in_two_processes())
    assert first["losses"] == second["losses"] and not second["heard"]
    if kind == "data":
        assert not first["heard"]
    else:
        assert re.match("All processes of a job must save the model.*and not only where `rank == 0`", first["heard"])
