"""Distributions as data, and in force on one device; what many devices compute is tested in `jobs_test.py`."""

import copy
import pickle
import random
import threading

import numpy as np
import pytest

import keras
from keras.distribution import DataParallel, DeviceMesh, LayoutMap, ModelParallel, TensorLayout
from keras.src import backend
from keras.src.distribution import processes

DEVICES = ["cpu:0", "cpu:1", "cpu:2", "cpu:3"]
FIRST = keras.distribution.list_devices()[:1]


@pytest.fixture(autouse=True)
def nothing_in_force():
    yield
    keras.distribution.set_distribution(None)


@pytest.fixture
def layout_map():
    mesh = DeviceMesh((2, 2), ["rows", "model"], DEVICES)
    layout_map = LayoutMap(mesh)
    layout_map[".*kernel"] = (None, "model")
    return layout_map


class Described:
    """What a distribution asks of a variable."""

    def __init__(self, shape, path="layer/kernel", dtype="float32", synchronization="auto", layout=None):
        self.shape, self.path, self._dtype, self._layout = shape, path, dtype, layout
        self.synchronization = synchronization


def test_data_parallel_divides_batches():
    distribution = DataParallel(devices=DEVICES)
    assert repr(distribution) == "<DataParallel device_mesh=<DeviceMesh shape=(4,), axis_names=['batch']>>"
    assert distribution.batch_dim_name == "batch" and distribution.num_model_replicas == 4
    assert (distribution.num_processes, distribution.data_shard_id, distribution.auto_shard_dataset) == (1, 0, True)
    assert distribution.device_mesh.devices.tolist() == DEVICES
    layout = distribution.get_data_layout((8, 3, 2))
    assert layout.axes == ("batch", None, None) and layout.device_mesh is distribution.device_mesh
    assert distribution.get_data_layout(()).axes == ()
    assert distribution.get_tensor_layout("a/b") is None
    assert distribution.get_variable_layout(Described((4, 8))).axes == (None, None)
    own = TensorLayout(("batch", None), distribution.device_mesh)
    assert distribution.get_variable_layout(Described((4, 8), layout=own)) is own
    assert not DataParallel(devices=DEVICES, auto_shard_dataset=False).auto_shard_dataset
    assert DataParallel(devices=FIRST).device_mesh.devices.tolist() == FIRST
    assert DataParallel().num_model_replicas == keras.distribution.get_device_count()


def test_data_parallel_takes_a_mesh():
    mesh = DeviceMesh((4,), ["replica"], DEVICES)
    assert DataParallel(mesh).device_mesh is mesh and DataParallel(mesh).batch_dim_name == "replica"
    with pytest.warns(UserWarning, match="first axis of a mesh"):
        assert DataParallel(device_mesh=DeviceMesh((2, 2), ["a", "b"], DEVICES)).num_model_replicas == 2
    with pytest.raises(ValueError, match="Expect `mesh` to be an instance of `DeviceMesh`"):
        DataParallel(DEVICES)


@pytest.mark.parametrize(
    "variable, axes",
    [
        (Described((4, 8)), (None, "batch")),
        (Described((8, 8)), ("batch", None)),
        (Described((8, 6)), ("batch", None)),
        (Described((3, 5)), (None, None)),
        (Described(()), ()),
        (Described((4,), dtype="bfloat16"), ("batch",)),
        (Described((4, 2), dtype="uint8"), ("batch", None)),
        (Described((4,), dtype="uint32"), (None,)),
        (Described((4,), synchronization="on_read"), (None,)),
    ],
)
def test_variables_are_divided_along_their_largest_axis(variable, axes):
    assert DataParallel(devices=DEVICES, shard_variables=True).get_variable_layout(variable).axes == axes
    assert set(DataParallel(devices=DEVICES).get_variable_layout(variable).axes) <= {None}


