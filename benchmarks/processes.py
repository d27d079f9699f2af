"""Steps per second of processes of PyTorch that compute together: `fit` under `DataParallel`, and a loop of PyTorch's own with DDP.

    KERAS_BACKEND=torch python benchmarks/processes.py
    KERAS_BACKEND=torch python benchmarks/processes.py --networks mlp --processes 4 --steps 40 --rounds 5

Each network is trained with Adam on the same batches, by the kinds in turn, `--rounds` times each; the median counts. "collectives" are
the calls of collective ops in a step of `fit`. The loop by hand is a model of `torch.nn` in `DistributedDataParallel`, without metrics.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time

NETWORKS = ("mlp", "deep", "convnet", "transformer")
KINDS = ("data", "sharded", "by hand")
BATCH, CLASSES = 128, 10
SHAPES = {"mlp": (256,), "deep": (64,), "convnet": (16, 16, 3), "transformer": (32, 64)}


def ours(name):
    """A model of the library."""
    from keras import Input, Model, Sequential, layers

    inputs = Input(SHAPES[name])
    if name == "mlp":
        hidden = [layers.Dense(1024, "relu"), layers.Dense(1024, "relu")]
    elif name == "deep":
        hidden = [layers.Dense(64, "relu") for _ in range(24)]
    elif name == "convnet":
        hidden = [layers.Conv2D(size, 3, strides=2, activation="relu") for size in (32, 64)] + [layers.Flatten()]
    else:
        x = inputs
        for _ in range(2):
            x = layers.LayerNormalization()(x + layers.MultiHeadAttention(4, 16)(x, x))
            x = layers.LayerNormalization()(x + layers.Dense(64)(layers.Dense(256, "relu")(x)))
        return Model(inputs, layers.Dense(CLASSES)(layers.GlobalAveragePooling1D()(x)))
    return Sequential([inputs, *hidden, layers.Dense(CLASSES)])


def by_hand(name):
    """The same as a module of PyTorch."""
    from torch import nn

    if name == "mlp":
        return nn.Sequential(
            nn.Linear(256, 1024), nn.ReLU(), nn.Linear(1024, 1024), nn.ReLU(), nn.Linear(1024, CLASSES)
        )
    if name == "deep":
        return nn.Sequential(*[x for _ in range(24) for x in (nn.Linear(64, 64), nn.ReLU())], nn.Linear(64, CLASSES))
    if name == "convnet":
        convolutions = nn.Conv2d(3, 32, 3, 2), nn.ReLU(), nn.Conv2d(32, 64, 3, 2), nn.ReLU()
        return nn.Sequential(*convolutions, nn.Flatten(), nn.Linear(64 * 9, CLASSES))

    class Transformer(nn.Module):
        def __init__(self):
            super().__init__()
            block = nn.TransformerEncoderLayer(64, 4, 256, dropout=0.0, batch_first=True)
            self.blocks, self.last = nn.TransformerEncoder(block, 2), nn.Linear(64, CLASSES)

        def forward(self, x):
            return self.last(self.blocks(x).mean(1))

    return Transformer()


def data(name, steps):
    """Inputs and classes of so many batches."""
    import numpy as np

    random = np.random.default_rng(0)
    x = random.normal(size=(BATCH * steps, *SHAPES[name])).astype("float32")
    return x, random.integers(0, CLASSES, len(x))


def fit(name, kind, steps):
    """Seconds that steps of `fit` take, and the collective ops of one."""
    from torch.distributed.tensor.debug import CommDebugMode

    import keras

    shards = {"shard_variables": True} if kind == "sharded" else {}
    keras.distribution.set_distribution(keras.distribution.DataParallel(**shards))
    keras.utils.set_random_seed(1)
    model = ours(name)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss)
    x, y = data(name, steps)
    model.fit(x[: 2 * BATCH], y[: 2 * BATCH], batch_size=BATCH, verbose=0)
    start = time.perf_counter()
    model.fit(x, y, batch_size=BATCH, verbose=0, shuffle=False)
    seconds = time.perf_counter() - start
    with CommDebugMode() as collectives:
        model.train_on_batch(x[:BATCH], y[:BATCH])
    calls = collectives.get_total_counts()
    keras.distribution.set_distribution(None)
    return seconds, calls


def loop(name, steps):
    """Seconds that steps of a loop with DDP take."""
    import torch
    import torch.distributed as dist

    x, y = data(name, steps)
    if name == "convnet":
        x = x.transpose(0, 3, 1, 2)
    x, y = torch.tensor(x), torch.tensor(y)
    model = by_hand(name)
    if dist.is_initialized():
        model = torch.nn.parallel.DistributedDataParallel(model)
    rows = BATCH // (dist.get_world_size() if dist.is_initialized() else 1)
    first = rows * (dist.get_rank() if dist.is_initialized() else 0)
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    for step in range(-2, steps):
        if step == 0:
            start = time.perf_counter()
        at = max(step, 0) * BATCH + first
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x[at : at + rows]), y[at : at + rows]).backward()
        optimizer.step()
    return time.perf_counter() - start


def measure(networks, steps, rounds):
    """Runs in each process of the job; the first one prints."""
    import keras

    keras.distribution.initialize()
    for name in networks:
        found, calls = {kind: [] for kind in KINDS}, {}
        for _ in range(rounds):
            for kind in KINDS:
                if kind == "by hand":
                    found[kind].append(steps / loop(name, steps))
                else:
                    seconds, calls[kind] = fit(name, kind, steps)
                    found[kind].append(steps / seconds)
        if keras.src.backend.distribution.process_id() == 0:
            row = [f"{kind} {statistics.median(found[kind]):7.1f}" for kind in KINDS]
            counts = ", ".join(f"{kind} {count}" for kind, count in calls.items())
            print(f"{name:12} steps per second: {', '.join(row)}; collectives in a step: {counts}", flush=True)


def start(processes, arguments):
    """Starts the job, and waits for it."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{sock.getsockname()[1]}"
    children = []
    for rank in range(processes):
        own = {
            "KERAS_DISTRIBUTION_JOB_ADDRESSES": address,
            "KERAS_DISTRIBUTION_NUM_PROCESSES": str(processes),
            "KERAS_DISTRIBUTION_PROCESS_ID": str(rank),
            "OMP_NUM_THREADS": "1",
        }
        command = [sys.executable, __file__, "--job", json.dumps(arguments)]
        children.append(subprocess.Popen(command, env={**os.environ, **own}))
    sys.exit(max(child.wait() for child in children))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=NETWORKS)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--job", type=json.loads, help=argparse.SUPPRESS)
    arguments = vars(parser.parse_args())
    processes, job = arguments.pop("processes"), arguments.pop("job")
    measure(**job) if job else start(processes, arguments)
