"""All losses, under the module name that other libraries know."""

from keras.src.losses.margin import *  # noqa: F403
from keras.src.losses.overlap import *  # noqa: F403
from keras.src.losses.probabilistic import *  # noqa: F403
from keras.src.losses.regression import *  # noqa: F403
from keras.src.losses.structured import *  # noqa: F403
