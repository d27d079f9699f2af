"""Tensors, variables and devices of PyTorch."""

import builtins
import contextlib
import functools

import numpy as np
import torch

from keras.src import tree
from keras.src.backend import door
from keras.src.backend.common import running
from keras.src.backend.common.conversion import is_python_data, python_to_numpy
from keras.src.backend.common.dtypes import result_type, standardize_dtype
from keras.src.backend.common.global_state import STATE
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.backend.common.memory import tell_if_out_of_memory
from keras.src.backend.common.name_scope import name_scope as name_scope
from keras.src.backend.common.variables import Variable as BaseVariable
from keras.src.backend.common.waiting_values import element_of
from keras.src.backend.common.windows import known_sizes
from keras.src.backend.torch import tracing
from keras.src.backend.torch.control_flow import (
    associative_scan,
    cond,
    cond_must_be_pure,
    fori_loop,
    map,
    scan,
    switch,
    vectorized_map,
    while_loop,
)
from keras.src.backend.torch.devices import (
    device_scope,
    get_device,
    is_here,
)
from keras.src.backend.torch.dtypes import (
    FROM_ML_DTYPES,
    TO_ML_DTYPES,
    WIDER,
    to_engine_dtype,
)
from keras.src.backend.torch.gradients import (
    custom_gradient,
    remat,
)
from keras.src.backend.torch.placed import PLACED, local, whole
from keras.src.backend.torch.tracing import TRACED_TYPES, compute_output_spec, outside_of_graphs

TENSOR_TYPES = (torch.Tensor, torch.nn.Parameter)
_TENSOR_LIKE = (torch.Tensor, BaseVariable)
_NUMBERS = (bool, int, float, complex)
OPEN_NUMBERS = {torch.SymInt: int, torch.SymFloat: float}
_NOT_FOR_NUMPY = (*_TENSOR_LIKE, *OPEN_NUMBERS)
_TRACED = (*TRACED_TYPES, *OPEN_NUMBERS)
SUPPORTS_SPARSE_TENSORS = False
SUPPORTS_RAGGED_TENSORS = False
SUPPORTS_COMPLEX_DTYPES = True
DATASETS = "torch"
IS_THREAD_SAFE = True
ARGUMENT_ERRORS = (torch.linalg.LinAlgError,)
CAN_TRAIN = True


