"""Shapes and dtypes of functions that call PyTorch themselves, found by running them on fake tensors."""

import contextlib
import threading

import torch
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode, unset_fake_temporarily
from torch._subclasses.functional_tensor import FunctionalTensor
from torch.fx.experimental.proxy_tensor import disable_proxy_modes_tracing

from keras.src import tree
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.backend.common.spec_inference import infer_output_spec
from keras.src.backend.common.variables import Variable
from keras.src.backend.torch.devices import get_device
from keras.src.backend.torch.dtypes import to_engine_dtype

# What fake tensors raise where a function looks at values.
_NEEDS_VALUES = (
    torch._subclasses.fake_tensor.DataDependentOutputException,
    torch._subclasses.fake_tensor.DynamicOutputShapeException,
    torch._subclasses.fake_tensor.UnsupportedOperatorException,
)


TRACED_TYPES = (FakeTensor, FunctionalTensor)
"""Tensors of graphs: those of eager code have no such types."""
_one_at_a_time = threading.RLock()


@contextlib.contextmanager
def outside_of_graphs():
    """Context in which tensors are made that outlive the graph which is built now."""
    with disable_proxy_modes_tracing(), unset_fake_temporarily():
        yield


@contextlib.contextmanager
def sizes_stay_open():
    """Context in which nobody gets an int of a size that `torch.export` leaves open: PyTorch would tie the graph to it.

    Other engines ask sizes for ints without a look at their type. The error sends the call to this engine; see `door.py`.
    """
    thread = threading.get_ident()
    before = {name: getattr(torch.SymInt, name) for name in ("__index__", "__int__")}

    def refusing(as_int):
        def refused(size):
            if threading.get_ident() == thread and not size.node.is_constant():
                raise TypeError(f"The size {size} is known only when the exported program runs.")
            return as_int(size)

        return refused

    with _one_at_a_time:
        try:
            for name, as_int in before.items():
                setattr(torch.SymInt, name, refusing(as_int))
            yield
        finally:
            for name, as_int in before.items():
                setattr(torch.SymInt, name, as_int)


_BINARY = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor")
_OPERATORS = [f"__{r}{name}__" for name in _BINARY for r in ("", "r")]
_OPERATORS += [f"__{name}__" for name in ("eq", "ne", "lt", "le", "gt", "ge")]


def _no_array(x, *args, **kwargs):
    raise TypeError("A tensor has no values while `torch.export` traces.")


@contextlib.contextmanager
def operators_take_arrays(convert):
    """Context in which operators of traced tensors take arrays of another engine, as ops that are given no tensor make them.

    Args:
        convert: Function that makes a tensor of such an array.
    """

    def taking_arrays(operator):
        def taken(x, other):
            is_array = hasattr(other, "__array__") and not isinstance(other, torch.Tensor)
            return operator(x, convert(other) if is_array else other)

        return taken

    # Arrays of other engines leave operators to the tensor on the other side, where that is no array.
    added = {"__array_ufunc__": None, "__array__": _no_array}
    added.update({name: taking_arrays(getattr(torch.Tensor, name)) for name in _OPERATORS})
    with _one_at_a_time:
        before = {(kind, name): vars(kind)[name] for kind in TRACED_TYPES for name in added if name in vars(kind)}
        try:
            for kind in TRACED_TYPES:
                for name, value in added.items():
                    setattr(kind, name, value)
            yield
        finally:
            for kind in TRACED_TYPES:
                for name in added:
                    delattr(kind, name)
            for (kind, name), value in before.items():
                setattr(kind, name, value)


def compute_output_spec(fn, *args, **kwargs):
    """`KerasTensor`s that describe the results of `fn`.

    Args:
        fn: Callable on tensors.
        *args: Its arguments, with `KerasTensor`s for tensors.
        **kwargs: Likewise.

    Returns:
        The structure that `fn` returns, with a `KerasTensor` for each tensor.
    """
    return infer_output_spec(lambda args, kwargs: _trace(fn, args, kwargs), args, kwargs)


def _trace(fn, args, kwargs):
    try:
        with torch.no_grad(), FakeTensorMode(allow_non_fake_inputs=True):
            return _run(fn, args, kwargs)
    except _NEEDS_VALUES:
        with torch.no_grad():
            return _run(fn, args, kwargs)


def _run(fn, args, kwargs):
    args, kwargs = tree.map_structure(_stand_in, (args, kwargs))
    return tree.map_structure(_described, fn(*args, **kwargs))


def _stand_in(x):
    if not isinstance(x, KerasTensor):
        return x
    return torch.zeros(x.shape, dtype=to_engine_dtype(x.dtype), device=get_device())


def _described(x):
    """A tensor's shape and dtype, while its mode is still open; a variable counts as its value."""
    x = x.value if isinstance(x, Variable) else x
    return KerasTensor(x.shape, x.dtype, record_history=False) if isinstance(x, torch.Tensor) else x
