"""Small pieces from which kernels are made."""

import numpy as np

from keras.src.backend.common.shape_rules import canonical_axes
from keras.src.backend.onnx.graph import (
    constant,
    dims_of,
    emit,
    emit_elementwise,
    inverse,
    is_open,
    reshaped,
    transposed,
    vector,
)
from keras.src.backend.onnx.narrow import is_weight, widened
from keras.src.backend.onnx.tensor import NotInGraph, Tensor, Unknown, known, to_engine_dtype


def ints(*values):
    """A vector of int64."""
    return constant(np.array(values, np.int64))


def like(value, x):
    """A scalar of the dtype of a tensor."""
    if value is None:
        raise TypeError("A number is expected in an ONNX graph. Received: None")
    return constant(np.asarray(value, x.dtype))


def operand(x, other):
    """`x` as a tensor: a Python number takes the dtype of `other`."""
    return x if isinstance(x, Tensor) else like(x, other) if isinstance(other, Tensor) else constant(x)


def is_float(x):
    """Whether a tensor holds floats."""
    return _is_of_floats(x.dtype)


def _is_of_floats(dtype):
    return dtype.kind not in "biuUSO?"


def cast(x, dtype):
    """`x` in another dtype, a name or an `np.dtype`."""
    dtype = np.dtype(to_engine_dtype(dtype) if isinstance(dtype, str) else dtype)
    if x.dtype == dtype:
        return x
    if is_weight(x) and _is_of_floats(dtype) and is_open():
        return widened(x, dtype)
    if x.value is not None:
        return constant(x.value.astype(dtype), name=x.name)
    return emit_elementwise("Cast", [x], dtype, to=dtype)


_LACKING = ("int8", "uint8", "int16", "uint16", "uint32", "uint64", "float16", "bool")


def wide(x):
    """`x` in a dtype that the runtime reduces, orders and combines: it lacks small integers and float16."""
    if str(x.dtype) not in _LACKING:
        return x
    return cast(x, "float32" if is_float(x) else "int64")


def axes_of(x, axis):
    """List of axes counted from the front; all for None."""
    return list(canonical_axes(axis, x.ndim))


def reshape(x, sizes):
    """`x` in another shape.

    Args:
        x: Tensor.
        sizes: Ints (one of them may be -1), `Unknown`s and scalar tensors.
    """
    sizes = list(sizes)
    dims = list(dims_of(sizes))
    if any(known(n) and n == -1 for n in dims):
        dims[dims.index(-1)] = _rest(x, [n for n in dims if not (known(n) and n == -1)])
    if tuple(dims) == x.dims:
        return x
    if x.value is not None and all(map(known, dims)):
        return reshaped(x, dims)
    targets = [_as_target(n, dims[i], i, x) for i, n in enumerate(sizes)]
    unknown = [i for i, n in enumerate(targets) if not known(n)]
    if len(unknown) == 1 and not any(known(n) and n == -1 for n in targets):
        targets[unknown[0]] = -1
    if x.size == 0 or 0 in x.shape:
        raise NotInGraph("A tensor without elements is not reshaped in an ONNX graph.")
    return emit("Reshape", [x, vector(targets)], dims, x.dtype)


def _as_target(n, dim, axis, x):
    """What stands for a size in a node: 0 copies the size of the same axis of the input."""
    if axis < x.ndim and not known(dim) and x.dims[axis] is dim:
        return 0
    return n


def _rest(x, others):
    """The size that -1 stands for."""
    if all(map(known, x.dims)) and all(map(known, others)):
        return int(np.prod(x.dims, dtype=np.int64)) // max(int(np.prod(others, dtype=np.int64)), 1)
    mine, rest = list(x.dims), []
    for n in others:
        place = next((i for i, m in enumerate(mine) if m is n and not known(n)), None)
        if place is not None:
            del mine[place]
        else:
            rest.append(n)
    if all(map(known, mine)) and all(map(known, rest)):
        return int(np.prod(mine, dtype=np.int64)) // max(int(np.prod(rest, dtype=np.int64)), 1)
    unknown = [n for n in mine if not known(n)]
    if len(unknown) == 1 and all(map(known, rest)):
        if np.prod([n for n in mine if known(n)], dtype=np.int64) == np.prod(rest, dtype=np.int64):
            return unknown[0]
    return Unknown()


def flat(x):
    """`x` as a vector."""
    return reshape(x, (-1,)) if x.ndim != 1 else x


def squeeze(x, axes):
    """`x` without axes of size 1."""
    dims = [n for i, n in enumerate(x.dims) if i not in axes]
    return emit("Squeeze", [x, ints(*sorted(axes))], dims, x.dtype) if axes else x


def unsqueeze(x, axes):
    """`x` with axes of size 1 at these places of the result."""
    rest = iter(x.dims)
    dims = [1 if i in axes else next(rest) for i in range(x.ndim + len(axes))]
    if x.value is not None:
        return reshaped(x, dims)
    return emit("Unsqueeze", [x, ints(*sorted(axes))], dims, x.dtype) if axes else x


def broadcast_to(x, sizes):
    """`x` repeated to a shape."""
    dims = dims_of(sizes)
    return x if tuple(dims) == x.dims else emit("Expand", [x, vector(list(sizes))], dims, x.dtype)


def concatenated(xs, axis):
    """Tensors one behind the other."""
    if len(xs) == 1:
        return xs[0]
    axis %= xs[0].ndim
    sizes = [x.dims[axis] for x in xs]
    dims = list(xs[0].dims)
    for i in range(len(dims)):
        dims[i] = next((x.dims[i] for x in xs if known(x.dims[i])), dims[i])
    dims[axis] = sum(sizes) if all(map(known, sizes)) else Unknown()
    orders = {x.view and x.view[1] for x in xs}
    if len(orders) == 1 and None not in orders:
        order = orders.pop()
        sources = [x.view[0] for x in xs]
        source_dims = [dims[i] for i in inverse(order)]
        return transposed(emit("Concat", sources, source_dims, xs[0].dtype, axis=order[axis]), order)
    return emit("Concat", xs, dims, xs[0].dtype, axis=axis)


def sliced(x, axis, start=None, stop=None, step=1):
    """`x` cut along one axis; bounds are ints, negative ones from behind, or scalar tensors."""
    n = x.dims[axis]
    if start in (None, 0) and step == 1 and (stop is None or (known(stop) and known(n) and stop >= n)):
        return x
    if known(n) and all(b is None or known(b) for b in (start, stop)):
        length = len(range(n)[slice(start, stop, step)])
    else:
        length = Unknown() if stop is None or known(stop) or start not in (None, 0) else stop.size_of or Unknown()
    least, most = (-(2**62), 2**62)
    start = (0 if step > 0 else most) if start is None else start
    stop = (most if step > 0 else least) if stop is None else stop
    dims = [length if i == axis else m for i, m in enumerate(x.dims)]
    return emit("Slice", [x, vector([start]), vector([stop]), ints(axis), ints(step)], dims, x.dtype)


def at_end(x, axes):
    """`x` with some axes brought to its end, put off as `transposed` does, and the order that brings them back."""
    order = [i for i in range(x.ndim) if i not in axes] + list(axes)
    return transposed(x, order), inverse(order)


def as_indices(x):
    """Integers of a dtype in which operators take indices."""
    return x if x.dtype in (np.int32, np.int64) else cast(x, "int64")


def gather(x, indices, axis):
    """Slices of `x` at indices, integers that may be negative."""
    dims = (*x.dims[:axis], *indices.dims, *x.dims[axis + 1 :])
    return emit("Gather", [x, as_indices(indices)], dims, x.dtype, axis=axis)
