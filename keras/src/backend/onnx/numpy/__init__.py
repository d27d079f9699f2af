"""Kernels of `keras.ops.numpy`, gathered from the modules by theme."""

from keras.src.backend.onnx.linalg import slogdet  # noqa: F401
from keras.src.backend.onnx.numpy.approximate import *  # noqa: F403
from keras.src.backend.onnx.numpy.creation import *  # noqa: F403
from keras.src.backend.onnx.numpy.elementwise import *  # noqa: F403
from keras.src.backend.onnx.numpy.found import *  # noqa: F403
from keras.src.backend.onnx.numpy.indexing import *  # noqa: F403
from keras.src.backend.onnx.numpy.linear import *  # noqa: F403
from keras.src.backend.onnx.numpy.ordering import *  # noqa: F403
from keras.src.backend.onnx.numpy.reduction import *  # noqa: F403
from keras.src.backend.onnx.numpy.shape import *  # noqa: F403
from keras.src.backend.onnx.numpy.statistics import *  # noqa: F403
from keras.src.backend.onnx.unsupported import UNSUPPORTED  # noqa: F401
