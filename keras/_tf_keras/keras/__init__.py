"""`tf.keras` is this library: TensorFlow imports this module for it."""

import sys

import keras

sys.modules[__name__] = keras
