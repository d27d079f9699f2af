"""Sparse results equal the dense ones, and symbolic results are sparse where eager ones are."""

import numpy as np
import pytest

from keras.src import backend, ops
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.ops.declare import REGISTRY
from keras.src.ops.sparsity import is_composite
from keras.src.testing import engine

pytestmark = pytest.mark.skipif(not backend.SUPPORTS_SPARSE_TENSORS, reason="the engine has no sparse tensors")

A = np.array([[0, 0.5, 0], [-0.25, 0, 0]], "float32")
B = np.array([[0, 0.75, 0], [0, 0, 2]], "float32")
D = np.array([[1, 2, 3], [4, 5, 6]], "float32")
INTS = np.array([[0, 2, 1], [1, 0, 0]], "int32")

UNARY = [n for n, d in REGISTRY.items() if d.sparse == "all" and len(d.parameters) == 1 and n != "true_divide"]
BOTH = ("add", "subtract", "multiply", "maximum", "minimum", "fmax", "fmin")
QUOTIENTS = ("divide", "true_divide", "divide_no_nan")


class S:
    """An array to hand over as a sparse tensor."""

    def __init__(self, array):
        self.array = np.asarray(array)


CASES = [
    *[(n, (S(A),), {}, True) for n in UNARY],
    *[(n, (S(INTS),), {}, True) for n in ("sin", "negative", "square")],
    *[(n, (S(A), S(B)), {}, True) for n in BOTH],
    *[(n, (S(A), S(B[:1])), {}, True) for n in BOTH[:3]],
    *[(n, (S(A), S(INTS)), {}, True) for n in BOTH[:3]],
    *[(n, (S(A), D), {}, n == "multiply") for n in BOTH[1:4]],
    *[(n, (D, S(A)), {}, n == "multiply") for n in BOTH[1:4]],
    *[(n, (S(A), 2), {}, n == "multiply") for n in BOTH[2:4]],
    *[(n, (S(A), D), {}, True) for n in QUOTIENTS],
    ("divide", (S(A), D[0]), {}, True),
    ("divide", (S(A[:1]), D), {}, True),
    ("divide", (S(A), 2.0), {}, True),
    *[(n, (D, S(A)), {}, False) for n in QUOTIENTS],
    ("matmul", (S(A), S(B.T)), {}, True),
    ("matmul", (S(A), D.T), {}, False),
    ("matmul", (D.T, S(A)), {}, False),
    ("matmul", (S(A), D[0]), {}, False),
    ("matmul", (S(INTS), INTS.T), {}, False),
    ("matmul", (S(A[None]), S(B.T)), {}, True),
    ("transpose", (S(A),), {}, True),
    ("transpose", (S(A[None]),), {"axes": (1, 0, 2)}, True),
    ("reshape", (S(A), (3, -1)), {}, True),
    ("expand_dims", (S(A), (0, -1)), {}, True),
    ("squeeze", (S(A[None]),), {}, True),
    ("squeeze", (S(A[:, None]), 1), {}, True),
    ("concatenate", ([S(A), S(B)],), {"axis": -1}, True),
    ("concatenate", ([S(A), D],), {}, False),
    *[(n, (S(A),), {"axis": axis, "keepdims": keep}, True) for n in ("sum", "mean") for axis, keep in ((None, False), (0, False), (-1, True), ((0, 1), True))],
    ("sum", (S(INTS.astype("int8")), 1), {}, True),
    ("mean", (S(INTS), 1), {}, True),
    ("nansum", (S(np.where(A > 0, np.nan, A)), 1), {}, True),
    ("take", (D, S(INTS)), {"axis": 1}, False),
    ("max", (S(A), 1), {}, False),
    ("cos", (S(A),), {}, False),
    ("softmax", (S(A),), {}, False),
    ("stack", ([S(A), S(B)],), {}, False),
    ("cast", (S(A), "int32"), {}, True),
    ("one_hot", (INTS, 4), {"sparse": True}, True),
    ("one_hot", (INTS - 1, 2), {"sparse": True, "axis": 0, "dtype": "int32"}, True),
    ("multi_hot", (INTS, 4), {"sparse": True}, True),
    ("bincount", (INTS,), {"sparse": True, "minlength": 5}, True),
]  # fmt: skip


