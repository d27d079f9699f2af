"""Operations: declared once, dispatched to the engine that runs."""

from keras.src.ops import core, einops, image, linalg, math, nn, numpy
from keras.src.ops.core import *  # noqa: F403
from keras.src.ops.declare import operation_classes
from keras.src.ops.differentiation import grad, jacobian, value_and_grad, vjp
from keras.src.ops.einops import rearrange
from keras.src.ops.linalg import *  # noqa: F403
from keras.src.ops.math import *  # noqa: F403
from keras.src.ops.nn import *  # noqa: F403
from keras.src.ops.numpy import *  # noqa: F403
from keras.src.ops.saturation import saturate_cast
from keras.src.ops.signal import *  # noqa: F403
from keras.src.ops.slicing import scatter, scatter_update, slice, slice_update, unstack

for _domain in (core, image, linalg, math, nn, numpy):
    # The names under which saved files know the operations, `keras.src.ops.math.TopK`.
    vars(_domain).update(operation_classes(_domain.__name__.rpartition(".")[2]))
