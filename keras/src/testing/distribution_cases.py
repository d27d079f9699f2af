"""Cases that run in the processes of a job, see `jobs`: the same code with a distribution and without.

Run as `python -m keras.src.testing.distribution_cases CASES RESULT DEVICES`; results are lists and numbers, written as JSON.
"""

import gc
import json
import os
import pathlib
import pydoc
import re
import signal
import sys

import numpy as np

import keras
from keras import layers
from keras.src import backend
from keras.src.backend.common.liveness import TIMEOUT
from keras.src.testing import engine

SAMPLES, BATCH, STEPS = 86, 32, 20
# So many of the samples make batches of one size: programs for another one are compiled where that is looked at.
EVEN = 2 * BATCH
IMAGES = ("convnet", "recurrent")


def put_in_force(kind, network=None, **options):
    """A distribution over all devices.

    Args:
        kind: "data", "sharded" (variables, too), "model" (over two devices), or `None`.
        network: Name of the network that is to be laid out.
        options: Arguments of the distribution.
    """
    distribution = None
    if kind in ("data", "sharded"):
        distribution = keras.distribution.DataParallel(shard_variables=kind == "sharded", **options)
    elif kind == "model":
        count = keras.distribution.get_device_count()
        mesh = keras.distribution.DeviceMesh((count // 2, 2), ["batch", "model"])
        layout_map = keras.distribution.LayoutMap(mesh)
        layout_map[".*up/kernel"] = (*[None] * (3 if network in IMAGES else 1), "model")
        layout_map[".*up/bias"] = ("model",)
        layout_map[".*down/kernel"] = ("model", None)
        distribution = keras.distribution.ModelParallel(layout_map=layout_map, **options)
    keras.distribution.set_distribution(distribution)


def data_of(network):
    """Inputs and classes, SAMPLES of them."""
    random = np.random.RandomState(0)
    if network == "transformer":
        x = random.randint(0, 11, (SAMPLES, 6))
        return x, (x.sum(1) % 3).astype("int32")
    x = random.randn(SAMPLES, *((8, 8, 2) if network in IMAGES else (12,))).astype("float32")
    return x, (x.reshape(SAMPLES, -1)[:, :3].sum(1) > 0).astype("int32")


def network_of(name):
    """A model with logits of three classes."""
    if name == "convnet":
        return keras.Sequential(
            [
                layers.Input((8, 8, 2)),
                layers.Conv2D(8, 3, use_bias=False, name="up"),
                layers.BatchNormalization(),
                layers.ReLU(),
                layers.MaxPooling2D(),
                layers.Flatten(),
                layers.Dense(3, name="down"),
            ]
        )
    if name == "recurrent":
        inputs = layers.Input((8, 8, 2))
        x = layers.Conv2D(4, 3, strides=2, name="up")(layers.Conv2D(2, 1)(layers.Conv2D(2, 3, padding="same")(inputs)))
        return keras.Model(inputs, layers.Dense(3)(layers.GRU(8)(layers.Reshape((9, 4))(x))))
    if name == "transformer":
        inputs = layers.Input((6,), dtype="int32")
        x = layers.Embedding(11, 16)(inputs)
        x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 8, dropout=0.1)(x, x))
        x = x + layers.Dropout(0.2)(layers.Dense(16, name="down")(layers.Dense(32, "gelu", name="up")(x)))
        return keras.Model(inputs, layers.Dense(3)(layers.GlobalAveragePooling1D()(x)))
    if name == "small":
        return keras.Sequential(
            [layers.Input((12,)), layers.Dense(8, "gelu", name="up"), layers.Dropout(0.2), layers.Dense(3)]
        )
    return keras.Sequential(
        [
            layers.Input((12,)),
            layers.Dense(32, "gelu", name="up"),
            layers.Dropout(0.2),
            layers.Dense(16, name="down"),
            layers.Dense(3),
        ]
    )