class Variable(BaseVariable):
    """A variable over a `torch.nn.Parameter`, which `torch.optim` and autograd see."""

    __doc__ += BaseVariable.__doc__

    def _initialize(self, value):
        if isinstance(value, torch.nn.Parameter):
            self._value = value
            self._set_requires_grad()
        else:
            self._take(self._convert_to_tensor(value, self._dtype).detach().clone())

    def _initialize_with_initializer(self, initializer):
        if self._layout is None and element_of(initializer) == 0:
            # Most variables of optimizers and metrics: less is called on the way than by an op.
            self._take(torch.zeros(self._shape, dtype=to_engine_dtype(self._dtype), device=get_device()))
        else:
            super()._initialize_with_initializer(initializer)

    def _take(self, value):
        if self._layout is not None:
            value = self._placed(value).detach()
        self._value = torch.nn.Parameter(value, requires_grad=self._is_followed(value))

    def _set_requires_grad(self):
        if self._holds_value():
            self._value.requires_grad_(self._is_followed(self._value))

    def _is_followed(self, value):
        """Whether autograd is to follow the variable with this value."""
        return self._trainable and (value.is_floating_point() or value.is_complex())

    def _switch_training(self, on):
        BaseVariable.trainable.fset(self, on)
        self._set_requires_grad()

    trainable = property(
        BaseVariable.trainable.fget, _switch_training, doc="Whether optimizers update it, and autograd follows it."
    )

    def _read_value(self):
        value = self._own_value()
        if isinstance(value, PLACED.kinds) and STATE.distribution is not None:
            # Rows of a batch lie along the axis too: they meet the whole.
            return running.engine.distribution.whole_along_batches(value, STATE.distribution)
        return value

    def _placed(self, value):
        return running.engine.distribution.distribute_value(value, self._layout)

    def _keep_columns_together(self):
        value = self._value
        if value is not None and self._layout is None and value.device.type == "cpu":
            # Four times as fast for one row, and as fast for many. Copies and values that are assigned keep the layout.
            self._take(value.detach().t().contiguous().t())

    def _direct_assign(self, value):
        with torch.no_grad():
            if self._layout is not None:
                self._assign_part(value)
            else:
                self._value.copy_(value)

    def _assign_part(self, value):
        """Replaces what this process holds of the value."""
        value = self._placed(value)
        if isinstance(value, PLACED.kinds) and not isinstance(self._value, PLACED.kinds):
            self._take(value.detach().clone())  # It was made before there were several processes.
        else:
            local(self._value).copy_(local(value))

    def assign_add(self, value):
        """Adds to the value; `value` is a tensor that broadcasts to the variable's shape."""
        return super().assign_add(value) if self._needs_conversion(value) else self._changed_in_place(value, 1)

    def assign_sub(self, value):
        """Subtracts from the value; `value` is a tensor that broadcasts to the variable's shape."""
        return super().assign_sub(value) if self._needs_conversion(value) else self._changed_in_place(value, -1)

    def clear(self):
        own = self._value
        if STATE.stateless_scope is not None or own is None or own.requires_grad or self._layout is not None:
            super().clear()
        else:
            own.zero_()

    clear.__doc__ = BaseVariable.clear.__doc__

    def accumulate(self, value, times=1):
        if self._needs_conversion(value):
            super().accumulate(value, times)
        elif torch.is_grad_enabled():
            with torch.no_grad():
                self._value.add_(value, alpha=times)
        else:
            self._value.add_(value, alpha=times)

    accumulate.__doc__ = BaseVariable.accumulate.__doc__

    def _needs_conversion(self, value):
        own = self._value
        if STATE.stateless_scope is not None or own is None:
            return True
        if value.__class__ is torch.Tensor:
            return value.dtype is not own.dtype or value.device != own.device or value.shape != own.shape
        return value.__class__ is not int or own.dtype is torch.bool

    def _changed_in_place(self, value, sign):
        with torch.no_grad():
            # A copy: what a caller keeps must not change with the variable.
            return self._value.add_(value, alpha=sign).detach().clone()

    def _convert_to_tensor(self, value, dtype=None):
        return convert_to_tensor(value, dtype=dtype)

    @classmethod
    def __torch_function__(cls, torch_function, _, positional=(), named=None):
        values, named_values = (tree.map_structure(_value_of, x) for x in (positional, named or {}))
        return torch_function(*values, **named_values)


def _value_of(x):
    return x.value if isinstance(x, Variable) else x


def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    """A tensor on the current device.

    Args:
        x: Tensor, variable, NumPy array, number, or nested lists of these.
        dtype: Name of the dtype; by default that of `x`, where Python numbers count as int32 or floatx.
        sparse: Must not be true.
        ragged: Must not be true.

    Returns:
        A `torch.Tensor`.
    """
    if sparse or ragged:
        raise ValueError(f"`{'sparse' if sparse else 'ragged'}=True` is not supported with the torch backend.")
    if x.__class__ is not torch.Tensor:
        if isinstance(x, BaseVariable):
            x = x.value
        if not isinstance(x, torch.Tensor):
            server = None if type(x) in OPEN_NUMBERS else door.server_of(x)
            return _from_python(x, dtype) if server is None else server.core.convert_to_tensor(x, dtype)
    if not is_here(x):
        x = x.to(get_device())
    if dtype is None:
        return x
    dtype = to_engine_dtype(dtype)
    return x if x.dtype is dtype else x.to(dtype)


