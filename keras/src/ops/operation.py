"""The name by which other libraries know `keras.src.graph.operation`."""

from keras.src.graph.operation import Operation  # noqa: F401
