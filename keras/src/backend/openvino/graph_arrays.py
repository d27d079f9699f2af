"""Graph kernels of `keras.ops.numpy`: reductions, shapes, indices."""

import math

import numpy as np
import openvino as ov
import openvino.opset15 as opset

from keras.src.backend.openvino.build import (
    axes_of,
    flat,
    in_float32,
    ints,
    like,
    operand,
    rank_of,
    shape_of,
    sliced,
    to,
)
from keras.src.backend.openvino.build import (
    reshape as _reshape,
)
from keras.src.backend.openvino.build import (
    transpose as _transpose,
)
from keras.src.backend.openvino.tensor import NotInGraph, constant, graph_kernel, node, wrap

# Reductions


def _reduction(function, wide=False):
    def kernel(x, axis, keepdims):
        return function(x, ints(list(axes_of(x, axis))), keepdims)

    return graph_kernel(in_float32(kernel) if wide else kernel)


sum = _reduction(opset.reduce_sum, wide=True)
mean = _reduction(opset.reduce_mean, wide=True)
all = _reduction(opset.reduce_logical_and)
any = _reduction(opset.reduce_logical_or)


@graph_kernel
def prod(x, axis, keepdims, dtype):
    return opset.reduce_prod(x, ints(list(axes_of(x, axis))), keepdims)


def _variance(x, axis, keepdims):
    axes = ints(list(axes_of(x, axis)))
    centred = opset.subtract(x, opset.reduce_mean(x, axes, True))
    return opset.reduce_mean(opset.multiply(centred, centred), axes, keepdims)


var = graph_kernel(in_float32(_variance))
std = graph_kernel(in_float32(lambda x, axis, keepdims: opset.sqrt(_variance(x, axis, keepdims))))


def _extreme(reduce, meet):
    def kernel(x, axis, keepdims, initial):
        result = reduce(x, ints(list(axes_of(x, axis))), keepdims)
        return result if initial is None else meet(result, like(initial, x))

    return graph_kernel(kernel)


max = _extreme(opset.reduce_max, opset.maximum)
min = _extreme(opset.reduce_min, opset.minimum)


def _position(mode):
    def kernel(x, axis, keepdims):
        rank = rank_of(x)
        x = to(x, "int32") if x.get_element_type() == ov.Type.boolean else x
        source, place = (flat(x), 0) if axis is None else (x, axis % rank)
        found = opset.topk(source, np.int64(1), place, mode, "value", "i32", True).output(1)
        if axis is None:
            return _reshape(found, (1,) * rank if keepdims else ())
        return found if keepdims else opset.squeeze(found, ints([place]))

    return graph_kernel(kernel)


argmax = _position("max")
argmin = _position("min")


@graph_kernel
def count_nonzero(x, axis):
    nonzero = to(opset.not_equal(x, like(0, x)), "int32")
    return opset.reduce_sum(nonzero, ints(list(axes_of(x, axis))), False)


@graph_kernel
def cumsum(x, axis, dtype):
    x, axis = (flat(x), 0) if axis is None else (x, axis)
    return opset.cumsum(x, np.int64(axis))


# Shape


@graph_kernel
def reshape(x, newshape):
    return _reshape(x, newshape)


@graph_kernel
def transpose(x, axes):
    return _transpose(x, range(rank_of(x))[::-1] if axes is None else axes)


@graph_kernel
def swapaxes(x, axis1, axis2):
    order = list(range(rank_of(x)))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return _transpose(x, order)


@graph_kernel
def expand_dims(x, axis):
    axes = axis if isinstance(axis, tuple) else (axis,)
    rank = rank_of(x) + len(axes)
    return opset.unsqueeze(x, ints(sorted(a % rank for a in axes)))


@graph_kernel
def squeeze(x, axis):
    axes = [i for i, n in enumerate(shape_of(x)) if n == 1] if axis is None else list(axes_of(x, axis))
    return opset.squeeze(x, ints(axes)) if axes else x


