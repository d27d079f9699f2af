"""The files of a backup: where they lie, that a kill at any moment leaves a whole one, and those that say little."""

import json
import os

import numpy as np
import pytest

import keras
from keras import callbacks, layers
from keras.src import backend
from keras.src.callbacks import backup_files

WEIGHTS, METADATA, STATE = "latest.weights.h5", "training_metadata.json", "latest.state.npz"
trains = pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
X = np.random.default_rng(0).random((20, 3)).astype("float32")
Y = X.sum(1, keepdims=True)


def compiled():
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1, name="dense")])
    model.compile(keras.optimizers.Adam(0.1), "mse")
    return model


def fit(model, *given, **arguments):
    return model.fit(
        X, Y, **{"batch_size": 4, "epochs": 3, "verbose": 0, "shuffle": False, **arguments}, callbacks=given
    )


@trains
class TestLayout:
    def seen(self, folder, **arguments):
        """For each moment at which a backup may be new: the epoch, the batch, and what the folder holds."""
        found = []

        def look(*_):
            said = json.loads((folder / METADATA).read_text()) if (folder / METADATA).exists() else {}
            found.append((said.get("epoch"), said.get("batch"), sorted(os.listdir(folder)) if folder.exists() else []))

        watching = callbacks.LambdaCallback(on_train_batch_begin=look, on_epoch_end=look)
        fit(compiled(), callbacks.BackupAndRestore(folder, **arguments), watching)
        return found

    def test_of_each_epoch(self, tmp_path):
        found = self.seen(tmp_path / "at", delete_checkpoint=False)
        assert found[0] == (None, None, [])
        # What is after an epoch is seen before the first batch of the next one.
        assert [found[6][:2], found[12][:2]] == [(1, 0), (2, 0)]
        assert sorted(os.listdir(tmp_path / "at")) == sorted([WEIGHTS, METADATA, STATE])
        assert json.loads((tmp_path / "at" / METADATA).read_text())["epoch"] == 3

    def test_of_batches(self, tmp_path):
        found = self.seen(tmp_path / "at", save_freq=2, delete_checkpoint=False)
        whens = list(dict.fromkeys(place[:2] for place in found))
        assert whens == [(None, None), (0, 1), (0, 3), (1, 0), (1, 2), (1, 4), (2, 1), (2, 3)]

    @pytest.mark.parametrize("kind", ["links", "no links"])
    def test_of_two(self, tmp_path, monkeypatch, kind):
        if kind == "no links":
            monkeypatch.setattr(os, "link", lambda *_, **__: (_ for _ in ()).throw(OSError("no links here")))
        self.seen(tmp_path, double_checkpoint=True, delete_checkpoint=False)
        names = [WEIGHTS, METADATA, STATE]
        assert sorted(os.listdir(tmp_path)) == sorted([*names, *(f"{name}.bkp" for name in names)])
        epochs = [json.loads((tmp_path / f"{METADATA}{end}").read_text())["epoch"] for end in ("", ".bkp")]
        assert epochs == [3, 2]
        assert (tmp_path / WEIGHTS).read_bytes() != (tmp_path / f"{WEIGHTS}.bkp").read_bytes()

    def test_it_goes_with_its_files_alone(self, tmp_path):
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "notes").touch()
        fit(compiled(), callbacks.BackupAndRestore(tmp_path / "a", double_checkpoint=True))
        fit(compiled(), callbacks.BackupAndRestore(tmp_path / "b", double_checkpoint=True))
        assert os.listdir(tmp_path / "a") == ["notes"] and not (tmp_path / "b").exists()

    def test_weights_are_a_file_of_weights(self, tmp_path):
        model, other = compiled(), compiled()
        fit(model, callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False))
        other.load_weights(tmp_path / WEIGHTS)
        np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])


class Killed(BaseException):
    """Ends a program in the midst of a save; nothing tidies up after it."""


