"""Kernels of `keras.ops.nn`, gathered from the modules by theme."""

from keras.src.backend.torch.nn.activation import *  # noqa: F403
from keras.src.backend.torch.nn.convolution import *  # noqa: F403
from keras.src.backend.torch.nn.encoding import *  # noqa: F403
from keras.src.backend.torch.nn.linear import *  # noqa: F403
from keras.src.backend.torch.nn.loss import *  # noqa: F403
from keras.src.backend.torch.nn.normalization import *  # noqa: F403
from keras.src.backend.torch.nn.rearrangement import *  # noqa: F403
from keras.src.backend.torch.nn.sequence import *  # noqa: F403
