"""Graph kernels of `keras.ops.numpy`."""

import math

import numpy as np
import openvino as ov
import openvino.opset15 as opset

from keras.src.backend.numpy.core import to_engine_dtype
from keras.src.backend.openvino.build import (
    axes_of,
    binary,
    flat,
    in_float32,
    ints,
    is_real,
    like,
    operand,
    rank_of,
    shape_of,
    to,
    unary,
)
from keras.src.backend.openvino.build import (
    reshape as _reshape,
)
from keras.src.backend.openvino.build import (
    transpose as _transpose,
)
from keras.src.backend.openvino.tensor import NotInGraph, constant, convert, graph_kernel, node, wrap

# Elementwise

absolute = unary(opset.absolute)
arccos = unary(opset.acos)
arccosh = unary(opset.acosh)
arcsin = unary(opset.asin)
arcsinh = unary(opset.asinh)
arctan = unary(opset.atan)
arctanh = unary(opset.atanh)
ceil = unary(opset.ceiling)
cos = unary(opset.cos)
cosh = unary(opset.cosh)
exp = unary(opset.exp)
floor = unary(opset.floor)
log = unary(opset.log)
negative = unary(opset.negative)
sign = unary(opset.sign)
sin = unary(opset.sin)
sinh = unary(opset.sinh)
sqrt = unary(opset.sqrt)
tan = unary(opset.tan)
tanh = unary(opset.tanh)
conjugate = real = copy = unary(lambda x: x)
square = unary(lambda x: opset.multiply(x, x))
reciprocal = unary(lambda x: opset.divide(like(1, x), x))
exp2 = unary(lambda x: opset.exp(opset.multiply(x, like(math.log(2), x))))
log2 = unary(lambda x: opset.divide(opset.log(x), like(math.log(2), x)))
log10 = unary(lambda x: opset.divide(opset.log(x), like(math.log(10), x)))
deg2rad = unary(lambda x: opset.multiply(x, like(math.pi / 180, x)))
rad2deg = unary(lambda x: opset.multiply(x, like(180 / math.pi, x)))
imag = unary(lambda x: opset.multiply(x, like(0, x)))
bitwise_invert = unary(opset.bitwise_not)
logical_not = unary(opset.logical_not)


@graph_kernel
def log1p(x):
    # log(1 + x) * x / ((1 + x) - 1) keeps the digits of small x.
    u = opset.add(x, like(1, x))
    near = opset.equal(u, like(1, x))
    quotient = opset.divide(x, opset.select(near, like(1, x), opset.subtract(u, like(1, x))))
    exact = opset.multiply(opset.log(u), quotient)
    return opset.select(opset.logical_or(near, opset.is_inf(u)), opset.select(near, x, u), exact)


@graph_kernel
def expm1(x):
    # 2 sinh(x / 2) exp(x / 2) keeps the digits of small x.
    half = opset.multiply(x, like(0.5, x))
    return opset.multiply(opset.multiply(like(2, x), opset.sinh(half)), opset.exp(half))


@graph_kernel
def cbrt(x):
    return opset.multiply(opset.sign(x), opset.power(opset.absolute(x), like(1 / 3, x)))


@graph_kernel
def sinc(x):
    angle = opset.multiply(x, like(math.pi, x))
    zero = opset.equal(x, like(0, x))
    return opset.select(zero, like(1, x), opset.divide(opset.sin(angle), opset.select(zero, like(1, x), angle)))


@graph_kernel
def trunc(x):
    if not is_real(x):
        return x
    return opset.multiply(opset.sign(x), opset.floor(opset.absolute(x)))


@graph_kernel
def round(x, decimals):
    if not is_real(x):
        return x
    if not decimals:
        return opset.round(x, "half_to_even")
    scale = like(10.0**decimals, x)
    return opset.divide(opset.round(opset.multiply(x, scale), "half_to_even"), scale)


@graph_kernel
def clip(x, x_min, x_max):
    low, high = (convert(operand(v, x), _name(x)) for v in (x_min, x_max))
    return opset.minimum(opset.maximum(x, low), high)


def _name(x):
    return str(wrap(x).dtype)


@graph_kernel
def nan_to_num(x, nan, posinf, neginf):
    if not is_real(x):
        return x
    info = np.finfo(np.float16 if _name(x) == "float16" else np.float64 if _name(x) == "float64" else np.float32)
    x = opset.select(opset.is_nan(x), like(nan, x), x).output(0)
    x = opset.select(opset.equal(x, like(np.inf, x)), like(info.max if posinf is None else posinf, x), x).output(0)
    return opset.select(opset.equal(x, like(-np.inf, x)), like(info.min if neginf is None else neginf, x), x)


