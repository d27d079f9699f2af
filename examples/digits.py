"""Trains a small convnet to read handwritten digits, saves it, loads it back and shows what it predicts.

    KERAS_BACKEND=jax python examples/digits.py        (or tensorflow, or torch)

The data are the 1,797 digits of 8 x 8 pixels that ship inside scikit-learn. Where it runs, the script leaves

* `digits.keras`  the trained model,
* `digits.npz`    the validation images and what the model predicts for them (`predict_digits.py` compares with it),
* `digits.png`    some of the images with their predictions.
"""

import time
from typing import Any

import matplotlib
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import keras
from keras import layers

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  the drawing backend is chosen before

EPOCHS = 15
GOAL = 0.97


def load_data():
    """Returns (x_train, x_val, y_train, y_val): images (n, 8, 8, 1) with values in 0..16, labels 0..9."""
    digits: Any = load_digits()
    images = digits.images[..., np.newaxis].astype("float32")
    return train_test_split(images, digits.target, test_size=0.2, stratify=digits.target, random_state=0)


def build_model():
    return keras.Sequential(
        [
            keras.Input(shape=(8, 8, 1)),
            layers.Rescaling(1 / 16),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ],
        name="digits",
    )


def draw(images, probabilities, labels, path, rows=3, columns=8):
    """Writes a picture of the first images, each with its predicted digit; wrong ones are red."""
    figure, axes = plt.subplots(rows, columns, figsize=(columns * 1.2, rows * 1.5))
    for axis, image, row, label in zip(axes.flat, images, probabilities, labels):
        guess = row.argmax()
        axis.imshow(image[..., 0], cmap="gray_r")
        axis.set_title(f"{guess} ({row[guess]:.0%})", fontsize=9, color="black" if guess == label else "red")
        axis.axis("off")
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)


def main():
    start = time.perf_counter()
    keras.utils.set_random_seed(7)
    x_train, x_val, y_train, y_val = load_data()

    model = build_model()
    model.summary()
    model.compile(optimizer=keras.optimizers.Adam(2e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train, batch_size=64, epochs=EPOCHS, validation_data=(x_val, y_val))
    loss, accuracy = model.evaluate(x_val, y_val, verbose=0)
    print(f"validation: loss {loss:.4f}, accuracy {accuracy:.2%}")

    model.save("digits.keras")
    loaded = keras.models.load_model("digits.keras")
    probabilities = loaded.predict(x_val, verbose=0)
    difference = float(np.abs(probabilities - model.predict(x_val, verbose=0)).max())
    print(f"saved and loaded back: predictions differ by at most {difference:.1e}")
    np.savez("digits.npz", images=x_val, labels=y_val, probabilities=probabilities)
    draw(x_val, probabilities, y_val, "digits.png")

    seconds = time.perf_counter() - start
    print(f"backend {keras.config.backend()}: {seconds:.0f} s; see digits.png")
    if accuracy < GOAL or difference > 1e-5:
        raise SystemExit(f"expected at least {GOAL:.0%} accuracy, and equal predictions after loading")


if __name__ == "__main__":
    main()
