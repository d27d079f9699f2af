"""Datasets from folders where TensorFlow is not installed: in a process that cannot import it, a small network learns."""

import json

import pytest

from integration_tests.isolated import ROOT, output_of

PROGRAM = """
import sys
sys.modules["tensorflow"] = None
import json, os, wave
import numpy as np
import keras

draws = np.random.RandomState(0)
for name in ("dark", "light"):
    os.makedirs(f"pictures/{name}")
    os.makedirs(f"texts/{name}")
    os.makedirs(f"sounds/{name}")
    for i in range(12):
        picture = draws.uniform(0, 100, (9, 12, 3)) + 120 * (name == "light")
        keras.utils.save_img(f"pictures/{name}/{i}.{'png' if i % 2 else 'jpg'}", picture, scale=False)
        with open(f"texts/{name}/{i}.txt", "w") as file:
            file.write(name)
        with wave.open(f"sounds/{name}/{i}.wav", "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", None))
            file.writeframes(bytes(2 * (100 + i)))

keras.utils.set_random_seed(0)
options = dict(validation_split=0.25, subset="both", seed=1, batch_size=6)
training, validation = keras.utils.image_dataset_from_directory("pictures", image_size=(8, 8), **options)
model = keras.Sequential([
    keras.Input((8, 8, 3)),
    keras.layers.Rescaling(1 / 127.5, -1.0),
    keras.layers.Conv2D(4, 3, activation="relu"),
    keras.layers.GlobalAveragePooling2D(),
    keras.layers.Dense(2, activation="softmax"),
])
model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(training, validation_data=validation, epochs=15, verbose=0).history
texts, labels = next(iter(keras.utils.text_dataset_from_directory("texts", shuffle=False, verbose=False)))
sounds, _ = next(iter(keras.utils.audio_dataset_from_directory("sounds", shuffle=False, verbose=False)))
print(json.dumps({
    "accuracy": history["val_accuracy"][-1],
    "evaluated": model.evaluate(validation, verbose=0)[1],
    "predicted": model.predict(training, verbose=0).shape,
    "batches": len(training),
    "texts": texts.tolist(),
    "sounds": sounds.shape,
    "imported": bool(sys.modules["tensorflow"]),
}))
"""


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_a_network_learns_from_a_folder(backend, tmp_path):
    pytest.importorskip(backend)
    environment = {"KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)}
    found = json.loads(output_of(PROGRAM, cwd=tmp_path, **environment).splitlines()[-1])
    assert found == {
        "accuracy": 1.0,
        "evaluated": 1.0,
        "predicted": [18, 2],
        "batches": 3,
        "texts": ["dark"] * 12 + ["light"] * 12,
        "sounds": [24, 111, 1],
        "imported": False,
    }
