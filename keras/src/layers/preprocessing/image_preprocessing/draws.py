"""Random numbers for transformations, which are descriptions where only shapes and dtypes are asked for."""

from keras.src import backend, ops
from keras.src.backend.common.symbolic_scope import in_symbolic_scope
from keras.src.random import random
from keras.src.random.seed_generator import draw_seed


def described(shape, dtype):
    """A `KerasTensor` in place of random numbers where nothing is to be drawn, else `None`."""
    if in_symbolic_scope() or any(size is None for size in shape):
        # Where an engine traces the call, sizes may be tensors.
        sizes = tuple(size if isinstance(size, int) else None for size in shape)
        return backend.KerasTensor(sizes, dtype, record_history=False)
    return None


def uniform(shape, minval, maxval, seed, dtype="float32"):
    """Floats drawn uniformly from [minval, maxval).

    Args:
        shape: Tuple of sizes: ints, scalar tensors, or `None` where the call is symbolic.
        minval: Float.
        maxval: Float; where it equals `minval`, each number is that.
        seed: As in `keras.random.uniform`.
        dtype: Floating-point dtype of the result.
    """
    known = described(shape, dtype)
    return random.uniform(shape, minval, maxval, dtype=dtype, seed=seed) if known is None else known


def zeros(shape, dtype="float32"):
    """Zeros in place of random numbers where nothing is to change; arguments as in `uniform`."""
    known = described(shape, dtype)
    return ops.zeros(shape, dtype=dtype) if known is None else known


def normal(shape, mean, stddev, seed, dtype="float32"):
    """Floats drawn from a normal distribution; arguments as in `uniform` and `keras.random.normal`."""
    known = described(shape, dtype)
    return random.normal(shape, mean, stddev, dtype=dtype, seed=seed) if known is None else known


def beta(shape, concentration, seed, dtype="float32"):
    """Floats from 0 to 1 drawn from a symmetric beta distribution.

    Args:
        shape: Tuple of sizes, as in `uniform`.
        concentration: Positive float, or tensor of them of the same shape: both parameters of the distribution.
        seed: As in `keras.random.beta`.
        dtype: Floating-point dtype of the result.
    """
    known = described(shape, dtype)
    return random.beta(shape, concentration, concentration, dtype=dtype, seed=seed) if known is None else known


def shares(count, concentration, seed, dtype="float32"):
    """Floats that are 1 in sum, drawn from a symmetric Dirichlet distribution.

    Args:
        count: Number of floats.
        concentration: Positive float, the parameter of the distribution.
        seed: As in `keras.random.gamma`.
        dtype: Floating-point dtype of the result.
    """
    drawn = ops.add(random.gamma((count,), concentration, dtype=dtype, seed=seed), backend.epsilon())
    return ops.divide(drawn, ops.sum(drawn))


def permutation(size, seed):
    """The numbers from 0 to `size` - 1 in random order, int32.

    Args:
        size: Int, scalar tensor, or `None` where the call is symbolic.
        seed: As in `uniform`.
    """
    return ops.argsort(uniform((size,), 0.0, 1.0, seed))


def randint(shape, minval, maxval, seed, dtype="int32"):
    """Integers drawn uniformly from minval, ..., maxval - 1; arguments as in `uniform` and `keras.random.randint`."""
    known = described(shape, dtype)
    return random.randint(shape, minval, maxval, dtype=dtype, seed=seed) if known is None else known


def seed_of(seed):
    """A seed for draws that must be the same each time, as for images and their masks.

    Args:
        seed: As in `uniform`.

    Returns:
        Tensor, which the functions here and those of `keras.random` take; `None` in symbolic calls.
    """
    return None if in_symbolic_scope() else draw_seed(seed)


def chosen(batch, factor, seed):
    """Which images of a batch are changed: each with a probability that is drawn from an interval.

    Args:
        batch: Number of images.
        factor: The least and the greatest probability.
        seed: As in `uniform`.
    """
    probability = uniform((), *factor, seed)
    return ops.less(uniform((batch,), 0.0, 1.0, seed), probability)
