"""The dtype of results where rules of promotion leave a choice; expected values are facts of Keras 3, or float64 kept."""

import numpy as np
import pytest

import keras
from keras import ops
from keras.src.backend import standardize_dtype
from keras.src.ops.dtype_rules import held

PRODUCTS = {
    "matmul": ops.matmul,
    "dot": ops.dot,
    "inner": ops.inner,
    "tensordot": lambda x, y: ops.tensordot(x, y, 1),
    "einsum": lambda x, y: ops.einsum("ij,jk->ik", x, y),
    "outer": ops.outer,
    "kron": ops.kron,
    "vdot": ops.vdot,
}
UNSIGNED = ("uint8", "uint16", "uint32")


def of(dtype, shape=(2, 2)):
    return ops.cast(np.array([[1, 2], [3, 4]])[tuple(slice(n) for n in shape)], dtype)


def both(function, *dtypes):
    """Dtypes of the eager and of the symbolic result."""
    eager = function(*(of(d) for d in dtypes))
    symbolic = function(*(keras.KerasTensor((2, 2), d) for d in dtypes))
    return standardize_dtype(eager.dtype), standardize_dtype(symbolic.dtype)


@pytest.mark.parametrize("dtype", ["float64", "complex128", "uint16", "bool"])
@pytest.mark.parametrize("product", PRODUCTS.values(), ids=PRODUCTS)
def test_products_keep_the_dtype_that_the_engine_holds(product, dtype):
    assert both(product, dtype, dtype) == (held(dtype), held(dtype))


@pytest.mark.parametrize("product", PRODUCTS.values(), ids=PRODUCTS)
def test_products_of_float64_are_float64_where_tensors_are(product):
    tensor = of("float64")
    assert product(tensor, tensor).dtype == tensor.dtype


def test_products_of_float64_are_exact():
    if standardize_dtype(of("float64").dtype) != "float64":
        pytest.skip("the engine holds float64 in 32 bits")
    x = ops.cast(np.array([[1.0, 1e-12], [0.0, 1.0]]), "float64")
    for product in (ops.matmul, ops.dot, PRODUCTS["einsum"], PRODUCTS["tensordot"]):
        assert float(ops.convert_to_numpy(ops.subtract(product(x, x), x))[0, 1]) == pytest.approx(1e-12, rel=1e-6)


@pytest.mark.parametrize(
    "name", ["divide", "add", "maximum", "floor_divide", "prod", "cumsum", "ones_like", "negative"]
)
@pytest.mark.parametrize("dtype", ["int64", "float64", *UNSIGNED])
def test_symbolic_and_eager_results_have_one_dtype(name, dtype):
    function = getattr(ops, name)
    count = len(function.declaration.tensor_positions)
    eager, symbolic = both(function, *[dtype] * count)
    assert eager == symbolic


@pytest.mark.parametrize("dtype", UNSIGNED)
@pytest.mark.parametrize(
    "function",
    [
        lambda x: ops.meshgrid(x, x)[0],
        lambda x: ops.full_like(x, 2),
        lambda x: ops.zeros_like(x, dtype="uint16"),
        lambda x: ops.einsum("ij,jk->ik", x, x),
        ops.corrcoef,
        ops.cumprod,
    ],
)
def test_unsigned_results_have_one_dtype(function, dtype):
    assert len(set(both(function, dtype))) == 1


def test_pairs_of_64_bits_promote_as_result_type_has_it():
    for name in ("maximum", "minimum", "floor_divide", "dot"):
        result = getattr(ops, name)(of("int64"), of("int64"))
        assert standardize_dtype(result.dtype) == keras.backend.result_type("int64", "int64"), name
    assert standardize_dtype(ops.prod(of("int64")).dtype) == keras.backend.result_type("int64")


def test_one_tensor_of_64_bits_keeps_them():
    for dtype in ("int64", "float64"):
        x = of(dtype)
        for function in (ops.abs, ops.negative, ops.sum, ops.max, ops.sort, lambda x: ops.divide(x, x)):
            got = standardize_dtype(function(x).dtype)
            assert got == standardize_dtype(x.dtype) or (dtype == "int64" and got == "float32")


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "mod", "power", "bitwise_or"])
@pytest.mark.parametrize("narrow", ["bool", "uint8", "int16", "int32"])
def test_a_wide_integer_beside_a_narrow_one_keeps_its_width(name, narrow):
    wide = of("int64")
    function = getattr(ops, name)
    for pair in (("int64", narrow), (narrow, "int64")):
        assert both(function, *pair) == (standardize_dtype(wide.dtype),) * 2
    joined = ops.concatenate([wide, of(narrow)])
    assert standardize_dtype(joined.dtype) == standardize_dtype(wide.dtype)


def test_size_and_ndim_in_a_model_are_int32_tensors():
    inputs = keras.Input((3,))
    for function, expected in ((ops.size, 6), (ops.ndim, 2)):
        result = keras.Model(inputs, function(inputs))(np.ones((2, 3)))
        assert standardize_dtype(result.dtype) == "int32" and int(result) == expected
