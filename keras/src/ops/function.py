"""The name by which other libraries know `keras.src.graph.function`."""

from keras.src.graph.function import Function  # noqa: F401
