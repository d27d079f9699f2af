"""Kernels of `keras.ops.numpy`, gathered from the modules by theme."""

from keras.src.backend.tensorflow.linalg import slogdet  # noqa: F401
from keras.src.backend.tensorflow.numpy.creation import *  # noqa: F403
from keras.src.backend.tensorflow.numpy.elementwise import *  # noqa: F403
from keras.src.backend.tensorflow.numpy.indexing import *  # noqa: F403
from keras.src.backend.tensorflow.numpy.linear import *  # noqa: F403
from keras.src.backend.tensorflow.numpy.ordering import *  # noqa: F403
from keras.src.backend.tensorflow.numpy.reduction import *  # noqa: F403
from keras.src.backend.tensorflow.numpy.shape import *  # noqa: F403
