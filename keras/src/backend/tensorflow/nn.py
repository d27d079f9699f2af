"""Kernels of `keras.ops.nn`: normalisation, encodings, losses; activations, convolutions and pools stand elsewhere."""

import tensorflow as tf

from keras.src.backend import config
from keras.src.backend.common.windows import per_dimension
from keras.src.backend.tensorflow.activations import (  # noqa: F401
    elu,
    gelu,
    hard_sigmoid,
    hard_silu,
    hard_swish,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    softmax,
    softplus,
    softsign,
    swish,
)
from keras.src.backend.tensorflow.convolution import conv, conv_transpose, depthwise_conv
from keras.src.backend.tensorflow.ctc import ctc_decode, ctc_loss
from keras.src.backend.tensorflow.pooling import (  # noqa: F401
    adaptive_average_pool,
    adaptive_max_pool,
    average_pool,
    max_pool,
)
from keras.src.backend.tensorflow.products import matmul, tensordot
from keras.src.backend.tensorflow.support import (
    HALF,
    as_index,
    axes_of,
    constant,
    dims,
    has_gpu,
    ints,
    reshape,
    scalar_like,
)
from keras.src.backend.tensorflow.tensors import cast, product, to_engine_dtype

_raw = tf.raw_ops


def affine(x, kernel, bias, axes=1):
    if x.shape.rank is None or x.shape.rank < axes + 1 or kernel.shape.rank == axes:
        return tensordot(x, kernel, axes) + bias
    sizes, columns = dims(x), dims(kernel)[axes:]
    rows = x if len(sizes) == 2 and axes == 1 else reshape(x, [-1, product(sizes[-axes:])])
    plain = axes == 1 and len(columns) == 1
    if not plain:
        kernel, bias = reshape(kernel, [product(sizes[-axes:]), -1]), reshape(bias, [-1])
    # The sum joins the product in one kernel, and its gradient sums without asking for shapes.
    result = _raw.BiasAdd(value=matmul(rows, kernel), bias=bias)
    return result if rows is x and plain else reshape(result, [*sizes[:-axes], *columns])


# ---------------------------------------------------------------------------------------------------------------------
# Normalisation


def moments(x, axes, keepdims=False, synchronized=False):
    wide = _wide(x)
    axes = axes_of(x, tuple(axes) if isinstance(axes, list) else axes)
    mean = tf.reduce_mean(wide, axes, keepdims=True)
    if synchronized and _replicas() > 1:
        context = tf.distribute.get_replica_context()
        square = tf.reduce_mean(tf.square(wide), axes, keepdims=True)
        mean, square = context.all_reduce(tf.distribute.ReduceOp.MEAN, [mean, square])
        variance = square - tf.square(mean)
    else:
        variance = tf.reduce_mean(tf.math.squared_difference(wide, mean), axes, keepdims=True)
    if not keepdims:
        mean, variance = tf.squeeze(mean, axes), tf.squeeze(variance, axes)
    if x.dtype is tf.float16:
        mean, variance = (tf.clip_by_value(m, tf.float16.min, tf.float16.max) for m in (mean, variance))
    return cast(mean, x.dtype), cast(variance, x.dtype)


def _replicas():
    context = tf.distribute.get_replica_context()
    return 1 if context is None else context.strategy.num_replicas_in_sync


def batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=1e-3):
    axis = range(x.shape.rank)[axis]
    factor = _raw.Rsqrt(x=_raw.AddV2(x=variance, y=epsilon))
    factor = factor if scale is None else _raw.Mul(x=factor, y=scale)
    shift = _raw.Mul(x=mean, y=factor)
    shift = _raw.Neg(x=shift) if offset is None else _raw.Sub(x=offset, y=shift)
    if axis != x.shape.rank - 1:
        shape = [-1 if i == axis else 1 for i in range(x.shape.rank)]
        factor, shift = reshape(factor, shape), reshape(shift, shape)
    return _raw.AddV2(x=_raw.Mul(x=x, y=factor), y=shift)


def _wide(x):
    return cast(x, "float32") if x.dtype in HALF else x


