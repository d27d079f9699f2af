"""Kernels of `keras.ops.numpy`, gathered from the modules by theme."""

from keras.src.backend.tensorflow.creation import *  # noqa: F403
from keras.src.backend.tensorflow.elementwise import *  # noqa: F403
from keras.src.backend.tensorflow.indexing import *  # noqa: F403
from keras.src.backend.tensorflow.linalg import slogdet  # noqa: F401
from keras.src.backend.tensorflow.ordering import *  # noqa: F403
from keras.src.backend.tensorflow.products import *  # noqa: F403
from keras.src.backend.tensorflow.reductions import *  # noqa: F403
from keras.src.backend.tensorflow.shaping import *  # noqa: F403
