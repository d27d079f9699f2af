"""The loaders, on small files of the layout of the published ones. Expected values are those of Keras 3.15.1 on these files."""

import gzip
import io
import json
import pickle
import tarfile

import numpy as np
import pytest

import keras
from keras import datasets
from keras.src.datasets import published


@pytest.fixture
def serve(tmp_path, monkeypatch):
    """Function that publishes a file, without a hash, and an empty cache."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    folder = tmp_path / "published"
    folder.mkdir()
    files = dict(published.FILES)
    monkeypatch.setattr(published, "FILES", files)

    def publish(name, content, file_hash=None):
        (folder / name).write_bytes(content)
        files[name] = (folder.as_uri() + "/", file_hash)

    return publish


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def images(count, seed):
    return np.random.RandomState(seed).randint(0, 255, (count, 28, 28)).astype("uint8")


def test_mnist(serve, tmp_path):
    parts = {
        "x_train": images(3, 0),
        "y_train": np.uint8([1, 2, 3]),
        "x_test": images(2, 1),
        "y_test": np.uint8([4, 5]),
    }
    serve("mnist.npz", npz(**parts))
    (x_train, y_train), (x_test, y_test) = datasets.mnist.load_data()
    for loaded, name in ((x_train, "x_train"), (y_train, "y_train"), (x_test, "x_test"), (y_test, "y_test")):
        assert loaded.dtype == np.uint8
        np.testing.assert_array_equal(loaded, parts[name])
    datasets.mnist.load_data("other.npz")
    assert (tmp_path / "home" / "datasets" / "other.npz").exists()


def test_fashion_mnist(serve, tmp_path):
    for part, count in (("train", 3), ("t10k", 2)):
        serve(f"{part}-labels-idx1-ubyte.gz", gzip.compress(bytes(8) + bytes(range(count))))
        serve(f"{part}-images-idx3-ubyte.gz", gzip.compress(bytes(16) + images(count, count).tobytes()))
    (x_train, y_train), (x_test, y_test) = datasets.fashion_mnist.load_data()
    np.testing.assert_array_equal(x_train, images(3, 3))
    np.testing.assert_array_equal(x_test, images(2, 2))
    assert (y_train.tolist(), y_test.tolist()) == ([0, 1, 2], [0, 1])
    assert {x_train.dtype, y_train.dtype} == {np.dtype("uint8")}
    x_train[0] = 0  # arrays are the caller's own
    assert len(list((tmp_path / "home" / "datasets" / "fashion-mnist").iterdir())) == 4


def packed(members):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def pixels(count, seed):
    return np.random.RandomState(seed).randint(0, 255, (count, 3072)).astype("uint8")


def batch(seed, count=2, **labels):
    content = {b"data": pixels(count, seed), b"filenames": [b"name"] * count}
    return pickle.dumps({**content, **{key.encode(): values for key, values in labels.items()}}, protocol=2)


@pytest.fixture(params=["channels_last", "channels_first"])
def data_format(request):
    before = keras.config.image_data_format()
    keras.config.set_image_data_format(request.param)
    yield request.param
    keras.config.set_image_data_format(before)


def in_format(flat, data_format):
    stacked = flat.reshape(-1, 3, 32, 32)
    return stacked if data_format == "channels_first" else stacked.transpose(0, 2, 3, 1)


def test_cifar10(serve, data_format):
    names = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]
    files = {f"cifar-10-batches-py/{name}": batch(seed, labels=[seed, 9]) for seed, name in enumerate(names)}
    serve("cifar-10-python.tar.gz", packed(files))
    (x_train, y_train), (x_test, y_test) = datasets.cifar10.load_data()
    np.testing.assert_array_equal(
        x_train, in_format(np.concatenate([pixels(2, seed) for seed in range(5)]), data_format)
    )
    np.testing.assert_array_equal(x_test, in_format(pixels(2, 5), data_format))
    assert y_train.tolist() == [[0], [9], [1], [9], [2], [9], [3], [9], [4], [9]]
    assert y_test.tolist() == [[5], [9]]
    assert {part.dtype for part in (x_train, y_train, x_test, y_test)} == {np.dtype("uint8")}


def test_cifar100(serve, data_format):
    files = {
        "cifar-100-python/train": batch(0, fine_labels=[98, 99], coarse_labels=[18, 19]),
        "cifar-100-python/test": batch(1, fine_labels=[50, 51], coarse_labels=[10, 11]),
    }
    serve("cifar-100-python.tar.gz", packed(files))
    (x_train, y_train), (x_test, y_test) = datasets.cifar100.load_data()
    np.testing.assert_array_equal(x_train, in_format(pixels(2, 0), data_format))
    np.testing.assert_array_equal(x_test, in_format(pixels(2, 1), data_format))
    assert (y_train.tolist(), y_test.tolist()) == ([[98], [99]], [[50], [51]])
    assert (x_train.dtype, y_train.dtype) == ("uint8", "int64")
    (_, y_train), (_, y_test) = datasets.cifar100.load_data("coarse")
    assert (y_train.tolist(), y_test.tolist()) == ([[18], [19]], [[10], [11]])
    with pytest.raises(ValueError, match="label_mode"):
        datasets.cifar100.load_data("medium")


# --- Texts


def texts(count, seed):
    generator = np.random.RandomState(seed)
    made = np.empty(count, object)
    for place in range(count):
        made[place] = [1 + int(word) for word in generator.randint(0, 12, generator.randint(1, 9))]
    return made


def shown(parts):
    """Lists and labels of both parts, whose dtypes are checked."""
    for x, y in parts:
        assert (x.dtype, x.ndim, y.dtype) == (object, 1, np.int64)
        assert all(type(words) is list for words in x)
    return [(x.tolist(), y.tolist()) for x, y in parts]


def train_of(parts):
    return shown(parts)[0]


@pytest.fixture
def imdb(serve):
    arrays = {"x_train": texts(9, 1), "y_train": np.arange(9) % 2, "x_test": texts(7, 2), "y_test": np.arange(7) % 2}
    serve("imdb.npz", npz(**arrays))
    return datasets.imdb.load_data


@pytest.fixture
def reuters(serve):
    serve("reuters.npz", npz(x=texts(12, 3), y=np.arange(12)))
    return datasets.reuters.load_data


def test_imdb(imdb, tmp_path):
    assert shown(imdb("other.npz")) == [
        (
            [
                [1, 2, 12, 13, 2, 9, 4],
                [1, 5],
                [1, 9, 6, 8, 2, 14, 6, 8],
                [1, 5],
                [1, 7, 8],
                [1, 14, 13, 12, 11, 7, 10, 9, 5],
                [1, 11, 10, 13, 6, 8],
                [1, 11, 13, 5, 11, 4, 10, 13, 13],
                [1, 10, 13, 5, 4, 5, 12, 12, 7],
            ],
            [0, 1, 1, 0, 1, 0, 0, 0, 1],
        ),
        (
            [
                [1, 14, 7],
                [1, 8, 14, 2, 7, 11, 10, 14],
                [1, 2, 9, 14, 8, 8, 9, 11, 7],
                [1, 8],
                [1, 2, 6, 2, 12, 11, 6, 5],
                [1, 12],
                [1, 12, 8, 10, 7, 13, 6],
            ],
            [0, 1, 0, 0, 1, 0, 1],
        ),
    ]
    assert (tmp_path / "home" / "datasets" / "other.npz").exists()


SHORT = {
    "maxlen": ({"maxlen": 5}, [[1, 5], [1, 5], [1, 7, 8]], [1, 0, 1]),
    "index_from": ({"maxlen": 5, "index_from": 10}, [[1, 12], [1, 12], [1, 14, 15]], [1, 0, 1]),
    "start_char": ({"maxlen": 5, "start_char": 7}, [[7, 5], [7, 5], [7, 7, 8]], [1, 0, 1]),
    "no start_char": ({"maxlen": 3, "start_char": None}, [[5], [5], [7, 8]], [1, 0, 1]),
    "num_words": ({"maxlen": 5, "num_words": 8}, [[1, 5], [1, 5], [1, 7, 2]], [1, 0, 1]),
    "skip_top": ({"maxlen": 5, "skip_top": 6, "start_char": 9}, [[9, 2], [9, 2], [9, 7, 8]], [1, 0, 1]),
    "oov_char": ({"maxlen": 5, "num_words": 8, "oov_char": 99}, [[1, 5], [1, 5], [1, 7, 99]], [1, 0, 1]),
    "no oov_char": ({"maxlen": 5, "num_words": 8, "oov_char": None}, [[1, 5], [1, 5], [1, 7]], [1, 0, 1]),
    "seed": ({"maxlen": 5, "seed": 5}, [[1, 5], [1, 7, 8], [1, 5]], [0, 1, 1]),
}


@pytest.mark.parametrize(("arguments", "x", "y"), SHORT.values(), ids=SHORT)
def test_arguments_of_imdb(imdb, arguments, x, y):
    assert train_of(imdb(**arguments)) == (x, y)


def test_test_part_of_imdb(imdb):
    assert shown(imdb(maxlen=5))[1] == ([[1, 2, 7], [1, 8], [1, 12]], [0, 0, 0])


def test_reuters(reuters, tmp_path):
    assert shown(reuters("other.npz")) == [
        (
            [
                [1, 11, 10, 4, 8, 11, 12],
                [1, 7, 14, 2, 13, 13, 14],
                [1, 2, 4],
                [1, 14, 12, 2, 11, 12, 2],
                [1, 12],
                [1, 12, 13, 7],
                [1, 4],
                [1, 9, 12, 5],
                [1, 6, 5, 7],
            ],
            [4, 3, 9, 8, 1, 0, 11, 7, 6],
        ),
        ([[1, 8, 5, 9, 8, 11, 10], [1, 9], [1, 5, 14, 10]], [10, 2, 5]),
    ]
    assert (tmp_path / "home" / "datasets" / "other.npz").exists()


OF_REUTERS = {
    "maxlen": ({"maxlen": 5}, [[1, 9], [1, 5, 14, 10]], [2, 5]),
    "start_char": ({"start_char": 7, "maxlen": 5}, [[7, 9], [7, 5, 14, 10]], [2, 5]),
    "num_words and skip_top": (
        {"num_words": 9, "skip_top": 6},
        [[2, 8, 2, 2, 8, 2, 2], [2, 2], [2, 2, 2, 2]],
        [10, 2, 5],
    ),
    "no oov_char": ({"num_words": 8, "oov_char": None}, [[1, 5], [1], [1, 5]], [10, 2, 5]),
    "index_from": ({"index_from": 10, "maxlen": 5}, [[1, 16], [1, 12, 21, 17]], [2, 5]),
    "seed": ({"seed": 5}, [[1, 8, 5, 9, 8, 11, 10], [1, 6, 5, 7], [1, 7, 14, 2, 13, 13, 14]], [10, 6, 3]),
    "test_split": ({"test_split": 0.1}, [[1, 9], [1, 5, 14, 10]], [2, 5]),
}


@pytest.mark.parametrize(("arguments", "x", "y"), OF_REUTERS.values(), ids=OF_REUTERS)
def test_arguments_of_reuters(reuters, arguments, x, y):
    assert shown(reuters(**arguments))[1] == (x, y)


def test_wrong_arguments_of_texts(imdb, reuters):
    for load in (imdb, reuters):
        with pytest.raises(ValueError, match="Increase `maxlen`"):
            load(maxlen=1)
    with pytest.raises(ValueError, match="test_split"):
        reuters(test_split=2)
    with pytest.raises(TypeError, match="words"):
        imdb(words=3)
    with pytest.warns(UserWarning, match="num_words"):
        older = imdb(nb_words=8)
    assert shown(older) == shown(imdb(num_words=8))


def test_word_indices(serve):
    for name, module in (("imdb", datasets.imdb), ("reuters", datasets.reuters)):
        serve(f"{name}_word_index.json", json.dumps({"the": 1, "é": 2}).encode())
        assert module.get_word_index() == module.get_word_index("other.json") == {"the": 1, "é": 2}


def test_label_names():
    names = datasets.reuters.get_label_names()
    assert isinstance(names, tuple)
    assert (len(names), len(set(names)), names[0], names[-1]) == (46, 46, "cocoa", "lead")


# --- Houses


def houses(count, width, dtype):
    numbers = np.arange(count, dtype=dtype)
    return npz(x=numbers[:, None] * np.ones(width, dtype), y=numbers)


def numbers_in(parts):
    """The numbers of the districts of both parts, which features and prices agree on."""
    for x, y in parts:
        np.testing.assert_array_equal(x[:, -1], y)
    return [y.astype(int).tolist() for _, y in parts]


BOSTON = [[4, 3, 8, 7, 1, 0, 10, 6], [9, 2, 5]], [[3, 8, 4, 9, 2], [6, 0, 1, 5, 7, 10]]


def test_boston_housing(serve):
    serve("boston_housing.npz", houses(11, 13, "float64"))
    assert numbers_in(datasets.boston_housing.load_data()) == BOSTON[0]
    assert numbers_in(datasets.boston_housing.load_data("other.npz", test_split=0.5, seed=4)) == BOSTON[1]


def test_california_housing(serve):
    serve("california_housing.npz", houses(1000, 8, "float32"))
    train, test = datasets.california_housing.load_data("small", test_split=0.5, seed=3)
    numbers = numbers_in((train, test))
    assert numbers[0][:6] == [67, 61, 37, 10, 579, 53]
    assert (len(numbers[0]), len(numbers[1]), max(numbers[0] + numbers[1])) == (300, 300, 599)
    assert {part.dtype for part in (*train, *test)} == {np.dtype("float32")}
    whole = numbers_in(datasets.california_housing.load_data(path="other.npz", seed=3))
    assert (whole[0][:3], len(whole[0]), len(whole[1])) == ([642, 762, 909], 800, 200)


def test_wrong_arguments_of_houses(serve):
    serve("boston_housing.npz", houses(11, 13, "float64"))
    for wrong in (1.0, -0.1, 2):
        with pytest.raises(ValueError, match="test_split"):
            datasets.boston_housing.load_data(test_split=wrong)
    with pytest.raises(ValueError, match="version"):
        datasets.california_housing.load_data("medium")


def test_hashes_are_asked_for(serve):
    serve("boston_housing.npz", houses(11, 13, "float64"), published.FILES["boston_housing.npz"][1])
    with pytest.raises(ValueError, match="does not match"):
        datasets.boston_housing.load_data()
