import os
import shutil

import numpy as np
import pytest

import keras
from keras import callbacks, layers
from keras.src import backend
from keras.src.saving import orbax_lib, orbax_names, orbax_step
from keras.src.utils.module_utils import LazyModule

orbax = LazyModule("orbax.checkpoint")
trains = pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
needs_orbax = pytest.mark.skipif(not orbax.available, reason="`orbax-checkpoint` is not installed")

X = np.random.default_rng(0).random((40, 4)).astype("float32")
Y = X.sum(1, keepdims=True)


def network(units=3, last="out"):
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(units, name="first"),
            layers.BatchNormalization(name="norm"),
            layers.Dropout(0.2, name="drop"),
            layers.Dense(1, name=last),
        ],
        name="network",
    )
    model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"])
    return model


def fit(model, folder, epochs=3, initial_epoch=0, more=(), **arguments):
    given = [callbacks.OrbaxCheckpoint(folder, **arguments), *more]
    schedule = {"batch_size": 8, "epochs": epochs, "initial_epoch": initial_epoch, "shuffle": False}
    return model.fit(X, Y, callbacks=given, verbose=0, **schedule)


def write(model, folder, **arguments):
    """A checkpoint without training, which some engines cannot do."""
    callback = callbacks.OrbaxCheckpoint(folder, **arguments)
    callback.set_model(model)
    callback.on_epoch_end(0, {})
    callback.on_train_end()
    return model


def values(model):
    return [np.array(keras.ops.convert_to_numpy(v)) for v in [*model.variables, *model.optimizer.variables]]


def assert_equal(one, other, **options):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a, b, **options)


def steps(folder):
    return sorted(int(name) for name in os.listdir(folder) if name.isdigit())


@needs_orbax
@trains
class TestSteps:
    @pytest.mark.parametrize(
        "arguments, kept",
        [
            ({}, [2]),
            ({"max_to_keep": 2, "save_on_background": False}, [1, 2]),
            ({"max_to_keep": None}, [0, 1, 2]),
            ({"initial_epoch": 1, "max_to_keep": 9}, [1, 2]),
            ({"save_freq": 2, "max_to_keep": 99}, [2, 4, 6, 8, 10, 12, 14]),
            ({"monitor": "loss", "save_best_only": True, "max_to_keep": 9}, [0, 1, 2]),
            ({"monitor": "loss", "save_best_only": True, "mode": "max", "max_to_keep": 9}, [0]),
            ({"monitor": "loss", "save_best_only": True, "initial_value_threshold": 0.0}, []),
        ],
    )
    def test_numbers(self, tmp_path, arguments, kept):
        fit(network(), tmp_path, **arguments)
        assert steps(tmp_path) == kept

    def test_a_folder_of_another_training_is_not_mixed_with_this_one(self, tmp_path):
        fit(network(), tmp_path)
        before = network()
        before.load_weights(tmp_path)
        with pytest.raises(ValueError, match="holds checkpoint 2 already, so checkpoint 0 would not be the latest"):
            fit(network(), tmp_path)
        after = network()
        after.load_weights(tmp_path)
        assert_equal(before.get_weights(), after.get_weights())

    def test_a_training_that_goes_on_from_a_backup_writes_its_steps_anew(self, tmp_path):
        class Breaks(callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                if epoch == 1:
                    raise KeyboardInterrupt

        backup = callbacks.BackupAndRestore(tmp_path / "backup")
        with pytest.raises(KeyboardInterrupt):
            fit(network(), tmp_path / "checkpoints", more=[Breaks(), backup])
        model = network()
        fit(model, tmp_path / "checkpoints", more=[backup])
        assert_equal(keras.saving.load_model(tmp_path / "checkpoints").get_weights(), model.get_weights())

    def test_a_direction_that_nobody_knows(self, tmp_path):
        with pytest.raises(ValueError, match="cannot tell whether 'absent' is to rise or to fall"):
            fit(network(), tmp_path, monitor="absent")

    def test_the_public_object(self, tmp_path):
        callback = callbacks.OrbaxCheckpoint(tmp_path)
        assert isinstance(callback.checkpointer, orbax.v1.training.Checkpointer)
        assert callback.is_primary_host() and not callback.is_multihost_enabled()


@needs_orbax
@trains
class TestGoingOn:
    @pytest.mark.parametrize("save_on_background", [True, False])
    def test_training_goes_on_as_if_never_broken_off(self, tmp_path, save_on_background):
        keras.utils.set_random_seed(1)
        whole = network()
        fit(whole, tmp_path / "whole", epochs=4)
        keras.utils.set_random_seed(1)
        fit(network(), tmp_path / "parts", epochs=2, save_on_background=save_on_background)
        model = keras.saving.load_model(tmp_path / "parts")
        assert int(model.optimizer.iterations) == 10
        fit(model, tmp_path / "parts", epochs=4, initial_epoch=2)
        assert_equal(values(model), values(whole), rtol=1e-5, atol=1e-7)

    def test_weights_alone_leave_the_optimizer(self, tmp_path):
        trained = network()
        fit(trained, tmp_path, save_weights_only=True)
        model = network()
        model.load_weights(tmp_path)
        assert_equal(model.get_weights(), trained.get_weights())
        assert int(model.optimizer.iterations) == 0
        with pytest.raises(ValueError, match="save_weights_only=True"):
            keras.saving.load_model(tmp_path)


class Remembers(layers.Layer):
    def call(self, x):
        return x

    def save_assets(self, folder):
        os.makedirs(os.path.join(folder, "sub"))
        for name, content in (("a.txt", b"hello"), ("sub/b.bin", b"\0\1"), ("empty", b"")):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content)

    def load_assets(self, folder):
        found = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]
        self.contents = {os.path.relpath(path, folder): open(path, "rb").read() for path in found}