@graph_kernel
def broadcast_to(x, shape):
    return opset.broadcast(x, ints(list(shape)))


@graph_kernel
def flip(x, axis):
    for a in axes_of(x, axis):
        x = opset.gather(x, ints(list(range(shape_of(x)[a]))[::-1]), np.int64(a)).output(0)
    return x


@graph_kernel
def roll(x, shift, axis):
    if axis is None:
        return _reshape(opset.roll(flat(x), ints([int(shift)]), ints([0])), shape_of(x))
    axes = axis if isinstance(axis, tuple) else (axis,)
    shifts = shift if isinstance(shift, (tuple, list)) else (shift,) * len(axes)
    return opset.roll(x, ints(list(shifts)), ints([a % rank_of(x) for a in axes]))


@graph_kernel
def repeat(x, repeats, axis):
    x, axis = (flat(x), 0) if axis is None else (x, axis % rank_of(x))
    places = np.repeat(np.arange(shape_of(x)[axis]), repeats)
    return opset.gather(x, ints(places.tolist()), np.int64(axis))


@graph_kernel
def tile(x, repeats):
    return opset.tile(x, ints(list(repeats)))


@graph_kernel
def pad(x, pad_width, mode, constant_values):
    places = np.arange(math.prod(shape_of(x))).reshape(shape_of(x))
    if mode == "constant":
        widths = np.broadcast_to(np.asarray(pad_width), (rank_of(x), 2))
        filler = like(constant_values or 0, x)
        return opset.pad(x, ints(widths[:, 0].tolist()), ints(widths[:, 1].tolist()), "constant", filler)
    # Other modes copy elements: NumPy tells which.
    places = np.pad(places, pad_width, mode=mode)
    return _reshape(opset.gather(flat(x), ints(places.ravel().tolist()), np.int64(0)), places.shape)


@graph_kernel
def concatenate(xs, axis):
    return opset.concat(xs, axis)


@graph_kernel
def stack(x, axis):
    axis = axis % (rank_of(x[0]) + 1)
    return opset.concat([opset.unsqueeze(e, ints([axis])) for e in x], axis)


