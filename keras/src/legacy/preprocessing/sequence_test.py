"""Series and skip-grams in the way of Keras 2; the numbers are those of Keras 3.15.1."""

import json
import random

import numpy as np
import pytest

from keras.src.legacy.preprocessing.sequence import TimeseriesGenerator, make_sampling_table, skipgrams

# Arguments beside a window of 1; pairs; labels; what Python's generator draws next after `random.seed(7)`.
SKIPGRAMS = [
    (
        {},
        [[4, 3], [1, 1], [4, 1], [2, 1], [1, 2], [3, 3], [3, 4], [2, 1]],
        [1, 0, 0, 1, 1, 0, 1, 0],
        0.7645571981114228,
    ),
    ({"negative_samples": 0}, [[2, 1], [3, 4], [1, 2], [4, 3]], [1, 1, 1, 1], 0.34292093725501926),
    (
        {"window_size": 2},
        [[3, 1], [3, 2], [4, 3], [4, 3], [2, 1], [3, 1], [1, 1], [2, 3], [3, 4], [2, 2], [2, 1], [1, 2]],
        [0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 1, 1],
        0.322168426412081,
    ),
    (
        {"seed": 5},
        [[1, 1], [4, 3], [2, 1], [1, 2], [3, 3], [3, 4], [2, 1], [4, 1]],
        [0, 1, 1, 1, 0, 1, 0, 0],
        0.6489745531369242,
    ),
    (
        {"shuffle": False},
        [[1, 2], [2, 1], [3, 4], [4, 3], [4, 1], [2, 1], [1, 1], [3, 3]],
        [1, 1, 1, 1, 0, 0, 0, 0],
        0.5827880059033551,
    ),
    (
        {"sampling_table": [0, 0.5, 0.5, 0.5, 0.5]},
        [[1, 1], [1, 2], [2, 3], [4, 3], [4, 2], [2, 1]],
        [0, 1, 0, 1, 0, 1],
        0.13699121956831217,
    ),
]


@pytest.mark.parametrize("arguments, pairs, labels, following", SKIPGRAMS)
def test_skipgrams(arguments, pairs, labels, following):
    given = {"window_size": 1, **arguments}
    random.seed(7)
    assert skipgrams([1, 2, 0, 3, 4], 5, **given) == (pairs, labels)
    assert random.random() == following
    random.seed(7)
    expected = [[0, 1] if label else [1, 0] for label in labels]
    assert skipgrams([1, 2, 0, 3, 4], 5, categorical=True, **given) == (pairs, expected)


def test_skipgrams_of_nothing():
    assert skipgrams([], 5) == skipgrams([1], 5) == ([], [])


def test_sampling_table():
    expected = [0.315224787519425, 0.315224787519425, 0.547597269391769, 0.741556409737421, 0.912816745636616, 1.0]
    np.testing.assert_allclose(make_sampling_table(6, 0.1), expected, rtol=1e-12)


def windows(**arguments):
    generator = TimeseriesGenerator(np.arange(12), np.arange(12) * 10, **arguments)
    return [tuple(part.tolist() for part in generator[i]) for i in range(len(generator))]


@pytest.mark.parametrize(
    "arguments, expected",
    [
        ({"length": 10}, [([[*range(10)], [*range(1, 11)]], [100, 110])]),
        (
            {"length": 5, "sampling_rate": 2, "batch_size": 4, "start_index": 4},
            [([[4, 6, 8], [5, 7, 9], [6, 8, 10]], [90, 100, 110])],
        ),
        ({"length": 2, "stride": 4, "batch_size": 2}, [([[0, 1], [4, 5]], [20, 60]), ([[8, 9]], [100])]),
        ({"length": 2, "end_index": 4, "reverse": True}, [([[1, 0], [2, 1], [3, 2]], [20, 30, 40])]),
    ],
)
def test_windows(arguments, expected):
    assert windows(**arguments) == expected


def test_drawn_windows():
    np.random.seed(3)
    generator = TimeseriesGenerator(np.arange(20), np.arange(20) * 10, length=3, shuffle=True, batch_size=4)
    x, y = generator[0]
    assert x.tolist() == [[10, 11, 12], [3, 4, 5], [8, 9, 10], [0, 1, 2]] and y.tolist() == [130, 60, 110, 30]
    assert generator[1][1].tolist() == [130, 140, 120, 130]


def test_wrong_series_and_json():
    with pytest.raises(ValueError, match="same length"):
        TimeseriesGenerator([1, 2, 3], [1, 2], length=1)
    with pytest.raises(ValueError, match="no window of 3 steps"):
        TimeseriesGenerator([1, 2, 3], [1, 2, 3], length=3)
    generator = TimeseriesGenerator(np.arange(3), [1, 2, 3], length=1, workers=2)
    config = json.loads(generator.to_json())["config"]
    assert config["length"] == 1 and json.loads(config["data"]) == [0, 1, 2] and generator.workers == 2