def _beside(weights, x, axes):
    """`weights` over the dimensions `axes` of `x`, with dimensions of size 1 in the other places."""
    if weights.shape.rank == 0 or axes == (x.shape.rank - 1,):
        return weights
    sizes = dims(x)
    return reshape(weights, [sizes[i] if i in axes else 1 for i in range(len(sizes))])


def _mean(x, axes):
    return _raw.Mean(input=x, axis=ints(axes), keep_dims=True)


def layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None):
    axes, wide = axes_of(x, axis), _wide(x)
    mean = _mean(wide, axes)
    variance = _mean(_raw.SquaredDifference(x=wide, y=mean), axes)
    factor = _raw.Rsqrt(x=_raw.AddV2(x=variance, y=_epsilon(epsilon)))
    result = _raw.Mul(x=_raw.Sub(x=wide, y=mean), y=factor)
    result = result if gamma is None else _raw.Mul(x=result, y=cast(_beside(gamma, x, axes), wide.dtype))
    result = result if beta is None else _raw.AddV2(x=result, y=cast(_beside(beta, x, axes), wide.dtype))
    return cast(result, x.dtype)


def rms_normalization(x, scale=None, axis=-1, epsilon=None):
    wide = _wide(x)
    squares = _mean(_raw.Square(x=wide), axes_of(x, axis))
    result = _raw.Mul(x=wide, y=_raw.Rsqrt(x=_raw.AddV2(x=squares, y=_epsilon(epsilon))))
    return cast(result if scale is None else _raw.Mul(x=result, y=cast(scale, wide.dtype)), x.dtype)


def _epsilon(epsilon):
    return config.epsilon() if epsilon is None else epsilon


# ---------------------------------------------------------------------------------------------------------------------
# Encodings


def one_hot(x, num_classes, axis=-1, dtype=None, sparse=False):
    dtype = to_engine_dtype(dtype or config.floatx())
    x = as_index(x)
    axis = -1 if axis in (-1, x.shape.rank) else range(x.shape.rank + 1)[axis]
    if sparse:
        return _sparse_one_hot(x, num_classes, axis, dtype)
    on, off = (True, False) if dtype is tf.bool else (1, 0)
    return _raw.OneHot(
        indices=x, depth=num_classes, on_value=constant(on, dtype), off_value=constant(off, dtype), axis=axis
    )


def _sparse_one_hot(x, num_classes, axis, dtype):
    rank = x.shape.rank
    axis = range(rank + 1)[axis]
    places = tf.where((x >= 0) & (x < num_classes))
    classes = cast(tf.gather_nd(x, places), "int64")[:, None]
    indices = tf.concat([places[:, :axis], classes, places[:, axis:]], 1)
    shape = dims(x)
    shape.insert(axis, num_classes)
    shape = tf.stack([cast(n, "int64") for n in shape])
    hot = tf.SparseTensor(indices, tf.ones([tf.shape(indices)[0]], dtype), shape)
    return hot if axis == rank else tf.sparse.reorder(hot)


def multi_hot(inputs, num_classes=None, axis=-1, dtype=None, sparse=False):
    dtype = to_engine_dtype(dtype or config.floatx())
    # The dimension of the labels is the last; for a single example the only one.
    reduced = 1 if inputs.shape.rank > 1 else 0
    if not sparse:
        hot = one_hot(inputs, num_classes, axis, "bool")
        return cast(tf.reduce_any(hot, reduced), dtype)
    hot = one_hot(inputs, num_classes, axis, "int32", sparse=True)
    summed = tf.sparse.reduce_max(hot, reduced, output_is_sparse=True)
    return tf.SparseTensor(summed.indices, cast(summed.values, dtype), summed.dense_shape)


def depth_to_space(x, block_size, data_format="channels_last"):
    if data_format == "channels_last":
        return _raw.DepthToSpace(input=x, block_size=block_size)
    # The channels of one output channel are neighbours here, unlike with the channels last.
    batch, channels, height, width = dims(x)
    channels //= block_size**2
    x = tf.transpose(reshape(x, [batch, channels, block_size, block_size, height, width]), [0, 1, 4, 2, 5, 3])
    return reshape(x, [batch, channels, height * block_size, width * block_size])


