"""Random numbers: those of the NumPy engine, drawn while a graph is built when one is."""

from keras.src.backend.numpy.random import *  # noqa: F403
