"""The JAX engine."""

import sys

from keras.src.backend.common.core_names import finder
from keras.src.backend.functions import EnginePackage

__getattr__ = finder(__name__)
sys.modules[__name__].__class__ = EnginePackage
