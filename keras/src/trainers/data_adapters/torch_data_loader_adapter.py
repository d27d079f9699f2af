"""Data of PyTorch, at the place where other libraries look for the adapter."""

from keras.src.trainers.data_adapters.iterable_adapters import TorchDataLoaderAdapter

__all__ = ["TorchDataLoaderAdapter"]
