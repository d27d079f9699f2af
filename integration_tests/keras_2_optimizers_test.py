"""The state of optimizers in files of tf.keras 2.x: training goes on here as it did there."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest

import keras
from keras.src import backend

FILE = np.load(Path(__file__).parent / "fixtures" / "keras_2" / "optimizers.npz")
INFO = json.loads(str(FILE["info"]))
NAMES = sorted(INFO["optimizers"])
X = np.linspace(-1, 1, 24, dtype="float32").reshape(8, 3)
Y = np.sin(X.sum(1, keepdims=True)).astype("float32")
WEIGHTS = [(3, 4), (4,), (4, 1), (1,)]
LAYERS = {"a": ("kernel", "bias"), "b": ("kernel", "bias")}
needs_training = pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")


def parts(name):
    """The state of an optimizer, the weights with it, and the weights after two further steps."""
    sizes = [tuple(shape) for shape in INFO["optimizers"][name]["shapes"]]
    shapes = sizes + 2 * WEIGHTS
    cuts = np.cumsum([int(np.prod(shape)) for shape in shapes])
    arrays = [part.reshape(shape) for part, shape in zip(np.split(FILE[name], cuts), shapes)]
    arrays[0] = arrays[0].astype("int64")
    return arrays[: len(sizes)], arrays[len(sizes) : -4], arrays[-4:]


def write(path, name):
    state, before, _ = parts(name)
    info = INFO["optimizers"][name]
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"], file.attrs["backend"] = "2.21.0", "tensorflow"
        file.attrs["model_config"] = json.dumps(INFO["model"])
        file.attrs["training_config"] = json.dumps(info["training_config"])
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = list(LAYERS)
        arrays = iter(before)
        for layer, names in LAYERS.items():
            group.create_group(layer).attrs["weight_names"] = [f"{layer}/{name}:0" for name in names]
            for weight in names:
                group[layer][f"{layer}/{weight}:0"] = next(arrays)
        group = file.create_group("optimizer_weights")
        group.attrs["weight_names"] = info["names"]
        for key, array in zip(info["names"], state):
            group[key] = array


def read(path, name):
    write(path, name)
    return keras.saving.load_model(path)


@pytest.mark.filterwarnings("error:The optimizer starts afresh", "error:The argument `decay`")
@pytest.mark.parametrize("name", NAMES)
def test_all_state_is_taken(name, tmp_path):
    """Each array of the file has its variable; tf.keras keeps a momentum for SGD that has none."""
    optimizer = read(tmp_path / "a.h5", name).optimizer
    state = [array for array in parts(name)[0][1:] if array.size]
    state = [] if name.startswith("sgd_") else state
    values = [keras.ops.convert_to_numpy(v) for v in optimizer.variables]
    for array in state:
        assert any(v.shape == array.shape and np.array_equal(v, array) for v in values)
    assert int(optimizer.iterations) == 4


@needs_training
@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("nadam")])
def test_training_goes_on(name, tmp_path):
    model = read(tmp_path / "a.h5", name)
    model.fit(X, Y, batch_size=4, shuffle=False, verbose=0)
    for found, wanted in zip(model.get_weights(), parts(name)[2]):
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=2e-5)


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("_new")])
def test_state_without_names(name, tmp_path):
    """Files `.keras` number the variables of optimizers."""
    named = read(tmp_path / "a.h5", name)
    twin = keras.optimizers.deserialize(keras.optimizers.serialize(named.optimizer))
    twin.build(named.trainable_variables)
    twin.load_own_variables({str(number): array for number, array in enumerate(parts(name)[0])})
    for found, wanted in zip(twin.variables, named.optimizer.variables, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(found), keras.ops.convert_to_numpy(wanted))


@pytest.mark.parametrize("kind, product", [("new", None), ("old", "momentum_cache:0")])
def test_the_product_of_momenta(kind, product, tmp_path):
    """Nadam's; files of 2.11 and later do not hold it, for it follows from the number of steps."""
    optimizer = read(tmp_path / "a.h5", f"nadam_{kind}").optimizer
    steps = np.arange(1, 5)
    wanted = np.prod(0.9 * (1 - 0.5 * 0.96**steps))
    if product:
        names = [name.split("/")[-1] for name in INFO["optimizers"][f"nadam_{kind}"]["names"]]
        wanted = parts(f"nadam_{kind}")[0][names.index(product)]
    np.testing.assert_allclose(keras.ops.convert_to_numpy(optimizer.variables[-1]), wanted, rtol=1e-5)


@pytest.mark.filterwarnings("error:The argument `decay`")
def test_rates_that_fell_with_each_step(tmp_path):
    """`decay` of the older optimizers: `rate / (1 + decay * steps)`."""
    config = INFO["optimizers"]["sgdm_old"]["training_config"]["optimizer_config"]["config"]
    former, config["decay"] = config["decay"], 0.5
    try:
        model = read(tmp_path / "a.h5", "sgdm_old")
    finally:
        config["decay"] = former
    assert int(model.optimizer.iterations) == 4
    np.testing.assert_allclose(float(model.optimizer.learning_rate), 0.1 / (1 + 0.5 * 4), rtol=1e-6)


@pytest.mark.parametrize("count", [1, 3])
def test_state_of_another_optimizer_is_left(count, tmp_path):
    optimizer = read(tmp_path / "a.h5", "adam_new").optimizer
    before = [keras.ops.convert_to_numpy(v) for v in optimizer.variables]
    with pytest.warns(UserWarning, match="was not loaded"):
        optimizer.load_own_variables({str(i): np.zeros((), "int64") for i in range(count)})
    for variable, value in zip(optimizer.variables, before):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(variable), value)