def split(x, indices_or_sections, axis):
    size = x.shape[axis]
    if isinstance(indices_or_sections, int):
        points = [i * size // indices_or_sections for i in range(1, indices_or_sections)]
    else:
        points = [int(i) for i in indices_or_sections]
    leading = (slice(None),) * (axis % len(x.shape))
    return [get_item(x, leading + (slice(a, b),)) for a, b in zip([0, *points], [*points, size])]


# Indexing


def get_item(x, key):
    """`x[key]` for ints, slices, ellipses, `None` and one integer tensor."""
    key = key if isinstance(key, tuple) else (key,)
    if Ellipsis in [k for k in key if k is Ellipsis]:
        i = [n for n, k in enumerate(key) if k is Ellipsis][0]
        used = len([k for k in key if k is not None and k is not Ellipsis])
        key = key[:i] + (slice(None),) * (x.ndim - used) + key[i + 1 :]
    out, position = node(x), 0
    for k in key:
        if k is None:
            out = opset.unsqueeze(out, ints([position])).output(0)
            position += 1
        elif isinstance(k, slice):
            out = sliced(out, k, position)
            position += 1
        elif isinstance(k, (int, np.integer)):
            out = opset.gather(out, np.int64(k % shape_of(out)[position]), np.int64(position)).output(0)
        else:
            index = node(np.asarray(k) if isinstance(k, (list, tuple)) else k)
            if index.get_element_type() == ov.Type.boolean:
                raise NotInGraph("Indexing by a mask has a result of unknown shape.")
            out = opset.gather(out, index, np.int64(position)).output(0)
            position += rank_of(index)
    return wrap(out)


@graph_kernel
def take(x, indices, axis):
    x, axis = (flat(x), 0) if axis is None else (x, axis % rank_of(x))
    return opset.gather(x, indices, np.int64(axis))


@graph_kernel
def take_along_axis(x, indices, axis):
    if axis is None:
        x, indices, axis = flat(x), flat(indices), 0
    axis = axis % rank_of(x)
    size = shape_of(x)[axis]
    indices = opset.select(
        opset.less(indices, like(0, indices)), opset.add(indices, like(size, indices)), indices
    ).output(0)
    both = np.broadcast_shapes(*(s[:axis] + (1,) + s[axis + 1 :] for s in (shape_of(x), shape_of(indices))))
    x = opset.broadcast(x, ints(list(both[:axis] + (size,) + both[axis + 1 :])))
    wanted = both[:axis] + (shape_of(indices)[axis],) + both[axis + 1 :]
    return opset.gather_elements(x, opset.broadcast(indices, ints(list(wanted))), axis)


def _ordered(output):
    def kernel(x, axis):
        x, axis = (flat(x), 0) if axis is None else (x, axis % rank_of(x))
        k = np.int64(shape_of(x)[axis])
        # `stable` comes with sorting by value and keeps equal elements in order.
        result = opset.topk(x, k, axis, "min", "value", "i32", True)
        return result.output(output)

    return graph_kernel(kernel)


sort = _ordered(0)
argsort = _ordered(1)


def argpartition(x, kth, axis):
    return argsort(x, axis)


@graph_kernel
def searchsorted(sorted_sequence, values, side):
    values = operand(values, sorted_sequence)
    found = opset.search_sorted(_reshape(sorted_sequence, (-1,)), flat(values), side == "right", "i32")
    return _reshape(to(found, "int32"), shape_of(values))


@graph_kernel
def digitize(x, bins):
    bins = bins if isinstance(bins, ov.Output) else constant(np.asarray(bins, "float32"))
    found = opset.search_sorted(to(bins, "float32"), flat(to(x, "float32")), True, "i32")
    return _reshape(to(found, "int32"), shape_of(x))


def _triangle(mask):
    def kernel(x, k):
        rows, columns = shape_of(x)[-2:]
        kept = constant(mask(rows, columns, k))
        return opset.select(kept, x, like(0, x))

    return graph_kernel(kernel)


tril = _triangle(lambda n, m, k: np.tri(n, m, k, dtype=bool))
triu = _triangle(lambda n, m, k: ~np.tri(n, m, k - 1, dtype=bool))


def _picked(places_of):
    """A kernel that picks elements: NumPy tells which, by doing the same to the positions."""

    def kernel(x, *settings):
        places = np.arange(1, math.prod(shape_of(x)) + 1).reshape(shape_of(x))
        places = places_of(places, *settings)
        padded = opset.concat([opset.unsqueeze(like(0, x), ints([0])), flat(x)], 0)
        return _reshape(opset.gather(padded, ints(places.ravel().tolist()), np.int64(0)), places.shape)

    return graph_kernel(kernel)


diag = _picked(np.diag)
diagonal = _picked(np.diagonal)


@graph_kernel
def trace(x, offset, axis1, axis2):
    values = node(diagonal(wrap(x), offset, axis1, axis2))
    return opset.reduce_sum(values, ints([rank_of(values) - 1]), False)


def isin(x1, x2, assume_unique, invert):
    left, right = node(x1), flat(node(x2))
    same = opset.equal(opset.unsqueeze(left, ints([rank_of(left)])), right)
    found = opset.reduce_logical_or(same, ints([rank_of(left)]), False)
    return wrap(opset.logical_not(found) if invert else found)


def unravel_index(indices, shape):
    strides = [math.prod(shape[i + 1 :]) for i in range(len(shape))]
    index = node(indices)
    return tuple(wrap(opset.floor_mod(_integer_quotient(index, s), like(n, index))) for s, n in zip(strides, shape))


def _integer_quotient(x, n):
    return opset.divide(opset.subtract(x, opset.floor_mod(x, like(n, x))), like(n, x)).output(0)
