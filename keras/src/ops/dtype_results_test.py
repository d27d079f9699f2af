"""The dtype of results where rules of promotion leave a choice; expected values are facts of Keras 3, or float64 kept."""

import operator

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


@pytest.mark.parametrize("narrow", ["bool", "int32", "float16", "bfloat16", "float32"])
@pytest.mark.parametrize("name", ["add", "multiply", "divide", "power", "matmul", "where", "concatenate"])
def test_float64_beside_fewer_bits_stays_where_the_engine_holds_it(name, narrow):
    function = getattr(ops, name)
    call = {"where": lambda x, y: function(True, x, y), "concatenate": lambda x, y: function([x, y])}.get(
        name, function
    )
    # NumPy makes arrays of float64 unasked, and engines that take those as float32 narrow what is beside fewer bits too.
    expected = standardize_dtype(ops.convert_to_tensor(np.ones((2, 2))).dtype)
    for pair in (("float64", narrow), (narrow, "float64")):
        assert both(call, *pair) == (expected,) * 2


OPERATORS = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")


@pytest.mark.parametrize("dtype", ["bool", "int8", "int64", "float64"])
@pytest.mark.parametrize("other", ["uint8", "int32", "int64", "float32", "float64", 1, 1.5])
@pytest.mark.parametrize("name", OPERATORS)
def test_operators_of_variables_give_the_dtype_that_is_declared(name, dtype, other):
    function = getattr(operator, name)
    if name == "matmul" and not isinstance(other, str):
        pytest.skip("matrices are multiplied by matrices")
    variable = keras.Variable(of(dtype), dtype=dtype, trainable=False)
    beside = keras.Variable(of(other), dtype=other, trainable=False) if isinstance(other, str) else other
    described = keras.KerasTensor((2, 2), other) if isinstance(other, str) else other
    symbolic = function(keras.KerasTensor((2, 2), dtype), described)
    assert standardize_dtype(function(variable, beside).dtype) == standardize_dtype(symbolic.dtype)


def test_floor_divisions_of_variables_are_those_of_ops():
    left, right = of("int64"), of("int16")
    expected = standardize_dtype(ops.floor_divide(left, right).dtype)
    variable = keras.Variable(left, dtype="int64", trainable=False)
    assert standardize_dtype((variable // right).dtype) == expected


@pytest.mark.parametrize("name", ["sum", "prod", "nansum", "nanprod", "trace"])
@pytest.mark.parametrize("dtype", ["uint8", "int8"])
def test_small_integers_add_up_in_32_bits(name, dtype):
    expected = "int32" if dtype == "int8" or held("uint32") != "uint32" else "uint32"
    assert both(getattr(ops, name), dtype) == (expected, expected)


def test_sums_of_int8_by_einsum_are_int32():
    assert both(lambda x: ops.einsum("ij->i", x), "int8") == ("int32", "int32")
    assert both(lambda x, y: ops.einsum("ij,jk->ik", x, y), "bool", "int8") == ("int32", "int32")


NUMBERS = {
    "divide_no_nan": ("float16", "float16"),
    "ldexp": ("float16", "float16"),
    "arctan2": ("float16", "float32"),
    "nextafter": ("float16", "float32"),
    "kron": ("uint8", "int32"),
    "gcd": ("uint8", "int32"),
    "append": ("float16", "float32"),
    "inner": ("uint8", "uint8"),
    "outer": ("uint8", "uint8"),
    "subtract": ("int8", "int8"),
    "mod": ("int8", "int8"),
    "fmod": ("float16", "float16"),
    "logaddexp": ("float16", "float16"),
    "hypot": ("float16", "float16"),
    "bitwise_and": ("int8", "int8"),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_python_numbers_beside_a_tensor(name):
    dtype, expected = NUMBERS[name]
    number = (True if name == "subtract" else 1) if "int" in dtype else 1.5
    for call in (lambda x: getattr(ops, name)(x, number), lambda x: getattr(ops, name)(number, x)):
        assert both(call, dtype) == (expected, expected)


def test_divisions_and_products_with_python_numbers_keep_float64():
    x = of("float64")
    for function in (ops.divide_no_nan, ops.ldexp):
        assert function(x, 3).dtype == x.dtype
    assert np.allclose(ops.convert_to_numpy(ops.divide_no_nan(of("float32"), 0)), 0)


ONE_TENSOR = {
    "clip": (lambda x: ops.clip(x, 0, 1), "bool", "int32"),
    "relu6": (ops.relu6, "int16", "int16"),
    "conjugate": (ops.conjugate, "bool", "bool"),
    "left_shift": (lambda x: ops.left_shift(x, x), "bool", "int32"),
}


@pytest.mark.parametrize("name", ONE_TENSOR)
def test_bools_and_integers_that_ops_take(name):
    function, dtype, expected = ONE_TENSOR[name]
    assert both(function, dtype) == (expected, expected)


def test_weights_of_counts_keep_their_dtype():
    counted = lambda w: ops.bincount(ops.cast(ops.reshape(w, (-1,)), "int32"), weights=ops.reshape(w, (-1,)))  # noqa: E731
    for dtype in ("float64", "int64"):
        assert standardize_dtype(counted(of(dtype)).dtype) == held(dtype)
        assert counted(keras.KerasTensor((2, 2), dtype)).dtype == held(dtype)


@pytest.mark.parametrize("dtype", ["float16", "float64"])
@pytest.mark.parametrize("strategy", ["greedy", "beam_search"])
def test_scores_of_decoded_paths_are_float32(strategy, dtype):
    def scores(x):
        return ops.ctc_decode(ops.expand_dims(x, 0), [2], strategy=strategy)[1]

    assert both(scores, dtype) == ("float32", "float32")


@pytest.mark.parametrize("name", ["bitwise_and", "bitwise_xor", "left_shift", "gcd", "bitwise_not"])
def test_bits_of_floats_are_refused(name):
    function = getattr(ops, name)
    count = len(function.declaration.tensor_positions)
    for x in (of("float32"), keras.KerasTensor((2, 2))):
        with pytest.raises(TypeError, match=f"keras.ops.{name}: Integers or bools are expected"):
            function(*[x] * count)
