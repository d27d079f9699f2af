"""Initializers that draw random numbers."""

import copy
import math

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.backend import standardize_dtype
from keras.src.backend.common.variables import anew
from keras.src.backend.config import floatx
from keras.src.initializers.initializer import Initializer
from keras.src.random import random
from keras.src.random.seed_generator import SeedGenerator, make_default_seed
from keras.src.saving.serialization_lib import deserialize_keras_object, serialize_keras_object
from keras.src.utils.family_docs import with_arguments_of_family

# Standard deviation of a normal distribution cut off at two standard deviations.
_TRUNCATED_STDDEV = 0.87962566103423978


def _float_dtype(dtype):
    """The dtype to draw in, and the dtype to give back."""
    dtype = standardize_dtype(dtype or floatx())
    return (dtype if "float" in dtype else floatx()), dtype


class RandomInitializer(Initializer):
    """Base of the random initializers.

    Args:
        seed: An integer: each call gives the same numbers. A `keras.random.SeedGenerator`: each call gives new ones.
            None: an integer is chosen at random.
    """

    def __init__(self, seed=None):
        self._given_seed = seed
        if seed is None:
            seed = make_default_seed()
        elif isinstance(seed, dict):
            seed = deserialize_keras_object(seed)
        elif isinstance(seed, bool) or not isinstance(seed, (int, SeedGenerator)):
            raise ValueError(
                f"`seed` must be an integer, a `keras.random.SeedGenerator` or None. Received: seed={seed!r}"
            )
        self.seed = seed

    @property
    def draws_alike(self):
        """Whether each call draws the same numbers, and changes nothing: then a value may be drawn later, or never."""
        return not isinstance(self.seed, SeedGenerator) and type(self).__call__ is RandomInitializer.__call__

    @anew
    def __call__(self, shape, dtype=None):
        drawn, dtype = _float_dtype(dtype)
        values = self._draw(tuple(shape), drawn)
        return values if drawn == dtype else ops.cast(values, dtype)

    def _draw(self, shape, dtype):
        raise NotImplementedError(f"{type(self).__name__} must define `__call__` or `_draw`.")

    def get_config(self):
        return {**super().get_config(), "seed": serialize_keras_object(self._given_seed)}


@keras_export(["keras.initializers.RandomNormal", "keras.initializers.random_normal"])
class RandomNormal(RandomInitializer):
    """Numbers from a normal distribution.

    Args:
        mean: Mean of the distribution.
        stddev: Its standard deviation.
        seed: Integer, `keras.random.SeedGenerator` or None.

    Example:

    >>> keras.initializers.RandomNormal(stddev=1.0, seed=1)(shape=(2, 3)).shape == (2, 3)
    True
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        super().__init__(seed)
        self.mean = mean
        self.stddev = stddev

    def _draw(self, shape, dtype):
        return random.normal(shape, mean=self.mean, stddev=self.stddev, dtype=dtype, seed=self.seed)


@keras_export(["keras.initializers.TruncatedNormal", "keras.initializers.truncated_normal"])
class TruncatedNormal(RandomInitializer):
    """Numbers from a normal distribution, drawn again where they lie more than two standard deviations from the mean.

    Args:
        mean: Mean of the distribution.
        stddev: Its standard deviation before it is cut off.
        seed: Integer, `keras.random.SeedGenerator` or None.

    Example:

    >>> keras.initializers.TruncatedNormal(seed=1)(shape=(2, 3)).shape == (2, 3)
    True
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        super().__init__(seed)
        self.mean = mean
        self.stddev = stddev

    def _draw(self, shape, dtype):
        return random.truncated_normal(shape, mean=self.mean, stddev=self.stddev, dtype=dtype, seed=self.seed)


@keras_export(["keras.initializers.RandomUniform", "keras.initializers.random_uniform"])
class RandomUniform(RandomInitializer):
    """Numbers from a uniform distribution.

    Args:
        minval: Lower end, included.
        maxval: Upper end, excluded.
        seed: Integer, `keras.random.SeedGenerator` or None.

    Example:

    >>> keras.initializers.RandomUniform(-1.0, 1.0, seed=1)(shape=(2, 3)).shape == (2, 3)
    True
    """

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        super().__init__(seed)
        self.minval = minval
        self.maxval = maxval

    def _draw(self, shape, dtype):
        return random.uniform(shape, minval=self.minval, maxval=self.maxval, dtype=dtype, seed=self.seed)


