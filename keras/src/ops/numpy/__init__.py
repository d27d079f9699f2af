"""The operations of `keras.ops.numpy`, and their classes under the names that saved files use."""

from keras.src.ops.numpy.creation import *  # noqa: F403
from keras.src.ops.numpy.elementwise import *  # noqa: F403
from keras.src.ops.numpy.indexing import *  # noqa: F403
from keras.src.ops.numpy.linear import *  # noqa: F403
from keras.src.ops.numpy.logic import *  # noqa: F403
from keras.src.ops.numpy.meta import *  # noqa: F403
from keras.src.ops.numpy.reduction import *  # noqa: F403
from keras.src.ops.numpy.shape import *  # noqa: F403
from keras.src.ops.numpy.statistics import *  # noqa: F403
