"""Tells brick, grass and gravel apart by a network that learnt to see on other images: its head first, then its last block.

    KERAS_BACKEND=jax python examples/transfer_learning.py                     (or tensorflow, or torch)
    KERAS_BACKEND=jax python examples/transfer_learning.py --weights FILE      (weights of one's own, nothing is downloaded)

The data are patches of three photographs that ship inside scikit-image: the left halves to learn from, the right halves to
tell what was learnt. In the first phase the network is frozen, and in the second its last block learns too, slowly. Three files
are left: the model, a picture of predictions and one of the curves.
"""

import argparse

import matplotlib.pyplot as plt
import numpy as np
import skimage.data

import keras
from keras import layers

NAMES = {0: "brick", 1: "grass", 2: "gravel"}
SIZE = 32


def patches(picture, size=SIZE):
    """All patches of a grey picture that do not overlap, as colour images."""
    rows, columns = (n // size for n in picture.shape)
    tiles = picture[: rows * size, : columns * size].reshape(rows, size, columns, size).swapaxes(1, 2)
    return np.repeat(tiles.reshape(-1, size, size, 1), 3, axis=-1)


def load_data(limit=None):
    """Returns (x_train, y_train), (x_test, y_test): images (n, 32, 32, 3) of uint8 and labels 0..2, mixed."""
    found = []
    for half in (np.s_[:, :256], np.s_[:, 256:]):
        tiles = [patches(getattr(skimage.data, name)()[half])[:limit] for name in NAMES.values()]
        labels = np.repeat(list(NAMES), [len(x) for x in tiles])
        order = np.random.default_rng(0).permutation(len(labels))
        found.append((np.concatenate(tiles)[order], labels[order]))
    return found


def build_model(weights="imagenet"):
    """Returns the model, and the network inside, which is frozen."""
    network = keras.applications.VGG16(weights=weights, include_top=False, input_shape=(SIZE, SIZE, 3))
    network.trainable = False
    inputs = keras.Input((SIZE, SIZE, 3))
    x = layers.RandomFlip(seed=1)(inputs)
    x = keras.applications.vgg16.preprocess_input(x)
    # What a frozen network remembers of its data stays as it is, whatever the phase.
    x = network(x, training=False)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.LayerNormalization()(x)
    x = layers.Dropout(0.2, seed=2)(x)
    return keras.Model(inputs, layers.Dense(len(NAMES), activation="softmax")(x)), network


def unfreeze_last_block(network, name="block5"):
    network.trainable = True
    for layer in network.layers:
        layer.trainable = layer.name.startswith(name)


def train(weights="imagenet", epochs=(8, 4), limit=None):
    """Trains in two phases; returns the model and what each phase told, a dict of lists with an entry for each epoch."""
    keras.utils.set_random_seed(0)
    (x_train, y_train), test = load_data(limit)
    model, network = build_model(weights)
    phases = []
    for number, learning_rate in enumerate((3e-3, 1e-5)):
        if number == 1:
            unfreeze_last_block(network)
        # What is trainable counts from the next `compile` on.
        model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
        history = model.fit(
            x_train, y_train, batch_size=32, epochs=epochs[number], validation_data=test, shuffle=True, verbose=0
        )
        phases.append(history.history)
    return model, phases


def plot_curves(phases, path):
    """Accuracy and loss of all epochs, with a line where the second phase begins."""
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
    for axis, what in zip(axes, ("accuracy", "loss")):
        for key, label in ((what, "training"), (f"val_{what}", "other images")):
            values = [value for history in phases for value in history[key]]
            axis.plot(range(1, len(values) + 1), values, marker="o", label=label)
        axis.axvline(len(phases[0][what]) + 0.5, color="gray", linestyle="--", label="last block unfrozen")
        axis.set(title=what.capitalize(), xlabel="Epoch")
        axis.xaxis.get_major_locator().set_params(integer=True)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    figure.savefig(path, dpi=80)
    plt.close(figure)


def main():
    parser = argparse.ArgumentParser(description="Transfer learning in two phases.")
    parser.add_argument(
        "--weights", default="imagenet", help="`imagenet`, or a file of weights of VGG16 without its top"
    )
    parser.add_argument("--epochs", type=int, nargs=2, default=(8, 4), metavar=("FIRST", "SECOND"))
    parser.add_argument("--limit", type=int, default=None, help="number of patches of each half of a photograph")
    options = parser.parse_args()
    model, phases = train(options.weights, options.epochs, options.limit)
    for number, history in enumerate(phases, 1):
        accuracy, loss = history["val_accuracy"], history["val_loss"]
        print(
            f"{keras.config.backend()}, phase {number}, on the other images: "
            f"accuracy {accuracy[0]:.2%} -> {accuracy[-1]:.2%}, loss {loss[0]:.3f} -> {loss[-1]:.3f}"
        )
    model.save("transfer_learning.keras")
    images, labels = load_data(options.limit)[1]
    predicted = model.predict(images[:12], verbose=0).argmax(-1)
    keras.visualization.plot_image_gallery(
        images[:12], y_true=labels[:12], y_pred=predicted, label_map=NAMES, rows=3, path="predictions.png", dpi=80
    )
    plot_curves(phases, "curves.png")


if __name__ == "__main__":
    main()