def test_model_parallel_asks_the_map(layout_map):
    distribution = ModelParallel(layout_map=layout_map)
    assert distribution.batch_dim_name == "rows" and distribution.num_model_replicas == 2
    assert distribution.device_mesh is layout_map.device_mesh and distribution.layout_map is layout_map
    assert distribution.get_variable_layout(Described((4, 8), "a/kernel")).axes == (None, "model")
    assert distribution.get_variable_layout(Described((8,), "a/bias")).axes == (None,)
    own = TensorLayout(("rows", None), layout_map.device_mesh)
    assert distribution.get_variable_layout(Described((4, 8), "a/kernel", layout=own)) is own
    with pytest.raises(ValueError, match="does not fit the variable 'b/kernel'.*3 is no multiple of 2"):
        distribution.get_variable_layout(Described((4, 3), "b/kernel"))
    assert distribution.get_tensor_layout("a/kernel").axes == (None, "model")
    assert distribution.get_tensor_layout("a/bias") is None
    assert distribution.get_data_layout((8, 3)).axes == ("rows", None)
    assert ModelParallel(layout_map=layout_map, batch_dim_name="model").get_data_layout((8,)).axes == ("model",)
    assert ModelParallel(layout_map=layout_map, auto_shard_dataset=False).auto_shard_dataset is False


def test_model_parallel_refuses_what_is_no_map(layout_map):
    for arguments, message in (
        ({}, "You must specify a layout_map argument."),
        ({"layout_map": {"a": 1}}, "Argument `layout_map` must be a `LayoutMap` instance"),
        ({"layout_map": LayoutMap(None)}, "must have a mesh"),
        ({"layout_map": layout_map, "batch_dim_name": "colour"}, "axis of the mesh, one of .*rows.*colour"),
        ({"layout_map": layout_map, "mesh": 1}, "Received also: .*mesh"),
    ):
        with pytest.raises(ValueError, match=message):
            ModelParallel(**arguments)
    with pytest.raises(TypeError):
        ModelParallel(layout_map)


@pytest.mark.parametrize(
    "replicas, count, number, shard, shards",
    [(8, 2, 1, 1, 2), (2, 2, 1, 1, 2), (2, 4, 0, 0, 2), (2, 4, 1, 0, 2), (2, 4, 3, 1, 2), (1, 4, 3, 0, 1)],
)
def test_processes_take_their_shares(monkeypatch, replicas, count, number, shard, shards):
    monkeypatch.setattr(backend.distribution, "num_processes", lambda: count)
    monkeypatch.setattr(backend.distribution, "process_id", lambda: number)
    distribution = DataParallel(devices=[f"cpu:{i}" for i in range(replicas)])
    assert (distribution.data_shard_id, distribution.num_processes) == (shard, count)
    dataset = pytest.importorskip("tensorflow").data.Dataset.range(10).batch(4)
    mine = [batch.tolist() for batch in distribution.distribute_dataset(dataset).as_numpy_iterator()]
    whole = [np.arange(start, min(start + 4, 10)) for start in (0, 4, 8)]
    assert mine == [part[len(part) * shard // shards : len(part) * (shard + 1) // shards].tolist() for part in whole]
    with pytest.raises(ValueError, match="divides a `tf.data.Dataset`"):
        distribution.distribute_tf_dataset(whole)
    own = DataParallel(devices=[f"cpu:{i}" for i in range(replicas)], auto_shard_dataset=False)
    assert own.distribute_dataset(dataset) is dataset


def test_one_process_has_all_data():
    assert DataParallel(devices=DEVICES).distribute_dataset(DEVICES) is DEVICES


def test_in_force_in_the_process_or_in_a_thread():
    distribution, other = DataParallel(devices=FIRST), DataParallel(devices=FIRST)
    assert keras.distribution.distribution() is None
    keras.distribution.set_distribution(distribution)
    seen = []
    thread = threading.Thread(target=lambda: seen.append(keras.distribution.distribution()))
    with other.scope():
        assert keras.distribution.distribution() is other
        thread.start()
        thread.join()
        with distribution.scope():
            assert keras.distribution.distribution() is distribution
        assert keras.distribution.distribution() is other
    assert seen == [distribution] and keras.distribution.distribution() is distribution
    keras.utils.clear_session()
    assert keras.distribution.distribution() is None
    for wrong in (3, DeviceMesh((1,), ["a"], FIRST)):
        with pytest.raises(ValueError, match="What is put in force"):
            keras.distribution.set_distribution(wrong)


def test_a_variable_asks_for_its_layout_once():
    before = keras.Variable([1.0, 2.0])
    assert before._layout is None
    with DataParallel(devices=FIRST).scope():
        made = keras.Variable([1.0, 2.0])
        drawn = keras.Variable("ones", shape=(2, 3))
        own = TensorLayout(("batch", None), keras.distribution.distribution().device_mesh)
        laid_out = keras.Variable("ones", shape=(2, 3), layout=own)
    assert made._layout.axes == (None,) and drawn._layout.axes == (None, None) and laid_out._layout is own
    for variable in (drawn, laid_out):
        np.testing.assert_array_equal(variable.numpy(), np.ones((2, 3)))
    made.assign_add([1.0, 1.0])
    np.testing.assert_array_equal(made.numpy(), [2.0, 3.0])


def test_slots_of_optimizers_are_laid_out_as_their_variable():
    with DataParallel(devices=FIRST).scope():
        own = TensorLayout(("batch", None), keras.distribution.distribution().device_mesh)
        variable = keras.Variable("ones", shape=(2, 3), layout=own)
        optimizer = keras.optimizers.Adam()
        optimizer.build([variable])
    slots = [slot for slot in optimizer.variables if slot.shape == (2, 3)]
    assert len(slots) == 2 and all(slot._layout is own for slot in slots)


def test_slots_that_lack_an_axis_are_laid_out_as_the_others():
    layout_map = LayoutMap(DeviceMesh((1, 1), ["batch", "model"], FIRST))
    layout_map[".*kernel"] = ("batch", "model")
    with ModelParallel(layout_map=layout_map).scope():
        layer = keras.layers.Dense(3)
        layer.build((None, 2))
        optimizer = keras.optimizers.Adafactor()
        optimizer.build(layer.trainable_variables)
    found = {(slot.shape, slot._layout.axes) for slot in optimizer.variables[2:]}
    assert found == {((2,), ("batch",)), ((3,), ("model",)), ((2, 3), ("batch", "model")), ((), ()), ((3,), (None,))}


def test_a_model_is_the_same_on_a_mesh_of_one_device():
    def outputs():
        keras.utils.set_random_seed(3)
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="d")])
        return model.predict(np.ones((5, 4), "float32"), verbose=0), model

    expected, _ = outputs()
    with DataParallel(devices=FIRST, shard_variables=True).scope():
        result, model = outputs()
    np.testing.assert_allclose(result, expected, rtol=1e-6)
    copied = copy.deepcopy(model.layers[0].kernel._layout)
    assert copied.axes == pickle.loads(pickle.dumps(copied)).axes == ("batch", None)