def fill(args, function):
    return [fill(x, function) if isinstance(x, list) else function(x) if isinstance(x, S) else x for x in args]


def to_symbolic(x):
    if isinstance(x, list):
        return [to_symbolic(e) for e in x]
    sparse = isinstance(x, S)
    x = x.array if sparse else x
    return KerasTensor(x.shape, str(x.dtype), sparse=sparse) if isinstance(x, np.ndarray) else x


@pytest.mark.parametrize("name, args, kwargs, is_sparse", CASES, ids=[f"{c[0]}-{i}" for i, c in enumerate(CASES)])
def test_sparse_equals_dense(name, args, kwargs, is_sparse):
    function = getattr(ops, name)
    result = function(*fill(args, lambda x: engine.to_sparse(x.array)), **kwargs)
    assert bool(is_composite(result)) == is_sparse
    expected = function(
        *fill(args, lambda x: x.array), **{**kwargs, **({"sparse": False} if "sparse" in kwargs else {})}
    )
    assert ops.dtype(result) == ops.dtype(expected)
    np.testing.assert_allclose(ops.convert_to_numpy(result), ops.convert_to_numpy(expected), rtol=1e-6)
    spec = function(*[to_symbolic(x) for x in args], **kwargs)
    assert (spec.sparse, spec.dtype) == (is_sparse, ops.dtype(result))
    assert len(spec.shape) == len(result.shape)


@pytest.mark.parametrize(
    "name", ["sin", "add", "multiply", "maximum", "matmul", "sum", "mean", "concatenate", "reshape"]
)
def test_sparse_inside_compiled_code(name):
    calls = {
        "sin": lambda x, y: ops.sin(x),
        "matmul": lambda x, y: ops.matmul(x, ops.transpose(y)),
        "sum": lambda x, y: ops.sum(x, 1, keepdims=True),
        "mean": lambda x, y: ops.mean(x, 0),
        "concatenate": lambda x, y: ops.concatenate([x, y], 1),
        "reshape": lambda x, y: ops.reshape(x, (3, 2)),
    }
    call = calls.get(name, lambda x, y: getattr(ops, name)(x, y))
    compiled, _ = engine.compiled(lambda x, y: ops.convert_to_tensor(call(x, y), sparse=False))
    result = compiled(engine.to_sparse(A), engine.to_sparse(B))
    np.testing.assert_allclose(ops.convert_to_numpy(result), ops.convert_to_numpy(call(A, B)), rtol=1e-6)


def test_only_stored_values_are_counted_and_put_into_bins():
    sparse = engine.to_sparse(INTS)
    np.testing.assert_array_equal(ops.convert_to_numpy(ops.bincount(sparse)), [[0, 1, 1], [0, 1, 0]])
    digits = ops.digitize(engine.to_sparse(2 * A), np.array([-1.0, 0.5], "float32"))
    np.testing.assert_array_equal(ops.convert_to_numpy(digits), [[0, 2, 0], [1, 0, 0]])


def test_conversion_keeps_sparse_tensors_unless_told_otherwise():
    sparse = engine.to_sparse(A)
    assert is_composite(ops.convert_to_tensor(sparse)) and is_composite(ops.convert_to_tensor(sparse, sparse=True))
    assert not is_composite(ops.convert_to_tensor(sparse, sparse=False))
    assert not is_composite(ops.convert_to_tensor(A, sparse=True))
    assert ops.is_tensor(sparse) and ops.shape(sparse) == (2, 3)


def test_an_engine_has_a_sparse_kernel_for_each_op_that_says_so():
    with_word = {d.name for d in REGISTRY.values() if d.sparse}
    assert with_word <= set(backend.sparse.KERNELS)
