"""What layers that prepare texts cost: learning a vocabulary, and turning strings into indices. Seconds, best of several rounds.

    KERAS_BACKEND=torch python benchmarks/preprocessing.py [--small] [--rounds 3]

Uses the public API only, so it runs under any library named `keras`; the dict `out` holds the figures. Reviews are 25,000 texts of
200 words each, drawn from 30,000 words by Zipf's law, with capitals and punctuation; strings are 10^6 of 10,000 words.
"""

import argparse
import random
import time

import numpy as np

import keras
from keras import layers

out = {}


def best(function, rounds):
    """Shortest time of some calls."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def words(count, seed=0):
    """That many different words of 2 to 10 letters."""
    source, found = random.Random(seed), {}
    while len(found) < count:
        found["".join(source.choices("etaoinshrdlucmfwypvbgkjqxz", k=source.randint(2, 10)))] = None
    return list(found)


def reviews(count, length=200):
    """Texts with capitals, commas and full stops."""
    rng = np.random.default_rng(0)
    known = np.array(words(30_000), dtype=object)
    places = np.minimum(rng.zipf(1.3, (count, length)) - 1, len(known) - 1)
    return [" ".join(row).capitalize().replace(" the ", ", the ") + "." for row in known[places]]


def measure_hashing(strings, numbers, rounds):
    """Hashes of an array of objects, of one of `U`, with a key, and of integers."""
    hashing, salted = layers.Hashing(num_bins=1000), layers.Hashing(num_bins=1000, salt=3)
    of_width = strings.astype("U")
    out["Hashing, array"] = best(lambda: hashing(strings), rounds)
    out["Hashing, array of U"] = best(lambda: hashing(of_width), rounds)
    out["Hashing, salted"] = best(lambda: salted(strings), rounds)
    out["Hashing, integers"] = best(lambda: hashing(numbers), rounds)


def main(small=False, rounds=3):
    scale = 100 if small else 1
    texts = reviews(25_000 // scale)
    layer = layers.TextVectorization(max_tokens=20_000, output_sequence_length=200)
    out["TextVectorization, adapt"] = best(lambda: layer.adapt(texts), rounds)
    out["TextVectorization, call"] = best(lambda: layer(texts), rounds)
    known = np.array(words(10_000), dtype=object)
    chosen = known[np.random.default_rng(1).integers(0, len(known), 1_000_000 // scale)]
    lookup = layers.StringLookup(vocabulary=known[:8000].tolist())
    buckets = layers.StringLookup(vocabulary=known[:8000].tolist(), num_oov_indices=100)
    out["StringLookup, array"] = best(lambda: lookup(chosen), rounds)
    as_list = chosen.tolist()
    out["StringLookup, list"] = best(lambda: lookup(as_list), rounds)
    out["StringLookup, 100 indices for unknown ones"] = best(lambda: buckets(chosen), rounds)
    out["StringLookup, adapt"] = best(lambda: layers.StringLookup().adapt(chosen), rounds)
    numbers = np.random.default_rng(2).integers(0, 20_000, 1_000_000 // scale)
    integers = layers.IntegerLookup(vocabulary=list(range(10_000)))
    out["IntegerLookup"] = best(lambda: integers(numbers), rounds)
    measure_hashing(chosen, numbers, rounds)
    for name, seconds in out.items():
        print(f"{keras.backend.backend()}: {name:45} {seconds:8.3f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", action="store_true", help="a hundredth of the data")
    parser.add_argument("--rounds", type=int, default=3)
    main(**vars(parser.parse_args()))
