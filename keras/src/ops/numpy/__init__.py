"""The operations of `keras.ops.numpy`, and their classes under the names that saved files use."""

import sys

from keras.src.ops.numpy.comparisons import *  # noqa: F403
from keras.src.ops.numpy.creation import *  # noqa: F403
from keras.src.ops.numpy.elementwise import *  # noqa: F403
from keras.src.ops.numpy.indexing import *  # noqa: F403
from keras.src.ops.numpy.linear import *  # noqa: F403
from keras.src.ops.numpy.logic import *  # noqa: F403
from keras.src.ops.numpy.meta import *  # noqa: F403
from keras.src.ops.numpy.reduction import *  # noqa: F403
from keras.src.ops.numpy.shaping import *  # noqa: F403
from keras.src.ops.numpy.statistics import *  # noqa: F403
from keras.src.ops.numpy.transcendental import *  # noqa: F403

# The stars also bring the decorators of these names, which the modules import.
elementwise, reduction = (sys.modules[f"{__name__}.{name}"] for name in ("elementwise", "reduction"))
