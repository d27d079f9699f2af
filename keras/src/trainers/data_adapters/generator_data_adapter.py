"""Generators as data, at the place where other libraries look for the adapter."""

from keras.src.trainers.data_adapters.iterable_adapters import GeneratorAdapter as GeneratorDataAdapter

__all__ = ["GeneratorDataAdapter"]
