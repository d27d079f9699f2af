"""The operations of `keras.ops.nn`, and their classes under the names that saved files use."""

from keras.src.ops.declare import operation_classes
from keras.src.ops.nn.activation import *  # noqa: F403
from keras.src.ops.nn.attention import *  # noqa: F403
from keras.src.ops.nn.convolution import *  # noqa: F403
from keras.src.ops.nn.ctc import *  # noqa: F403
from keras.src.ops.nn.encoding import *  # noqa: F403
from keras.src.ops.nn.linear import *  # noqa: F403
from keras.src.ops.nn.loss import *  # noqa: F403
from keras.src.ops.nn.normalization import *  # noqa: F403
from keras.src.ops.nn.pooling import *  # noqa: F403
from keras.src.ops.nn.rearrangement import *  # noqa: F403

globals().update(operation_classes("nn"))