class HoldsNothing(layers.Layer):
    def build(self, input_shape):
        self.nothing = self.add_weight((0, 3))

    def call(self, x):
        return x


@needs_orbax
class TestLoading:
    def test_layout(self, tmp_path):
        write(network(), tmp_path)
        assert set(os.listdir(tmp_path / "0")) >= {"pytree", "model_config", "_CHECKPOINT_METADATA"}
        state = orbax.v1.load_checkpointables(tmp_path / "0")["pytree"]
        kinds = {"trainable_variables", "non_trainable_variables", "optimizer_variables", "metrics_variables"}
        assert set(state) <= kinds
        assert state["trainable_variables"]["network"]["first"]["kernel"].shape == (4, 3)

    def test_assets(self, tmp_path):
        model = keras.Sequential([keras.Input((2,)), Remembers(name="remembers"), layers.Dense(1)])
        write(model, tmp_path)
        loaded = keras.saving.load_model(tmp_path, custom_objects={"Remembers": Remembers})
        assert loaded.get_layer("remembers").contents == {"a.txt": b"hello", "sub/b.bin": b"\0\1", "empty": b""}

    @pytest.mark.parametrize("name", ["..", "/etc", "a/../../b", "C:x", "a\\b"])
    def test_assets_stay_in_their_folder(self, tmp_path, name, monkeypatch):
        monkeypatch.setattr(orbax_lib, "_assets_of", lambda model: {name: {"x": np.ones(3, "uint8")}})
        write(keras.Sequential([keras.Input((2,)), layers.Dense(1)]), tmp_path)
        with pytest.raises(ValueError, match="points out of the checkpoint"):
            keras.saving.load_model(tmp_path)

    def test_small_floats_and_arrays_without_elements(self, tmp_path):
        dense = layers.Dense(3, dtype="bfloat16")
        model = keras.Sequential([keras.Input((2,)), dense, HoldsNothing()])
        model.set_weights([np.full(v.shape, 1.5) for v in model.weights])
        write(model, tmp_path)
        loaded = keras.saving.load_model(tmp_path, custom_objects={"HoldsNothing": HoldsNothing})
        assert_equal(loaded.get_weights(), [np.full(v.shape, 1.5) for v in model.weights])
        assert loaded.layers[0].kernel.dtype == "bfloat16"

    def test_layers_that_were_frozen_since(self, tmp_path):
        model = write(network(), tmp_path)
        other = network()
        other.layers[0].trainable = False
        other.load_weights(tmp_path)
        assert_equal(other.get_weights(), model.get_weights())

    def test_names_that_nobody_chose(self, tmp_path):
        def unnamed():
            parts = [layers.Dense(2), layers.Dropout(0.1), layers.Dense(2)]
            return keras.Sequential([keras.Input((2,)), *parts])

        model = write(unnamed(), tmp_path)
        other = unnamed()
        assert other.layers[0].name != model.layers[0].name
        other.load_weights(tmp_path)
        assert_equal(other.get_weights(), model.get_weights())

    def test_models_in_a_model_whose_layers_share_names(self, tmp_path):
        parts = [
            keras.Sequential([layers.Dense(2, name="dense")], name=name, trainable=name != "b")
            for name in ("a", "b", "c")
        ]
        model = keras.Sequential([keras.Input((2,)), *parts])
        model.compile("adam", "mse")
        write(model, tmp_path / "first")
        loaded = keras.saving.load_model(tmp_path / "first")
        assert loaded.weights[0].path == loaded.weights[4].path
        loaded.optimizer.build(loaded.trainable_variables)
        for number, variable in enumerate([*loaded.weights, *loaded.optimizer.variables]):
            variable.assign(np.full(variable.shape, number))
        write(loaded, tmp_path / "second")
        assert_equal(values(keras.saving.load_model(tmp_path / "second")), values(loaded))


