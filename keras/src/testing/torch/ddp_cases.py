"""A loop of the user's own in the processes of a job, for tests."""

import warnings

import numpy as np
import torch
from torch import distributed
from torch.distributed.tensor.debug import CommDebugMode
from torch.nn.parallel import DistributedDataParallel

import keras
from keras import layers
from keras.src.backend.torch import reductions


def compiled():
    """Losses of a model that is to be compiled, under a distribution and without, and what is warned of."""
    found, warned = [], []
    for distribution in (None, keras.distribution.DataParallel()):
        keras.distribution.set_distribution(distribution)
        keras.utils.set_random_seed(1)
        model = keras.Sequential([layers.Input((8,)), layers.Dense(4, "gelu"), layers.Dense(1)])
        model.compile("sgd", "mse", jit_compile=distribution is not None)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found.append(model.fit(np.ones((8, 8)), np.ones((8, 1)), batch_size=4, verbose=0).history["loss"])
        warned.append(sum("jit_compile=True has no effect" in str(warning.message) for warning in caught))
    return {"losses": found, "warned": warned}


def exchanges(shard_variables, dtype="float32"):
    """Collective ops of a step of training and of predicting with eight variables, and what the first one gives.

    Args:
        shard_variables: Whether variables are divided.
        dtype: Policy of the layers.

    Returns:
        That for a bucket that holds much, and for one that holds little.
    """
    keras.distribution.set_distribution(keras.distribution.DataParallel(shard_variables=shard_variables))
    usual, found = reductions.BUCKET, []
    for bucket in (usual, 100):
        reductions.BUCKET = bucket
        keras.utils.set_random_seed(1)
        model = keras.Sequential([layers.Input((8,)), *[layers.Dense(4, "gelu", dtype=dtype) for _ in range(4)]])
        model.compile("sgd", "mse")
        x, y = np.random.RandomState(0).randn(8, 8), np.ones((8, 4))
        with CommDebugMode() as in_training:
            model.train_on_batch(x, y)
        with CommDebugMode() as in_predicting:
            model.predict_on_batch(x)
        counts = [collectives.get_total_counts() for collectives in (in_training, in_predicting)]
        found.append({"counts": counts, "weights": [weight.ravel().tolist() for weight in model.get_weights()]})
    reductions.BUCKET = usual
    return found


def trained():
    """Losses and weights of a model in a loop by PyTorch alone: each process has its rows, where there are several."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [layers.Input((8,)), layers.Dense(16, "gelu"), layers.LayerNormalization(), layers.Dense(2)]
    )
    random, count = np.random.RandomState(0), 1
    called, rows = model, slice(None)
    if distributed.is_initialized():
        called, count = DistributedDataParallel(model), distributed.get_world_size()
        rows = slice(distributed.get_rank(), None, count)
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9), []
    for _ in range(10):
        x, y = (torch.from_numpy(random.randn(12, size).astype("float32"))[rows] for size in (8, 2))
        loss = torch.nn.functional.mse_loss(called(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        shown = loss.detach() / count
        if count > 1:
            distributed.all_reduce(shown)
        losses.append(float(shown))
    return {"losses": losses, "weights": [weight.ravel().tolist() for weight in model.get_weights()]}
