"""Tensors, variables and control flow on NumPy: tensors are arrays, and everything runs at once."""

import contextlib
import math

import ml_dtypes
import numpy as np

from keras.src import tree
from keras.src.backend import door
from keras.src.backend.common.conversion import python_to_numpy, reject_text
from keras.src.backend.common.dtypes import ALLOWED_DTYPES, result_type, standardize_dtype
from keras.src.backend.common.global_state import STATE
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.backend.common.name_scope import name_scope
from keras.src.backend.common.spec_inference import infer_output_spec
from keras.src.backend.common.variables import Variable as BaseVariable
from keras.src.backend.numpy.control_flow import (
    associative_scan,
    cond,
    custom_gradient,
    fori_loop,
    map,
    remat,
    scan,
    stop_gradient,
    switch,
    unstack,
    vectorized_map,
    while_loop,
)
from keras.src.backend.numpy.scatter import (
    scatter,
    scatter_update,
    slice,
    slice_update,
)
from keras.src.utils import load_budget

TENSOR_TYPES = (np.ndarray, np.generic)
SUPPORTS_SPARSE_TENSORS = False
SUPPORTS_RAGGED_TENSORS = False
SUPPORTS_COMPLEX_DTYPES = True
IS_THREAD_SAFE = True
ARGUMENT_ERRORS = (np.linalg.LinAlgError,)
CAN_TRAIN = False

_DTYPES = {name: np.dtype(getattr(ml_dtypes, name, name)) for name in ALLOWED_DTYPES - {"string"}}


def held_dtype(dtype):
    """Name of the dtype in which a tensor given in `dtype` is held: NumPy has them all."""
    return standardize_dtype(dtype)


def to_engine_dtype(name):
    """Returns the `np.dtype` of a dtype name."""
    dtype = _DTYPES.get(name)
    return _DTYPES[standardize_dtype(name)] if dtype is None else dtype


class Variable(BaseVariable):
    def _initialize(self, value):
        self._value = np.array(value, dtype=to_engine_dtype(self._dtype))

    def _take(self, value):
        self._value = np.asarray(value, dtype=to_engine_dtype(self._dtype))

    def _assign_own(self, value):
        if STATE.stateless_scope is None and isinstance(value, np.ndarray) and value.shape == self._shape:
            self._take(value)
            self._initializer = None
        else:
            self.assign(value)

    def _direct_assign(self, value):
        self._value = np.array(value, dtype=to_engine_dtype(self._dtype))

    def _convert_to_tensor(self, value, dtype=None):
        return convert_to_tensor(value, dtype=dtype)

    def _cast(self, value, dtype):
        return cast(value, dtype)


def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    """Returns `x` as an array of its own, of the dtype given or of the one that it promotes to by itself."""
    if sparse or ragged:
        word = "sparse" if sparse else "ragged"
        raise ValueError(f"The numpy backend has no {word} tensors. Received: {word}=True")
    if isinstance(x, TENSOR_TYPES):
        reject_text(x)
        own = cast(x, result_type(x.dtype) if dtype is None else dtype)
        return own.copy() if own is x else own
    if isinstance(x, BaseVariable):
        return x.value if dtype is None else cast(x.value, dtype)
    if isinstance(x, KerasTensor):
        raise ValueError(f"A KerasTensor has no value, so it cannot become an array. Received: {x}")
    server = door.server_of(x)
    if server is not None:
        return server.core.convert_to_tensor(x, dtype, sparse, ragged)
    return python_to_numpy(x, None if dtype is None else to_engine_dtype(dtype))


def convert_to_numpy(x):
    """Returns an array of its own with the values of `x`."""
    if isinstance(x, KerasTensor):
        raise ValueError(f"A KerasTensor has no value, so it cannot become an array. Received: {x}")
    return np.array(x.value if isinstance(x, BaseVariable) else x)


def is_tensor(x):
    """Whether `x` is an array or a NumPy scalar."""
    return isinstance(x, TENSOR_TYPES)


def shape(x):
    """Returns the shape as a tuple of ints."""
    if isinstance(x, TENSOR_TYPES):
        return x.shape
    server = door.server_of(x)
    if server is not None:
        return server.core.shape(x)
    return x.shape if hasattr(x, "shape") else np.shape(x)


def cast(x, dtype):
    """Returns `x` in another dtype; the imaginary part is dropped where it finds no place."""
    dtype = to_engine_dtype(dtype)
    if not isinstance(x, TENSOR_TYPES):
        return convert_to_tensor(x, dtype)
    if x.dtype == dtype:
        return x
    if x.dtype.kind == "c" and dtype.kind != "c":
        x = x.real
    return _as_dtype(x, dtype)


@np.errstate(invalid="ignore", over="ignore")
def _as_dtype(x, dtype):
    return x.astype(dtype)


def compute_output_spec(fn, *args, **kwargs):
    """Returns the results of `fn` as KerasTensors, found by running it on arrays of ones."""
    return infer_output_spec(lambda args, kwargs: _run_on_ones(fn, args, kwargs), args, kwargs)


def _run_on_ones(fn, args, kwargs):
    args, kwargs = tree.map_structure(_ones_for_symbolic, (args, kwargs))
    with np.errstate(all="ignore"):
        return fn(*args, **kwargs)


def _ones_for_symbolic(x):
    if not isinstance(x, KerasTensor):
        return x
    dtype = np.dtype(to_engine_dtype(x.dtype))
    load_budget.check_passing(math.prod(x.shape) * dtype.itemsize, f"an array in the place of {x}")
    return np.ones(x.shape, dtype)


def values_may_wait():
    """Yes: nothing but a function call happens when a value is drawn."""
    return True


def device_scope(device_name):
    """Returns a context that does nothing: there is one device."""
    return contextlib.nullcontext()


def get_device():
    """Returns the name of the device."""
    return "cpu:0"


def random_seed_dtype():
    """Returns the dtype of the state of a seed generator."""
    return "uint32"
