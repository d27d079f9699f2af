"""`keras.random`: random numbers as pure functions of a seed."""

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.backend import door
from keras.src.backend.common.keras_tensor import KerasTensor, any_symbolic_tensors
from keras.src.backend.common.memory import check_size, tell_if_out_of_memory
from keras.src.backend.common.shape_rules import canonical_axis
from keras.src.graph.operation import Operation, constructor_parameters
from keras.src.random.seed_generator import SeedGenerator, draw_seed, seed_of_draw


def _shape(shape):
    if isinstance(shape, KerasTensor):
        raise TypeError(f"`shape` must be a tuple of integers. Received the symbolic tensor {shape}")
    sizes = tuple(shape) if hasattr(shape, "__iter__") else (shape,)
    if any(size is None for size in sizes):
        raise TypeError(f"Every size in `shape` must be known. Received: shape={sizes}")
    return sizes


def _drawn(name, shape, parameters, dtype, seed):
    """A tensor of random numbers from the engine's function of that name."""
    shape = _shape(shape)
    check_size(shape, dtype, f"keras.random.{name}: a tensor")
    return _called(name, shape, *parameters, dtype, seed_of_draw(seed))


def _called(name, *args):
    """What the engine's function gives; where memory does not do, the error is the same on each engine."""
    try:
        return getattr(door.engine_for().random, name)(*args)
    except Exception as error:
        tell_if_out_of_memory(error, f"keras.random.{name}")
        raise


def _tensor(x, dtype):
    """Scalars stay; what else parameterizes a distribution becomes a tensor."""
    return x if isinstance(x, (int, float)) else _converted(x, dtype)


def _converted(x, dtype=None):
    """`x` as a tensor of the engine that draws."""
    return door.engine_for(x).core.convert_to_tensor(x, dtype)


def _dtype(function, dtype, kind):
    dtype = backend.standardize_dtype(dtype)
    if kind not in dtype:
        words = {"float": "a floating-point", "int": "an integer"}
        raise ValueError(f"`keras.random.{function}` takes {words[kind]} `dtype`. Received: dtype={dtype!r}")
    return dtype


@keras_export("keras.random.normal")
def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Draws from a normal distribution.

    Args:
        shape: Tuple of ints.
        mean: Float.
        stddev: Float, the standard deviation.
        dtype: Dtype of the result; floatx by default.
        seed: Integer (the same numbers at each call), `SeedGenerator` (new ones), or `None` (from the global
            generator).

    Returns:
        A tensor of the given shape.

    Example:

    >>> keras.random.normal((2, 3), seed=1).shape
    (2, 3)
    """
    dtype = backend.standardize_dtype(dtype)
    drawn_as = dtype if "float" in dtype else None
    return _drawn("normal", shape, (_tensor(mean, drawn_as), _tensor(stddev, drawn_as)), dtype, seed)


@keras_export("keras.random.truncated_normal")
def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Draws from a normal distribution, without what lies more than two standard deviations from the mean.

    Args:
        shape: Tuple of ints.
        mean: Float.
        stddev: Float, the standard deviation before truncation.
        dtype: Dtype of the result; floatx by default.
        seed: As in `keras.random.normal`.

    Returns:
        A tensor of the given shape.

    Example:

    >>> x = keras.random.truncated_normal((100,), seed=1)
    >>> bool(keras.ops.all(keras.ops.abs(x) <= 2))
    True
    """
    dtype = backend.standardize_dtype(dtype)
    return _drawn("truncated_normal", shape, (_tensor(mean, dtype), _tensor(stddev, dtype)), dtype, seed)


