"""One script for one device, for several, and for several processes; the same losses on each.

    python examples/distributed.py                                              # one process, all devices that it sees
    torchrun --nproc-per-node 2 examples/distributed.py                         # two processes, on each of these engines
    XLA_FLAGS=--xla_force_host_platform_device_count=8 KERAS_BACKEND=jax python examples/distributed.py
    TF_CONFIG='{"cluster": {"worker": ["localhost:2222", "localhost:2223"]}, "task": {"type": "worker", "index": 0}}' \\
        KERAS_BACKEND=tensorflow python examples/distributed.py                 # and once more with index 1
    KERAS_BACKEND=tensorflow python examples/distributed.py --cpus 2            # two virtual CPUs in one process

`--how` says how the model is laid out: `data` (each device holds all weights), `sharded` (each holds a share of them; JAX and
PyTorch), or `model` (the wide layer is divided between pairs of devices; JAX and PyTorch).
"""

import argparse
import os
import tempfile

import numpy as np

import keras
from keras import distribution, layers


def make_cpus(count):
    """Lets TensorFlow see its CPU as so many devices, before it begins."""
    if count > 1 and keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * count)


def layout(how):
    """The distribution over all devices.

    Args:
        how: "data", "sharded" or "model".
    """
    if how != "model":
        return distribution.DataParallel(**({"shard_variables": True} if how == "sharded" else {}))
    count = distribution.get_device_count()
    if count % 2:
        raise SystemExit(f"`--how model` divides a layer between pairs of devices; there are {count}.")
    mesh = distribution.DeviceMesh((count // 2, 2), ["batch", "model"])
    layout_map = distribution.LayoutMap(mesh)
    # The columns of the first kernel, and the rows of the second, lie on different devices: one sum joins them again.
    layout_map[".*wide/kernel"] = (None, "model")
    layout_map[".*wide/bias"] = ("model",)
    layout_map[".*narrow/kernel"] = ("model", None)
    return distribution.ModelParallel(layout_map=layout_map)


def make_data(samples):
    """Points on a noisy spiral, and which of three arms each belongs to."""
    random = np.random.default_rng(0)
    radius, arm = random.uniform(0.1, 1, samples), random.integers(0, 3, samples)
    angle = 4 * radius + arm * 2 * np.pi / 3 + random.normal(0, 0.1, samples)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return points.astype("float32"), arm.astype("int32")


def train(how="data", samples=2000, epochs=10):
    """Trains and saves; returns the losses of the epochs, the accuracy at the end, and the accuracy of the saved model.

    Args:
        how: "data", "sharded" or "model".
        samples: Number of samples.
        epochs: Number of epochs.
    """
    distribution.set_distribution(layout(how))
    keras.utils.set_random_seed(1)
    x, y = make_data(samples)
    model = keras.Sequential(
        [
            layers.Input((2,)),
            layers.Dense(256, activation="relu", name="wide"),
            layers.Dense(64, activation="relu", name="narrow"),
            layers.Dense(3, name="logits"),
        ]
    )
    model.compile(
        keras.optimizers.Adam(0.005), keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"]
    )
    history = model.fit(x, y, batch_size=64, epochs=epochs, verbose=0).history
    # All processes call `save`; the first one writes. They share a folder by its name.
    path = os.path.join(tempfile.gettempdir(), f"distributed_{keras.backend.backend()}.keras")
    model.save(path)
    _, accuracy = keras.models.load_model(path).evaluate(x, y, verbose=0)
    return history["loss"], history["accuracy"][-1], accuracy


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--how", choices=["data", "sharded", "model"], default="data")
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--cpus", type=int, default=1, help="virtual CPUs of TensorFlow; JAX makes them by XLA_FLAGS")
    arguments = vars(parser.parse_args())
    make_cpus(arguments.pop("cpus"))
    # Nothing to say under torchrun, TF_CONFIG, KERAS_DISTRIBUTION_*, Slurm: the environment tells. Nothing to do alone.
    distribution.initialize()
    losses, accuracy, reloaded = train(**arguments)
    print(
        f"{keras.backend.backend()}, {distribution.get_device_count()} devices: losses {losses[0]:.6f} to {losses[-1]:.6f}, "
        f"accuracy {accuracy:.4f}, of the saved model {reloaded:.4f}\n",
        end="",  # In one piece, since other processes print too.
        flush=True,
    )
