"""Kernels of `keras.ops.numpy`: products."""

import math
import string

import numpy as np

from keras.src.backend.onnx import build
from keras.src.backend.onnx.build import cast
from keras.src.backend.onnx.graph import broadcast_dims, current, emit, size, transposed
from keras.src.backend.onnx.narrow import is_weight, widened
from keras.src.backend.onnx.numpy.elementwise import multiply


def _wide(x):
    """Integers are multiplied in int64, as the runtime has no products of smaller ones; transposed float16 in float32, on which
    it fails (ONNX Runtime 1.32 ends the process).
    """
    if x.dtype == np.float16 and x.view is not None:
        return cast(x, "float32")
    return cast(x, "int64") if x.dtype.kind in "biu?" else x


def matmul(x1, x2):
    dtype = x1.dtype if x1.dtype != np.int8 else np.dtype("int32")
    if x2.ndim == 2 and x1.view is not None and x1.view[1][-1] == x1.ndim - 1:
        # The last axis stays where it is, so the transposition may wait until after the product.
        source, order = x1.view
        return transposed(matmul(source, x2), order)
    if x1.dtype == x2.dtype == np.int8:
        return _product_of_bytes(x1, x2)
    a, b = _wide(x1), _wide(x2)
    a, b = (cast(x, max((a, b), key=lambda y: y.dtype.itemsize).dtype) for x in (a, b))
    return cast(emit("MatMul", [a, b], _dims_of_product(a, b), a.dtype), dtype)


def _dims_of_product(a, b):
    rows = [a.dims[-2]] if a.ndim > 1 else []
    columns = [b.dims[-1]] if b.ndim > 1 else []
    return (*broadcast_dims(a.dims[:-2], b.dims[:-2]), *rows, *columns)


def _product_of_bytes(a, b):
    """A product of int8, in int32; by floats, which hold the sums, where the runtime would keep wide integers."""
    dims, dtype = _dims_of_product(a, b), np.dtype("int32")
    if current().multiplies_bytes:
        a, b = (widened(x, x.dtype) if is_weight(x) else x for x in (a, b))
        return emit("MatMulInteger", [a, b], dims, dtype)
    a, b = (cast(x, "float32") for x in (a, b))
    return cast(emit("MatMul", [a, b], dims, a.dtype), dtype)


def dot(x1, x2):
    if x1.ndim == 0 or x2.ndim == 0:
        return multiply(x1, x2)
    if x2.ndim <= 2:
        return matmul(x1, x2)
    return tensordot(x1, x2, [[x1.ndim - 1], [x2.ndim - 2]])


def vdot(x1, x2):
    return matmul(build.flat(x1), build.flat(x2))


def tensordot(x1, x2, axes):
    if isinstance(axes, int):
        first, second = list(range(x1.ndim - axes, x1.ndim)), list(range(axes))
    else:
        first, second = build.axes_of(x1, axes[0]), build.axes_of(x2, axes[1])
    if first == [x1.ndim - 1] and second == [0] and x2.ndim == 2:
        return matmul(x1, x2)
    if first == list(range(x1.ndim - len(first), x1.ndim)) and second == list(range(len(second))):
        return _joined_product(x1, x2, len(first))
    letters = iter(string.ascii_letters)
    left = [next(letters) for _ in x1.dims]
    right = [next(letters) for _ in x2.dims]
    for i, j in zip(first, second):
        right[j] = left[i]
    result = [c for i, c in enumerate(left) if i not in first] + [c for j, c in enumerate(right) if j not in second]
    return einsum(f"{''.join(left)},{''.join(right)}->{''.join(result)}", x1, x2)


def _joined_product(x1, x2, count):
    """A product over the last `count` axes of one tensor and the first of another, by one matrix product."""
    inner, columns = x2.dims[:count], x2.dims[count:]
    rows = [size(x1, i) for i in range(x1.ndim - count)]
    n, m = math.prod(inner), math.prod(columns)
    a = build.reshape(x1, (*rows, n)) if count != 1 else x1
    return build.reshape(matmul(a, build.reshape(x2, (n, m))), (*rows, *columns))


def einsum(subscripts, *operands):
    dtype = operands[0].dtype
    operands = [
        cast(x, "float32") if str(x.dtype) in ("float16", "int32", "int8", "uint8", "int16", "int64") else x
        for x in operands
    ]
    subscripts = subscripts.replace(" ", "")
    taken, _, given = subscripts.partition("->")
    if "->" not in subscripts:
        letters = taken.replace(",", "").replace("...", "")
        given = ("..." if "..." in taken else "") + "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    sizes, rest = {}, ()
    for part, x in zip(taken.split(","), operands):
        before, dots, after = part.partition("...")
        sizes.update(zip(before, x.dims))
        if dots:
            sizes.update(zip(after, x.dims[x.ndim - len(after) :]))
            rest = broadcast_dims(rest, x.dims[len(before) : x.ndim - len(after)])
    before, dots, after = given.partition("...")
    dims = [sizes[c] for c in before] + (list(rest) if dots else []) + [sizes[c] for c in after]
    result = emit("Einsum", list(operands), dims, operands[0].dtype, equation=f"{taken}->{given}")
    return cast(result, "int32" if dtype == np.int8 else dtype)
