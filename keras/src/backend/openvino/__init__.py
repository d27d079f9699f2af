"""Inference on OpenVINO.

Eager tensors are NumPy arrays, computed by the kernels of the NumPy engine. `predict` and `compiled` trace a function on `GraphTensor`s,
nodes of an OpenVINO graph, which the runtime compiles once per signature. A kernel module here holds the graph kernels; per call, an op takes the
graph kernel (or its body) where an argument is a `GraphTensor`, and NumPy's kernel (or its body) elsewhere.
"""

import sys

from keras.src.backend.functions import EnginePackage

sys.modules[__name__].__class__ = EnginePackage
