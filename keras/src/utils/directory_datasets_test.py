"""Datasets of files in folders: which files in which order, labels, parts, and all three kinds of datasets."""

import os

import numpy as np
import pytest

import keras
from keras.src.utils import directory_datasets
from keras.src.utils.module_utils import LazyModule

tf = pytest.importorskip("tensorflow")
pytest.importorskip("grain")
KINDS = ("tf", "grain", "iterable")


def colour(name, number):
    return 100 * (name == "b") + 10 * number


@pytest.fixture
def folder(tmp_path):
    """Pictures of one pixel in two classes, with other files beside them."""
    root = tmp_path / "pictures"
    for name in ("b", "a"):
        (root / name).mkdir(parents=True)
        for number in range(4):
            keras.utils.save_img(root / name / f"{number}.png", np.full((1, 1, 3), colour(name, number)), scale=False)
        (root / name / "notes.md").write_text("no picture")
    (root / ".hidden").mkdir()
    return root


@pytest.fixture
def make(folder, monkeypatch):
    """Makes a dataset of a kind."""

    def made(kind, directory=folder, **given):
        if kind == "iterable":
            monkeypatch.setattr(directory_datasets, "tf", LazyModule("tensorflow_that_is_not_there"))
        given = {"image_size": (1, 1), "verbose": False, "format": "grain" if kind == "grain" else "tf", **given}
        return keras.utils.image_dataset_from_directory(directory, **given)

    return made


def array(value):
    return keras.ops.convert_to_numpy(value) if keras.ops.is_tensor(value) else np.asarray(value)


def arrays(dataset):
    return [[array(part) for part in item] if isinstance(item, tuple) else array(item) for item in dataset]


def colours(dataset):
    """The colours of the pictures of one pass, batch by batch."""
    return [np.ravel(item[0])[::3].astype(int).tolist() for item in arrays(dataset)]


def names(dataset, folder):
    return [os.path.relpath(path, folder)[:-4].replace(os.sep, "/") for path in dataset.file_paths]


class TestOrder:
    @pytest.mark.parametrize("kind", KINDS)
    def test_alphabetical(self, make, folder, kind):
        dataset = make(kind, shuffle=False, batch_size=3)
        assert dataset.class_names == ["a", "b"]
        assert names(dataset, folder) == [f"{name}/{i}" for name in "ab" for i in range(4)]
        for _ in range(2):
            assert colours(dataset) == [[0, 10, 20], [30, 100, 110], [120, 130]]

    # What Keras 3.15.1 gives with `seed=3`, over two passes; `tf.data` draws from TensorFlow's seed too.
    FILES = ["b/1", "b/3", "b/0", "b/2", "a/3", "a/1", "a/0", "a/2"]
    PASSES = {
        "tf": ([[120, 130, 10], [30, 0, 110], [20, 100]], [[30, 120, 20], [110, 100, 130], [10, 0]]),
        "grain": ([[30, 20, 110], [130, 100, 10], [120, 0]],) * 2,
    }
    TRAINING = {"tf": [[10, 110, 120], [30, 100, 130]], "grain": [[30, 120, 110], [130, 100, 10]]}

    @pytest.mark.parametrize("kind", PASSES)
    def test_shuffled(self, make, folder, kind):
        tf.random.set_seed(7)
        dataset = make(kind, seed=3, batch_size=3)
        assert names(dataset, folder) == self.FILES
        assert [colours(dataset) for _ in range(2)] == list(self.PASSES[kind])

    @pytest.mark.parametrize("kind", PASSES)
    def test_parts_of_the_shuffled_files(self, make, folder, kind):
        tf.random.set_seed(7)
        given = {"seed": 3, "batch_size": 3, "validation_split": 0.25}
        both = make(kind, subset="both", **given)
        apart = [make(kind, subset=subset, **given) for subset in ("training", "validation")]
        for first, second in (both, apart):
            assert names(first, folder) == self.FILES[:6] and names(second, folder) == self.FILES[6:]
            assert colours(first) == self.TRAINING[kind]
            assert sorted(sum(colours(second), [])) == [0, 20]

    def test_the_iterable_shuffles_each_pass(self, make, folder):
        dataset = make("iterable", seed=3, batch_size=3)
        assert names(dataset, folder) == self.FILES
        first, second = sum(colours(dataset), []), sum(colours(dataset), [])
        assert sorted(first) == sorted(second) == [0, 10, 20, 30, 100, 110, 120, 130]
        assert first != second
        assert sum(colours(make("iterable", seed=3, batch_size=3)), []) == first

    @pytest.mark.parametrize("kind", KINDS)
    def test_validation_data_beside_training_data_keep_their_order(self, make, kind):
        _, validation = make(kind, subset="both", validation_split=0.5, seed=3, batch_size=None)
        assert [colours(validation) for _ in range(2)] == [[[30], [10], [0], [20]]] * 2

    @pytest.mark.parametrize("kind", KINDS)
    def test_orders_hang_on_the_global_seed(self, make, kind):
        orders = []
        for seed in (1, 1, 2):
            keras.utils.set_random_seed(seed)
            orders.append(make(kind).file_paths)
        assert orders[0] == orders[1] != orders[2]