@pytest.mark.parametrize("keeps_former", [False, True])
@pytest.mark.parametrize("links", [False, True])
def test_killed_at_any_moment(tmp_path, monkeypatch, keeps_former, links):
    """After any number of changes to the file system, one whole backup is the last one, and the one before it is whole."""

    def writing(number):
        def write(folder):
            for name in (WEIGHTS, METADATA, STATE):
                with open(os.path.join(folder, name), "w") as file:
                    file.write(str(number))

        return write

    def numbers(ending):
        return {(folder / f"{name}{ending}").read_text() for name in (WEIGHTS, METADATA, STATE)}

    real = {name: getattr(os, name) for name in ("rename", "replace", "link", "remove", "makedirs", "rmdir")}
    left = [10**6]

    def counted(name):
        def call(*arguments, **options):
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            if name == "link" and not links:
                raise OSError
            return real[name](*arguments, **options)

        return call

    for name in real:
        monkeypatch.setattr(os, name, counted(name))
    for moment in range(100):
        folder, left[0] = tmp_path / str(moment), 10**6
        files = backup_files.BackupFiles(str(folder))
        files.write(writing(1), keeps_former)
        files.write(writing(2), keeps_former)
        left[0] = moment
        try:
            files.write(writing(3), keeps_former)
            done = True
        except Killed:
            done = False
        left[0] = 10**6
        again = backup_files.BackupFiles(str(folder))
        assert again.found()[0] == ""
        again.settle(keeps_former)
        assert numbers("") in ({"2"}, {"3"}), moment
        if keeps_former:
            assert again.found() == ["", ".bkp"] and len(numbers(".bkp")) == 1, moment
        again.write(writing(4), keeps_former)
        assert numbers("") == {"4"} and not {".begun", ".whole"} & set(os.listdir(folder))
        if done:
            break
    assert done and moment > 4


def test_a_link_in_the_place_of_waiting_files_moves_nothing(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / WEIGHTS).touch()
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / ".whole").symlink_to(tmp_path / "elsewhere")
    files = backup_files.BackupFiles(str(tmp_path / "backup"))
    files.settle(False)
    assert files.found() == [] and (tmp_path / "elsewhere" / WEIGHTS).exists()


@trains
class TestWeightsAndEpochAlone:
    """A backup of which nothing but the weights and where training was is there."""

    def folder(self, tmp_path, batch=0, ending=""):
        model = compiled()
        fit(model, epochs=1)
        model.save_weights(tmp_path / WEIGHTS)
        os.replace(tmp_path / WEIGHTS, tmp_path / f"{WEIGHTS}{ending}")
        (tmp_path / f"{METADATA}{ending}").write_text(json.dumps({"epoch": 1, "batch": batch}))
        return tmp_path

    @pytest.mark.parametrize("batch", [0, 2])
    def test_is_taken_up(self, tmp_path, batch):
        folder, whole, resumed, seen = self.folder(tmp_path, batch), compiled(), compiled(), []
        fit(whole)
        watching = callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(batch))
        history = fit(resumed, watching, callbacks.BackupAndRestore(folder))
        assert history.epoch == [1, 2] and seen == [*range(5)] * 2
        assert int(backend.convert_to_numpy(resumed.optimizer.iterations)) == 15
        np.testing.assert_allclose(resumed.get_weights()[0], whole.get_weights()[0], rtol=1e-5)
        assert not tmp_path.exists()

    def test_the_one_before_a_damaged_one(self, tmp_path):
        self.folder(tmp_path, ending=".bkp")
        (tmp_path / METADATA).write_text("{")
        with pytest.warns(UserWarning, match="The one before it is taken"):
            assert fit(compiled(), callbacks.BackupAndRestore(tmp_path)).epoch == [1, 2]

    def test_of_another_model(self, tmp_path):
        other = keras.Sequential([keras.Input((3,)), layers.Dense(2), layers.Dense(1)])
        other.compile("sgd", "mse")
        with pytest.raises(ValueError, match="of another model: delete it to begin anew"):
            fit(other, callbacks.BackupAndRestore(self.folder(tmp_path)))
