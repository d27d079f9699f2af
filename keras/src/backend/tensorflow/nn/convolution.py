"""Convolutions, with the channels last: TensorFlow has them in that order on every device."""

import functools

import tensorflow as tf

from keras.src.backend import config
from keras.src.backend.common.windows import per_dimension, transposed_cut, transposed_size
from keras.src.backend.tensorflow.support import HALF_TO_FLOAT32, dims, ints, reshape, through, transpose

_raw = tf.raw_ops
_INTS = (tf.bool, tf.int8, tf.int16, tf.uint8, tf.uint16, tf.uint32, tf.int64, tf.uint64)
_INTS_TO_INT32 = dict.fromkeys(_INTS, tf.int32)
_INTS_TO_FLOAT64 = dict.fromkeys((*_INTS, tf.int32), tf.float64)


def channels_last(function):
    """A kernel for both data formats, from one that takes the channels last."""

    @functools.wraps(function)
    def kernel(inputs, *args, data_format):
        rank = inputs.shape.rank
        if data_format != "channels_first":
            return function(inputs, *args)
        moved = transpose(inputs, [0, *range(2, rank), 1])
        return transpose(function(moved, *args), [0, rank - 1, *range(1, rank - 1)])

    return kernel


def format_of(data_format):
    """`data_format`, or the configured one for `None`."""
    return config.image_data_format() if data_format is None else data_format


def with_height(function):
    """For one spatial dimension, a kernel of two: sequences are images of height 1."""

    @functools.wraps(function)
    def kernel(inputs, kernel, strides, padding, dilation):
        if inputs.shape.rank != 3:
            return function(inputs, kernel, strides, padding, dilation)
        result = function(tf.expand_dims(inputs, 1), tf.expand_dims(kernel, 0), (1, *strides), padding, (1, *dilation))
        return tf.squeeze(result, 1)

    return kernel


def _window_arguments(strides, padding, dilation):
    return {
        "strides": [1, *strides, 1],
        "padding": padding.upper(),
        "dilations": [1, *dilation, 1],
    }


def _wide_where_dilated(function):
    """A kernel that computes dilated windows of half precision in float32: on CPUs there are no others."""
    wide = through(HALF_TO_FLOAT32, function)

    @functools.wraps(function)
    def kernel(inputs, kernel, *settings):
        dilation = settings[-1]
        return (function if all(d == 1 for d in dilation) else wide)(inputs, kernel, *settings)

    return kernel


@_wide_where_dilated
@with_height
def _conv(inputs, kernel, strides, padding, dilation):
    window = _window_arguments(strides, padding, dilation)
    if inputs.shape.rank == 4:
        return through(_INTS_TO_INT32, lambda x, k: _raw.Conv2D(input=x, filter=k, **window))(inputs, kernel)
    return through(_INTS_TO_FLOAT64, lambda x, k: _conv3d(x, k, window))(inputs, kernel)


def _conv3d(inputs, kernel, window):
    groups = inputs.shape[-1] // kernel.shape[-2]
    if groups == 1:
        return _raw.Conv3D(input=inputs, filter=kernel, **window)
    pieces = zip(tf.split(inputs, groups, -1), tf.split(kernel, groups, -1))
    return tf.concat([_raw.Conv3D(input=x, filter=k, **window) for x, k in pieces], -1)


@with_height
def _depthwise_conv(inputs, kernel, strides, padding, dilation):
    window = _window_arguments(strides, padding, dilation)
    if strides[0] == strides[1] and dilation == (1, 1) and inputs.dtype.is_floating:
        return _raw.DepthwiseConv2dNative(input=inputs, filter=kernel, **window)
    # Each channel as a group of an ordinary convolution.
    *sizes, channels, multiplier = dims(kernel)
    return _conv(inputs, reshape(kernel, [*sizes, 1, channels * multiplier]), strides, padding, dilation)


