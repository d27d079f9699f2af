"""Operations: declared once, dispatched to the engine that runs."""

from keras.src.ops import core, numpy
from keras.src.ops.core import *  # noqa: F403
from keras.src.ops.numpy import *  # noqa: F403