def compute_fans(shape):
    """Numbers of inputs and outputs of a unit, for a kernel whose last two axes are inputs and outputs.

    Args:
        shape: Tuple of integers; the axes before the last two are the receptive field.

    Returns:
        Tuple (inputs, outputs).
    """
    if len(shape) < 2:
        size = shape[0] if shape else 1
        return size, size
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


@keras_export(["keras.initializers.VarianceScaling", "keras.initializers.variance_scaling"])
class VarianceScaling(RandomInitializer):
    """Random numbers whose variance is `scale / n`, where `n` counts the inputs or outputs of a unit.

    Args:
        scale: Positive number.
        mode: What `n` is: `"fan_in"` the inputs, `"fan_out"` the outputs, `"fan_avg"` their mean.
        distribution: `"truncated_normal"` (also called `"normal"`), `"untruncated_normal"` or `"uniform"`.
        seed: Integer, `keras.random.SeedGenerator` or None.
        input_axes: Axes of the inputs, for kernels of an unusual layout; used together with `output_axes`.
        output_axes: Axes of the outputs.

    Example:

    >>> keras.initializers.VarianceScaling(2.0, "fan_out", seed=1)(shape=(2, 3)).shape == (2, 3)
    True
    """

    def __init__(
        self,
        scale=1.0,
        mode="fan_in",
        distribution="truncated_normal",
        seed=None,
        input_axes=None,
        output_axes=None,
    ):
        super().__init__(seed)
        distribution = "truncated_normal" if distribution == "normal" else distribution
        if not scale > 0:
            raise ValueError(f"`scale` must be positive. Received: scale={scale}")
        for name, value, known in (
            ("mode", mode, ("fan_in", "fan_out", "fan_avg")),
            ("distribution", distribution, ("truncated_normal", "untruncated_normal", "uniform")),
        ):
            if value not in known:
                raise ValueError(f"`{name}` must be one of {known}. Received: {name}={value!r}")
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.input_axes = input_axes
        self.output_axes = output_axes

    def for_axes(self, input_axes, output_axes):
        """This initializer for kernels of a known layout; axes that the user gave stay.

        Args:
            input_axes: Tuple of ints, the axes of the inputs.
            output_axes: Tuple of ints, the axes of the outputs.

        Returns:
            A `VarianceScaling` that draws what this one draws, with the fans of these axes.
        """
        if self.input_axes is not None and self.output_axes is not None:
            return self
        other = copy.copy(self)
        other.input_axes, other.output_axes = input_axes, output_axes
        return other

    def _fan(self, shape):
        if self.input_axes is None or self.output_axes is None:
            inputs, outputs = compute_fans(shape)
        else:
            inputs, outputs = (_size(shape, axes) for axes in (self.input_axes, self.output_axes))
        fan = {"fan_in": inputs, "fan_out": outputs, "fan_avg": (inputs + outputs) / 2}[self.mode]
        return max(1.0, fan)

    def _draw(self, shape, dtype):
        variance = self.scale / self._fan(shape)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return random.uniform(shape, minval=-limit, maxval=limit, dtype=dtype, seed=self.seed)
        stddev = math.sqrt(variance)
        if self.distribution == "untruncated_normal":
            return random.normal(shape, stddev=stddev, dtype=dtype, seed=self.seed)
        return random.truncated_normal(shape, stddev=stddev / _TRUNCATED_STDDEV, dtype=dtype, seed=self.seed)


def _size(shape, axes):
    axes = (axes,) if isinstance(axes, int) else axes
    return math.prod(shape[axis] for axis in axes)


class _Named(VarianceScaling):
    """A variance scaling with a name of its own: subclasses give `scaling`, (scale, mode, distribution).

    Args:
        seed: Integer, `keras.random.SeedGenerator` or None.
        input_axes: Axes of the inputs; used together with `output_axes`.
        output_axes: Axes of the outputs.
    """

    scaling = None

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.__doc__ = with_arguments_of_family(cls)

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        super().__init__(*self.scaling, seed=seed, input_axes=input_axes, output_axes=output_axes)


