"""Data of grain, at the place where other libraries look for the adapter."""

from keras.src.trainers.data_adapters.iterable_adapters import GrainAdapter as GrainDatasetAdapter

__all__ = ["GrainDatasetAdapter"]
