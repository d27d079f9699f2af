"""The name by which other libraries know `keras.src.graph.node`."""

from keras.src.graph.node import KerasHistory, Node  # noqa: F401