def _from_python(x, dtype):
    """A tensor from what is not a tensor yet."""
    if isinstance(x, _NUMBERS):
        return torch.tensor(x, dtype=to_engine_dtype(dtype or _dtype_of_numbers([x])), device=get_device())
    if isinstance(x, tuple(OPEN_NUMBERS)):
        dtype = dtype or result_type(OPEN_NUMBERS[type(x)])
        return torch.scalar_tensor(x, dtype=to_engine_dtype(dtype), device=get_device())
    if isinstance(x, (list, tuple)) and any(isinstance(leaf, _NOT_FOR_NUMPY) for leaf in tree.flatten(x)):
        kinds = [OPEN_NUMBERS.get(type(leaf), type(leaf)) for leaf in tree.flatten(x)]
        dtype = dtype or result_type(*(getattr(leaf, "dtype", kind) for leaf, kind in zip(tree.flatten(x), kinds)))
        return torch.stack([convert_to_tensor(part, dtype) for part in x])
    _refuse_symbolic(x)
    if torch.compiler.is_compiling():
        return _from_traced(x, dtype)
    if dtype is not None and "int" in standardize_dtype(dtype) and isinstance(x, (list, tuple)) and is_python_data(x):
        return _integers(x, dtype)
    if hasattr(x, "__dlpack__") and not hasattr(x, "__array__"):
        return convert_to_tensor(torch.from_dlpack(x), dtype)
    array = x if isinstance(x, np.ndarray) and x.dtype.kind in "biufcV" else python_to_numpy(x)
    return _from_numpy(array, dtype)


def _integers(x, dtype):
    """A tensor of a dtype that may be wider than that of Python's numbers."""
    return torch.as_tensor(np.asarray(x).astype("int64"), dtype=to_engine_dtype(dtype), device=get_device())


def _refuse_symbolic(x):
    if isinstance(x, KerasTensor):
        raise ValueError(f"A KerasTensor has no value, so it cannot become a tensor or an array. Received: {x}")


def _dtype_of_numbers(numbers):
    return result_type(*(next(kind for kind in _NUMBERS if isinstance(x, kind)) for x in numbers))


def _from_traced(x, dtype):
    """A tensor from an array or from lists of numbers, in words that Dynamo knows."""
    if dtype is None and isinstance(x, (list, tuple)) and all(isinstance(leaf, _NUMBERS) for leaf in tree.flatten(x)):
        dtype = _dtype_of_numbers(tree.flatten(x))
    return torch.as_tensor(x, dtype=None if dtype is None else to_engine_dtype(dtype), device=get_device())


def _from_numpy(array, dtype):
    """A tensor with memory of its own: the array is the caller's, who may change it."""
    if array.dtype in FROM_ML_DTYPES:
        bits, own = FROM_ML_DTYPES[array.dtype]
        tensor = torch.from_numpy(np.array(array, order="C").view(bits)).view(own)
    else:
        tensor = torch.from_numpy(np.array(array, WIDER.get(array.dtype, array.dtype.newbyteorder("=")), order="C"))
    return tensor.to(device=get_device(), dtype=None if dtype is None else to_engine_dtype(dtype))


def convert_to_numpy(x):
    """A NumPy array of its own with the values of `x`; bfloat16 and float8 come as the dtypes of `ml_dtypes`."""
    if isinstance(x, BaseVariable):
        x = x.value
    if isinstance(x, (list, tuple)) and any(isinstance(leaf, _TENSOR_LIKE) for leaf in tree.flatten(x)):
        return np.array([convert_to_numpy(part) for part in x])
    if not isinstance(x, torch.Tensor):
        _refuse_symbolic(x)
        return np.array(x)
    x = whole(x)
    return _own(x.detach()).numpy() if x.dtype not in TO_ML_DTYPES else _own_bits(x.detach())


def _own(x):
    """`x` in memory of the host that nobody else has."""
    x = x.resolve_conj().resolve_neg()
    try:
        return x.clone() if x.is_cpu else x.cpu()
    except RuntimeError as error:
        tell_if_out_of_memory(error, f"A tensor of shape {tuple(x.shape)} and dtype {x.dtype}")
        raise


def _own_bits(x):
    bits, theirs = TO_ML_DTYPES[x.dtype]
    return _own(x).contiguous().view(bits).numpy().view(theirs)


def is_compiling():
    """Whether Dynamo is tracing, where looking at sizes would tie the graph to them."""
    return torch.compiler.is_compiling()