@needs_orbax
class TestRefusals:
    def test_what_does_not_fit_is_named_and_nothing_changes(self, tmp_path):
        write(network(), tmp_path)
        model = network(units=5, last="other")
        before = model.get_weights()
        with pytest.raises(ValueError, match="do not fit what .* has for them") as caught:
            model.load_weights(tmp_path)
        message = str(caught.value)
        assert "'network/other/kernel' (5, 1), looked for at 'network/other/kernel'" in message
        assert "'network/first/kernel' is (4, 5); the file has (4, 3) at 'network/first/kernel'" in message
        assert "nothing in the model took (2):\n  'network/out/" in message
        assert_equal(model.get_weights(), before)

    def test_what_does_not_fit_can_be_left_out(self, tmp_path):
        source = write(network(), tmp_path)
        model = network(last="other")
        kernel = model.layers[-1].get_weights()[0]
        with pytest.warns(UserWarning, match="(?s)does not have.*network/other/kernel"):
            model.load_weights(tmp_path, skip_mismatch=True)
        assert_equal(model.layers[0].get_weights(), source.layers[0].get_weights())
        np.testing.assert_array_equal(model.layers[-1].get_weights()[0], kernel)

    def test_what_nobody_takes_is_told(self, tmp_path):
        write(network(), tmp_path)
        inputs = keras.Input((4,))
        first = layers.Dense(3, name="first")
        model = keras.Sequential([inputs, first, layers.BatchNormalization(name="norm")], name="network")
        with pytest.warns(UserWarning, match="(?s)holds more than that.*network/out/kernel"):
            model.load_weights(tmp_path)

    def test_objects_to_skip(self, tmp_path):
        source = write(network(), tmp_path)
        model = network()
        kernel = model.layers[-1].get_weights()[0]
        keras.saving.load_weights(model, tmp_path, objects_to_skip=[model.layers[-1]])
        assert_equal(model.layers[0].get_weights(), source.layers[0].get_weights())
        np.testing.assert_array_equal(model.layers[-1].get_weights()[0], kernel)

    def test_a_step_is_not_the_folder(self, tmp_path):
        model = write(network(), tmp_path)
        for load in (keras.saving.load_model, model.load_weights):
            with pytest.raises(ValueError, match="is one step of a checkpoint"):
                load(tmp_path / "0")

    def test_another_folder(self, tmp_path):
        os.makedirs(tmp_path / "3")
        with pytest.raises(ValueError, match="is not a saved model"):
            keras.saving.load_model(tmp_path)

    @pytest.mark.parametrize("lost", ["pytree", "pytree/_METADATA", "pytree/manifest.ocdbt", "pytree/d"])
    def test_a_damaged_checkpoint(self, tmp_path, lost):
        model = write(network(), tmp_path)
        path = tmp_path / "0" / lost
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        for load in (keras.saving.load_model, model.load_weights):
            with pytest.raises(ValueError, match="damaged|holds no"):
                load(tmp_path)

    def test_a_link_out_of_the_checkpoint(self, tmp_path):
        write(network(), tmp_path)
        text = tmp_path / "0" / "model_config" / "_strings.json"
        shutil.move(text, tmp_path / "elsewhere.json")
        os.symlink(tmp_path / "elsewhere.json", text)
        with pytest.raises(ValueError, match="is a link to"):
            keras.saving.load_model(tmp_path)

    def test_arrays_count_against_the_budget(self, tmp_path, monkeypatch):
        model = keras.Sequential([keras.Input((100,)), layers.Dense(1000)])
        write(model, tmp_path)
        monkeypatch.setenv("KERAS_LOAD_LIMIT", "100000")
        with pytest.raises(ValueError, match="would have 40[0-9]+ bytes read"):
            model.load_weights(tmp_path)

    def test_lambdas_are_refused_as_in_files(self, tmp_path):
        write(keras.Sequential([keras.Input((2,)), layers.Lambda(lambda x: x)]), tmp_path)
        with pytest.raises(ValueError, match="[Ll]ambda"):
            keras.saving.load_model(tmp_path)

    def test_an_unbuilt_model(self, tmp_path):
        write(network(), tmp_path)
        with pytest.raises(ValueError, match="is not built"):
            keras.Sequential([layers.Dense(1)]).load_weights(tmp_path)


@pytest.mark.parametrize(
    "call", [lambda: callbacks.OrbaxCheckpoint("folder"), lambda: keras.saving.load_model("given")]
)
def test_orbax_says_what_is_missing(call, tmp_path, monkeypatch):
    (tmp_path / "given" / "0").mkdir(parents=True)
    (tmp_path / "given" / "0" / "_CHECKPOINT_METADATA").touch()
    monkeypatch.chdir(tmp_path)
    missing = LazyModule("orbax_that_is_not_there", import_error_msg=orbax_step.orbax._import_error_msg)
    monkeypatch.setattr(orbax_step, "orbax", missing)
    with pytest.raises(ImportError, match="orbax-checkpoint"):
        call()


def test_numbers_at_the_end_of_names_tell_the_order():
    paths = [
        ("net", "dense_10", "kernel"),
        ("net", "dense_9", "kernel"),
        ("net", "dense", "kernel"),
        ("net_2", "a", "b"),
    ]
    ranked = orbax_names._ranked(paths)
    assert [ranked[path][:2] for path in paths] == [
        (("net", 0), ("dense", 2)),
        (("net", 0), ("dense", 1)),
        (("net", 0), ("dense", 0)),
        (("net", 1), ("a", 0)),
    ]
