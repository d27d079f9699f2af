"""Kernels that are called by name, not through a declaration."""

from keras.src.backend.numpy.linalg import *  # noqa: F403