@keras_export("keras.random.uniform")
def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Draws floats uniformly from the interval [minval, maxval).

    Args:
        shape: Tuple of ints.
        minval: Float, the lower end.
        maxval: Float, the upper end, which is not drawn.
        dtype: Floating-point dtype of the result; floatx by default. For integers there is `randint`.
        seed: As in `keras.random.normal`.

    Returns:
        A tensor of the given shape.

    Raises:
        ValueError: `dtype` is not a floating-point dtype.

    Example:

    >>> keras.random.uniform((2,), minval=5.0, maxval=6.0, seed=1).shape
    (2,)
    """
    dtype = _dtype("uniform", dtype, "float")
    return _drawn("uniform", shape, (_tensor(minval, dtype), _tensor(maxval, dtype)), dtype, seed)


@keras_export("keras.random.randint")
def randint(shape, minval, maxval, dtype="int32", seed=None):
    """Draws integers uniformly from minval, ..., maxval - 1.

    Args:
        shape: Tuple of ints.
        minval: The least integer drawn.
        maxval: The integer above the greatest.
        dtype: Integer dtype of the result.
        seed: As in `keras.random.normal`.

    Returns:
        A tensor of the given shape.

    Raises:
        ValueError: `dtype` is not an integer dtype.

    Example:

    >>> keras.random.randint((4,), minval=0, maxval=10, seed=1).shape
    (4,)
    """
    dtype = _dtype("randint", dtype, "int")
    return _drawn("randint", shape, (minval, maxval), dtype, seed)


class _RandomOperation(Operation):
    """A random function in a graph; a generator may be its seed, and goes with it."""

    def get_config(self):
        """Arguments of the constructor."""
        return {parameter.name: getattr(self, parameter.name) for parameter in constructor_parameters(type(self))}

    @classmethod
    def from_config(cls, config):
        """The function of a config."""
        seed = config["seed"]
        if isinstance(seed, dict):
            seed = SeedGenerator.from_config(seed["config"])
        return cls(**{**config, "seed": seed})


class Categorical(_RandomOperation):
    """`keras.random.categorical` in a graph."""

    def __init__(self, num_samples, dtype="int32", seed=None, name=None):
        super().__init__(name=name)
        self.num_samples = num_samples
        self.dtype = dtype
        self.seed = seed

    def call(self, logits):
        return categorical(logits, self.num_samples, self.dtype, self.seed)

    def compute_output_spec(self, logits):
        return KerasTensor((*logits.shape[:-1], self.num_samples), self.dtype)


class Dropout(_RandomOperation):
    """`keras.random.dropout` in a graph."""

    def __init__(self, rate, noise_shape=None, seed=None, name=None):
        super().__init__(name=name)
        self.rate = rate
        self.noise_shape = noise_shape
        self.seed = seed

    def call(self, inputs):
        return dropout(inputs, self.rate, self.noise_shape, self.seed)

    def compute_output_spec(self, inputs):
        return KerasTensor(inputs.shape, inputs.dtype)


class Shuffle(_RandomOperation):
    """`keras.random.shuffle` in a graph."""

    def __init__(self, axis=0, seed=None, name=None):
        super().__init__(name=name)
        self.axis = axis
        self.seed = seed

    def call(self, x):
        return shuffle(x, self.axis, self.seed)

    def compute_output_spec(self, x):
        canonical_axis(self.axis, len(x.shape))
        return KerasTensor(x.shape, x.dtype)


@keras_export("keras.random.categorical")
def categorical(logits, num_samples, dtype="int32", seed=None):
    """Draws class indices according to unnormalized log-probabilities.

    Args:
        logits: Tensor of shape (batch, classes).
        num_samples: How many indices are drawn for each row.
        dtype: Integer dtype of the result.
        seed: As in `keras.random.normal`.

    Returns:
        A tensor of shape (batch, num_samples).

    Raises:
        ValueError: `logits` has not two axes.

    Example:

    >>> keras.random.categorical(keras.ops.zeros((2, 5)), num_samples=3, seed=1).shape
    (2, 3)
    """
    dtype = backend.standardize_dtype(dtype)
    if any_symbolic_tensors((logits,)):
        _check_rank_2(logits)
        return Categorical(num_samples, dtype, seed).symbolic_call(logits)
    logits = _converted(logits)
    _check_rank_2(logits)
    check_size((logits.shape[0], num_samples), dtype, "keras.random.categorical: a tensor")
    return _called("categorical", logits, num_samples, dtype, draw_seed(seed))


def _check_rank_2(logits):
    if len(logits.shape) != 2:
        raise ValueError(
            f"`logits` must have the shape (batch, classes). Received: logits of shape {tuple(logits.shape)}"
        )


def checked_noise_shape(noise_shape):
    """The shape of a mask of dropout as a tuple of positive ints and `None`; `None` stays."""
    if noise_shape is None:
        return None
    sizes = tuple(noise_shape) if isinstance(noise_shape, (list, tuple)) else (noise_shape,)
    if any(n is not None and (not isinstance(n, int) or isinstance(n, bool) or n < 1) for n in sizes):
        raise ValueError(f"`noise_shape` must hold positive ints or None. Received: noise_shape={noise_shape}")
    return sizes


def _check_broadcasts(noise_shape, inputs):
    """Raises where a mask of that shape cannot be broadcast to the inputs, as far as their sizes are known."""
    if noise_shape is None or inputs.shape is None or getattr(inputs.shape, "rank", 0) is None:
        return
    sizes = tuple(inputs.shape)
    pairs = zip(reversed(noise_shape), reversed(sizes))
    if len(noise_shape) > len(sizes) or any(n not in (1, None) and wanted not in (None, n) for n, wanted in pairs):
        raise ValueError(
            f"`noise_shape` must broadcast to the shape of the inputs, {sizes}: each size must be 1, None or that of the "
            f"inputs. Received: noise_shape={noise_shape}"
        )


@keras_export("keras.random.dropout")
def dropout(inputs, rate, noise_shape=None, seed=None):
    """Sets elements to zero at random and scales the others up, so that the expected sum stays.

    Args:
        inputs: Tensor.
        rate: Float from 0 to 1, the probability of zero.
        noise_shape: Shape of the mask, which broadcasts to that of `inputs`; `None` in it stands for the size there.
        seed: As in `keras.random.normal`.

    Returns:
        A tensor of the shape and dtype of `inputs`.

    Raises:
        ValueError: `noise_shape` holds anything but positive ints and `None`, or does not broadcast to the shape of `inputs`.

    Example:

    >>> keras.random.dropout(keras.ops.ones((2, 3)), rate=0.5, seed=1).shape
    (2, 3)
    """
    noise_shape = checked_noise_shape(noise_shape)
    if any_symbolic_tensors((inputs,)):
        _check_broadcasts(noise_shape, inputs)
        return Dropout(rate, noise_shape, seed).symbolic_call(inputs)
    inputs = _converted(inputs)
    _check_broadcasts(noise_shape, inputs)
    return door.engine_for().random.dropout(inputs, rate, noise_shape, draw_seed(seed))


@keras_export("keras.random.shuffle")
def shuffle(x, axis=0, seed=None):
    """Puts the slices along an axis into random order.

    Args:
        x: Tensor.
        axis: The axis.
        seed: As in `keras.random.normal`.

    Returns:
        A tensor of the shape and dtype of `x`.

    Raises:
        ValueError: `x` has no such axis.

    Example:

    >>> sorted(keras.ops.convert_to_numpy(keras.random.shuffle([1, 2, 3], seed=1)).tolist())
    [1, 2, 3]
    """
    if any_symbolic_tensors((x,)):
        return Shuffle(axis, seed).symbolic_call(x)
    x = _converted(x)
    canonical_axis(axis, len(x.shape))
    return door.engine_for().random.shuffle(x, axis, draw_seed(seed))


@keras_export("keras.random.gamma")
def gamma(shape, alpha, dtype=None, seed=None):
    """Draws from a gamma distribution of scale 1.

    Args:
        shape: Tuple of ints.
        alpha: Float or tensor that broadcasts to `shape`: the shape parameter.
        dtype: Floating-point dtype of the result; floatx by default.
        seed: As in `keras.random.normal`.

    Returns:
        A tensor of the given shape.

    Example:

    >>> keras.random.gamma((2, 3), alpha=2.0, seed=1).shape
    (2, 3)
    """
    dtype = _dtype("gamma", dtype, "float")
    return _drawn("gamma", shape, (_tensor(alpha, dtype),), dtype, seed)


@keras_export("keras.random.binomial")
def binomial(shape, counts, probabilities, dtype=None, seed=None):
    """Draws how many of `counts` trials succeed.

    Args:
        shape: Tuple of ints.
        counts: Number or tensor that broadcasts to `shape`: the number of trials.
        probabilities: Float or tensor that broadcasts to `shape`: the probability of success.
        dtype: Floating-point dtype of the result; floatx by default.
        seed: As in `keras.random.normal`.

    Returns:
        A tensor of the given shape.

    Example:

    >>> keras.random.binomial((3,), counts=10, probabilities=0.5, seed=1).shape
    (3,)
    """
    dtype = _dtype("binomial", dtype, "float")
    return _drawn("binomial", shape, (_tensor(counts, dtype), _tensor(probabilities, dtype)), dtype, seed)


@keras_export("keras.random.beta")
def beta(shape, alpha, beta, dtype=None, seed=None):
    """Draws from a beta distribution.

    Args:
        shape: Tuple of ints.
        alpha: Float or tensor that broadcasts to `shape`: the first parameter.
        beta: Float or tensor that broadcasts to `shape`: the second parameter.
        dtype: Floating-point dtype of the result; floatx by default.
        seed: As in `keras.random.normal`.

    Returns:
        A tensor of the given shape.

    Example:

    >>> keras.random.beta((3,), alpha=1.0, beta=2.0, seed=1).shape
    (3,)
    """
    dtype = _dtype("beta", dtype, "float")
    return _drawn("beta", shape, (_tensor(alpha, dtype), _tensor(beta, dtype)), dtype, seed)
