"""Parts of the library that those to their left need once somebody calls these, and not before.

Imports point left but for these, which stand here and nowhere else.
"""

from keras.src.utils.module_utils import LazyModule

ops = LazyModule("keras.src.ops")
"""Python's operators on variables and symbolic tensors are ops; so are the functions of an engine that others call."""

random = LazyModule("keras.src.random.random")
"""Draws are among these functions."""

initializers = LazyModule("keras.src.initializers")
"""A variable takes the name of an initializer."""

saving_lib = LazyModule("keras.src.saving.saving_lib")
"""Layers, and all else that a file holds, are pickled as an archive."""

saving_api = LazyModule("keras.src.saving.saving_api")
"""A model saves itself."""

archive = LazyModule("keras.src.saving.archive")
stores = LazyModule("keras.src.saving.stores")
"""A callback reads its backup with the care that is taken of models."""

orbax_lib = LazyModule("keras.src.saving.orbax_lib")
"""A callback saves a model."""

seed_generator = LazyModule("keras.src.random.seed_generator")
"""An engine hands out keys for its own functions of random numbers."""

export_lib = LazyModule("keras.src.export.export_lib")
"""A model exports itself."""
