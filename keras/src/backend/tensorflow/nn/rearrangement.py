"""Kernels of `keras.ops.nn` that move elements about, and polar coordinates."""

import tensorflow as tf

from keras.src.backend.common.windows import per_dimension
from keras.src.backend.tensorflow.support import dims, reshape, widened

_raw = tf.raw_ops


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
    abs_, angle = widened(abs_), widened(angle)
    return tf.complex(abs_ * tf.cos(angle), abs_ * tf.sin(angle))
