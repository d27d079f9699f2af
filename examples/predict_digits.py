"""Loads the model that `digits.py` trained, under any backend, and compares its predictions with the stored ones.

    KERAS_BACKEND=numpy python examples/predict_digits.py        (or openvino, jax, tensorflow, torch)

Run it in the folder where `digits.py` left `digits.keras` and `digits.npz`.
"""

from pathlib import Path

import numpy as np

import keras

TOLERANCE = 1e-5


def main():
    if not (Path("digits.keras").exists() and Path("digits.npz").exists()):
        raise SystemExit("digits.keras and digits.npz are not here: run `python examples/digits.py` first.")
    stored = np.load("digits.npz")
    model = keras.models.load_model("digits.keras")
    probabilities = model.predict(stored["images"], verbose=0)
    difference = float(np.abs(probabilities - stored["probabilities"]).max())
    accuracy = float((probabilities.argmax(-1) == stored["labels"]).mean())
    print(f"backend {keras.config.backend()}: accuracy {accuracy:.2%}, largest difference {difference:.1e}")
    if difference > TOLERANCE:
        raise SystemExit(f"the predictions differ by more than {TOLERANCE:.0e}")


if __name__ == "__main__":
    main()