def rescue(function, args):
    """A call that failed, once more where that may help.

    Where some tensors are on the device "meta" and have no values, all are moved there. What several processes hold
    together is gathered, so that each computes the whole.
    """
    tensors = [x for x in tree.flatten(args) if isinstance(x, torch.Tensor)]
    if any(isinstance(x, PLACED.kinds) for x in tensors):
        return running.engine.distribution.computed_by_each(function, args)
    if len({x.is_meta for x in tensors}) < 2:
        return NotImplemented
    return function(*tree.map_structure(lambda x: x.to("meta") if isinstance(x, torch.Tensor) else x, args))


def untraced(function):
    """A function that compilers call and do not look into."""

    @functools.wraps(function)
    def call(*args):
        # The decorator loads the compiler, which takes longer than all the rest: not before somebody compiles.
        return torch.compiler.disable(function)(*args)

    return call


@contextlib.contextmanager
def sizes_stay_open():
    """Context of a graph beside another engine, whose ints and arrays must not tie it or spoil operators."""
    with tracing.sizes_stay_open(), tracing.operators_take_arrays(convert_to_tensor):
        yield


def is_traced(x):
    """Whether `x` stands for a tensor in a graph that is made, or for a number that it leaves open."""
    return isinstance(x, _TRACED)


def is_building():
    """Whether `torch.export` traces."""
    return torch.compiler.is_exporting()


def is_tensor(x):
    """Whether `x` is a tensor of PyTorch."""
    return isinstance(x, torch.Tensor)


def shape(x):
    """Tuple of the sizes of `x`."""
    if isinstance(x, torch.Tensor):
        return tuple(x.shape)
    server = door.server_of(x)
    return tuple(x.shape) if server is None else server.core.shape(x)


def cast(x, dtype):
    """`x` in another dtype.

    Args:
        x: Tensor, or what `convert_to_tensor` takes.
        dtype: Name of a dtype.

    Returns:
        A `torch.Tensor`.
    """
    if not isinstance(x, torch.Tensor):
        return convert_to_tensor(x, dtype)
    dtype = to_engine_dtype(dtype)
    if x.is_complex() and not dtype.is_complex and dtype is not torch.bool:
        x = x.real
    return x.to(dtype)


def stop_gradient(variable):
    """`variable` as a constant for autograd."""
    return variable.detach()


def held_dtype(dtype):
    """Name of the dtype in which a tensor given in `dtype` is held: all but the large unsigned integers as they are."""
    return str(to_engine_dtype(dtype)).removeprefix("torch.")


forbids_side_effects = torch.compiler.is_compiling


def seed_engine(seed):
    """Seeds PyTorch's own generators."""
    torch.manual_seed(seed)


def list_devices(kind=None):
    """Names of the devices of a kind, or of the kind that tensors are created on."""
    kind = kind or get_device().partition(":")[0]
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        # Each process of a job computes on one.
        number = torch.distributed.get_world_size() if kind in ("cpu", "gpu", "cuda") else 0
        return [f"{kind}:{i}" for i in range(number)]
    number = {"cpu": 1, "gpu": torch.cuda.device_count(), "cuda": torch.cuda.device_count()}.get(kind, 0)
    return [f"{kind}:{i}" for i in range(number)]


def random_seed_dtype():
    """Dtype in which seeds are kept: PyTorch does not add unsigned 32-bit integers."""
    return "int64"


def advance_seed(state):
    """The seed in a variable, which then counts one draw more: in place, so that the seed must be a copy.

    Programs of `torch.export` draw from PyTorch's own generator, and count nothing.
    """
    if torch.compiler.is_exporting():
        return state.value
    scope = STATE.stateless_scope
    if scope is not None:
        seed = state.value
        state.assign(seed + torch.arange(2, device=seed.device))
        return seed
    value = state._value
    seed = value.detach().clone()
    value[1].add_(1)
    return seed


def unstack(x, num=None, axis=0):
    """List of the slices of `x` along `axis`."""
    return list(torch.unbind(x, axis))


