"""The PyTorch engine."""

from keras.src.backend.common.core_names import finder

__getattr__ = finder(__name__, {"to_torch_dtype": ("dtypes", "to_engine_dtype")})
