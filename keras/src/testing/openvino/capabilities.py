"""What property tests ask of the engine."""

from keras.src.backend.openvino.compiler import Compiled
from keras.src.backend.openvino.unsupported import UNSUPPORTED
from keras.src.testing.numpy.capabilities import memory_of as memory_of

NOT_COMPILED = frozenset(UNSUPPORTED)

CAN_COMPILE = True
CAN_DIFFERENTIATE = False


def compiled(function):
    """`function` as a compiled model, and a function that tells how often it was traced."""
    compiled_function = Compiled(function)
    return compiled_function, lambda: compiled_function.trace_count