def _on_windows(function):
    """A kernel with the parameters of the public function, from one with tuples for each spatial dimension."""
    in_last = channels_last(function)

    def kernel(inputs, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
        rank = inputs.shape.rank - 2
        return in_last(
            inputs,
            kernel,
            per_dimension(strides, rank, "strides"),
            padding,
            per_dimension(dilation_rate, rank, "dilation_rate"),
            data_format=format_of(data_format),
        )

    return kernel


conv, depthwise_conv = _on_windows(_conv), _on_windows(_depthwise_conv)


# ---------------------------------------------------------------------------------------------------------------------
# Transposed


def conv_transpose(inputs, kernel, strides=1, padding="valid", output_padding=None, data_format=None, dilation_rate=1):
    rank = inputs.shape.rank - 2
    strides, dilation = per_dimension(strides, rank, "strides"), per_dimension(dilation_rate, rank, "dilation_rate")
    extra = (None,) * rank if output_padding is None else per_dimension(output_padding, rank, "output_padding")
    in_last = channels_last(_conv_transpose)
    return in_last(inputs, kernel, strides, padding, dilation, extra, data_format=format_of(data_format))


def _conv_transpose(inputs, kernel, strides, padding, dilation, extra):
    if inputs.shape.rank == 3:
        inputs, kernel = tf.expand_dims(inputs, 1), tf.expand_dims(kernel, 0)
        strides, dilation, extra = (1, *strides), (1, *dilation), (None, *extra)
        return tf.squeeze(_conv_transpose(inputs, kernel, strides, padding, dilation, extra), 1)
    batch, *sizes, _ = dims(inputs)
    windows = [(n, w, s, d, padding, e) for n, w, s, d, e in zip(sizes, kernel.shape, strides, dilation, extra)]
    wanted = [transposed_size(*window) for window in windows]
    if all(e is None for e in extra):
        return _backprop(inputs, kernel, [batch, *wanted, kernel.shape[-2]], strides, padding, dilation)
    spans = [(n - 1) * s + (w - 1) * d + 1 for n, w, s, d in zip(sizes, kernel.shape, strides, dilation)]
    full = _backprop(inputs, kernel, [batch, *spans, kernel.shape[-2]], strides, "valid", dilation)
    # What is cut off does not depend on the size, which may be a tensor.
    return _cut(full, [transposed_cut(1, *window[1:]) for window in windows])


def _cut(x, cuts):
    """`x` without what `cuts` says at both ends of each spatial dimension; negative numbers add zeros."""
    pads = [(0, 0), *((max(-before, 0), max(-after, 0)) for before, after in cuts), (0, 0)]
    key = [slice(max(before, 0), -after if after > 0 else None) for before, after in cuts]
    return tf.pad(x[(slice(None), *key)], pads)


@_wide_where_dilated
def _backprop(inputs, kernel, output_shape, strides, padding, dilation):
    """The transpose of a convolution that gives tensors like `inputs`."""
    if inputs.dtype == tf.float64:
        kernel, dilation = _spread(kernel, dilation), (1,) * len(dilation)
    window = _window_arguments(strides, padding, dilation)
    shape = ints(tuple(output_shape))
    if inputs.shape.rank == 4:
        result = _raw.Conv2DBackpropInput(input_sizes=shape, filter=kernel, out_backprop=inputs, **window)
    else:
        result = _raw.Conv3DBackpropInputV2(input_sizes=shape, filter=kernel, out_backprop=inputs, **window)
    return tf.ensure_shape(result, [n if isinstance(n, int) else None for n in output_shape])


def _spread(kernel, dilation):
    """`kernel` with zeros between its elements, which counts as dilated: CPUs have no such transpose in float64."""
    for axis, step in enumerate(dilation):
        sizes = dims(kernel)
        pads = [(0, (step - 1) * (i == axis + 1)) for i in range(len(sizes) + 1)]
        apart = tf.pad(tf.expand_dims(kernel, axis + 1), pads)
        kernel = reshape(apart, [*sizes[:axis], sizes[axis] * step, *sizes[axis + 1 :]])
        kernel = kernel[(slice(None),) * axis + (slice(0, (sizes[axis] - 1) * step + 1),)]
    return kernel