add = binary(opset.add)
subtract = binary(opset.subtract)
multiply = binary(opset.multiply)
divide = binary(opset.divide)
power = binary(opset.power)
maximum = binary(opset.maximum)
minimum = binary(opset.minimum)
equal = binary(opset.equal)
not_equal = binary(opset.not_equal)
greater = binary(opset.greater)
greater_equal = binary(opset.greater_equal)
less = binary(opset.less)
less_equal = binary(opset.less_equal)
fmod = binary(opset.mod)
bitwise_and = binary(opset.bitwise_and)
bitwise_or = binary(opset.bitwise_or)
bitwise_xor = binary(opset.bitwise_xor)
bitwise_left_shift = binary(opset.bitwise_left_shift)
bitwise_right_shift = binary(opset.bitwise_right_shift)
logical_and = binary(opset.logical_and)
logical_or = binary(opset.logical_or)
logical_xor = binary(opset.logical_xor)
mod = binary(opset.floor_mod)


@binary
def floor_divide(x1, x2):
    if is_real(x1):
        return opset.floor(opset.divide(x1, x2))
    return opset.divide(opset.subtract(x1, opset.floor_mod(x1, x2)), x2)


@binary
def fmax(x1, x2):
    return (
        opset.select(opset.is_nan(x1), x2, opset.select(opset.is_nan(x2), x1, opset.maximum(x1, x2)))
        if is_real(x1)
        else opset.maximum(x1, x2)
    )


@binary
def fmin(x1, x2):
    return (
        opset.select(opset.is_nan(x1), x2, opset.select(opset.is_nan(x2), x1, opset.minimum(x1, x2)))
        if is_real(x1)
        else opset.minimum(x1, x2)
    )


@binary
def arctan2(x1, x2):
    zero = opset.equal(x2, like(0, x2))
    base = opset.atan(opset.divide(x1, opset.select(zero, like(1, x2), x2)))
    turn = opset.select(opset.less(x1, like(0, x1)), like(-math.pi, x1), like(math.pi, x1))
    beside = opset.select(opset.less(x2, like(0, x2)), opset.add(base, turn), base)
    return opset.select(zero, opset.multiply(opset.sign(x1), like(math.pi / 2, x1)), beside)


@binary
def hypot(x1, x2):
    a, b = opset.absolute(x1), opset.absolute(x2)
    large = opset.maximum(a, b)
    safe = opset.select(opset.equal(large, like(0, x1)), like(1, x1), large)
    ratio = opset.divide(opset.minimum(a, b), safe)
    return opset.multiply(large, opset.sqrt(opset.add(like(1, x1), opset.multiply(ratio, ratio))))


@binary
def logaddexp(x1, x2):
    distance = opset.negative(opset.absolute(opset.subtract(x1, x2)))
    return opset.add(opset.maximum(x1, x2), opset.log(opset.add(like(1, x1), opset.exp(distance))))


@binary
def logaddexp2(x1, x2):
    two = math.log(2)
    distance = opset.multiply(opset.negative(opset.absolute(opset.subtract(x1, x2))), like(two, x1))
    extra = opset.divide(opset.log(opset.add(like(1, x1), opset.exp(distance))), like(two, x1))
    return opset.add(opset.maximum(x1, x2), extra)


@binary
def heaviside(x1, x2):
    step = opset.select(opset.greater(x1, like(0, x1)), like(1, x1), like(0, x1))
    result = opset.select(opset.equal(x1, like(0, x1)), x2, step)
    return opset.select(opset.is_nan(x1), x1, result)


isnan = unary(lambda x: opset.is_nan(x) if is_real(x) else opset.not_equal(x, x))
isfinite = unary(lambda x: opset.is_finite(x) if is_real(x) else opset.equal(x, x))
isinf = unary(lambda x: opset.is_inf(x) if is_real(x) else opset.not_equal(x, x))
isposinf = unary(lambda x: opset.equal(x, like(np.inf, x)) if is_real(x) else opset.not_equal(x, x))
isneginf = unary(lambda x: opset.equal(x, like(-np.inf, x)) if is_real(x) else opset.not_equal(x, x))
isreal = unary(lambda x: opset.logical_or(opset.equal(x, x), opset.not_equal(x, x)))
signbit = unary(
    lambda x: opset.less(
        opset.select(opset.equal(x, like(0, x)), opset.divide(like(1, x), x), x) if is_real(x) else x, like(0, x)
    )
)
angle = unary(lambda x: opset.select(opset.less(x, like(0, x)), like(math.pi, x), opset.multiply(x, like(0, x))))


