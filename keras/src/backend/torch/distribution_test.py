"""What PyTorch makes of layouts, in one process; several are tested in `distribution/jobs_test.py`."""

import pathlib
import threading

import numpy as np
import pytest

import keras
from keras.distribution import DataParallel, DeviceMesh, TensorLayout
from keras.src import backend
from keras.src.backend.common import pieces
from keras.src.testing import jobs

if backend.backend() != "torch":
    pytest.skip("this is about PyTorch", allow_module_level=True)

import torch  # noqa: E402
import torch.distributed.tensor  # noqa: E402

from keras.src.backend.torch import distribution, placed  # noqa: E402

FIRST = keras.distribution.list_devices()[:1]


@pytest.fixture(autouse=True)
def nothing_in_force():
    yield
    keras.distribution.set_distribution(None)


CASES = [
    ("keras.src.testing.torch.chains.results", {}),
    ("keras.src.testing.torch.ddp_cases.trained", {}),
    ("keras.src.testing.torch.ddp_cases.compiled", {}),
    ("keras.src.testing.torch.ddp_cases.exchanges", {"shard_variables": False}),
    ("keras.src.testing.torch.ddp_cases.exchanges", {"shard_variables": True}),
    ("keras.src.testing.torch.wide_cases.sums", {}),
    ("keras.src.testing.torch.ddp_cases.exchanges", {"shard_variables": False, "dtype": "mixed_bfloat16"}),
    ("keras.src.testing.torch.ddp_cases.exchanges", {"shard_variables": True, "dtype": "mixed_bfloat16"}),
]


@jobs.once
def in_two_processes():
    return jobs.run(CASES, processes=2)


def test_ops_go_on_with_results_of_which_processes_have_parts():
    for chains, *_ in in_two_processes():
        for name, (found, expected) in chains.items():
            assert len(found) == len(expected), name
            for values, wanted in zip(found, expected):
                np.testing.assert_allclose(values, wanted, rtol=1e-4, atol=1e-5, err_msg=name)


def test_a_loop_of_the_users_own_with_ddp_and_steps_that_are_not_compiled():
    [[alone]] = jobs.run(CASES[1:2])
    [[_, first, compiled, whole, divided, *_], [_, second, *_]] = in_two_processes()
    # In training the loss, and all gradients at once; or those of 128, of 16, 64 and 16, and twice of 64 and 16 bytes.
    # What is divided is gathered in buckets as well, also to predict, where outputs make one more.
    assert [run["counts"] for run in (*whole, *divided)] == [[2, 1], [5, 1], [3, 2], [9, 5]]
    for run in (*whole, *divided):
        for weight, expected in zip(run["weights"], whole[0]["weights"], strict=True):
            np.testing.assert_allclose(weight, expected, rtol=1e-5, atol=1e-6)
    assert compiled["warned"] == [0, 1]
    np.testing.assert_allclose(*compiled["losses"], rtol=1e-5)
    np.testing.assert_allclose(first["losses"], alone["losses"], rtol=1e-5)
    assert first == second
    for weight, expected in zip(first["weights"], alone["weights"], strict=True):
        np.testing.assert_allclose(weight, expected, rtol=1e-5, atol=1e-6)


def test_what_processes_sum_up_in_16_bits_is_rounded_once():
    for *_, sums, _, _ in in_two_processes():
        assert len(sums) == 8 and set(sums.values()) == {258}, sums


def test_gradients_in_16_bits_are_added_up_many_at_a_time():
    """As those in float32 are, but for a bucket that holds little, whose sums are of numbers twice as large."""
    for *_, whole, divided in in_two_processes():
        assert [run["counts"] for run in (*whole, *divided)] == [[2, 1], [6, 1], [3, 2], [10, 5]]
        for run in (*whole, *divided):
            assert run["weights"] == whole[0]["weights"]


def test_several_devices_in_one_process_are_refused():
    kind = FIRST[0].partition(":")[0]
    devices = [f"{kind}:0", f"{kind}:1"]
    with pytest.raises(NotImplementedError, match="torchrun --nproc-per-node 2 .*initialize"):
        keras.distribution.set_distribution(DataParallel(devices=devices))
    mesh = DeviceMesh((2,), ["batch"], devices)
    with pytest.raises(NotImplementedError, match="Start a process for each device"):
        keras.Variable(np.ones((2, 2)), layout=TensorLayout(("batch", None), mesh))
    assert keras.distribution.distribution() is None


def test_each_process_has_one_device(monkeypatch):
    monkeypatch.setattr(distribution, "num_processes", lambda: 2)
    kind = FIRST[0].partition(":")[0]
    for devices in ([f"{kind}:0"], [f"{kind}:0", f"{kind}:0"], ["abacus:0", "abacus:1"]):
        with pytest.raises(ValueError, match="Each of the 2 processes has one device"):
            keras.distribution.set_distribution(DataParallel(devices=devices))


def test_one_device_computes_with_ordinary_tensors():
    keras.distribution.set_distribution(DataParallel(devices=FIRST))
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    assert type(model.layers[0].kernel.value) is torch.nn.Parameter and not placed.PLACED.kinds
    assert model._engine.spread is None
    layout = TensorLayout((None,), DeviceMesh((1,), ["batch"], FIRST))
    assert type(keras.distribution.distribute_tensor(keras.ops.ones(2), layout)) is torch.Tensor


@pytest.mark.parametrize("piece", [8, 2**30])
def test_a_part_is_read_in_pieces(monkeypatch, piece):
    monkeypatch.setattr(pieces, "PIECE", piece)
    values, seen = np.arange(30.0).reshape(10, 3), []

    def read(index):
        seen.append(index[0].stop - index[0].start)
        return values[index]

    part = distribution._read_part(read, (slice(5, 10), slice(1, 3)), torch.float32)
    np.testing.assert_array_equal(part.cpu(), values[5:, 1:])
    assert part.dtype is torch.float32 and seen == ([1] * 5 if piece == 8 else [5])


def test_own_slices():
    class Mesh:
        """The process at the place (1, 0) of two by three."""

        def size(self, dimension):
            return (2, 3)[dimension]

        def get_local_rank(self, dimension):
            return (1, 0)[dimension]

    shard, whole = torch.distributed.tensor.Shard, torch.distributed.tensor.Replicate
    assert distribution.own_slices((12, 6), Mesh(), (shard(0), shard(1))) == (slice(6, 12), slice(0, 2))
    assert distribution.own_slices((12, 6), Mesh(), (shard(0), shard(0))) == (slice(6, 8), slice(0, 6))
    assert distribution.own_slices((12,), Mesh(), (whole(), whole())) == (slice(0, 12),)


def test_errors_of_other_processes():
    assert distribution.is_lost(RuntimeError("[gloo/transport/tcp/pair.cc:537] Connection closed by peer"))
    assert distribution.is_lost(torch.distributed.DistNetworkError("gone"))
    assert not distribution.is_lost(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert not distribution.is_lost(ValueError("gloo"))


@pytest.mark.skipif(not pathlib.Path("/proc/self/task").exists(), reason="the system tells nothing of threads")
def test_a_process_that_ends_waits_for_its_threads(monkeypatch):
    monkeypatch.setattr(distribution, "_IDLE_SECONDS", 20)
    x, began, done = torch.ones(1500, 1500), threading.Event(), threading.Event()

    def compute():
        began.set()
        for _ in range(3):
            torch.mm(x, x)
        done.set()

    threading.Thread(target=compute).start()
    began.wait()
    distribution._wait_for_idle_threads()
    assert done.is_set()
