import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import keras
from keras.src.testing import engine
from keras.src.utils import timeseries_dataset_utils
from keras.src.utils.module_utils import LazyModule, tensorflow
from keras.src.utils.timeseries_dataset_utils import timeseries_dataset_from_array

SERIES = np.arange(10)
KINDS = ["tf", "grain", "iterable"]


@pytest.fixture(params=KINDS)
def make(request, monkeypatch):
    """The function, which gives one of the three kinds of datasets."""
    if request.param == "iterable":
        monkeypatch.setattr(timeseries_dataset_utils, "tf", LazyModule("tensorflow_that_is_not_there"))
        return timeseries_dataset_from_array
    pytest.importorskip("grain" if request.param == "grain" else "tensorflow")
    return lambda *args, **options: timeseries_dataset_from_array(*args, **{"format": request.param, **options})


def values(item):
    parts = item if isinstance(item, tuple) else (item,)
    return tuple(np.asarray(part).tolist() for part in parts)


def items(dataset):
    return [values(item) for item in dataset]


@pytest.mark.parametrize(
    ("targets", "arguments", "expected"),
    [
        (None, {"sequence_length": 9}, [([list(range(9)), list(range(1, 10))],)]),
        (
            SERIES * 10,
            {"sequence_length": 8, "batch_size": 2},
            [([[*range(8)], [*range(1, 9)]], [0, 10]), ([[*range(2, 10)]], [20])],
        ),
        (SERIES[:2], {"sequence_length": 3}, [([[0, 1, 2], [1, 2, 3]], [0, 1])]),
        (None, {"sequence_length": 3, "sequence_stride": 3}, [([[0, 1, 2], [3, 4, 5], [6, 7, 8]],)]),
        (SERIES, {"sequence_length": 3, "sampling_rate": 4}, [([[0, 4, 8], [1, 5, 9]], [0, 1])]),
        (
            SERIES,
            {"sequence_length": 2, "sampling_rate": 3, "sequence_stride": 2, "start_index": 1},
            [([[1, 4], [3, 6], [5, 8]], [1, 3, 5])],
        ),
        (SERIES, {"sequence_length": 3, "start_index": 5, "end_index": 9}, [([[5, 6, 7], [6, 7, 8]], [5, 6])]),
        (SERIES, {"sequence_length": 3, "batch_size": None, "end_index": 4}, [([0, 1, 2], 0), ([1, 2, 3], 1)]),
        (SERIES, {"sequence_length": 11}, []),
    ],
)
def test_windows(make, targets, arguments, expected):
    """As Keras 3.15.1 gives them."""
    assert items(make(SERIES, targets, **arguments)) == expected


def test_windows_of_several_features(make):
    series = np.arange(12, dtype="float32").reshape(6, 2)
    windows, targets = next(iter(make(series, series[3:, :1], 3)))
    np.testing.assert_array_equal(np.asarray(windows), [series[start : start + 3] for start in range(3)])
    np.testing.assert_array_equal(np.asarray(targets), series[3:, :1])
    assert np.asarray(windows).dtype == "float32"


def test_lists_are_tensors(make):
    windows, targets = next(iter(make([1, 2, 3], [0.5, 1.5, 2.5], 2)))
    assert (np.asarray(windows).dtype, np.asarray(targets).dtype) == ("int32", "float32")


def test_random_order(make):
    def shuffled(seed):
        dataset = make(SERIES, SERIES, 3, batch_size=3, shuffle=True, seed=seed)
        return [start for windows, starts in items(dataset) for start in starts]

    orders = [shuffled(seed) for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
    assert all(sorted(order) == list(range(8)) for order in orders)
    dataset = make(SERIES, SERIES, 3, shuffle=True, seed=1)
    assert all(
        windows[0] == start for batch, starts in items(dataset) for windows, start in zip(batch, starts, strict=True)
    )


def test_orders_of_the_reference():
    """Keras 3.15.1 gives these with `seed=1`."""
    pytest.importorskip("grain")
    dataset = timeseries_dataset_from_array(np.arange(20), None, 4, batch_size=8, shuffle=True, seed=1, format="grain")
    assert [window[0] for (batch,) in items(dataset) for window in batch][:8] == [8, 1, 11, 9, 6, 14, 0, 5]
    pytest.importorskip("tensorflow")
    tensorflow.random.set_seed(87654321)  # what TensorFlow takes where no global seed was set
    dataset = timeseries_dataset_from_array(SERIES, None, 3, shuffle=True, seed=1)
    assert [window[0] for (batch,) in items(dataset) for window in batch] == [7, 2, 6, 3, 4, 1, 5, 0]


def test_tf_datasets_have_lengths():
    pytest.importorskip("tensorflow")
    dataset = timeseries_dataset_from_array(SERIES, SERIES, 3, batch_size=3)
    assert isinstance(dataset, tensorflow.data.Dataset)
    assert len(dataset) == 3


def test_seed_comes_from_the_global_generator(make):
    orders = []
    for _ in range(2):
        keras.utils.set_random_seed(2)
        orders.append(items(make(SERIES, None, 3, shuffle=True)))
    assert orders[0] == orders[1]


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="it trains")
def test_fit(make):
    series = np.sin(np.arange(40, dtype="float32"))
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    history = model.fit(make(series, series[4:], 4, batch_size=8, shuffle=True, seed=0), epochs=3, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"sequence_length": 0},
        {"sequence_length": 2.5},
        {"sampling_rate": 0},
        {"sampling_rate": 10},
        {"sequence_stride": 0},
        {"sequence_stride": 10},
        {"batch_size": 0},
        {"start_index": -1},
        {"start_index": 10},
        {"end_index": 10},
        {"end_index": 0},
        {"start_index": 5, "end_index": 5},
        {"format": "numpy"},
        {"data": 3},
    ],
)
def test_wrong_arguments(wrong):
    with pytest.raises(ValueError, match=list(wrong)[-1]):
        timeseries_dataset_from_array(**{"data": SERIES, "targets": SERIES, "sequence_length": 3, **wrong})


def test_without_tensorflow():
    program = textwrap.dedent("""
        import sys
        sys.modules.update(tensorflow=None, torch=None)
        import numpy as np
        import keras
        series = np.arange(10.0, dtype="float32")
        dataset = keras.utils.timeseries_dataset_from_array(series, None, sequence_length=3, batch_size=4)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Rescaling(2.0)])
        assert model.predict(dataset, verbose=0)[:, 0].tolist() == [2.0 * start for start in range(8)]
        left, right = keras.utils.split_dataset((series, series), left_size=7)
        assert [float(x) for x, y in left] == series[:7].tolist() and len(right) == 3
        assert sys.modules["tensorflow"] is None
    """)
    environment = {**os.environ, "KERAS_BACKEND": "numpy"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert not done.returncode, done.stderr


def test_both_names():
    assert keras.utils.timeseries_dataset_from_array is keras.preprocessing.timeseries_dataset_from_array
