"""Tensors and variables on JAX."""

import warnings

import jax
import jax.export
import jax.numpy as jnp
import ml_dtypes
import numpy as np
from jax.extend.core import get_opaque_trace_state

from keras.src import tree
from keras.src.backend import config, door
from keras.src.backend.common.conversion import python_to_numpy, reject_text
from keras.src.backend.common.dtypes import ALLOWED_DTYPES, standardize_dtype
from keras.src.backend.common.global_state import STATE, on_clear_session
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.backend.common.memory import tell_if_out_of_memory
from keras.src.backend.common.name_scope import name_scope
from keras.src.backend.common.spec_inference import infer_output_spec
from keras.src.backend.common.symbolic_scope import in_symbolic_scope
from keras.src.backend.common.variables import Variable as BaseVariable
from keras.src.backend.jax import distribution
from keras.src.backend.jax.control_flow import (
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
from keras.src.backend.jax.host_arrays import OUTSIDE_OF_TRACES, from_host
from keras.src.backend.jax.scatter import (
    scatter,
    scatter_update,
    slice,
    slice_update,
)
from keras.src.utils.module_utils import LazyModule

jax_sparse = LazyModule("jax.experimental.sparse", pip_name="jax")

TENSOR_TYPES = (jax.Array,)
SUPPORTS_SPARSE_TENSORS = True
SUPPORTS_RAGGED_TENSORS = False
SUPPORTS_COMPLEX_DTYPES = True
IS_THREAD_SAFE = True
RUNS_AFTER_FORK = False
CAN_TRAIN = True
OPEN_NUMBERS = {type(jax.export.symbolic_shape("n")[0]): int}
_NOT_FOR_NUMPY = (jax.Array, BaseVariable, *OPEN_NUMBERS)

_DTYPES = {name: np.dtype(getattr(ml_dtypes, name, name)) for name in ALLOWED_DTYPES - {"string"}}
on_clear_session(jax.clear_caches)


def to_engine_dtype(name):
    """Returns the `np.dtype` that JAX uses for a dtype name; without x64, one of 64 bits is narrowed."""
    dtype = _DTYPES.get(name)
    return jax.dtypes.canonicalize_dtype(_DTYPES[standardize_dtype(name)] if dtype is None else dtype)


class Variable(BaseVariable):
    CONSTANTS_WAIT = True

    def _filled(self, element):
        return np.full(self._shape, element, to_engine_dtype(self._dtype))

    def _tensor_of(self, array):
        return from_host(array)

    def _initialize(self, value):
        # A copy: the buffers of variables are donated to training steps, so no two may share one.
        self._take(copied(value))

    def _take(self, value):
        self._value = self._placed(value)

    def _direct_assign(self, value):
        if isinstance(value, jax.core.Tracer):
            raise ValueError(
                f"The variable {self.path!r} was assigned within a function that JAX traces, where assignments do not "
                "last. Use `stateless_call`, or run the function within a `keras.StatelessScope`, and return values."
            )
        self._value = self._placed(value)

    def _placed(self, value):
        return value if self._layout is None else distribution.distribute_value(value, self._layout)

    def _read_value(self):
        value = self._own_value()
        if self._layout is not None and STATE.call is not None and STATE.distribution is not None:
            # A layer reads it.
            return distribution.whole_along_batches(value, self._layout, STATE.distribution)
        return value

    def _convert_to_tensor(self, value, dtype=None):
        return convert_to_tensor(value, dtype=dtype, sparse=False)

    def _cast(self, value, dtype):
        return cast(value, dtype)

    def __jax_array__(self):
        return self.value


def copied(value):
    """A copy in memory of its own, of an array with values.

    `jnp.array` would compile a program for each shape, which takes as long as some hundred of these copies.
    """
    if isinstance(value, jax.core.Tracer) or len(value.devices()) > 1:
        return jnp.array(value, copy=True)
    return jax.device_put(value, may_alias=False)


def is_sparse(x):
    """Whether `x` is a sparse tensor, without importing JAX's sparse module for that."""
    return "jax.experimental.sparse" in type(x).__module__ and isinstance(x, jax_sparse.JAXSparse)


is_composite = is_sparse


def to_dense(x):
    """The dense array of a sparse one; JAX adds up elements, which it cannot do with bools."""
    if x.dtype == bool:
        return jax_sparse.BCOO((x.data.astype("int8"), x.indices), shape=x.shape).todense() != 0
    return x.todense()


def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    """Returns `x` as an array of JAX, of the dtype given or of the one that it promotes to by itself."""
    if ragged:
        raise ValueError("The jax backend has no ragged tensors. Received: ragged=True")
    if isinstance(x, jax.Array):
        return x if dtype is None else cast(x, dtype)
    if isinstance(x, BaseVariable):
        return x.value if dtype is None else cast(x.value, dtype)
    if isinstance(x, KerasTensor):
        raise ValueError(f"A KerasTensor has no value, so it cannot become an array. Received: {x}")
    if is_sparse(x):
        x = to_dense(x) if sparse is False else x
        return x if dtype is None else cast(x, dtype)
    if type(x) in OPEN_NUMBERS:
        return jnp.asarray(x, None if dtype is None else to_engine_dtype(dtype))
    server = door.server_of(x)
    if server is not None:
        return server.core.convert_to_tensor(x, dtype, sparse, ragged)
    if isinstance(x, (list, tuple)) and any(isinstance(leaf, _NOT_FOR_NUMPY) for leaf in tree.flatten(x)):
        return _from_list_with_tensors(x, dtype)
    dtype = None if dtype is None else to_engine_dtype(dtype)
    if isinstance(x, np.ndarray):
        reject_text(x)
        array = x if dtype is None else _cast_numpy(x, dtype)
        return from_host(array, shared=np.may_share_memory(array, x))
    return from_host(python_to_numpy(x, dtype))


def _cast_numpy(x, dtype):
    return (x.real if x.dtype.kind == "c" and dtype.kind != "c" else x).astype(dtype, copy=False)


def _readable(x):
    """An entry of a list as JAX reads it."""
    x = x.value if isinstance(x, BaseVariable) else x
    return jnp.asarray(x) if type(x) in OPEN_NUMBERS else x


def _from_list_with_tensors(x, dtype):
    array = jnp.asarray(tree.map_structure(_readable, x))
    return array if dtype is None else cast(array, dtype)


def convert_to_numpy(x):
    """Returns a NumPy array of its own with the values of `x`."""
    if isinstance(x, KerasTensor):
        raise ValueError(f"A KerasTensor has no value, so it cannot become an array. Received: {x}")
    if isinstance(x, BaseVariable):
        x = x.value
    x = to_dense(x) if is_sparse(x) else x
    if isinstance(x, jax.Array) and x.nbytes > _AWAITED:
        _await(x)
    try:
        return np.array(x)
    except RuntimeError:
        if getattr(x, "is_fully_addressable", True):
            raise
        return distribution.gathered(x)


_AWAITED = 2**28
"""Bytes above which an array is awaited before it is read: JAX ends the process when one is read that found no memory."""


def _await(x):
    try:
        jax.block_until_ready(x)
    except jax.errors.JaxRuntimeError as error:
        tell_if_out_of_memory(error, f"The array of shape {x.shape} and dtype {x.dtype}")
        raise


def is_tensor(x):
    """Whether `x` is an array of JAX, dense or sparse."""
    return isinstance(x, jax.Array) or is_sparse(x)


def shape(x):
    """Returns the shape as a tuple of ints."""
    if isinstance(x, jax.Array):
        return x.shape
    server = None if type(x) in OPEN_NUMBERS else door.server_of(x)
    if server is not None:
        return server.core.shape(x)
    return x.shape if hasattr(x, "shape") else np.shape(x)


def cast(x, dtype):
    """Returns `x` in another dtype; the imaginary part is dropped where it finds no place."""
    dtype = to_engine_dtype(dtype)
    if not is_tensor(x):
        return convert_to_tensor(x, dtype)
    if x.dtype == dtype:
        return x
    if is_sparse(x):
        return jax_sparse.BCOO((x.data.astype(dtype), x.indices), shape=x.shape)
    return (x.real if x.dtype.kind == "c" and dtype.kind != "c" else x).astype(dtype)


def compute_output_spec(fn, *args, **kwargs):
    """Returns the results of `fn` as KerasTensors, found by tracing it abstractly."""
    return infer_output_spec(lambda args, kwargs: _trace(fn, args, kwargs), args, kwargs)


def _trace(fn, args, kwargs):
    leaves = tree.flatten((args, kwargs))
    symbolic = [i for i, leaf in enumerate(leaves) if isinstance(leaf, KerasTensor)]
    outputs = []

    def traced(stand_ins):
        filled = list(leaves)
        for position, value in zip(symbolic, stand_ins):
            filled[position] = value
        traced_args, traced_kwargs = tree.pack_sequence_as((args, kwargs), filled)
        result = fn(*traced_args, **traced_kwargs)
        outputs[:] = [result]
        return [_tensor_of(x) for x in tree.flatten(result)]

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*requested dtype.*")
        specs = jax.eval_shape(traced, [_stand_in(leaves[i]) for i in symbolic])
    flat = [x if spec is None else _described(spec) for x, spec in zip(tree.flatten(outputs[0]), specs)]
    return tree.pack_sequence_as(outputs[0], flat)


def _tensor_of(x):
    """The tensor that a leaf of the results is, or `None` for any other value."""
    x = x.value if isinstance(x, BaseVariable) else x
    return x if is_tensor(x) or isinstance(x, (np.ndarray, np.generic)) else None


def _stand_in(x):
    dtype = to_engine_dtype(x.dtype)
    if not x.sparse:
        return jax.ShapeDtypeStruct(x.shape, dtype)
    data, indices = jax.ShapeDtypeStruct((1,), dtype), jax.ShapeDtypeStruct((1, len(x.shape)), np.dtype("int32"))
    return jax_sparse.BCOO((data, indices), shape=x.shape)


def _described(spec):
    return KerasTensor(spec.shape, standardize_dtype(spec.dtype), sparse=is_sparse(spec), record_history=False)


_NUMBERS = (bool, int, float, complex)


def fused(body, tensor_positions, config_positions):
    """Returns an op's body as one program; by itself each of its steps would be a call of JAX.

    The body runs as it is where a program cannot be had: for Python numbers among the tensors, which are weak, config that
    cannot be hashed, and sizes that depend on values. So do its errors come about.
    """
    # What a trace reads of the configuration counts as an argument.
    static = (0, *[i + 1 for i in config_positions])
    program = jax.jit(lambda configuration, *args: body(*args), static_argnums=static, inline=True)
    refused = []

    def composite(*args):
        if refused or any([type(args[i]) in _NUMBERS for i in tensor_positions]):
            return body(*args)
        try:
            return program((config.floatx(), config.epsilon()), *args)
        except _DEPENDS_ON_VALUES:
            refused.append(True)
        except (ValueError, TypeError):
            pass
        return body(*args)

    return composite


_DEPENDS_ON_VALUES = (jax.errors.JAXTypeError, jax.errors.JAXIndexError)


def device_scope(device_name):
    """Returns a context in which arrays are created on a device such as `"cpu:0"` or `"gpu:1"`."""
    if not isinstance(device_name, str):
        if not isinstance(device_name, jax.Device):
            raise ValueError(f"A device is named by a string such as 'cpu:0'. Received: {device_name!r}")
        return jax.default_device(device_name)
    kind, _, index = device_name.lower().partition(":")
    return jax.default_device(jax.devices("gpu" if kind == "cuda" else kind)[int(index or 0)])


def get_device():
    """Returns the name of the device on which arrays are created."""
    device = jax.config.jax_default_device or jax.devices()[0]
    return device if isinstance(device, str) else f"{device.platform}:{device.id}"


def list_devices(kind=None):
    """Names of the devices of a kind, or of the kind that JAX computes on."""
    try:
        found = jax.devices(kind)
    except RuntimeError:
        return []
    return [f"{kind or device.platform}:{number}" for number, device in enumerate(found)]


def random_seed_dtype():
    """Returns the dtype of the state of a seed generator."""
    return "uint32"


def is_traced(x):
    """Whether `x` stands for an array in a function that is traced, or for a size that an export leaves open."""
    return isinstance(x, jax.core.Tracer) or type(x) in OPEN_NUMBERS


def call_on_host(function, shape, dtype, *tensors):
    """What a function of arrays makes of tensors, also of traced ones: compiled code calls it back."""
    dtype = to_engine_dtype(dtype)
    result = jax.ShapeDtypeStruct(shape, dtype)
    return jax.pure_callback(lambda *arrays: function(*[np.asarray(x) for x in arrays]).astype(dtype), result, *tensors)


def is_building():
    """Whether a function is traced."""
    # JAX computes nothing after a fork: only where a trace may be open does a computation tell.
    return get_opaque_trace_state() != OUTSIDE_OF_TRACES and isinstance(jnp.zeros(()), jax.core.Tracer)


outside_of_graphs = jax.ensure_compile_time_eval


def values_may_wait():
    """Whether a value drawn at first use is what one drawn here would be: where no function is traced."""
    return not is_building()


def forbid_unseeded_draw():
    """Raises where a draw from the global generator would repeat itself at each call: while JAX traces."""
    if is_building() and not in_symbolic_scope():
        raise ValueError(
            "A random operation without a seed was called within a function that JAX traces, such as a compiled "
            "training step. Give it `seed=`, an integer or better a `keras.random.SeedGenerator` held by "
            "the layer."
        )
