"""Graph kernels of `keras.ops.numpy`, gathered from the modules of their themes."""

from keras.src.backend.openvino.graph_arrays import *  # noqa: F403
from keras.src.backend.openvino.graph_elementwise import *  # noqa: F403
from keras.src.backend.openvino.graph_linalg import slogdet  # noqa: F401
from keras.src.backend.openvino.graph_products import *  # noqa: F403
from keras.src.backend.openvino.graph_statistics import *  # noqa: F403
