import random

import numpy as np
import pytest

import keras
from keras.src import backend
from keras.src.utils import dataset_utils
from keras.src.utils.dataset_utils import split_dataset
from keras.src.utils.module_utils import LazyModule

X = np.arange(6)
Y = X * 10.0
WITH = ["tensorflow", "torch", "iterable"]


@pytest.fixture(params=WITH)
def split(request, monkeypatch):
    """The function, which gives one of the three kinds of datasets."""
    if request.param == "iterable":
        monkeypatch.setattr(dataset_utils, "tf", LazyModule("tensorflow_that_is_not_there"))
        return lambda dataset, **options: split_dataset(dataset, preferred_backend="tensorflow", **options)
    pytest.importorskip(request.param)
    return lambda dataset, **options: split_dataset(dataset, preferred_backend=request.param, **options)


def plain(item):
    if isinstance(item, dict):
        return {name: plain(value) for name, value in item.items()}
    if isinstance(item, (tuple, list)):
        return tuple(map(plain, item)) if len(item) > 1 else plain(item[0])
    return np.asarray(item).tolist()


def parts(split_one):
    return [[plain(item) for item in part] for part in split_one]


SIZES = [
    ({"left_size": 2}, 2, 4),
    ({"right_size": 2}, 4, 2),
    ({"left_size": 2, "right_size": 3}, 2, 3),
    ({"left_size": 0.5}, 3, 3),
    ({"left_size": 0.25}, 2, 4),
    ({"left_size": 0.75}, 4, 2),
    ({"right_size": 0.75}, 2, 4),
    ({"left_size": 0.4, "right_size": 0.3}, 2, 2),
    ({"left_size": 0.45, "right_size": 0.45}, 3, 3),
    ({"left_size": 0.9}, 5, 1),
    ({"left_size": np.int64(1)}, 1, 5),
]


@pytest.mark.parametrize(("sizes", "left", "right"), SIZES)
def test_sizes(split, sizes, left, right):
    """As Keras 3.15.1 rounds them."""
    made = split(X, **sizes)
    assert parts(made) == [X[:left].tolist(), X[6 - right :].tolist()]
    assert [len(part) for part in made] == [left, right]
    assert parts(made) == parts(made)


