import pickle
import threading

import numpy as np
import pytest

import keras
from keras.src.testing import engine
from keras.src.trainers.data_adapters.sample_dataset import SampleDataset


def read(numbers):
    return numbers.astype("float32")[:, None], numbers


def dataset(size=10, batch_size=3, **options):
    return SampleDataset(size, read, batch_size, **options)


def numbers_of(batches):
    return [y.tolist() for _, y in batches]


def samples_of(batches):
    return [number for batch in numbers_of(batches) for number in batch]


@pytest.mark.parametrize("workers", [1, 3])
def test_batches(workers):
    made = dataset(workers=workers)
    assert len(made) == 4
    for _ in range(2):
        assert numbers_of(made) == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]
    x, y = made[1]
    np.testing.assert_array_equal(x, [[3.0], [4.0], [5.0]])
    np.testing.assert_array_equal(y, [3, 4, 5])
    with pytest.raises(IndexError):
        made[4]


def test_single_samples():
    made = dataset(4, None)
    assert len(made) == 4
    assert [(x.shape, int(y)) for x, y in made] == [((1,), n) for n in range(4)]


def test_each_pass_has_its_order():
    first, second = dataset(shuffle=True, seed=1), dataset(shuffle=True, seed=1)
    passes = [samples_of(first) for _ in range(3)]
    assert all(sorted(each) == list(range(10)) for each in passes)
    assert len({tuple(each) for each in passes}) == 3
    assert [samples_of(second) for _ in range(3)] == passes
    assert samples_of(dataset(shuffle=True, seed=2)) != passes[0]


def test_orders_hang_on_the_global_seed():
    passes = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        passes.append(samples_of(dataset(shuffle=True)))
    assert passes[0] == passes[1]


def test_a_pass_keeps_its_order_while_another_begins():
    made = dataset(shuffle=True, seed=1)
    whole = samples_of(dataset(shuffle=True, seed=1))
    going = iter(made)
    begun = numbers_of([next(going)])
    samples_of(made)
    assert sum([*begun, *numbers_of(going)], []) == whole


def test_take_and_skip():
    made = dataset()
    assert numbers_of(made.take(2)) == [[0, 1, 2], [3, 4, 5]]
    assert numbers_of(made.skip(2)) == [[6, 7, 8], [9]]
    assert numbers_of(made.skip(1).take(2)) == [[3, 4, 5], [6, 7, 8]]
    assert (len(made.take(9)), len(made.skip(9)), len(made)) == (4, 0, 4)
    for method in ("take", "skip"):
        with pytest.raises(ValueError, match="not negative"):
            getattr(made, method)(-1)


def test_map():
    made = dataset(4, 2).map(lambda x, y: (x, y + 1)).map(lambda x, y: y * 10)
    assert [batch.tolist() for batch in made] == [[10, 20], [30, 40]]
    alone = SampleDataset(2, lambda numbers: numbers, 2).map(lambda x: x + 1)
    assert alone[0].tolist() == [1, 2]


@pytest.mark.parametrize("batch_size", [0, -1, 1.5, True])
def test_wrong_batch_size(batch_size):
    with pytest.raises(ValueError, match="batch_size"):
        dataset(batch_size=batch_size)


def test_pickled_one_has_the_same_order():
    made = dataset(shuffle=True, seed=1)
    samples_of(made)
    again = pickle.loads(pickle.dumps(made))
    assert samples_of(again) == samples_of(made)


def test_workers_read_in_threads():
    threads = set()

    def noted(numbers):
        threads.add(threading.get_ident())
        return numbers

    list(SampleDataset(8, noted, 1, workers=2))
    assert threading.get_ident() not in threads
    threads.clear()
    list(SampleDataset(8, noted, 1))
    assert threads == {threading.get_ident()}


def test_predict_follows_the_order():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Rescaling(2.0)])
    outputs = model.predict(dataset().map(lambda x, y: x), verbose=0)
    np.testing.assert_array_equal(outputs[:, 0], 2 * np.arange(10))


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="it trains")
@pytest.mark.parametrize("shuffled", [True, False])
def test_fit_takes_the_order_of_the_dataset(shuffled):
    seen = []

    def noting(numbers):
        seen.append(numbers.tolist())
        return read(numbers)

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    made = SampleDataset(10, noting, 4, shuffle=shuffled, seed=5)
    history = model.fit(made, epochs=2, verbose=0, validation_data=dataset())
    assert "val_loss" in history.history
    first, second = sum(seen[:3], []), sum(seen[3:6], [])
    assert sorted(first) == sorted(second) == list(range(10))
    assert (first == second) == (not shuffled)
    assert (first == list(range(10))) == (not shuffled)