def compiled(name, optimizer="adam", seed=1):
    """A compiled model; in "mixed" precision with Adam."""
    keras.utils.set_random_seed(seed)
    if optimizer == "mixed":
        keras.config.set_dtype_policy("mixed_bfloat16")
    model = network_of(name)
    keras.config.set_dtype_policy("float32")
    rule = keras.optimizers.SGD(0.05, momentum=0.9) if optimizer == "sgd" else keras.optimizers.Adam(0.005)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(rule, loss, metrics=["accuracy"])
    return model


def training(kind, network, optimizer="adam"):
    """The loss of each step, and what the trained model gives. The last batch of each pass has other rows than the rest."""
    put_in_force(kind, network)
    x, y = data_of(network)
    model = compiled(network, optimizer)
    history = model.fit(x, y, batch_size=BATCH, epochs=STEPS, steps_per_epoch=1, shuffle=False, verbose=0)
    # Batches of several sizes are evaluated where that costs little; each is a program.
    sizes = (25, 30) if network == "mlp" and optimizer != "mixed" else (SAMPLES // 2, SAMPLES)
    evaluated = model.evaluate(x, y, verbose=0, batch_size=sizes[0], return_dict=True)
    divided = [v.path for v in model.trainable_variables if v._layout is not None and not v._layout.is_replicated]
    return {
        "losses": history.history["loss"],
        "accuracies": history.history["accuracy"],
        "evaluated": [evaluated["loss"], evaluated["accuracy"]],
        "predicted": model.predict(x, verbose=0, batch_size=sizes[1]).astype("float32").tolist(),
        "weights": [float(np.abs(w.astype("float32")).sum()) for w in model.get_weights()],
        "divided": len(divided),
    }


def uncompiled(kind):
    """Training by steps that are not compiled; devices do not divide the last batch evenly."""
    put_in_force(kind)
    x, y = (array[:18] for array in data_of("small"))
    model = compiled("small", "sgd")  # Each op is a program, for each shape.
    model.jit_compile = False
    history = model.fit(x, y, batch_size=16, epochs=1, shuffle=False, verbose=0)
    return {"losses": history.history["loss"], "predicted": model.predict(x[:5], verbose=0).tolist()}


def turned(kind):
    """Training on images that are turned at random."""
    put_in_force(kind)
    x, y = data_of("convnet")
    keras.utils.set_random_seed(1)
    network = [
        layers.Input((8, 8, 2)),
        layers.RandomRotation(0.1),
        layers.Conv2D(8, 3),
        layers.Flatten(),
        layers.Dense(3),
    ]
    model = keras.Sequential(network)
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return {"losses": model.fit(x[:20], y[:20], batch_size=8, epochs=2, shuffle=False, verbose=0).history["loss"]}


def shuffled(kind):
    """Training in random order; nobody sets a seed."""
    put_in_force(kind)
    x, y = data_of("mlp")
    model = network_of("mlp")
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    history = model.fit(x, y, batch_size=BATCH, epochs=2, verbose=0, validation_data=(x[:13], y[:13]))
    return {
        "losses": history.history["loss"] + history.history["val_loss"],
        "predicted": model.predict(x[:5], verbose=0).tolist(),
    }


# --- Data


class Ids(keras.metrics.Metric):
    """Sums of the targets that were seen, and of their squares: whether each came once."""

    def __init__(self, power, name):
        super().__init__(name=name)
        self.power, self.total = power, self.add_weight(shape=(), initializer="zeros", name="total")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(keras.ops.sum(keras.ops.cast(y_true, "float32") ** self.power))

    def result(self):
        return self.total.value


class Batches(keras.utils.PyDataset):
    """The ids of a range, in batches."""

    def __init__(self, ids, size):
        super().__init__()
        self.ids, self.size = ids, size

    def __len__(self):
        return -(-len(self.ids) // self.size)

    def __getitem__(self, index):
        ids = self.ids[index * self.size : (index + 1) * self.size]
        return np.ones((len(ids), 4), "float32"), ids


def source_of(kind, ids, size):
    """Data of ids, as arguments of `fit`; "mixed" is of another kind in each process."""
    x = np.ones((len(ids), 4), "float32")
    if kind == "mixed":
        kind = ["generator", "arrays"][backend.distribution.process_id()]
    if kind == "arrays":
        return {"x": x, "y": ids, "batch_size": size}
    if kind == "PyDataset":
        return {"x": Batches(ids, size)}
    if kind == "generator":
        return {"x": iter([Batches(ids, size)[i] for i in range(-(-len(ids) // size))])}
    if kind == "tf.data":
        from tensorflow import data

        return {"x": data.Dataset.from_tensor_slices((x, ids)).batch(size)}
    if kind == "grain":
        import grain

        return {"x": grain.MapDataset.source(list(zip(x, ids))).batch(size)}
    from torch.utils.data import DataLoader

    return {"x": DataLoader(list(zip(x, ids)), batch_size=size, shuffle=len(ids) > 0)}


def ids_seen(kind, sources, own=False):
    """What the metrics of a model have seen in an epoch of `fit` and in evaluations, and how much it predicts.

    Args:
        kind: Kind of the distribution.
        sources: List of pairs of a kind of data, see `source_of`, and the number of ids that all processes have, or a list
            of the numbers that each has.
        own: Whether each process has data of its own.
    """
    put_in_force(kind, auto_shard_dataset=not own)
    model = keras.Sequential([layers.Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=[Ids(1, "ids"), Ids(2, "squares")])
    return [_ids_seen_in(model, source, _own_ids(count) if own else _ids(count)) for source, count in sources]


def _ids(count):
    return np.arange(1, count + 1, dtype="float32")


def _own_ids(counts):
    return np.split(_ids(sum(counts)), np.cumsum(counts)[:-1])[backend.distribution.process_id()]


def _ids_seen_in(model, source, ids):
    def data():
        return source_of(source, ids, 8)

    before = int(model.optimizer.iterations)
    validation = data()
    validation = (validation["x"], validation["y"]) if "y" in validation else validation["x"]
    history = model.fit(**data(), verbose=0, validation_data=validation).history
    evaluated = model.evaluate(**data(), verbose=0, return_dict=True)
    seen = {name: [*history[name], *history[f"val_{name}"], evaluated[name]] for name in ("ids", "squares", "loss")}
    predicted = model.predict(data()["x"], batch_size=8, verbose=0)
    return seen | {"steps": int(model.optimizer.iterations) - before, "predicted": predicted.tolist()}


# --- Files


def saved(kind, folder, network="mlp"):
    """Trains and saves as a model, as weights of two formats, and by callbacks."""
    put_in_force(kind)
    x, y = (array[:EVEN] for array in data_of(network))
    model = compiled(network)
    callbacks = [
        keras.callbacks.CSVLogger(f"{folder}/log.csv"),
        keras.callbacks.TensorBoard(f"{folder}/board", histogram_freq=1),
        keras.callbacks.ModelCheckpoint(f"{folder}/{{epoch}}.keras"),
        keras.callbacks.BackupAndRestore(f"{folder}/backup", delete_checkpoint=False),
        keras.callbacks.EarlyStopping("loss", patience=0, min_delta=100.0),
    ]
    history = model.fit(x, y, batch_size=BATCH, epochs=9, verbose=0, callbacks=callbacks)
    model.save(f"{folder}/model.keras")
    model.save(f"{folder}/model.h5")
    model.save_weights(f"{folder}/model.weights.h5")
    model.save_weights(f"{folder}/model.safetensors")
    return {"epochs": len(history.history["loss"]), "predicted": model.predict(x, verbose=0).tolist()}


class Dies(keras.callbacks.Callback):
    """Sends its process a signal before a batch of an epoch."""

    def __init__(self, epoch, batch, number):
        super().__init__()
        self.at, self.number, self.epoch = (epoch, batch), number, None

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        if (self.epoch, batch) == self.at:
            os.kill(os.getpid(), self.number)


def resumed(kind, folder, dies=None, by=signal.SIGKILL):
    """Trains with a backup, which another job may have written.

    Args:
        kind: Kind of the distribution.
        folder: Folder of the backup.
        dies: Number of the process that gets a signal, and the epoch and the batch in which it does.
        by: Number of the signal.
    """
    put_in_force(kind)
    x, y = data_of("mlp")
    model = compiled("mlp")
    callbacks = [keras.callbacks.BackupAndRestore(folder)]
    if dies is not None and backend.distribution.process_id() == dies[0]:
        callbacks.append(Dies(*dies[1:], by))
    return model.fit(x, y, batch_size=BATCH, epochs=4, verbose=0, callbacks=callbacks).history["loss"]


def saved_alone(kind, folder):
    """What the first process hears when it saves and the others do not; the loss of an epoch of all after that."""
    put_in_force(kind)
    x, y = (array[:EVEN] for array in data_of("mlp"))
    model, heard = compiled("mlp"), ""
    model.build()
    if backend.distribution.process_id() == 0:
        os.environ[TIMEOUT] = "1"
        try:
            model.save(f"{folder}/alone.keras")
        except RuntimeError as error:
            heard = str(error)
        del os.environ[TIMEOUT]
    return {"heard": heard, "losses": model.fit(x, y, batch_size=BATCH, verbose=0).history["loss"]}


def checkpointed(kind, folder, writes=False):
    """What a model gives that a checkpoint of Orbax holds, and the shapes of the parts that its devices hold.

    Args:
        kind: Kind of the distribution.
        folder: Folder of the checkpoint.
        writes: Whether it is written here, after some training.
    """
    put_in_force(kind)
    x, y = (array[:EVEN] for array in data_of("mlp"))
    model = compiled("mlp", seed=1 if writes else 6)
    if writes:
        model.fit(x, y, batch_size=BATCH, verbose=0, callbacks=[keras.callbacks.OrbaxCheckpoint(folder)])
    else:
        model.load_weights(folder)
        assert np.isclose(
            model.predict(x, verbose=0).sum(), keras.models.load_model(folder).predict(x, verbose=0).sum()
        )
        model = keras.models.load_model(folder)
    held = [*model.trainable_variables, *model.optimizer.variables]
    parts = [engine.shape_of_part(v.value) for v in held if len(v.shape) == 2]
    losses = model.fit(x, y, batch_size=BATCH, verbose=0, shuffle=False).history["loss"] if not writes else []
    return {"predicted": model.predict(x, verbose=0).tolist(), "parts": parts, "losses": losses}


def loaded(kind, folder, name, network="mlp"):
    """What a model gives that was saved, perhaps on other devices, and after another step."""
    put_in_force(kind)
    keras.utils.set_random_seed(7)
    x, y = (array[:EVEN] for array in data_of(network))
    if name == "model.keras":
        model = keras.models.load_model(f"{folder}/{name}")
    else:
        model = compiled(network, seed=5)
        model.load_weights(f"{folder}/{name}")
    predicted = model.predict(x, verbose=0).tolist()
    losses = model.fit(x, y, batch_size=BATCH, verbose=0, shuffle=False).history["loss"]
    return {"predicted": predicted, "losses": losses}


def share_read(kind, folder, name):
    """Which share of a file this process reads for a model of which each holds a part."""
    put_in_force(kind)
    model = keras.Sequential([layers.Input((1024,)), layers.Dense(256, use_bias=False, name="down")])
    path = pathlib.Path(folder, name)
    model.save_weights(path)
    for _ in range(2):  # What is imported for the first time does not count.
        before = _bytes_read()
        model.load_weights(path)
        read = _bytes_read() - before
    return read / path.stat().st_size


def _bytes_read():
    """Bytes that this process has read, as Linux counts them."""
    return int(re.search(r"rchar: (\d+)", pathlib.Path("/proc/self/io").read_text())[1])


def main(cases, result, devices):
    engine.see_devices(int(devices))
    keras.distribution.initialize()
    results = []
    gc.freeze()
    for name, arguments in json.loads(cases):
        results.append(pydoc.locate(f"{__spec__.name}.{name}" if "." not in name else name)(**arguments))
        keras.distribution.set_distribution(None)
        keras.backend.clear_session()
        gc.freeze()  # Else all that engines have imported is walked through after each case.
    pathlib.Path(result).write_text(json.dumps(results))


if __name__ == "__main__":
    main(*sys.argv[1:])