class TestLabels:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize(
        "mode, expected", [("int", [0, 1]), ("binary", [[0.0], [1.0]]), ("categorical", [[1.0, 0.0], [0.0, 1.0]])]
    )
    def test_modes(self, make, kind, mode, expected):
        (images, labels), *_ = arrays(make(kind, label_mode=mode, shuffle=False))
        assert images.shape == (8, 1, 1, 3) and images.dtype == "float32"
        assert labels.dtype == ("int32" if mode == "int" else "float32")
        np.testing.assert_array_equal(labels, np.repeat(expected, 4, axis=0))

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("given", [{"labels": None}, {"label_mode": None}])
    def test_none(self, make, kind, given):
        dataset = make(kind, shuffle=False, **given)
        (images,) = arrays(dataset)
        assert images.shape == (8, 1, 1, 3) and dataset.class_names is None

    @pytest.mark.parametrize("kind", KINDS)
    def test_names_give_the_order(self, make, kind):
        dataset = make(kind, class_names=["b", "a"], shuffle=False)
        assert dataset.class_names == ["b", "a"]
        ((images, labels),) = arrays(dataset)
        assert images[:, 0, 0, 0].tolist() == [100, 110, 120, 130, 0, 10, 20, 30]
        assert labels.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]

    @pytest.mark.parametrize("kind", KINDS)
    def test_names_choose_classes(self, make, kind):
        dataset = make(kind, class_names=["b"], shuffle=False)
        assert dataset.class_names == ["b"] and len(dataset.file_paths) == 4

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("given", [[3, 1, 2, 0], (3, 1, 2, 0), np.array([3, 1, 2, 0])])
    def test_given_ones(self, make, folder, kind, given):
        dataset = make(kind, directory=folder / "b", labels=given, shuffle=False)
        assert dataset.class_names == ["0", "1", "2", "3"]
        ((_, labels),) = arrays(dataset)
        assert labels.tolist() == [3, 1, 2, 0]
        shuffled = arrays(make(kind, directory=folder / "b", labels=given, seed=1))
        assert {colour: label for (x, y) in shuffled for colour, label in zip(x[:, 0, 0, 0].tolist(), y.tolist())} == {
            100: 3,
            110: 1,
            120: 2,
            130: 0,
        }

    @pytest.mark.parametrize("kind", KINDS)
    def test_floats(self, make, folder, kind):
        ((_, labels),) = arrays(make(kind, directory=folder / "b", labels=[0, 0.5, 1, 2], shuffle=False))
        assert labels.dtype == "float32" and labels.tolist() == [0, 0.5, 1, 2]


