"""Several threads that write to one path, or read from it."""

import os
import threading

import numpy as np
import pytest

import keras
from keras import layers

THREADS = 8


def at_once(function):
    """What a function of the thread's number gives in each of several threads that start together."""
    results, errors = [None] * THREADS, []
    start = threading.Barrier(THREADS)

    def run(number):
        start.wait()
        try:
            results[number] = function(number)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    return results


def model_of(number):
    """A model whose output of ones is `96 * number`."""
    inputs = keras.Input((3,))
    x = layers.Dense(32, kernel_initializer="ones")(inputs)
    model = keras.Model(inputs, layers.Dense(2, kernel_initializer=keras.initializers.Constant(number))(x))
    model.compile("sgd", "mse")
    return model


def output_of(model):
    return float(keras.ops.convert_to_numpy(model(np.ones((1, 3), "float32")))[0, 0])


def read_weights(path):
    model = model_of(100)
    model.load_weights(path)
    return model


FORMS = {
    "m.keras": (lambda model, path: model.save(path), keras.models.load_model),
    "m.h5": (lambda model, path: model.save(path), keras.models.load_model),
    "m": (lambda model, path: model.save(path, zipped=False), keras.models.load_model),
    "m.weights.h5": (lambda model, path: model.save_weights(path), read_weights),
    "m.weights.json": (lambda model, path: model.save_weights(path, max_shard_size=400 / 2**30), read_weights),
}


@pytest.mark.filterwarnings("ignore:.*HDF5")
@pytest.mark.parametrize("name", FORMS)
def test_threads_share_a_path(name, tmp_path):
    write, read = FORMS[name]
    path = str(tmp_path / name)
    models = [model_of(number) for number in range(1, THREADS + 1)]
    at_once(lambda number: write(models[number], path))
    written = output_of(read(path))
    assert written in [96.0 * number for number in range(1, THREADS + 1)]
    assert at_once(lambda number: output_of(read(path))) == [written] * THREADS
    assert not [entry for entry in os.listdir(tmp_path) if entry.startswith(".")]


@pytest.mark.filterwarnings("ignore:.*HDF5")
@pytest.mark.parametrize("name", [name for name in FORMS if name != "m.h5"])
def test_threads_read_what_others_write(name, tmp_path):
    """Each load gives what one of the saves wrote, whole."""
    write, read = FORMS[name]
    path = str(tmp_path / name)
    models = [model_of(number) for number in range(1, THREADS + 1)]
    write(models[0], path)

    def work(number):
        if number % 2:
            return [write(models[number], path) for _ in range(6)] and None
        return [output_of(read(path)) for _ in range(6)]

    found = [output for outputs in at_once(work) if outputs for output in outputs]
    assert len(found) == 6 * THREADS // 2
    assert set(found) <= {96.0 * number for number in range(1, THREADS + 1)}
