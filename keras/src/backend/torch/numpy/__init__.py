"""Kernels of `keras.ops.numpy`, gathered from the modules by theme."""

from keras.src.backend.torch.numpy.creation import *  # noqa: F403
from keras.src.backend.torch.numpy.elementwise import *  # noqa: F403
from keras.src.backend.torch.numpy.indexing import *  # noqa: F403
from keras.src.backend.torch.numpy.linear import *  # noqa: F403
from keras.src.backend.torch.numpy.reduction import *  # noqa: F403
from keras.src.backend.torch.numpy.shape import *  # noqa: F403