class TestFiles:
    def test_folders_in_folders_hidden_ones_and_endings(self, make, folder):
        picture = (folder / "a" / "0.png").read_bytes()
        for place in ("a/deep/er/x.PNG", "a/.dot/y.png", ".hidden/z.png", "top.png", "a/w.tif"):
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            (folder / place).write_bytes(picture)
        (folder / "c").mkdir()
        dataset = make("tf", shuffle=False)
        assert dataset.class_names == ["a", "b", "c"]
        assert names(dataset, folder)[:6] == ["a/0", "a/1", "a/2", "a/3", "a/.dot/y", "a/deep/er/x"]
        assert names(make("tf", shuffle=False, labels=None), folder)[:2] == ["top", ".hidden/z"]

    def test_links(self, make, folder, tmp_path):
        (folder / "a" / "link").symlink_to(folder / "b")
        assert len(make("tf").file_paths) == 8
        assert len(make("tf", follow_links=True).file_paths) == 12

    def test_messages(self, make, folder, capsys):
        make("tf", verbose=True)
        make("tf", verbose=True, labels=None)
        make("tf", verbose=True, validation_split=0.25, subset="both", seed=1)
        assert capsys.readouterr().out.splitlines() == [
            "Found 8 files belonging to 2 classes.",
            "Found 8 files.",
            "Found 8 files belonging to 2 classes.",
            "Using 6 files for training.",
            "Using 2 files for validation.",
        ]
        make("tf", verbose=False, validation_split=0.25, subset="both", seed=1)
        assert capsys.readouterr().out == ""

    @pytest.mark.parametrize(
        "given, message",
        [
            ({"labels": "guessed"}, "labels"),
            ({"labels": [1, 2]}, "2 labels"),
            ({"label_mode": "one_hot"}, "label_mode"),
            ({"label_mode": "binary", "class_names": ["a"]}, "two classes"),
            ({"class_names": ["a", "nobody"]}, "class_names"),
            ({"class_names": ["a", "b"], "labels": [0] * 8}, "class_names"),
            ({"class_names": ["a", "b"], "label_mode": None}, "class_names"),
            ({"class_names": []}, "No image files"),
            ({"batch_size": 0}, "batch_size"),
            ({"format": "numpy"}, "format"),
            ({"validation_split": 0.5}, "subset"),
            ({"subset": "training"}, "validation_split"),
            ({"validation_split": 1.5, "subset": "training", "seed": 1}, "between 0 and 1"),
            ({"validation_split": 0.5, "subset": "test", "seed": 1}, "subset"),
            ({"validation_split": 0.5, "subset": "training"}, "seed"),
            ({"validation_split": 0.01, "subset": "validation", "seed": 1}, "No files are left for validation"),
        ],
    )
    @pytest.mark.parametrize("kind", KINDS)
    def test_wrong_arguments(self, make, kind, given, message):
        with pytest.raises(ValueError, match=message):
            make(kind, **given)

    def test_empty_and_missing_folders(self, make, tmp_path):
        (tmp_path / "empty").mkdir()
        for labels in ("inferred", None):
            with pytest.raises(ValueError, match="No image files"):
                make("tf", directory=tmp_path / "empty", labels=labels)
            with pytest.raises(FileNotFoundError):
                make("tf", directory=tmp_path / "missing", labels=labels)


class TestKinds:
    def test_what_they_are(self, make):
        assert isinstance(make("tf"), tf.data.Dataset)
        assert len(make("tf", batch_size=3)) == 3
        assert keras.ops.is_tensor(next(iter(make("grain")))[0])
        assert keras.ops.is_tensor(next(iter(make("grain", batch_size=None)))[1])
        iterable = make("iterable", batch_size=3)
        assert len(iterable) == 3 and type(next(iter(iterable))[0]) is np.ndarray

    @pytest.mark.parametrize("kind", KINDS)
    def test_single_samples(self, make, kind):
        items = arrays(make(kind, batch_size=None, shuffle=False, label_mode="categorical"))
        assert len(items) == 8
        assert items[5][0].shape == (1, 1, 3) and items[5][0][0, 0, 0] == 110
        assert items[5][1].tolist() == [0.0, 1.0]

    def test_without_grain_the_error_says_what_to_install(self, make, monkeypatch):
        monkeypatch.setattr(directory_datasets, "grain", LazyModule("grain_that_is_not_there", pip_name="grain"))
        with pytest.raises(ImportError, match="pip install grain"):
            make("grain")

    @pytest.mark.parametrize("kind", KINDS)
    def test_models_take_them(self, make, kind):
        model = keras.Sequential([keras.Input((1, 1, 3)), keras.layers.Flatten()])
        np.testing.assert_allclose(
            model.predict(make(kind, shuffle=False, label_mode=None, batch_size=3), verbose=0)[:, 0],
            [0, 10, 20, 30, 100, 110, 120, 130],
        )
