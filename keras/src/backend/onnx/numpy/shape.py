"""Kernels of `keras.ops.numpy`: shapes."""

import numpy as np

from keras.src.backend.onnx import build
from keras.src.backend.onnx.graph import constant, emit, emit_several, size, transposed, vector
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
    axes = [i for i, n in enumerate(x.dims) if known(n) and n == 1] if axis is None else build.axes_of(x, axis)
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
    n = x.dims[axis]
    if not known(n):
        raise NotInGraph("A tensor of unknown length is not split into equal parts in an ONNX graph.")
    part = n // indices_or_sections
    dims = (*x.dims[:axis], part, *x.dims[axis + 1 :])
    sizes = build.ints(*[part] * indices_or_sections)
    return emit_several("Split", [x, sizes], [(dims, x.dtype)] * indices_or_sections, axis=axis)


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
    sizes = [size(x, i) if not known(n) else n for i, n in enumerate(x.dims)]
    sizes[axis] = sizes[axis] * repeats if known(sizes[axis]) else -1
    return build.reshape(wide, sizes)


def roll(x, shift, axis):
    if axis is None:
        return build.reshape(roll(build.flat(x), shift, 0), [size(x, i) for i in range(x.ndim)])
    shifts, axes = ((v,) if isinstance(v, int) else tuple(v) for v in (shift, axis))
    for s, a in zip(shifts, axes):
        a %= x.ndim
        if known(x.dims[a]):
            s %= x.dims[a]
        if s:
            x = build.concatenated([build.sliced(x, a, -s), build.sliced(x, a, None, -s)], a)
    return x


_MODES = {"constant": "constant", "reflect": "reflect", "edge": "edge", "wrap": "wrap"}


def pad(x, pad_width, mode, constant_values):
    if mode not in _MODES:
        raise NotInGraph(f"Padding of mode {mode!r} is not in ONNX graphs; there are {sorted(_MODES)}.")
    width = [(pad_width, pad_width)] * x.ndim if isinstance(pad_width, int) else list(pad_width)
    width = [(w, w) if isinstance(w, int) else (w[0], w[-1]) for w in width]
    width = width * x.ndim if len(width) == 1 else width
    dims = [n + sum(w) if known(n) else n if sum(w) == 0 else Unknown() for n, w in zip(x.dims, width)]
    narrow = x.dtype if str(x.dtype) not in ("int16", "uint16", "bool") else np.dtype("int32")
    pads = build.ints(*[a for a, _ in width], *[b for _, b in width])
    fill = build.like(constant_values or 0, build.cast(x, narrow)) if mode == "constant" else None
    return build.cast(emit("Pad", [build.cast(x, narrow), pads, fill], dims, narrow, mode=_MODES[mode]), x.dtype)
