"""Reads damaged files, one after the other, in a process with little memory, and tells what went wrong.

python -m integration_tests.fuzz.child SEED FIRST LAST      damaged files FIRST to LAST - 1 of this seed
python -m integration_tests.fuzz.child SEED NUMBER          one of them, with the traceback of what it raises
"""

import faulthandler
import os
import random
import resource
import sys
import tempfile
import traceback
import warnings

import numpy as np

import keras
from integration_tests.fuzz import mutations
from keras import layers
from keras.src.saving import serialization_lib

# What a load may take, in bytes; and what this process may take beside what it has: several kinds of things count apart.
LIMIT = 2**25
MEMORY = 12 * LIMIT
SECONDS = 60
EXPECTED = (ValueError, TypeError, OSError)


def network():
    """A model with much of what files hold: a nested model, a shared layer, operations, a recurrent layer, a vocabulary."""
    inputs = keras.Input((6,), name="inputs")
    shared = layers.Dense(6, "relu", kernel_regularizer="l2", name="shared")
    x = layers.BatchNormalization(name="scaled")(shared(layers.Dropout(0.1, name="dropped")(shared(inputs))))
    x = keras.ops.expand_dims(x * 2.0 + inputs, axis=-1)
    x = layers.Bidirectional(layers.LSTM(3, name="lstm"), name="both")(x)
    inner = keras.Sequential([keras.Input((6,)), layers.Dense(4, name="inner")], name="nested")
    return keras.Model(inputs, layers.Dense(2, dtype="mixed_bfloat16", name="last")(inner(x)), name="network")


def with_words():
    """The same, for integers that are looked up in a vocabulary."""
    model = network()
    words = keras.Input((6,), dtype="int64", name="words")
    looked_up = layers.IntegerLookup(vocabulary=[3, 4, 5], name="looked_up")(words)
    return keras.Model([model.input, words], [model.output, layers.Embedding(5, 2, name="embedded")(looked_up)])


def compiled(model):
    model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"])
    model.optimizer.build(model.trainable_variables)
    return model


def content_of(save, path):
    save(path)
    with open(path, "rb") as file:
        return file.read()


class Sources:
    """The three files, and a model for the weights in them."""

    def __init__(self, folder):
        self.folder = folder
        model = compiled(network())
        self.target = compiled(network())
        archive = content_of(compiled(with_words()).save, f"{folder}/m.keras")
        weights = content_of(model.save_weights, f"{folder}/m.weights.h5")
        older = content_of(model.save, f"{folder}/m.h5")
        self.kinds = (
            ("m.keras", archive, mutations.changed_archive),
            ("m.weights.h5", weights, mutations.changed_h5_file),
            ("m.h5", older, mutations.changed_h5_file),
        )

    def state(self):
        return [np.array(v) for v in (*self.target.variables, *self.target.optimizer.variables)]

    def readers(self, name, rng):
        """What reads a file of this kind, and whether it changes the target."""
        skip = rng.random() < 0.3
        weights = lambda path: self.target.load_weights(path, skip_mismatch=skip)  # noqa: E731
        editor = lambda path: keras.saving.KerasFileEditor(path)  # noqa: E731
        whole = lambda path: keras.models.load_model(path)  # noqa: E731
        if name == "m.weights.h5":
            return ((weights, True), (editor, False))
        return ((whole, False), rng.choice(((weights, True), (editor if name == "m.keras" else weights, False))))


def chain_of(error):
    """An error with those from which it comes."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def complaint(error):
    """What is wrong with an error; None where it is as it should be."""
    if any(isinstance(cause, MemoryError) for cause in chain_of(error)):
        return "ran out of memory"
    if not isinstance(error, EXPECTED):
        return f"raised {type(error).__name__}"
    if len(str(error)) > 5000:
        return f"said {len(str(error))} characters"
    return None


def settings():
    return keras.config.floatx(), keras.config.epsilon(), serialization_lib.in_safe_mode()


def attempt(sources, path, reader, changes_target):
    """Reads a file; gives what went wrong, else None."""
    before, set_before = sources.state(), settings()
    try:
        reader(path)
    except Exception as error:
        wrong = complaint(error)
        same = all(np.array_equal(a, b, equal_nan=True) for a, b in zip(before, sources.state()))
        wrong = wrong or (None if same else f"left a model half changed, with {type(error).__name__}")
        if wrong and len(sys.argv) == 3:
            traceback.print_exc()
        wrong = wrong and f"{wrong}: {str(error)[:200]!r}"
    else:
        wrong = None
        if changes_target:
            for variable, value in zip((*sources.target.variables, *sources.target.optimizer.variables), before):
                variable.assign(value)
    return wrong or (None if settings() == set_before else "changed the settings of the library")


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def read_one(sources, seed, number):
    """Makes and reads a damaged file; gives what went wrong, else None."""
    rng = random.Random(f"{seed} {number}")
    name, content, change = sources.kinds[number % len(sources.kinds)]
    path = os.path.join(sources.folder, name)
    with open(path, "wb") as file:
        file.write(change(content, rng))
    highest = peak()
    for reader, changes_target in sources.readers(name, rng):
        if wrong := attempt(sources, path, reader, changes_target):
            return f"{name}: {wrong}"
    return f"{name}: took {peak() - highest} bytes" if peak() - highest > 4 * LIMIT else None


def limit_memory():
    with open("/proc/self/statm") as file:
        taken = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, taken + MEMORY))


def main(seed, first, last):
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        sources = Sources(folder)
        os.environ["KERAS_LOAD_LIMIT"] = str(LIMIT)
        limit_memory()
        for number in range(first, last):
            print("at", number, flush=True)
            faulthandler.dump_traceback_later(SECONDS, exit=True)
            wrong = read_one(sources, seed, number)
            faulthandler.cancel_dump_traceback_later()
            if wrong:
                print("wrong", number, wrong.encode("ascii", "backslashreplace").decode(), flush=True)
    print("done", flush=True)


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    main(numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else numbers[1] + 1)
