"""Types of the public stubs; for static tools only, there is no such module at run time."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

from numpy.typing import ArrayLike

from keras.src.backend import KerasTensor as _KerasTensor
from keras.src.backend import Variable as _Variable

class EngineTensor(Protocol):
    """What tensors of all engines have."""

    @property
    def shape(self) -> Any: ...
    @property
    def dtype(self) -> Any: ...

Tensor: TypeAlias = Any
"""A tensor of the engine that runs, or a `KerasTensor` where an argument was one: no one static type covers five engines."""

KerasTensor: TypeAlias = _KerasTensor
TensorLike: TypeAlias = ArrayLike | EngineTensor | _KerasTensor | _Variable | Sequence[Any]
Axis: TypeAlias = int | Sequence[int] | None
Shape: TypeAlias = int | Sequence[Any] | EngineTensor
Dtype: TypeAlias = Any
"""The name of a dtype, or a dtype of NumPy or of an engine."""
