"""Kernels of `keras.ops.nn`, gathered from the modules by theme."""

from keras.src.backend.tensorflow.nn.activation import *  # noqa: F403
from keras.src.backend.tensorflow.nn.convolution import *  # noqa: F403
from keras.src.backend.tensorflow.nn.ctc import *  # noqa: F403
from keras.src.backend.tensorflow.nn.encoding import *  # noqa: F403
from keras.src.backend.tensorflow.nn.linear import *  # noqa: F403
from keras.src.backend.tensorflow.nn.loss import *  # noqa: F403
from keras.src.backend.tensorflow.nn.normalization import *  # noqa: F403
from keras.src.backend.tensorflow.nn.pooling import *  # noqa: F403
from keras.src.backend.tensorflow.nn.rearrangement import *  # noqa: F403
