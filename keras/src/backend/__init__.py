"""The engine that runs: its `core` names stand here, its kernels in `numpy`, `nn`, `math`, `linalg`, `image`, `random`.

The contract of a kernel:

    A kernel is called positionally with the declared parameters of the public function (same names, same order). Tensor
    arguments are engine tensors of the dtype that the op's rule chose. `axis` is None, an int or a tuple of ints,
    negative allowed, in
    range; shapes are tuples; a `dtype` parameter is a standardized name. No KerasTensor, Variable, list or foreign
    array reaches a
    kernel. The result has the rule's dtype. A `Tensors` parameter arrives as a list of engine tensors; an op with
    several results returns a tuple.

What an engine must and may provide stands in `contract.py`.

Beware of the names: `keras.src.backend.numpy` as an attribute has the public functions on arrays, as others look for them
(`functions.py`); kernels are those of `ENGINE.numpy`. The package of the NumPy engine is imported by its full module path,
and only where it runs.
"""

import sys

from keras.src.api_export import keras_export
from keras.src.backend import config, contract, door, functions, loader
from keras.src.backend.common import global_state, running
from keras.src.backend.common.dtypes import (
    ALLOWED_DTYPES,
    dtype_size,
    is_float_dtype,
    is_int_dtype,
    result_type,
    standardize_dtype,
)
from keras.src.backend.common.keras_tensor import KerasTensor, any_symbolic_tensors, is_keras_tensor
from keras.src.backend.common.masking import get_keras_mask, set_keras_mask
from keras.src.backend.common.name_scope import current_path
from keras.src.backend.common.remat import RematScope, get_current_remat_mode
from keras.src.backend.common.shapes import standardize_shape
from keras.src.backend.common.stateless_scope import (
    StatelessScope,
    get_stateless_scope,
    in_stateless_scope,
    initialize_all_variables,
    register_uninitialized_variable,
)
from keras.src.backend.common.symbolic_scope import SymbolicScope, get_symbolic_scope, in_symbolic_scope
from keras.src.backend.common.variables import AutocastScope, get_autocast_scope
from keras.src.backend.config import (
    backend,
    epsilon,
    floatx,
    image_data_format,
    is_flash_attention_enabled,
    is_nnx_enabled,
    set_epsilon,
    set_floatx,
    set_image_data_format,
    standardize_data_format,
)

ENGINE = loader.Engine(config.backend())
"""The engine that runs."""


def _load_engine():
    """Imports the engine's modules and puts them, and the names of its core, among the names of this package."""
    modules = {name: getattr(ENGINE, name) for name in contract.AT_ONCE}
    # The order matters: importing the package `keras.src.backend.numpy` sets the attribute `numpy` here as well.
    globals().update(modules)
    core = modules["core"]
    own = ("Variable", "name_scope", "remat", "is_tensor")
    globals().update({name: getattr(core, name) for name, *_ in loader.members(contract.Core) if name not in own})
    return core


core = _load_engine()
door.keep(ENGINE)
running.engine = sys.modules[__name__]
running.engine.__class__ = functions.EnginePackage


def go_on_with(name):
    """Makes another engine that of this process, for good, such as a forked one in which the first does not compute.

    What was made before stays, with tensors of the former engine in it. Classes keep what they inherit of that one but
    for variables, whose next values are tensors of the new engine.

    Args:
        name: Name of the engine.
    """
    global ENGINE, core
    config.note_engine(name)
    ENGINE = loader.Engine(name)
    core = _load_engine()
    for part in (*contract.LATER, *contract.OPTIONAL):
        globals().pop(part, None)
    Variable.__bases__ = (core.Variable,)
    name_scope.__bases__ = (core.name_scope,)
    door.keep(ENGINE)
    running.engine_has_changed()


def is_tensor(x):
    """Whether `x` is a tensor of the engine, or a foreign one that others serve."""
    return core.is_tensor(x) or door.server_of(x) is not None


EngineLayer = layer.EngineLayer  # noqa: F821  set by _load_engine


@keras_export("keras.Variable")
class Variable(core.Variable):
    """A tensor that can be assigned to; layers keep their weights in variables.

    Args:
        initializer: The initial value, or a callable `initializer(shape, dtype=...)`, or the name of an initializer.
        shape: Tuple of ints; needed with a callable, otherwise that of the value.
        dtype: Dtype; by default floatx for floating-point values and callables, else that of the value.
        trainable: Whether optimizers update it.
        autocast: Whether it is read in the compute dtype of a layer under a mixed policy.
        aggregation: How values of replicas are combined: `"none"`, `"mean"`, `"sum"`, `"only_first_replica"` or `None`.
        synchronization: When replicas are brought in step: `"none"`, `"on_read"`, `"on_write"`, `"auto"` or `None`.
        name: String without `/`; `variable`, `variable_1`, ... by default.
        layout: Layout of the value over devices, on engines that distribute.

    Example:

    >>> v = keras.Variable([1.0, 2.0], name="scale")
    >>> keras.ops.convert_to_numpy(v.assign_add([1.0, 1.0])).tolist()
    [2.0, 3.0]
    """


@keras_export("keras.name_scope")
class name_scope(core.name_scope):
    """Context in which new variables get a path below `name`, and the engine's own names likewise.

    Args:
        name: String without `/`.

    Example:

    >>> with keras.name_scope("encoder"):
    ...     v = keras.Variable(1.0, name="scale")
    >>> v.path
    'encoder/scale'
    """

    def __init__(self, name, **kwargs):
        super().__init__(name, **kwargs)


@keras_export("keras.device")
def device(device_name):
    """Returns a context in which tensors and variables are created on the given device.

    Args:
        device_name: String such as `"cpu:0"` or `"gpu:1"`.

    Example:

    >>> with keras.device("cpu:0"):
    ...     x = keras.ops.ones((2, 2))
    """
    return device_scope(device_name)  # noqa: F821  set by _load_engine


@keras_export("keras.remat")
def remat(f):
    """Wraps a function so that its intermediate results are computed again for gradients, instead of being kept.

    Args:
        f: A callable on tensors.

    Returns:
        A callable with the same results.

    Example:

    >>> square = keras.remat(lambda x: x * x)
    >>> float(square(keras.ops.convert_to_tensor(3.0)))
    9.0
    """
    return core.remat(f)


def __getattr__(name):
    if name in contract.LATER or name in contract.OPTIONAL:
        globals()[name] = module = getattr(ENGINE, name)
        return module
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
