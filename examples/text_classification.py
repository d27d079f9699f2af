"""Learns from raw texts whether a review is a good one, saves the model and uses it on strings.

    KERAS_BACKEND=jax python examples/text_classification.py [--samples 4000] [--epochs 4]        (or torch, or tensorflow)

The reviews are made up from parts of sentences, some of them negated, so that single words do not tell the answer. Words become
indices on the host, by `TextVectorization`, which needs no TensorFlow; on JAX and PyTorch none is loaded. Training runs on
indices, which are computed once; the model that is saved takes strings.
"""

import argparse
import os
import random
import sys
import tempfile
import time

import numpy as np

import keras
from keras import layers

WORDS, LENGTH = 1000, 24
PRAISE = "wonderful gripping charming clever moving superb delightful brilliant".split()
BLAME = "dull clumsy boring awful shallow tedious dreadful silly".split()
THINGS = "film plot cast ending score dialogue camera pace hero villain".split()
OPENINGS = ["I saw it in {year}:", "Well,", "With 3 friends on a Sunday —", "Honestly...", "After {year} it's clear:"]
FILLERS = ["we had popcorn", "the seats were red", "it runs for 90 minutes", "my brother slept", "it was raining"]


def review(source):
    """A text, and whether it is a good review: most of what it says is praise."""
    good = source.random() < 0.5
    parts = [source.choice(OPENINGS).format(year=source.randint(1950, 2024))]
    for praises in source.sample([good, good, not good], 3):
        # "not dull" praises, and "not superb" blames.
        negated = source.random() < 0.4
        word = source.choice(PRAISE if praises != negated else BLAME)
        parts.append(f"the {source.choice(THINGS)} was {'not ' if negated else ''}{word},")
    parts.insert(source.randint(1, len(parts)), source.choice(FILLERS) + ";")
    return " ".join(parts).rstrip(",;") + source.choice(".!?"), float(good)


def load_data(samples, seed=0):
    """Returns texts, as an array of `str`, and labels 0 or 1."""
    source = random.Random(seed)
    texts, labels = zip(*(review(source) for _ in range(samples)))
    return np.array(texts, dtype=object), np.array(labels, "float32")[:, np.newaxis]


def build_classifier():
    """A model of indices of words: convolutions see words with their neighbours, so also negations."""
    return keras.Sequential(
        [
            keras.Input((LENGTH,), dtype="int32"),
            layers.Embedding(WORDS, 32),
            layers.Conv1D(64, 3, activation="relu"),
            layers.GlobalAveragePooling1D(),
            layers.Dropout(0.2),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="classifier",
    )


def train(samples=4000, epochs=6):
    """Returns the accuracy on texts that were not seen, and a model that takes strings."""
    texts, labels = load_data(samples)
    held_out = samples // 5
    words = layers.TextVectorization(max_tokens=WORDS, output_sequence_length=LENGTH)
    words.adapt(texts[held_out:])
    indices = keras.ops.convert_to_numpy(words(texts)).astype("int32")

    classifier = build_classifier()
    classifier.compile(optimizer=keras.optimizers.Adam(3e-3), loss="binary_crossentropy", metrics=["accuracy"])
    classifier.fit(indices[held_out:], labels[held_out:], batch_size=64, epochs=epochs, verbose=0)
    accuracy = classifier.evaluate(indices[:held_out], labels[:held_out], verbose=0, return_dict=True)["accuracy"]

    strings = keras.Input((), dtype="string", name="text")
    return accuracy, keras.Model(strings, classifier(words(strings)), name="reviews")


def main(samples, epochs):
    start = time.perf_counter()
    keras.utils.set_random_seed(0)
    accuracy, model = train(samples, epochs)
    with tempfile.TemporaryDirectory() as folder:
        model.save(os.path.join(folder, "reviews.keras"))
        loaded = keras.models.load_model(os.path.join(folder, "reviews.keras"))
    texts = np.array(["The film was superb, the cast was not dull!", "Boring; the plot was not clever."], dtype=object)
    difference = float(np.abs(loaded.predict(texts, verbose=0) - model.predict(texts, verbose=0)).max())
    for text, probability in zip(texts, loaded.predict(texts, verbose=0)[:, 0]):
        print(f"{probability:6.1%} good: {text}")
    loads_it = "tensorflow" in sys.modules
    print(
        f"{keras.config.backend()}: accuracy {accuracy:.1%}, {time.perf_counter() - start:.0f} s, "
        f"{'with' if loads_it else 'without'} TensorFlow; predictions after loading differ by {difference:.0e}"
    )
    if difference > 1e-5:
        raise SystemExit("expected equal predictions after loading")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=4000)
    parser.add_argument("--epochs", type=int, default=6)
    main(**vars(parser.parse_args()))
