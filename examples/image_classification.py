"""Learns to read handwritten digits from few of them, with augmentation: inside the model, or in a pipeline of `tf.data`.

    KERAS_BACKEND=jax python examples/image_classification.py                      (or tensorflow, or torch)
    KERAS_BACKEND=jax python examples/image_classification.py --augment pipeline   (needs TensorFlow, whatever the engine)

The data are 300 of the 1,797 digits of 8 x 8 pixels that ship inside scikit-learn; the others tell what was learnt. The layers
are the same in both ways: inside the model they run on the engine and only while it trains, in the pipeline on the host.
"""

import argparse
from typing import Any

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import keras
from keras import layers

GOAL = 0.9
TRAINING_IMAGES = 300


def load_data(size=TRAINING_IMAGES):
    """Returns (x_train, x_test, y_train, y_test): images (n, 8, 8, 1) with values in 0..16, labels 0..9."""
    digits: Any = load_digits()
    images = digits.images[..., np.newaxis].astype("float32")
    return train_test_split(images, digits.target, train_size=size, stratify=digits.target, random_state=0)


def augmentation(seed=1):
    """Small turns, shifts, zooms and changes of brightness: digits stay readable."""
    return layers.Pipeline(
        [
            layers.RandomRotation(0.03, fill_mode="constant", seed=seed),
            layers.RandomTranslation(0.1, 0.1, fill_mode="constant", seed=seed + 1),
            layers.RandomZoom(0.1, fill_mode="constant", seed=seed + 2),
            layers.RandomBrightness(0.1, value_range=(0, 16), seed=seed + 3),
        ],
        name="augmentation",
    )


def build_model(inside=None):
    """A small convnet, with the layers of augmentation at its start if they are given."""
    return keras.Sequential(
        [
            keras.Input(shape=(8, 8, 1)),
            *([inside] if inside is not None else []),
            layers.Rescaling(1 / 16),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax"),
        ]
    )


def as_pipeline(images, labels, batch_size):
    """A `tf.data.Dataset` that augments on the host, differently in each epoch."""
    import tensorflow as tf

    augment = augmentation()
    dataset = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(len(images), seed=0).batch(batch_size)
    return dataset.map(lambda x, y: (augment(x, training=True), y)).prefetch(2)


def train(augment="model", epochs=30, batch_size=32):
    """Trains in one of the ways, and returns the model and its accuracy on the other images."""
    keras.utils.set_random_seed(3)
    x_train, x_test, y_train, y_test = load_data()
    model = build_model(augmentation() if augment == "model" else None)
    model.compile(keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    if augment == "pipeline":
        model.fit(as_pipeline(x_train, y_train, batch_size), epochs=epochs, verbose=0)
    else:
        model.fit(x_train, y_train, batch_size=batch_size, epochs=epochs, verbose=0)
    return model, model.evaluate(x_test, y_test, verbose=0)[1]


def main():
    parser = argparse.ArgumentParser(description="Digits with augmentation, in the model or in the pipeline.")
    parser.add_argument("--augment", choices=("model", "pipeline", "none"), default="model")
    parser.add_argument("--epochs", type=int, default=30)
    options = parser.parse_args()
    model, accuracy = train(options.augment, options.epochs)
    print(f"{keras.config.backend()}, augmentation: {options.augment}; accuracy on the other images {accuracy:.2%}")
    model.save("image_classification.keras")
    again = keras.models.load_model("image_classification.keras")
    images = load_data()[1][:5]
    print("saved and loaded:", "the same" if np.allclose(again.predict(images), model.predict(images)) else "another")


if __name__ == "__main__":
    main()
