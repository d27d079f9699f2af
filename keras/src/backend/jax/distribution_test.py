"""What JAX makes of layouts, on the devices that there are; many of them are tested in `distribution/jobs_test.py`."""

import jax
import numpy as np
import pytest

import keras
from keras.distribution import DataParallel, DeviceMesh, TensorLayout
from keras.src import backend
from keras.src.backend.common import pieces
from keras.src.distribution.launchers import Launch

if backend.backend() != "jax":
    pytest.skip("this is about JAX", allow_module_level=True)

from jax._src import xla_bridge  # noqa: E402

from keras.src.backend.jax import distribution, spread  # noqa: E402


@pytest.fixture
def mesh():
    return DeviceMesh((1,), ["batch"], keras.distribution.list_devices()[:1])


def test_meshes_and_layouts_of_jax(mesh):
    assert isinstance(mesh.backend_mesh, jax.sharding.Mesh) and mesh.backend_mesh.axis_names == ("batch",)
    layout = TensorLayout(("batch", None), mesh)
    assert layout.backend_layout.spec == jax.sharding.PartitionSpec("batch", None)
    assert keras.ops.ones((2, 3)).shape == keras.distribution.distribute_tensor(keras.ops.ones((2, 3)), layout).shape
    traced = jax.jit(lambda x: keras.distribution.distribute_tensor(x, layout) * 2)(np.ones((2, 3)))
    np.testing.assert_array_equal(traced, np.full((2, 3), 2.0))
    with pytest.raises(ValueError, match="There is no device 'cpu:99'.*device_count=8"):
        DeviceMesh((1,), ["batch"], ["cpu:99"]).backend_mesh  # noqa: B018
    with pytest.raises(ValueError, match="There is no device 'abacus:0'"):
        keras.distribution.set_distribution(DataParallel(devices=["abacus:0"]))


@pytest.mark.parametrize("piece", [8, 2**30])
def test_a_part_is_read_in_pieces(mesh, monkeypatch, piece):
    monkeypatch.setattr(pieces, "PIECE", piece)
    values, seen = np.arange(15.0).reshape(5, 3), []

    def read(index):
        seen.append(index[0].stop - index[0].start)
        return values[index]

    layout = TensorLayout(("batch", None), mesh)
    read_again = distribution.value_of_slices(read, (5, 3), "float32", layout)
    np.testing.assert_array_equal(read_again, values)
    assert read_again.dtype == "float32" and seen == ([1] * 5 if piece == 8 else [5])


def test_what_cannot_be_traced_is_made_as_a_whole(mesh, monkeypatch):
    monkeypatch.setattr(distribution, "_SMALL", 1)
    divided = jax.sharding.NamedSharding(mesh.backend_mesh, jax.sharding.PartitionSpec("batch"))
    monkeypatch.setattr(type(divided), "is_fully_replicated", False)
    for initializer in (lambda shape, dtype: np.ones(shape, dtype), keras.initializers.Ones()):
        np.testing.assert_array_equal(distribution.initial_value(initializer, (4,), "float32", divided), np.ones(4))


def test_a_small_whole_is_cut_without_a_program(mesh, monkeypatch):
    divided = jax.sharding.NamedSharding(mesh.backend_mesh, jax.sharding.PartitionSpec("batch"))
    value, key = jax.numpy.arange(4.0), jax.random.key(0)
    everywhere = jax.sharding.NamedSharding(mesh.backend_mesh, jax.sharding.PartitionSpec())
    assert distribution._cheap_to_cut(value, everywhere) is value
    monkeypatch.setattr(type(divided), "is_fully_replicated", False)
    assert type(distribution._cheap_to_cut(value, divided)) is np.ndarray
    assert distribution._cheap_to_cut(key, divided) is key
    np.testing.assert_array_equal(distribution.distribute_value(value, divided), np.arange(4.0))
    monkeypatch.setattr(distribution, "_SMALL", 1)
    assert distribution._cheap_to_cut(value, divided) is value


def test_torchrun_serves_at_its_own_port(monkeypatch):
    launch = Launch(["host:29500"], 2, 0, "torchrun", 0)
    assert distribution._coordinator(launch) == "host:29500"
    monkeypatch.setenv("TORCHELASTIC_USE_AGENT_STORE", "True")
    assert distribution._coordinator(launch) == "host:29501"