@graph_kernel
def isclose(x1, x2, rtol, atol, equal_nan):
    x1, x2 = operand(x1, x2), operand(x2, x1)
    if not is_real(x1):
        x1, x2 = to(x1, "float32"), to(x2, "float32")
    limit = opset.add(like(atol, x1), opset.multiply(like(rtol, x1), opset.absolute(x2)))
    near = opset.less_equal(opset.absolute(opset.subtract(x1, x2)), limit)
    near = opset.logical_or(opset.logical_and(near, opset.is_finite(x2)), opset.equal(x1, x2))
    return opset.logical_or(near, opset.logical_and(opset.is_nan(x1), opset.is_nan(x2))) if equal_nan else near


@graph_kernel
def where(condition, x1, x2):
    if x1 is None:
        raise NotInGraph("keras.ops.where with one argument has a result of unknown shape.")
    return opset.select(condition, operand(x1, x2), operand(x2, x1))


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
            out = _sliced(out, k, position)
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


def _sliced(x, key, axis):
    start, stop, step = key.indices(shape_of(x)[axis])
    if (start, stop, step) == (0, shape_of(x)[axis], 1):
        return x
    if step < 0:
        places = list(range(start, stop, step))
        return opset.gather(x, ints(places), np.int64(axis)).output(0)
    return opset.slice(x, ints([start]), ints([stop]), ints([step]), ints([axis])).output(0)


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
    return _reshape(found, shape_of(values))


@graph_kernel
def digitize(x, bins):
    bins = bins if isinstance(bins, ov.Output) else constant(np.asarray(bins, "float32"))
    found = opset.search_sorted(to(bins, "float32"), flat(to(x, "float32")), True, "i32")
    return _reshape(found, shape_of(x))


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


# Creation from tensors


def _filled(value):
    def kernel(x, *settings):
        *given, dtype = settings
        return constant(np.full(shape_of(x), given[0] if given else value, to_engine_dtype(dtype)))

    return graph_kernel(kernel)


zeros_like = empty_like = _filled(0)
ones_like = _filled(1)
full_like = _filled(None)


@graph_kernel
def array(x, dtype):
    return x


# Products


def _product(x1, x2):
    kind = x1.get_element_type()
    if kind.is_real():
        return opset.matmul(x1, x2, False, False)
    wide = [opset.convert(x, ov.Type.f64) for x in (x1, x2)]
    result = opset.matmul(*wide, False, False)
    return opset.convert(result, ov.Type.i32 if kind == ov.Type.i8 else kind)


matmul = binary(_product)


@binary
def dot(x1, x2):
    if rank_of(x1) == 0 or rank_of(x2) == 0:
        return opset.multiply(x1, x2)
    if rank_of(x2) <= 2:
        return _product(x1, x2)
    last = rank_of(x2) - 2
    return _contracted(x1, x2, [rank_of(x1) - 1], [last])


@binary
def vdot(x1, x2):
    return _reshape(_product(flat(x1), flat(x2)), ())


@graph_kernel
def tensordot(x1, x2, axes):
    if isinstance(axes, int):
        return _contracted(x1, x2, list(range(rank_of(x1) - axes, rank_of(x1))), list(range(axes)))
    return _contracted(x1, x2, list(axes_of(x1, axes[0])), list(axes_of(x2, axes[1])))


def _contracted(x1, x2, first, second):
    kept1 = [i for i in range(rank_of(x1)) if i not in first]
    kept2 = [i for i in range(rank_of(x2)) if i not in second]
    n = math.prod(shape_of(x1)[i] for i in first)
    rows = [shape_of(x1)[i] for i in kept1]
    columns = [shape_of(x2)[i] for i in kept2]
    left = _reshape(_transpose(x1, kept1 + first), (math.prod(rows), n))
    right = _reshape(_transpose(x2, second + kept2), (n, math.prod(columns)))
    return _reshape(_product(left, right), rows + columns)


@binary
def kron(x1, x2):
    rank = rank_of(x1) if rank_of(x1) > rank_of(x2) else rank_of(x2)
    s1, s2 = ((1,) * (rank - rank_of(x)) + shape_of(x) for x in (x1, x2))
    left = _reshape(x1, [n for size in s1 for n in (size, 1)])
    right = _reshape(x2, [n for size in s2 for n in (1, size)])
    return _reshape(opset.multiply(left, right), [a * b for a, b in zip(s1, s2)])


def einsum(subscripts, *operands):
    nodes = [node(x) for x in operands]
    kind = nodes[0].get_element_type()
    if kind.is_real():
        return wrap(opset.einsum(nodes, subscripts.replace(" ", "")))
    result = opset.einsum([opset.convert(x, ov.Type.f32) for x in nodes], subscripts.replace(" ", ""))
    return wrap(opset.convert(result, ov.Type.i32 if kind == ov.Type.i8 else kind))