def space_to_depth(x, block_size, data_format="channels_last"):
    if data_format == "channels_last":
        return _raw.SpaceToDepth(input=x, block_size=block_size)
    batch, channels, height, width = dims(x)
    height, width = height // block_size, width // block_size
    x = tf.transpose(reshape(x, [batch, channels, height, block_size, width, block_size]), [0, 1, 3, 5, 2, 4])
    return reshape(x, [batch, channels * block_size**2, height, width])


def unfold(x, kernel_size, dilation=1, padding=0, stride=1):
    height, width = per_dimension(kernel_size, 2, "kernel_size")
    rows, columns = per_dimension(padding, 2, "padding")
    patches = tf.image.extract_patches(
        tf.pad(tf.transpose(x, [0, 2, 3, 1]), [[0, 0], [rows, rows], [columns, columns], [0, 0]]),
        [1, height, width, 1],
        [1, *per_dimension(stride, 2, "stride"), 1],
        [1, *per_dimension(dilation, 2, "dilation"), 1],
        "VALID",
    )
    batch, high, wide, _ = dims(patches)
    channels = dims(x)[1]
    x_NLWC = reshape(patches, [batch, high * wide, height * width, channels])
    return reshape(tf.transpose(x_NLWC, [0, 3, 2, 1]), [batch, channels * height * width, high * wide])


def polar(abs_, angle):
    abs_, angle = _wide(abs_), _wide(angle)
    return tf.complex(abs_ * tf.cos(angle), abs_ * tf.sin(angle))


# ---------------------------------------------------------------------------------------------------------------------
# Losses


_SPACING_BELOW_ONE = {tf.float16: 2.0**-11, tf.bfloat16: 2.0**-8}


def _inside(probabilities):
    """Probabilities kept off 0 and 1, by the least that their dtype can tell from 1."""
    epsilon = config.epsilon()
    least = scalar_like(epsilon, probabilities)
    most = scalar_like(1.0 - max(epsilon, _SPACING_BELOW_ONE.get(probabilities.dtype, 0.0)), probabilities)
    return _raw.Minimum(x=_raw.Maximum(x=probabilities, y=least), y=most)


def binary_crossentropy(target, output, from_logits=False):
    if from_logits:
        return tf.nn.sigmoid_cross_entropy_with_logits(labels=target, logits=output)
    output = _inside(output)
    return -(target * tf.math.log(output) + (1 - target) * tf.math.log(1 - output))


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    if from_logits:
        return tf.nn.softmax_cross_entropy_with_logits(labels=target, logits=output, axis=axis)
    output = _inside(output / tf.reduce_sum(output, axis, keepdims=True))
    return -tf.reduce_sum(target * tf.math.log(output), axis)


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    target = as_index(target)
    if target.shape.rank == output.shape.rank:
        target = tf.squeeze(target, axis)
    if axis % output.shape.rank != output.shape.rank - 1:
        output = tf.experimental.numpy.moveaxis(output, axis, -1)
    if from_logits:
        return _losses_by_label(target, output)
    logs = tf.math.log(_inside(output / tf.reduce_sum(output, -1, keepdims=True)))
    return -tf.reduce_sum(tf.one_hot(target, dims(output)[-1], dtype=output.dtype) * logs, -1)


def _losses_by_label(labels, logits):
    if tf.executing_eagerly() and not has_gpu():
        try:
            return _softmax_losses(labels, logits)
        except tf.errors.InvalidArgumentError:
            pass  # a label out of range
    known = (labels >= 0) & (labels < cast(tf.shape(logits)[-1], labels.dtype))
    losses = _softmax_losses(tf.where(known, labels, tf.zeros_like(labels)), logits)
    return tf.where(known, losses, tf.zeros_like(losses))


def _softmax_losses(labels, logits):
    rank = logits.shape.rank
    rows = _wide(logits) if rank == 2 else reshape(_wide(logits), [-1, dims(logits)[-1]])
    flat = labels if rank == 2 else reshape(labels, [-1])
    losses = _raw.SparseSoftmaxCrossEntropyWithLogits(features=rows, labels=flat)[0]
    return cast(losses if rank == 2 else reshape(losses, dims(labels)), logits.dtype)
