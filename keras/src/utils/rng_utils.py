"""One call that makes a program reproducible."""

import random
import sys

import numpy as np

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.backend.common import global_state, workers
from keras.src.random import seed_generator
from keras.src.utils.module_utils import tensorflow

_RANDOM_SEED = "random_seed"


@keras_export("keras.utils.set_random_seed")
def set_random_seed(seed):
    """Seeds Python's, NumPy's, the engine's and this library's random numbers, and TensorFlow's, by which `tf.data` shuffles.

    TensorFlow is not imported for that. Where this library imports it later, as for `image_dataset_from_directory`, it is
    seeded then. Under another engine, who imports it later, does so before this call, or calls `tf.random.set_seed` too.

    Args:
        seed: Integer from 0 to 2**32 - 1.

    Raises:
        ValueError: It is something else.

    Example:

    >>> keras.utils.set_random_seed(812)
    """
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise ValueError(f"`seed` must be an integer. Received: seed={seed!r} of type {type(seed).__name__}")
    if not 0 <= seed < 2**32:
        raise ValueError(f"`seed` must lie between 0 and 2**32 - 1. Received: seed={seed}")
    global_state.set_global_attribute(_RANDOM_SEED, seed)
    random.seed(seed)
    np.random.seed(seed)
    backend.core.seed_engine(seed)
    if hasattr(sys.modules.get("tensorflow"), "random"):
        tensorflow.random.set_seed(seed)
    else:
        tensorflow.prepare_by(lambda module: module.random.set_seed(seed))
    workers.count_anew()
    seed_generator.seed_global_generator(seed)


def get_random_seed():
    """Returns what `set_random_seed` was called with last, or `None`."""
    return global_state.get_global_attribute(_RANDOM_SEED)