# Statistics


@graph_kernel
def diff(a, n, axis):
    axis = axis % rank_of(a)
    for _ in range(n):
        size = shape_of(a)[axis]
        a = opset.subtract(_sliced(a, slice(1, size), axis), _sliced(a, slice(0, size - 1), axis)).output(0)
    return a


@graph_kernel
def vander(x, N, increasing):
    count = shape_of(x)[0] if N is None else N
    powers = np.arange(count)[:: 1 if increasing else -1]
    return opset.power(opset.unsqueeze(x, ints([1])), to(ints(powers.tolist()), _name(x)))


@graph_kernel
def trapezoid(y, x, dx, axis):
    axis, size = axis % rank_of(y), shape_of(y)[axis]
    after, before = _sliced(y, slice(1, size), axis), _sliced(y, slice(0, size - 1), axis)
    width = like(dx, y)
    if x is not None:
        place = rank_of(x) - 1 if rank_of(x) < rank_of(y) else axis
        n = shape_of(x)[place]
        width = opset.subtract(_sliced(x, slice(1, n), place), _sliced(x, slice(0, n - 1), place)).output(0)
        if rank_of(x) < rank_of(y):
            width = _reshape(width, [n - 1 if i == axis else 1 for i in range(rank_of(y))])
    area = opset.multiply(opset.multiply(opset.add(after, before), like(0.5, y)), width)
    return opset.reduce_sum(area, ints([axis]), False)


def view(x, dtype):
    raise NotInGraph("keras.ops.view cannot be part of an OpenVINO graph.")


def _quantile(x, q, axis, method, keepdims):
    if isinstance(q, ov.Output):
        raise NotInGraph("keras.ops.quantile in a graph needs quantiles that are known while it is built.")
    axes = axes_of(x, axis)
    rest = [i for i in range(rank_of(x)) if i not in axes]
    moved = _transpose(x, [*rest, *axes])
    rows = _reshape(moved, (*shape_of(moved)[: len(rest)], -1))
    count, last = shape_of(rows)[-1], len(rest)
    ordered = opset.topk(rows, np.int64(count), last, "min", "value", "i32").output(0)
    place = np.asarray(q, "float64") * (count - 1)
    result = _between(ordered, place, method, last)
    if keepdims:
        kept = [1 if i in axes else n for i, n in enumerate(shape_of(x))]
        result = _reshape(result, (*np.shape(q), *kept))
    return result


def _between(ordered, place, method, last):
    """Elements at fractional places of the last axis; a vector of places makes a new first axis."""
    low, high = np.floor(place), np.ceil(place)
    weight = {
        "linear": place - low,
        "lower": 0 * place,
        "higher": 0 * place + (high > low),
        "midpoint": 0.5 + 0 * place,
    }.get(method, np.round(place) - low)
    first, second = (
        opset.gather(ordered, ints(np.atleast_1d(p).astype(int).tolist()), np.int64(last)) for p in (low, high)
    )
    share = constant(np.atleast_1d(weight).astype(wrap(ordered).dtype))
    mixed = opset.add(
        opset.multiply(first, opset.subtract(like(1, ordered), share)), opset.multiply(second, share)
    ).output(0)
    mixed = _transpose(mixed, [last, *range(last)])
    return mixed if np.ndim(place) else _reshape(mixed, shape_of(mixed)[1:])


def quantile(x, q, axis, method, keepdims):
    return wrap(_quantile(node(x), q.output if hasattr(q, "output") else q, axis, method, keepdims))


@graph_kernel
def cumprod(x, axis, dtype):
    x, axis = (flat(x), 0) if axis is None else (x, axis % rank_of(x))
    slices = [_sliced(x, slice(i, i + 1), axis) for i in range(shape_of(x)[axis])]
    for i in range(1, len(slices)):
        slices[i] = opset.multiply(slices[i - 1], slices[i]).output(0)
    return opset.concat(slices, axis)


@graph_kernel
def correlate(x1, x2, mode):
    n, m = shape_of(x1)[0], shape_of(x2)[0]
    long, short = (x1, x2) if n >= m else (x2, x1)
    k = n if n < m else m
    before, after = {"valid": (0, 0), "same": (k // 2, k - 1 - k // 2), "full": (k - 1, k - 1)}[mode]
    rows, weights = _reshape(long, (1, 1, -1)), _reshape(short, (1, 1, -1))
    result = _reshape(opset.convolution(rows, weights, [1], [before], [after], [1]).output(0), (-1,))
    return result if n >= m else opset.gather(result, ints(list(range(shape_of(result)[0]))[::-1]), np.int64(0))