def test_random_order(split):
    """The order of the generator of Python, as Keras 3.15.1 takes it."""
    assert parts(split(X, left_size=0.5, shuffle=True, seed=3)) == [[0, 2, 3], [5, 4, 1]]
    assert parts(split(X, left_size=0.5, shuffle=True, seed=0)) == [[4, 2, 1], [0, 5, 3]]
    assert parts(split(X, left_size=0.5, seed=3)) == [[0, 1, 2], [3, 4, 5]]
    random.seed(1)
    drawn = parts(split(X, left_size=0.5, shuffle=True))
    random.seed(1)
    assert parts(split(X, left_size=0.5, shuffle=True)) == drawn != [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize("kind", [tuple, list])
def test_several_arrays(split, kind):
    assert parts(split(kind([X, Y]), left_size=2)) == [
        [(0, 0.0), (1, 10.0)],
        [(2, 20.0), (3, 30.0), (4, 40.0), (5, 50.0)],
    ]


def test_nested_arrays(split):
    assert parts(split({"a": X, "b": Y}, left_size=1))[0] == [{"a": 0, "b": 0.0}]
    assert parts(split(({"a": X, "b": X + 1}, Y), right_size=1))[1] == [({"a": 5, "b": 6}, 50.0)]


def test_dtypes_and_shapes_stay(split):
    item = next(iter(split(np.ones((4, 2, 3), "float16"), left_size=2)[0]))
    item = np.asarray(item[0] if isinstance(item, tuple) else item)
    assert (item.shape, item.dtype) == ((2, 3), "float16")


def test_tensors_of_the_engine(split):
    assert parts(split(backend.convert_to_tensor(X), left_size=4))[1] == [4, 5]


@pytest.mark.parametrize("library", [None, "tensorflow", "torch"])
def test_datasets_of_tensorflow(library):
    tf = pytest.importorskip("tensorflow")
    dataset = tf.data.Dataset.from_tensor_slices((X, Y))
    made = split_dataset(dataset, left_size=2, preferred_backend=library)
    assert type(made[0]).__module__.partition(".")[0] == (library or "tensorflow")
    assert parts(made)[0] == [(0, 0.0), (1, 10.0)]


def test_batches_of_tensorflow():
    tf = pytest.importorskip("tensorflow")
    dataset = tf.data.Dataset.from_tensor_slices((X, Y))
    left, right = split_dataset(dataset.batch(4), left_size=0.5)
    assert isinstance(left, tf.data.Dataset)
    assert parts((left, right)) == [[([0, 1, 2], [0.0, 10.0, 20.0])], [([3, 4, 5], [30.0, 40.0, 50.0])]]
    with pytest.raises(ValueError, match="never ends"):
        split_dataset(dataset.repeat(), left_size=2)
    with pytest.raises(ValueError, match="one shape"):
        split_dataset(tf.data.Dataset.range(3).map(tf.range), left_size=1)
    with pytest.raises(ValueError, match="empty"):
        split_dataset(dataset.take(0), left_size=1)


def test_datasets_of_torch(split):
    torch = pytest.importorskip("torch")
    dataset = torch.utils.data.TensorDataset(torch.arange(6), torch.arange(6) * 10.0)
    assert parts(split(dataset, left_size=2))[0] == [(0, 0.0), (1, 10.0)]
    left, right = split_dataset(dataset, right_size=1)
    assert isinstance(left, torch.utils.data.Subset)
    assert left.dataset is dataset
    assert parts((left, right))[1] == [(5, 50.0)]


def test_what_is_returned_by_default():
    made = split_dataset(X, left_size=1)[0]
    library = type(made).__module__.partition(".")[0]
    assert library == (backend.core.DATASETS if dataset_utils.torch.available else "tensorflow")


def test_without_torch(monkeypatch):
    monkeypatch.setattr(dataset_utils, "torch", LazyModule("torch_that_is_not_there"))
    made = split_dataset((X, Y), left_size=1, preferred_backend="torch")
    assert parts(made)[0] == [(0, 0.0)]
    assert isinstance(made[0], keras.utils.PyDataset)


@pytest.mark.parametrize(
    "sizes",
    [
        {},
        {"left_size": 0},
        {"left_size": 6},
        {"left_size": -1},
        {"left_size": 1.0},
        {"left_size": 1.5},
        {"left_size": 0.99},
        {"left_size": 0.01},
        {"left_size": 4, "right_size": 4},
        {"left_size": 0.8, "right_size": 0.8},
        {"left_size": 4, "right_size": 0.5},
        {"right_size": 6},
    ],
)
def test_wrong_sizes(sizes):
    with pytest.raises(ValueError, match="left_size|right_size"):
        split_dataset(X, **sizes)


@pytest.mark.parametrize("size", ["a", True, [1]])
def test_sizes_that_are_no_numbers(size):
    with pytest.raises(TypeError, match="left_size"):
        split_dataset(X, left_size=size)


@pytest.mark.parametrize("dataset", ["abc", None, (i for i in range(3)), 3])
def test_what_cannot_be_split(dataset):
    with pytest.raises(TypeError, match="`dataset` must be"):
        split_dataset(dataset, left_size=0.5)


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        ([1, 2, 3], "must hold arrays"),
        ((X, [1, 2]), "must hold arrays"),
        ((X, Y[:4]), "one length"),
        (np.zeros((0, 2)), "empty"),
        ((), "empty"),
    ],
)
def test_arrays_that_do_not_fit(dataset, message):
    with pytest.raises(ValueError, match=message):
        split_dataset(dataset, left_size=0.5)
