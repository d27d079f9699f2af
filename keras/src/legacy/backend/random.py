"""Functions of `tf.keras.backend` that draw random numbers."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.backend import floatx, is_int_dtype
from keras.src.legacy.backend.variables import variable
from keras.src.random import random


@keras_export("keras._legacy.backend.random_normal")
def random_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Numbers of a normal distribution."""
    return random.normal(shape, mean, stddev, dtype=dtype, seed=seed)


@keras_export("keras._legacy.backend.truncated_normal")
def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Numbers of a normal distribution, drawn again where they are more than two deviations away."""
    return random.truncated_normal(shape, mean, stddev, dtype=dtype, seed=seed)


@keras_export("keras._legacy.backend.random_uniform")
def random_uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Numbers from `minval` to below `maxval`, each as likely."""
    if dtype is not None and is_int_dtype(dtype):
        return random.randint(shape, minval, maxval, dtype=dtype, seed=seed)
    return random.uniform(shape, minval, maxval, dtype=dtype, seed=seed)


@keras_export("keras._legacy.backend.random_bernoulli")
def random_bernoulli(shape, p=0.0, dtype=None, seed=None):
    """Ones with probability `p`, else zeros."""
    drawn = random.uniform(shape, seed=seed)
    return ops.cast(ops.less(drawn, p), dtype or floatx())


@keras_export("keras._legacy.backend.random_normal_variable")
def random_normal_variable(shape, mean, scale, dtype=None, name=None, seed=None):
    """A variable of numbers of a normal distribution."""
    return variable(random_normal(shape, mean, scale, dtype, seed), dtype=dtype, name=name)


@keras_export("keras._legacy.backend.random_uniform_variable")
def random_uniform_variable(shape, low, high, dtype=None, name=None, seed=None):
    """A variable of numbers from `low` to below `high`."""
    return variable(random_uniform(shape, low, high, dtype, seed), dtype=dtype, name=name)


@keras_export("keras._legacy.backend.dropout")
def dropout(x, level, noise_shape=None, seed=None):
    """Elements set to 0 with probability `level`, and the others scaled up for it."""
    return random.dropout(x, level, noise_shape=noise_shape, seed=seed)
