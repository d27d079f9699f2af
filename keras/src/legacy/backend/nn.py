"""Functions of `tf.keras.backend` that layers are made of."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.backend import standardize_data_format as _checked


@keras_export("keras._legacy.backend.conv1d")
def conv1d(x, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Convolution over sequences; `padding` may be `"causal"`."""
    if padding == "causal":
        if _checked(data_format) == "channels_first":
            raise ValueError("`padding='causal'` needs the data format 'channels_last'.")
        x, padding = ops.pad(x, ((0, 0), (dilation_rate * (kernel.shape[0] - 1), 0), (0, 0))), "valid"
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


@keras_export("keras._legacy.backend.conv2d")
def conv2d(x, kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)):
    """Convolution over images."""
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


@keras_export("keras._legacy.backend.conv3d")
def conv3d(x, kernel, strides=(1, 1, 1), padding="valid", data_format=None, dilation_rate=(1, 1, 1)):
    """Convolution over volumes."""
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


@keras_export("keras._legacy.backend.conv2d_transpose")
def conv2d_transpose(x, kernel, output_shape, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)):
    """Transposed convolution over images, with a result of `output_shape`."""
    first = 1 if _checked(data_format) == "channels_last" else 2
    for_gaps = {"strides": strides, "dilation_rate": dilation_rate, "data_format": data_format}
    if padding not in ("valid", "same"):
        raise ValueError(f"`padding` must be 'valid' or 'same'. Received: padding={padding!r}")
    whole = ops.conv_transpose(x, kernel, padding="valid", **for_gaps)
    for axis, stride, dilation, taps in zip((first, first + 1), _pair(strides), _pair(dilation_rate), kernel.shape):
        size, span = x.shape[axis], dilation * (taps - 1) + 1
        beyond = max((size - 1) * stride + span - output_shape[axis], 0) if padding == "same" else 0
        whole = _cut(whole, axis, beyond // 2, output_shape[axis])
    return whole


@keras_export("keras._legacy.backend.depthwise_conv2d")
def depthwise_conv2d(x, depthwise_kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)):
    """Convolution over each channel of images by itself."""
    return ops.depthwise_conv(x, depthwise_kernel, strides, padding, data_format, dilation_rate)


@keras_export("keras._legacy.backend.separable_conv2d")
def separable_conv2d(
    x, depthwise_kernel, pointwise_kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)
):
    """Convolution over each channel of images, and one over all channels of a pixel."""
    return ops.separable_conv(x, depthwise_kernel, pointwise_kernel, strides, padding, data_format, dilation_rate)


@keras_export("keras._legacy.backend.pool2d")
def pool2d(x, pool_size, strides=(1, 1), padding="valid", data_format=None, pool_mode="max"):
    """Greatest elements (`"max"`) or means (`"avg"`) in windows of images."""
    return _pooling(pool_mode)(x, pool_size, strides, padding, data_format)


@keras_export("keras._legacy.backend.pool3d")
def pool3d(x, pool_size, strides=(1, 1, 1), padding="valid", data_format=None, pool_mode="max"):
    """Greatest elements (`"max"`) or means (`"avg"`) in windows of volumes."""
    return _pooling(pool_mode)(x, pool_size, strides, padding, data_format)


@keras_export("keras._legacy.backend.bias_add")
def bias_add(x, bias, data_format=None):
    """Adds a bias: a number for each channel, or an array in the shape of a sample."""
    rank, of_bias = len(x.shape), len(bias.shape)
    if of_bias not in (1, rank - 1):
        raise ValueError(f"Unexpected bias dimensions {of_bias}: there must be 1 or {rank - 1} dimensions.")
    if _checked(data_format) == "channels_last" or rank < 3:
        return ops.add(x, bias)
    sizes = tuple(bias.shape)
    spatial = sizes[:-1] if of_bias > 1 else (1,) * (rank - 2)
    return ops.add(x, ops.reshape(bias, (1, sizes[-1], *spatial)))


@keras_export("keras._legacy.backend.batch_normalization")
def batch_normalization(x, mean, var, beta, gamma, axis=-1, epsilon=1e-3):
    """Normalises by a mean and a variance, then scales by `gamma` and moves by `beta`, which may be `None`."""
    along = [1] * len(x.shape)
    along[axis] = -1
    mean, var, beta, gamma = (
        p if p is None or len(p.shape) != 1 else ops.reshape(p, along) for p in (mean, var, beta, gamma)
    )
    scale = ops.rsqrt(ops.add(var, epsilon))
    x = ops.multiply(ops.subtract(x, mean), scale if gamma is None else ops.multiply(scale, gamma))
    return x if beta is None else ops.add(x, beta)


def _pooling(mode):
    if mode not in ("max", "avg"):
        raise ValueError(f"Invalid pooling mode: {mode}. Expected: 'max' or 'avg'.")
    return ops.max_pool if mode == "max" else ops.average_pool


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def _cut(x, axis, start, size):
    """`size` elements along an axis from `start` on; zeros where there are no more."""
    missing = start + size - x.shape[axis]
    if missing > 0:
        x = ops.pad(x, [(0, missing if i == axis else 0) for i in range(len(x.shape))])
    return ops.take(x, ops.arange(start, start + size), axis=axis)