def test_too_late(monkeypatch):
    keras.ops.ones(2)
    keras.distribution.initialize()  # Alone there is nothing to join.
    with pytest.raises(RuntimeError, match="must come before whatever makes tensors"):
        keras.distribution.initialize("127.0.0.1:1", 2, 0)


@pytest.fixture
def as_at_the_start(monkeypatch):
    """JAX looks for a launcher as if nothing had been computed in this process."""
    monkeypatch.setattr(xla_bridge, "backends_are_initialized", lambda: False)
    for name in distribution.CLUSTERS:
        monkeypatch.delenv(name, raising=False)


SLURM = {"SLURM_JOB_ID": "7", "SLURM_STEP_NODELIST": "localhost", "SLURM_NTASKS": "2", "SLURM_PROCID": "0"}


@pytest.mark.parametrize(
    "environment, message",
    [
        (SLURM | {"SLURM_LOCALID": "0", "SLURM_NTASKS": "two"}, "'two'.*Start the processes.*SLURM_NTASKS': 'two'"),
        (SLURM, "SLURM_NTASKS': '2', 'SLURM_PROCID': '0'"),
        ({"OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "1"}, "KERAS_DISTRIBUTION_JOB_ADDRESSES.*WORLD_SIZE"),
        ({"OMPI_MCA_orte_hnp_uri": "1531576320.0;tcp://10.96.0.1:34911"}, "OMPI_COMM_WORLD_SIZE.*Start.*hnp_uri"),
    ],
)
def test_launchers_that_say_half(monkeypatch, as_at_the_start, environment, message):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=message):
        keras.distribution.initialize()


def test_a_task_of_a_cluster_is_alone_where_it_is_the_only_one(monkeypatch, as_at_the_start):
    monkeypatch.setenv("SLURM_NTASKS", "1")
    monkeypatch.setenv("SLURM_PROCID", "0")
    keras.distribution.initialize()
    monkeypatch.setenv("SLURM_NTASKS", "4")
    monkeypatch.delenv("SLURM_PROCID")  # As in a shell of an allocation, in which somebody types.
    keras.distribution.initialize()


@pytest.mark.parametrize("rows, parts", [(8, 4), (6, 2), (5, 1), (0, 4)])
def test_rows_are_divided_into_equal_parts(rows, parts):
    """As many as there can be: on a mesh of four by two devices, which need not exist for that."""

    class Mesh:
        axis_names = ("batch", "model")
        devices = np.arange(8).reshape(4, 2)

    made = spread.Spread.__new__(spread.Spread)
    made.mesh, made.parts, made.axis, made.replicated = Mesh, 4, "batch", "whole"
    made._sharding = lambda *axes: axes
    if parts in (1, 4):
        assert made.of_rows(rows, axis=1) == {1: "whole", 4: (None, "batch")}[parts]


def test_what_a_file_replaces_is_not_drawn(mesh, monkeypatch, tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    model.save(tmp_path / "model.keras")
    drawn, draw = [], distribution.initial_value
    monkeypatch.setattr(distribution, "initial_value", lambda *args: drawn.append(args[1]) or draw(*args))
    with DataParallel(device_mesh=mesh).scope():
        loaded = keras.saving.load_model(tmp_path / "model.keras")
        keras.layers.Dense(3).build((None, 2))
    assert (2, 3) in drawn and drawn.count((2, 3)) == 1
    np.testing.assert_array_equal(loaded.layers[0].kernel, model.layers[0].kernel)


def test_large_values_wait_for_a_file_to_replace_them(mesh, monkeypatch, tmp_path):
    """So beside what is read there is no value that was drawn for nothing."""
    drawn, draw = [], distribution.initial_value
    monkeypatch.setattr(distribution, "initial_value", lambda *args: drawn.append(args[1]) or draw(*args))
    with DataParallel(device_mesh=mesh).scope():
        saved, loaded = (keras.Sequential([keras.Input((256,)), keras.layers.Dense(300)]) for _ in range(2))
        saved.save_weights(tmp_path / "model.weights.h5")
        assert drawn.count((256, 300)) == 1
        loaded.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(loaded.layers[0].kernel, saved.layers[0].kernel)
    assert drawn.count((256, 300)) == 1
    assert loaded.layers[0].kernel.value.sharding.mesh == mesh.backend_mesh
