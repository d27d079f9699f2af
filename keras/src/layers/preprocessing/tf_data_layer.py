"""The older name of the base of layers of data."""

from keras.src.layers.preprocessing.data_layer import DataLayer

TFDataLayer = DataLayer