def test_tensors_are_laid_out():
    mesh = DataParallel(devices=FIRST).device_mesh
    x = keras.ops.ones((2, 3))
    np.testing.assert_array_equal(keras.distribution.distribute_tensor(x, TensorLayout(("batch", None), mesh)), x)
    assert keras.distribution.distribute_tensor(x, None) is x
    described = keras.KerasTensor((2, 3))
    assert keras.distribution.distribute_tensor(described, TensorLayout(("batch",), mesh)) is described
    grid = DeviceMesh((2, 2), ["a", "b"], DEVICES)
    for axes, message in (((None, "a"), "no multiple of 2"), (("a", None, None), "more than a tensor of shape")):
        with pytest.raises(ValueError, match=message):
            keras.distribution.distribute_tensor(x, TensorLayout(axes, grid))
    with pytest.raises(ValueError, match="belongs to no mesh"):
        TensorLayout(("a",)).backend_layout  # noqa: B018


def test_layouts_know_whether_they_divide():
    grid = DeviceMesh((1, 4), ["a", "b"], DEVICES)
    assert TensorLayout((None, "a"), grid).is_replicated and not TensorLayout((None, "b"), grid).is_replicated
    assert grid.size_of("b") == 4


def test_one_process_agrees_with_itself():
    assert processes.is_chief() and processes.agreed(np.arange(3)).tolist() == [0, 1, 2]
    with DataParallel(devices=FIRST).scope():
        assert processes.is_chief() and processes.agreed(np.float64(1.5)) == 1.5
        processes.wait_for_all()


def test_processes_share_the_random_state_of_the_first(monkeypatch):
    engine = backend.distribution
    sent = []
    random.seed(1)
    np.random.seed(1)
    np.random.normal()
    monkeypatch.setattr(engine, "num_processes", lambda: 2)
    monkeypatch.setattr(engine, "all_gather", lambda array: sent.append(array) or np.stack([sent[0], array]))
    processes.share_random_state()
    expected = [random.random(), np.random.normal(), np.random.normal()]
    random.seed(2)
    np.random.seed(2)
    processes.share_random_state()
    assert [random.random(), np.random.normal(), np.random.normal()] == expected
