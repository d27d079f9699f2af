"""Layers."""

from keras.src.layers.core.dense import Dense
from keras.src.layers.core.identity import Identity
from keras.src.layers.core.input_layer import Input, InputLayer
from keras.src.layers.core.masking import Masking
from keras.src.layers.core.wrapper import Wrapper
from keras.src.layers.input_spec import InputSpec
from keras.src.layers.layer import Layer

__all__ = ["Dense", "Identity", "Input", "InputLayer", "InputSpec", "Layer", "Masking", "Wrapper"]
