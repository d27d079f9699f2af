"""Which engine serves a pipeline of data, as layers of other libraries ask."""

import sys
import threading

from keras.src import backend, ops
from keras.src.backend import door
from keras.src.backend.functions import DOMAINS, Functions, Served

_scopes = threading.local()


class TFGraphScope:
    """Context that counts as a graph of TensorFlow, as does the inside of `tf.function` and of `tf.data.Dataset.map`."""

    def __enter__(self):
        _scopes.depth = getattr(_scopes, "depth", 0) + 1
        return self

    def __exit__(self, *exception):
        _scopes.depth -= 1


def in_tf_graph():
    """Whether a graph of TensorFlow is being built, whatever engine runs; TensorFlow is not imported for that."""
    return bool(getattr(_scopes, "depth", 0)) or door.in_graph_of_tensorflow()


def in_grain_data_pipeline():
    """Whether a pipeline of grain makes this call."""
    if "grain" not in sys.modules:
        return False
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_globals.get("__name__", "").partition(".")[0] == "grain":
            return True
        frame = frame.f_back
    return False


def convert_tf_tensor(outputs, dtype=None):
    """Tensors of TensorFlow as tensors of the engine, unless a graph of TensorFlow is being built.

    Args:
        outputs: Tensor.
        dtype: Optional dtype.
    """
    if in_tf_graph() or backend.is_tensor(outputs):
        return outputs
    return ops.convert_to_tensor(outputs, dtype=dtype)


class DynamicBackend:
    """Functions of an engine that may change between calls: that of `tf.data` while a pipeline is written, say.

    `numpy`, `nn`, `math`, `linalg`, `image` and `random` are namespaces of functions, all else are functions:
    `DynamicBackend("tensorflow").numpy.sum(x)`. They take tensors of either engine, as `keras.ops` does.

    Args:
        backend: Name of an engine; the running one by default.
    """

    def __init__(self, backend=None):
        self.set_backend(backend)

    def set_backend(self, backend):
        """Chooses the engine.

        Args:
            backend: Name of an engine, or `None` for the running one.
        """
        self._backend = backend or _running()

    def reset(self):
        """Goes back to the running engine."""
        self._backend = _running()

    @property
    def name(self):
        """Name of the engine."""
        return self._backend

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name in DOMAINS:
            return Functions(self._backend, name)
        return getattr(Served(ops if hasattr(ops, name) else backend, self._backend), name)


def _running():
    return backend.ENGINE.name
