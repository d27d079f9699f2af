"""The operations of `keras.ops.image`, and their classes under the names that saved files use."""

from keras.src.ops.declare import operation_classes
from keras.src.ops.image.color import *  # noqa: F403
from keras.src.ops.image.filtering import *  # noqa: F403
from keras.src.ops.image.framing import *  # noqa: F403
from keras.src.ops.image.patches import *  # noqa: F403
from keras.src.ops.image.scaling import *  # noqa: F403
from keras.src.ops.image.warping import *  # noqa: F403

globals().update(operation_classes("image"))
