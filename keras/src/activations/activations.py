"""Activation functions: the operations of `keras.ops` of these names, and a few that exist only here."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.backend.common.keras_tensor import KerasTensor, of_any_rank
from keras.src.graph.operation import Operation


def _remember_logits(probabilities, logits):
    """Losses on symbolic probabilities may compute with the logits instead, which is more exact."""
    if isinstance(probabilities, KerasTensor):
        probabilities._keras_logits = logits
    return probabilities


def _relu(x, negative_slope, max_value, threshold):
    if threshold == 0:
        positive = ops.relu(x) if negative_slope == 0 else ops.leaky_relu(x, negative_slope=negative_slope)
    else:
        x = ops.convert_to_tensor(x)
        below = ops.multiply(ops.subtract(x, threshold), negative_slope) if negative_slope else ops.zeros_like(x)
        positive = ops.where(ops.greater(x, threshold), x, below)
    return positive if max_value is None else ops.minimum(positive, max_value)


class ReLU(Operation):
    """The operation of `relu` in a graph."""

    def __init__(self, negative_slope=0.0, max_value=None, threshold=0.0, name=None):
        super().__init__(name=name)
        self.negative_slope = negative_slope
        self.max_value = max_value
        self.threshold = threshold

    def call(self, x):
        return _relu(x, self.negative_slope, self.max_value, self.threshold)

    def compute_output_spec(self, x):
        return of_any_rank(x.shape, dtype=x.dtype, sparse=x.sparse)


@keras_export("keras.activations.relu")
def relu(x, negative_slope=0.0, max_value=None, threshold=0.0):
    """Rectified linear unit: `max(x, 0)`, with three options.

    Args:
        x: Tensor.
        negative_slope: Slope below the threshold.
        max_value: Largest value of the result; None for no limit.
        threshold: Up to here the result is `negative_slope * (x - threshold)`, above it is `x`.

    Returns:
        A tensor of the shape and dtype of `x`.

    Example:

    >>> x = keras.ops.convert_to_tensor([-10.0, 0.5, 10.0])
    >>> [float(y) for y in keras.activations.relu(x, negative_slope=0.5, max_value=5.0)]
    [-5.0, 0.5, 5.0]
    """
    if isinstance(x, KerasTensor):
        return ReLU(negative_slope, max_value, threshold)(x)
    if negative_slope == 0 and max_value is None and threshold == 0:
        return ops.relu(x)
    return _relu(x, negative_slope, max_value, threshold)


@keras_export("keras.activations.leaky_relu")
def leaky_relu(x, negative_slope=0.2):
    """`x` where it is positive, else `negative_slope * x`.

    Args:
        x: Tensor.
        negative_slope: Slope for negative values.

    Returns:
        A tensor of the shape and dtype of `x`.

    Example:

    >>> float(keras.activations.leaky_relu(keras.ops.convert_to_tensor(-2.0), 0.5))
    -1.0
    """
    return ops.leaky_relu(x, negative_slope=negative_slope)


@keras_export("keras.activations.softmax")
def softmax(x, axis=-1):
    """Exponentials divided by their sum: probabilities that sum to one along `axis`.

    Args:
        x: Tensor of logits.
        axis: Axis, or tuple of axes, along which the results sum to one.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> [float(p) for p in keras.activations.softmax(keras.ops.zeros(4))]
    [0.25, 0.25, 0.25, 0.25]
    """
    return _remember_logits(ops.softmax(x, axis=axis), x)


@keras_export("keras.activations.sigmoid")
def sigmoid(x):
    """Logistic function `1 / (1 + exp(-x))`.

    Args:
        x: Tensor.

    Returns:
        A tensor of the shape of `x`, with values between 0 and 1.

    Example:

    >>> float(keras.activations.sigmoid(keras.ops.convert_to_tensor(0.0)))
    0.5
    """
    return _remember_logits(ops.sigmoid(x), x)


@keras_export("keras.activations.exponential")
def exponential(x):
    """`exp(x)`.

    Args:
        x: Tensor.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> float(keras.activations.exponential(keras.ops.convert_to_tensor(0.0)))
    1.0
    """
    return ops.exp(x)


@keras_export("keras.activations.mish")
def mish(x):
    """`x * tanh(softplus(x))`: [Misra](https://arxiv.org/abs/1908.08681).

    Args:
        x: Tensor.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> float(keras.activations.mish(keras.ops.convert_to_tensor(0.0)))
    0.0
    """
    return ops.multiply(x, ops.tanh(ops.softplus(x)))


@keras_export("keras.activations.linear")
def linear(x):
    """`x` itself.

    Args:
        x: Tensor.

    Returns:
        `x`, unchanged.

    Example:

    >>> float(keras.activations.linear(keras.ops.convert_to_tensor(2.5)))
    2.5
    """
    return x


@keras_export("keras.activations.elu")
def elu(x, alpha=1.0):
    """Exponential linear unit: `x` where it is positive, else `alpha * (exp(x) - 1)`.

    Args:
        x: Tensor.
        alpha: Limit for very negative values, negated.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> round(float(keras.activations.elu(keras.ops.convert_to_tensor(2.0))), 4)
    2.0
    """
    return ops.elu(x, alpha=alpha)


@keras_export("keras.activations.celu")
def celu(x, alpha=1.0):
    """Continuously differentiable ELU: `max(x, 0) + min(alpha * (exp(x / alpha) - 1), 0)`.

    Args:
        x: Tensor.
        alpha: Limit for very negative values, negated.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> round(float(keras.activations.celu(keras.ops.convert_to_tensor(2.0))), 4)
    2.0
    """
    return ops.celu(x, alpha=alpha)


@keras_export("keras.activations.selu")
def selu(x):
    """Scaled ELU, which keeps mean and variance through layers: [Klambauer et al.](https://arxiv.org/abs/1706.02515).

    Args:
        x: Tensor.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> round(float(keras.activations.selu(keras.ops.convert_to_tensor(0.0))), 4)
    0.0
    """
    return ops.selu(x)


@keras_export("keras.activations.gelu")
def gelu(x, approximate=False):
    """Gaussian error linear unit: `x` times the probability that a standard normal number is below `x`.

    Args:
        x: Tensor.
        approximate: Whether to compute that probability by `tanh`.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> round(float(keras.activations.gelu(keras.ops.convert_to_tensor(0.0))), 4)
    0.0
    """
    return ops.gelu(x, approximate=approximate)


@keras_export(["keras.activations.silu", "keras.activations.swish"])
def silu(x):
    """`x * sigmoid(x)`, also called swish.

    Args:
        x: Tensor.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> round(float(keras.activations.silu(keras.ops.convert_to_tensor(0.0))), 4)
    0.0
    """
    return ops.silu(x)


@keras_export(["keras.activations.hard_silu", "keras.activations.hard_swish"])
def hard_silu(x):
    """`x * hard_sigmoid(x)`: a piecewise approximation of `silu`.

    Args:
        x: Tensor.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> round(float(keras.activations.hard_silu(keras.ops.convert_to_tensor(0.0))), 4)
    0.0
    """
    return ops.hard_silu(x)


@keras_export("keras.activations.glu")
def glu(x, axis=-1):
    """Gated linear unit: the first half of `x` along `axis` times the sigmoid of the second half.

    Args:
        x: Tensor.
        axis: Axis that is halved.

    Returns:
        A tensor of the shape of `x`, half as long along `axis`.

    Example:

    >>> float(keras.activations.glu(keras.ops.convert_to_tensor([2.0, 0.0]))[0])
    1.0
    """
    return ops.glu(x, axis=axis)


@keras_export("keras.activations.relu6")
def relu6(x):
    """`min(max(x, 0), 6)`.

    Args:
        x: Tensor.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> round(float(keras.activations.relu6(keras.ops.convert_to_tensor(8.0))), 4)
    6.0
    """
    return ops.relu6(x)


@keras_export("keras.activations.softplus")
def softplus(x):
    """`log(1 + exp(x))`.

    Args:
        x: Tensor.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> round(float(keras.activations.softplus(keras.ops.convert_to_tensor(0.0))), 4)
    0.6931
    """
    return ops.softplus(x)


@keras_export("keras.activations.softsign")
def softsign(x):
    """`x / (1 + abs(x))`.

    Args:
        x: Tensor.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> round(float(keras.activations.softsign(keras.ops.convert_to_tensor(2.0))), 4)
    0.6667
    """
    return ops.softsign(x)


@keras_export("keras.activations.soft_shrink")
def soft_shrink(x, threshold=0.5):
    """Moves `x` towards zero by `threshold`, to zero where it is closer.

    Args:
        x: Tensor.
        threshold: How far.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> round(float(keras.activations.soft_shrink(keras.ops.convert_to_tensor(2.0))), 4)
    1.5
    """
    return ops.soft_shrink(x, threshold=threshold)


@keras_export("keras.activations.hard_shrink")
def hard_shrink(x, threshold=0.5):
    """`x` where its absolute value is above `threshold`, else zero.

    Args:
        x: Tensor.
        threshold: The bound.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> round(float(keras.activations.hard_shrink(keras.ops.convert_to_tensor(2.0))), 4)
    2.0
    """
    return ops.hard_shrink(x, threshold=threshold)


@keras_export("keras.activations.sparse_plus")
def sparse_plus(x):
    """Zero up to -1, `x` from 1 on, `(x + 1)**2 / 4` between.

    Args:
        x: Tensor.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> round(float(keras.activations.sparse_plus(keras.ops.convert_to_tensor(2.0))), 4)
    2.0
    """
    return ops.sparse_plus(x)


@keras_export("keras.activations.sparse_sigmoid")
def sparse_sigmoid(x):
    """`(x + 1) / 2`, clipped to between 0 and 1.

    Args:
        x: Tensor.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> round(float(keras.activations.sparse_sigmoid(keras.ops.convert_to_tensor(2.0))), 4)
    1.0
    """
    return ops.sparse_sigmoid(x)


@keras_export("keras.activations.sparsemax")
def sparsemax(x, axis=-1):
    """The closest point of the simplex, a softmax with zeros: [Martins and Astudillo](https://arxiv.org/abs/1602.02068).

    Args:
        x: Tensor.
        axis: Axis along which the results sum to one.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> [float(p) for p in keras.activations.sparsemax(keras.ops.convert_to_tensor([2.0, 0.0]))]
    [1.0, 0.0]
    """
    return ops.sparsemax(x, axis=axis)


@keras_export("keras.activations.squareplus")
def squareplus(x, b=4):
    """`(x + sqrt(x**2 + b)) / 2`.

    Args:
        x: Tensor.
        b: How smooth the bend at zero is.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> round(float(keras.activations.squareplus(keras.ops.convert_to_tensor(0.0))), 4)
    1.0
    """
    return ops.squareplus(x, b=b)


@keras_export("keras.activations.tanh")
def tanh(x):
    """Hyperbolic tangent.

    Args:
        x: Tensor.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> round(float(keras.activations.tanh(keras.ops.convert_to_tensor(0.0))), 4)
    0.0
    """
    return ops.tanh(x)


@keras_export("keras.activations.tanh_shrink")
def tanh_shrink(x):
    """`x - tanh(x)`.

    Args:
        x: Tensor.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> round(float(keras.activations.tanh_shrink(keras.ops.convert_to_tensor(0.0))), 4)
    0.0
    """
    return ops.tanh_shrink(x)


@keras_export("keras.activations.hard_tanh")
def hard_tanh(x):
    """`x`, clipped to between -1 and 1.

    Args:
        x: Tensor.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> round(float(keras.activations.hard_tanh(keras.ops.convert_to_tensor(2.0))), 4)
    1.0
    """
    return ops.hard_tanh(x)


@keras_export("keras.activations.threshold")
def threshold(x, threshold, default_value):
    """`x` where it is above `threshold`, else `default_value`.

    Args:
        x: Tensor.
        threshold: The bound.
        default_value: What replaces the values up to the bound.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> float(keras.activations.threshold(keras.ops.convert_to_tensor(-2.0), 0.0, 9.0))
    9.0
    """
    return ops.threshold(x, threshold, default_value)


@keras_export("keras.activations.hard_sigmoid")
def hard_sigmoid(x):
    """`x / 6 + 1 / 2`, clipped to between 0 and 1.

    Args:
        x: Tensor.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> round(float(keras.activations.hard_sigmoid(keras.ops.convert_to_tensor(0.0))), 4)
    0.5
    """
    return ops.hard_sigmoid(x)


@keras_export("keras.activations.log_sigmoid")
def log_sigmoid(x):
    """Logarithm of the sigmoid.

    Args:
        x: Tensor.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> round(float(keras.activations.log_sigmoid(keras.ops.convert_to_tensor(0.0))), 4)
    -0.6931
    """
    return ops.log_sigmoid(x)


@keras_export("keras.activations.log_softmax")
def log_softmax(x, axis=-1):
    """Logarithm of the softmax.

    Args:
        x: Tensor.
        axis: Axis along which the probabilities sum to one.

    Returns:
        A tensor of the shape of `x`.

    Example:

    >>> float(keras.activations.log_softmax(keras.ops.zeros(1))[0])
    0.0
    """
    return ops.log_softmax(x, axis=axis)
