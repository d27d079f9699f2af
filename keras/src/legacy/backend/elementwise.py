"""Functions of `tf.keras.backend` of single elements, and activations."""

from keras.src import activations, ops
from keras.src.api_export import keras_export


@keras_export("keras._legacy.backend.abs")
def abs(x):
    """Absolute values."""
    return ops.absolute(x)


@keras_export("keras._legacy.backend.cos")
def cos(x):
    """Cosines."""
    return ops.cos(x)


@keras_export("keras._legacy.backend.exp")
def exp(x):
    """Exponentials."""
    return ops.exp(x)


@keras_export("keras._legacy.backend.log")
def log(x):
    """Natural logarithms."""
    return ops.log(x)


@keras_export("keras._legacy.backend.round")
def round(x):
    """Whole numbers next to the elements, halves to even ones."""
    return ops.round(x)


@keras_export("keras._legacy.backend.sigmoid")
def sigmoid(x):
    """Sigmoids."""
    return ops.sigmoid(x)


@keras_export("keras._legacy.backend.sign")
def sign(x):
    """Signs: -1, 0 or 1."""
    return ops.sign(x)


@keras_export("keras._legacy.backend.sin")
def sin(x):
    """Sines."""
    return ops.sin(x)


@keras_export("keras._legacy.backend.softplus")
def softplus(x):
    """Softplus of the elements."""
    return ops.softplus(x)


@keras_export("keras._legacy.backend.softsign")
def softsign(x):
    """Softsign of the elements."""
    return ops.softsign(x)


@keras_export("keras._legacy.backend.square")
def square(x):
    """Squares."""
    return ops.square(x)


@keras_export("keras._legacy.backend.tanh")
def tanh(x):
    """Hyperbolic tangents."""
    return ops.tanh(x)


@keras_export("keras._legacy.backend.sqrt")
def sqrt(x):
    """Square roots, 0 of negative numbers."""
    return ops.sqrt(ops.maximum(x, 0.0))


@keras_export("keras._legacy.backend.pow")
def pow(x, a):
    """Powers with the exponent `a`."""
    return ops.power(x, a)


@keras_export("keras._legacy.backend.clip")
def clip(x, min_value, max_value):
    """Elements brought into an interval; `None` stands for no bound, and an upper bound below the lower one for the latter."""
    if isinstance(min_value, (int, float)) and isinstance(max_value, (int, float)) and max_value < min_value:
        max_value = min_value
    x = ops.convert_to_tensor(x)
    x = x if min_value is None else ops.maximum(x, ops.cast(min_value, x.dtype))
    return x if max_value is None else ops.minimum(x, ops.cast(max_value, x.dtype))


@keras_export("keras._legacy.backend.equal")
def equal(x, y):
    """Whether elements are equal."""
    return ops.equal(x, y)


@keras_export("keras._legacy.backend.not_equal")
def not_equal(x, y):
    """Whether elements differ."""
    return ops.not_equal(x, y)


@keras_export("keras._legacy.backend.greater")
def greater(x, y):
    """Whether elements of `x` are greater."""
    return ops.greater(x, y)


@keras_export("keras._legacy.backend.greater_equal")
def greater_equal(x, y):
    """Whether elements of `x` are greater or equal."""
    return ops.greater_equal(x, y)


@keras_export("keras._legacy.backend.less")
def less(x, y):
    """Whether elements of `x` are less."""
    return ops.less(x, y)


@keras_export("keras._legacy.backend.less_equal")
def less_equal(x, y):
    """Whether elements of `x` are less or equal."""
    return ops.less_equal(x, y)


@keras_export("keras._legacy.backend.maximum")
def maximum(x, y):
    """The greater of two elements each."""
    return ops.maximum(x, y)


@keras_export("keras._legacy.backend.minimum")
def minimum(x, y):
    """The less of two elements each."""
    return ops.minimum(x, y)


@keras_export("keras._legacy.backend.elu")
def elu(x, alpha=1.0):
    """Exponential linear units."""
    return ops.elu(x, alpha=alpha)


@keras_export("keras._legacy.backend.relu")
def relu(x, alpha=0.0, max_value=None, threshold=0.0):
    """Rectified linear units, with slope `alpha` below `threshold`, and at most `max_value`."""
    return activations.relu(x, negative_slope=alpha, max_value=max_value, threshold=threshold)


@keras_export("keras._legacy.backend.hard_sigmoid")
def hard_sigmoid(x):
    """Sigmoids in three pieces as Keras 2 had them: `0.2 * x + 0.5`, kept from 0 to 1."""
    return ops.clip(ops.add(ops.multiply(x, 0.2), 0.5), 0.0, 1.0)


@keras_export("keras._legacy.backend.softmax")
def softmax(x, axis=-1):
    """Softmax along an axis of a tensor of rank 2 or more."""
    if len(x.shape) < 2:
        raise ValueError(f"Cannot apply softmax to a tensor that is 1D. Received input: {x}")
    return ops.softmax(x, axis=axis)


@keras_export("keras._legacy.backend.l2_normalize")
def l2_normalize(x, axis=None):
    """Tensor divided by its length along `axis`; what is all zeros stays so."""
    squares = ops.sum(ops.square(x), axis=axis, keepdims=True)
    return ops.multiply(x, ops.rsqrt(ops.maximum(squares, 1e-12)))
