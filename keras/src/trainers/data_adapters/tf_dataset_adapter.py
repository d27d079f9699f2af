"""Data of TensorFlow, at the place where other libraries look for the adapter."""

from keras.src.trainers.data_adapters.iterable_adapters import TensorFlowDatasetAdapter as TFDatasetAdapter

__all__ = ["TFDatasetAdapter"]