def slice(inputs, start_indices, shape):
    """The block of `inputs` that begins at `start_indices`.

    Args:
        inputs: Tensor.
        start_indices: Tensor of integers, or one integer (or scalar tensor) for each dimension.
        shape: Sizes of the block.

    Returns:
        Tensor of shape `shape`.
    """
    starts = _starts(start_indices)
    for axis, (start, size) in enumerate(zip(starts, known_sizes(shape, starts, inputs.shape))):
        if isinstance(start, torch.Tensor):
            inputs = inputs.index_select(axis, _positions(start, size, inputs))
        elif size != inputs.shape[axis]:
            inputs = inputs.narrow(axis, start, size)
    return inputs


def slice_update(inputs, start_indices, updates):
    """`inputs` with the block that begins at `start_indices` replaced by `updates`."""
    starts = _starts(start_indices)
    if any(isinstance(start, torch.Tensor) for start in starts):
        grids = [_positions(s, n, inputs) for s, n in zip(starts, updates.shape)]
        return inputs.index_put(tuple(torch.meshgrid(*grids, indexing="ij")), updates) if grids else updates.clone()
    outputs = inputs.clone()
    outputs[tuple(builtins.slice(s, s + n) for s, n in zip(starts, updates.shape))] = updates
    return outputs


def _starts(start_indices):
    """Start of each dimension: Python ints where values can be read, else scalar tensors."""
    if isinstance(start_indices, torch.Tensor):
        return start_indices.unbind() if _must_stay(start_indices) else start_indices.tolist()
    return [s if not isinstance(s, torch.Tensor) or _must_stay(s) else int(s) for s in start_indices]


def _must_stay(x):
    """Whether reading the values of `x` would break a trace, a transformation or a queue of the device."""
    return torch.compiler.is_compiling() or x.device.type != "cpu" or torch._C._functorch.is_functorch_wrapped_tensor(x)


def _positions(start, size, inputs):
    start = torch.as_tensor(start, device=inputs.device)
    return start.long() + torch.arange(size, device=inputs.device)


def scatter(indices, values, shape):
    """Zeros of shape `shape` with `values` added at `indices`.

    Args:
        indices: Integer tensor of shape `(..., k)`: positions in the first `k` dimensions.
        values: Tensor of shape `indices.shape[:-1] + shape[k:]`.
        shape: Shape of the result.

    Returns:
        Tensor of the dtype of `values`.
    """
    zeros = torch.zeros(tuple(shape), dtype=values.dtype, device=values.device)
    return zeros.index_put(indices.long().unbind(-1), values, accumulate=True)


_REDUCTIONS = {"max": "amax", "min": "amin", "mul": "prod"}


def scatter_update(inputs, indices, updates, reduction=None):
    """`inputs` with `updates` at `indices`.

    Args:
        inputs: Tensor.
        indices: Integer tensor of shape `(..., k)`.
        updates: Tensor of shape `indices.shape[:-1] + inputs.shape[k:]`.
        reduction: How an update meets the old value: `None` (replaces it), `"add"`, `"max"`, `"min"` or `"mul"`.

    Returns:
        Tensor like `inputs`.
    """
    updates = updates.to(inputs.dtype)
    indices = indices.long()
    if reduction in (None, "add"):
        return inputs.index_put(indices.unbind(-1), updates, accumulate=reduction == "add")
    if reduction not in _REDUCTIONS:
        known = ", ".join(repr(r) for r in (None, "add", *_REDUCTIONS))
        raise ValueError(f"`reduction` must be one of {known}. Received: reduction={reduction!r}")
    depth = indices.shape[-1]
    head = inputs.shape[:depth]
    rows = _flat_positions(indices, head).reshape(-1)
    flat = inputs.reshape(-1, *inputs.shape[depth:])
    rows = rows.reshape(-1, *[1] * (flat.ndim - 1)).expand(-1, *flat.shape[1:])
    flat = flat.scatter_reduce(0, rows, updates.reshape(rows.shape), _REDUCTIONS[reduction])
    return flat.reshape(inputs.shape)


def _flat_positions(indices, head):
    """Row numbers, in row-major order, of index vectors into dimensions of the sizes `head`."""
    flat = torch.zeros(indices.shape[:-1], dtype=torch.int64, device=indices.device)
    for position, size in zip(indices.unbind(-1), head):
        flat = flat * size + torch.where(position < 0, position + size, position)
    return flat