@keras_export(["keras.initializers.GlorotUniform", "keras.initializers.glorot_uniform"])
class GlorotUniform(_Named):
    """Uniform numbers of variance `2 / (inputs + outputs)`: [Glorot and Bengio](https://proceedings.mlr.press/v9/glorot10a).

    Example:

    >>> layer = keras.layers.Dense(3, kernel_initializer=keras.initializers.GlorotUniform(seed=1))
    """

    scaling = (1.0, "fan_avg", "uniform")


@keras_export(["keras.initializers.GlorotNormal", "keras.initializers.glorot_normal"])
class GlorotNormal(_Named):
    """Truncated normal numbers of variance `2 / (inputs + outputs)`.

    Example:

    >>> layer = keras.layers.Dense(3, kernel_initializer=keras.initializers.GlorotNormal(seed=1))
    """

    scaling = (1.0, "fan_avg", "truncated_normal")


@keras_export(["keras.initializers.LecunNormal", "keras.initializers.lecun_normal"])
class LecunNormal(_Named):
    """Truncated normal numbers of variance `1 / inputs`, as SELU networks want.

    Example:

    >>> layer = keras.layers.Dense(3, kernel_initializer=keras.initializers.LecunNormal(seed=1))
    """

    scaling = (1.0, "fan_in", "truncated_normal")


@keras_export(["keras.initializers.LecunUniform", "keras.initializers.lecun_uniform"])
class LecunUniform(_Named):
    """Uniform numbers of variance `1 / inputs`.

    Example:

    >>> layer = keras.layers.Dense(3, kernel_initializer=keras.initializers.LecunUniform(seed=1))
    """

    scaling = (1.0, "fan_in", "uniform")


@keras_export(["keras.initializers.HeNormal", "keras.initializers.he_normal"])
class HeNormal(_Named):
    """Truncated normal numbers of variance `2 / inputs`, for ReLU networks: [He et al.](https://arxiv.org/abs/1502.01852).

    Example:

    >>> layer = keras.layers.Dense(3, kernel_initializer=keras.initializers.HeNormal(seed=1))
    """

    scaling = (2.0, "fan_in", "truncated_normal")


@keras_export(["keras.initializers.HeUniform", "keras.initializers.he_uniform"])
class HeUniform(_Named):
    """Uniform numbers of variance `2 / inputs`.

    Example:

    >>> layer = keras.layers.Dense(3, kernel_initializer=keras.initializers.HeUniform(seed=1))
    """

    scaling = (2.0, "fan_in", "uniform")


@keras_export(
    ["keras.initializers.Orthogonal", "keras.initializers.OrthogonalInitializer", "keras.initializers.orthogonal"]
)
class Orthogonal(RandomInitializer):
    """A random orthogonal matrix: its rows, or its columns where there are fewer, are orthonormal times `gain`.

    Shapes of rank above 2 are matrices whose rows count all but the last axis. See [Saxe et al.](https://arxiv.org/abs/1312.6120).

    Args:
        gain: Factor of the matrix.
        seed: Integer, `keras.random.SeedGenerator` or None.

    Example:

    >>> keras.initializers.Orthogonal(seed=1)(shape=(3, 3)).shape == (3, 3)
    True
    """

    def __init__(self, gain=1.0, seed=None):
        super().__init__(seed)
        self.gain = gain

    def _draw(self, shape, dtype):
        if len(shape) < 2:
            raise ValueError(f"Orthogonal needs a shape of rank 2 or more. Received: shape={shape}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = (max(rows, columns), min(rows, columns))
        # Engines decompose matrices of 32 or 64 bits only.
        exact = dtype if dtype == "float64" else "float32"
        q, r = ops.qr(random.normal(tall, dtype=exact, seed=self.seed))
        # Without the signs of r's diagonal, q would not be uniform over the orthogonal matrices.
        q = q * ops.sign(ops.diagonal(r))
        q = ops.transpose(q) if rows < columns else q
        return ops.cast(self.gain * ops.reshape(q, shape), dtype)
