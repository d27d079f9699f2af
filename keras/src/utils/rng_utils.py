"""One call that makes a program reproducible."""

import random
import sys

import numpy as np

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.backend.common import global_state, workers
from keras.src.random import seed_generator

_RANDOM_SEED = "random_seed"


@keras_export("keras.utils.set_random_seed")
def set_random_seed(seed):
    """Seeds Python's, NumPy's, the engine's and this library's random numbers, and TensorFlow's where it is imported.

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
    tensorflow = sys.modules.get("tensorflow")
    if hasattr(tensorflow, "random"):  # `tf.data` shuffles by it under any engine.
        tensorflow.random.set_seed(seed)
    workers.count_anew()
    seed_generator.seed_global_generator(seed)


def get_random_seed():
    """Returns what `set_random_seed` was called with last, or `None`."""
    return global_state.get_global_attribute(_RANDOM_SEED)
