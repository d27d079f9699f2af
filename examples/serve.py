"""Trains a small convnet on handwritten digits and exports it to the format of each runtime that is installed.

    KERAS_BACKEND=jax python examples/serve.py        (or tensorflow, or torch)

Each file is loaded by its own runtime, which knows nothing of Keras. A table shows how far its predictions are from those of the
model, how large the file is, how long the export took and how long the runtime takes for one row.
"""

import argparse
import statistics
import time
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import keras
from keras import layers

CLOSE = 1e-5
FILES = {
    "tf_saved_model": "digits_saved_model",
    "onnx": "digits.onnx",
    "openvino": "digits.xml",
    "litert": "digits.tflite",
    "torch": "digits.pt2",
    "stablehlo": "digits.stablehlo",
}


def load_data():
    """Returns (x_train, x_test, y_train, y_test): images (n, 8, 8, 1) with values in 0..16, labels 0..9."""
    rows, labels = load_digits(return_X_y=True)
    images = rows.reshape(-1, 8, 8, 1).astype("float32")
    return train_test_split(images, labels, test_size=0.2, stratify=labels, random_state=0)


def train(epochs):
    """Returns the model, its accuracy on images that it has not seen, and these."""
    keras.utils.set_random_seed(1)
    x_train, x_test, y_train, y_test = load_data()
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1), name="image"),
            layers.Rescaling(1 / 16),
            layers.Conv2D(16, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(32, activation="gelu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(5e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train, batch_size=64, epochs=epochs, verbose=0)
    return model, model.evaluate(x_test, y_test, verbose=0)[1], x_test


# How each runtime loads a file: a function from an array of images to one of probabilities.


def with_tensorflow(path):
    import tensorflow as tf

    serve = tf.saved_model.load(path).signatures["serving_default"]
    return lambda images: next(iter(serve(tf.constant(images)).values())).numpy()


def with_onnxruntime(path):
    import onnxruntime

    session = onnxruntime.InferenceSession(path)
    return lambda images: session.run(None, {"image": images})[0]


def with_openvino(path):
    import openvino

    compiled = openvino.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return lambda images: compiled([images])[0]


def with_litert(path):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(path)
    place, result = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]

    def predict(images):
        interpreter.resize_tensor_input(place, images.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(place, images)
        interpreter.invoke()
        return interpreter.get_tensor(result)

    return predict


def with_torch(path):
    import torch

    module = torch.export.load(path).module()

    def predict(images):
        with torch.inference_mode():
            return module(torch.from_numpy(images)).numpy()

    return predict


def with_jax(path):
    import jax.export

    call = jax.jit(jax.export.deserialize(bytearray(Path(path).read_bytes())).call)
    return lambda images: np.asarray(call(images))


RUNTIMES = {
    "tf_saved_model": with_tensorflow,
    "onnx": with_onnxruntime,
    "openvino": with_openvino,
    "litert": with_litert,
    "torch": with_torch,
    "stablehlo": with_jax,
}


def size_of(path):
    """Bytes of a file, with the weights that OpenVINO has beside it, or of a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    if path.suffix == ".xml":
        files.append(path.with_suffix(".bin"))
    return sum(f.stat().st_size for f in files if f.is_file())


def milliseconds(predict, image, repeats=30):
    """Median time of a call on one image, after a first one."""
    predict(image)
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        predict(image)
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def serve(model, images, folder, formats=tuple(FILES)):
    """Exports to each format whose packages are installed; returns rows of the table."""
    want, rows = model.predict(images, verbose=0), []
    for name in formats:
        path = Path(folder) / FILES[name]
        try:
            start = time.perf_counter()
            model.export(path, format=name, verbose=False)
            seconds = time.perf_counter() - start
            predict = RUNTIMES[name](str(path))
        except ImportError as error:
            rows.append((name, None, None, None, None, str(error).partition(". ")[0]))
            continue
        error = float(np.abs(predict(images) - want).max())
        rows.append((name, error, milliseconds(predict, images[:1]), size_of(path), seconds, ""))
    return rows


def show(rows):
    """Prints the table."""
    print(f"{'format':<16}{'error':>10}{'ms a row':>10}{'kB':>8}{'seconds':>9}")
    for name, error, latency, size, seconds, reason in rows:
        if reason:
            print(f"{name:<16}not here: {reason}")
        else:
            print(f"{name:<16}{error:>10.1e}{latency:>10.3f}{size / 1000:>8.1f}{seconds:>9.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--folder", default="served", help="where the files go")
    parser.add_argument("--formats", nargs="+", default=list(FILES), choices=list(FILES))
    options = parser.parse_args()
    model, accuracy, images = train(options.epochs)
    print(f"{keras.backend.backend()}: accuracy {accuracy:.1%}")
    rows = serve(model, images, options.folder, options.formats)
    show(rows)
    far = [row[0] for row in rows if row[1] is not None and row[1] > CLOSE]
    if far:
        raise SystemExit(f"predictions differ by more than {CLOSE}: {far}")


if __name__ == "__main__":
    main()
