"""Kernels of `keras.ops.numpy`: shapes."""

import numpy as np

from keras.src.backend.onnx import build
from keras.src.backend.onnx.graph import constant, emit, emit_several, size, sizes_of, transposed, vector
from keras.src.backend.onnx.tensor import NotInGraph, Unknown, known


def reshape(x, newshape):
    return build.reshape(x, newshape)


def transpose(x, axes):
    return transposed(x, range(x.ndim)[::-1] if axes is None else [a % x.ndim for a in axes])


def swapaxes(x, axis1, axis2):
    order = list(range(x.ndim))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return transposed(x, order)


def expand_dims(x, axis):
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    rank = x.ndim + len(axes)
    return build.unsqueeze(x, [a % rank for a in axes])


def squeeze(x, axis):
    if axis is None and not all(map(known, x.dims)):
        raise NotInGraph("`squeeze` of a tensor of unknown sizes needs `axis` in an ONNX graph.")
    axes = [i for i, n in enumerate(x.dims) if n == 1] if axis is None else build.axes_of(x, axis)
    return build.squeeze(x, axes)


def broadcast_to(x, shape):
    return build.broadcast_to(x, shape)


def concatenate(xs, axis):
    if axis is None:
        return build.concatenated([build.flat(x) for x in xs], 0)
    return build.concatenated(xs, axis)


def stack(x, axis):
    axis %= x[0].ndim + 1
    return build.concatenated([build.unsqueeze(e, [axis]) for e in x], axis)


def split(x, indices_or_sections, axis):
    axis %= x.ndim
    if not isinstance(indices_or_sections, int):
        edges = [0, *indices_or_sections, None]
        return [build.sliced(x, axis, a, b) for a, b in zip(edges, edges[1:])]
    n, count = x.dims[axis], indices_or_sections
    part = n // count if known(n) else Unknown()
    outputs = [((*x.dims[:axis], part, *x.dims[axis + 1 :]), x.dtype)] * count
    return emit_several("Split", [x], outputs, axis=axis, num_outputs=count)


def flip(x, axis):
    for a in build.axes_of(x, axis):
        x = build.sliced(x, a, step=-1)
    return x


def tile(x, repeats):
    repeats = (repeats,) if isinstance(repeats, int) else tuple(repeats)
    rank = max(x.ndim, len(repeats))
    x = build.unsqueeze(x, list(range(rank - x.ndim)))
    repeats = (1,) * (rank - len(repeats)) + repeats
    dims = [n if r == 1 else n * r if known(n) else Unknown() for n, r in zip(x.dims, repeats)]
    return emit("Tile", [x, vector(repeats)], dims, x.dtype)


def repeat(x, repeats, axis):
    x, axis = (build.flat(x), 0) if axis is None else (x, axis % x.ndim)
    if not isinstance(repeats, int):
        counts = np.asarray(repeats.value if hasattr(repeats, "value") else repeats)
        if counts.size == 1:
            repeats = int(counts.reshape(()))
        else:
            return build.gather(x, constant(np.repeat(np.arange(counts.size), counts)), axis)
    wide = build.unsqueeze(x, [axis + 1])
    wide = tile(wide, [repeats if i == axis + 1 else 1 for i in range(wide.ndim)])
    sizes = sizes_of(x)
    sizes[axis] = sizes[axis] * repeats if known(sizes[axis]) else -1
    return build.reshape(wide, sizes)


def roll(x, shift, axis):
    if axis is None:
        return build.reshape(roll(build.flat(x), shift, 0), sizes_of(x))
    shifts, axes = ((v,) if isinstance(v, int) else tuple(v) for v in (shift, axis))
    for s, a in zip(shifts, axes):
        a %= x.ndim
        if not known(x.dims[a]):
            x = build.gather(x, _turned(size(x, a), s), a)
        elif s := s % x.dims[a]:
            x = build.concatenated([build.sliced(x, a, -s), build.sliced(x, a, None, -s)], a)
    return x


def _turned(n, shift):
    """Places of a vector of unknown length that is turned round."""
    row = emit("Range", [np.int32(0), n, np.int32(1)], (n.size_of,), np.int32)
    return emit("Mod", [emit("Sub", [row, np.int32(shift)], row.dims, np.int32), n], row.dims, np.int32)


_MODES = ("constant", "reflect", "edge", "wrap")


def pad(x, pad_width, mode, constant_values):
    width = np.broadcast_to(np.asarray(pad_width), (x.ndim, 2)).tolist()
    if mode not in _MODES:
        return _padded_by_places(x, width, mode)
    dims = [n + sum(w) if known(n) else n if sum(w) == 0 else Unknown() for n, w in zip(x.dims, width)]
    narrow = x.dtype if str(x.dtype) not in ("int16", "uint16", "bool") else np.dtype("int32")
    pads = build.ints(*[a for a, _ in width], *[b for _, b in width])
    fill = build.like(constant_values or 0, build.cast(x, narrow)) if mode == "constant" else None
    return build.cast(emit("Pad", [build.cast(x, narrow), pads, fill], dims, narrow, mode=mode), x.dtype)


def _padded_by_places(x, width, mode):
    """Elements are copied: NumPy tells which."""
    for axis, (n, w) in enumerate(zip(x.dims, width)):
        if sum(w):
            if not known(n):
                raise NotInGraph(f"Padding of mode {mode!r} needs sizes that are known in an ONNX graph.")
            x = build.gather(x, constant(np.pad(np.arange(n), w, mode=mode)), axis)
    return x
