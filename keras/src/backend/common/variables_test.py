import operator

import numpy as np
import pytest

import keras
from keras.src import backend
from keras.src.backend import standardize_dtype
from keras.src.backend.common.shapes import standardize_shape
from keras.src.backend.common.variables import anew, makes_anew


def values(x):
    return backend.convert_to_numpy(x)


def zeros(shape, dtype=None):
    return np.zeros(shape, dtype)


@pytest.mark.parametrize(
    "initial, dtype, expected",
    [
        ([1.0, 2.0], None, "float32"),
        ([1, 2], None, "int32"),
        (True, None, "bool"),
        (3, "float16", "float16"),
        (np.ones(2, "int8"), None, "int8"),
        (np.ones(2, "float32"), "bfloat16", "bfloat16"),
        (2.5, "int32", "int32"),
    ],
)
def test_dtype_follows_the_value_or_the_argument(initial, dtype, expected):
    variable = backend.Variable(initial, dtype=dtype)
    assert variable.dtype == expected
    assert backend.standardize_dtype(variable.value.dtype) == expected
    assert variable.shape == np.shape(initial) and variable.ndim == np.ndim(initial)


def test_callable_and_named_initializers():
    variable = backend.Variable(zeros, shape=[2, 3], dtype="float16", name="w")
    assert (variable.shape, variable.dtype, variable.name) == ((2, 3), "float16", "w")
    np.testing.assert_array_equal(values(backend.Variable("ones", shape=(2,)).value), [1, 1])
    with pytest.raises(ValueError, match="shape"):
        backend.Variable(zeros)
    with pytest.raises(ValueError, match="must be known"):
        backend.Variable(zeros, shape=(None, 2))
    with pytest.raises(ValueError, match="tuple"):
        backend.Variable(zeros, shape=5)


def test_value_is_a_copy():
    source = np.zeros(16, "float32")
    variable = backend.Variable(source)
    source[:] = 1
    assert values(variable.value).sum() == 0
    variable.assign(source)
    source[:] = 2
    assert values(variable.value).sum() == 16


class TestValuesOfInitializers:
    """A value that an initializer may keep is copied; one that it makes anew is taken."""

    def test_those_that_somebody_keeps_are_copied(self):
        kept = backend.convert_to_tensor(np.zeros(16, "float32"))

        class Keeping(keras.initializers.Zeros):
            def __call__(self, shape, dtype=None):
                return kept

        for initializer in (Keeping(), lambda shape, dtype=None: kept, keras.initializers.Constant(kept)):
            first, second = (backend.Variable(initializer, shape=(16,), dtype="float32") for _ in range(2))
            assert first._value is not kept and first._value is not second._value
            first.assign(np.ones(16, "float32"))
            first.accumulate(backend.convert_to_tensor(np.ones(16, "float32")))
            assert (values(first.value).sum(), values(second.value).sum(), values(kept).sum()) == (32, 0, 0)

    @pytest.mark.parametrize("name", ["zeros", "ones", "glorot_uniform", "random_normal", "truncated_normal"])
    @pytest.mark.parametrize("dtype", ["float32", "float16"])
    def test_those_that_are_made_anew_are_not_shared(self, name, dtype):
        initializer = keras.initializers.get(name)
        assert makes_anew(initializer)
        variables = [backend.Variable(initializer, shape=(4, 4), dtype=dtype) for _ in range(2)]
        before = values(variables[1].value)
        variables[0].accumulate(backend.convert_to_tensor(np.ones((4, 4)), dtype=dtype))
        np.testing.assert_array_equal(values(variables[1].value), before)
        np.testing.assert_array_equal(before, values(initializer((4, 4), dtype=dtype)))

    def test_those_that_are_made_anew_are_taken(self, monkeypatch):
        made = []

        class Anew(keras.initializers.Zeros):
            @anew
            def __call__(self, shape, dtype=None):
                made.append(super().__call__(shape, dtype))
                return made[-1]

        taken, copied = [], []
        monkeypatch.setattr(backend.Variable, "_take", lambda variable, value: taken.append(value))
        monkeypatch.setattr(backend.Variable, "_initialize", lambda variable, value: copied.append(value))
        backend.Variable(Anew(), shape=(2,), dtype="float32")
        assert (len(taken), len(copied)) == (1, 0) and taken[0] is made[0]
        backend.Variable(lambda shape, dtype: np.zeros(shape, dtype), shape=(2,), dtype="float32")
        assert (len(taken), len(copied)) == (1, 1)


def test_names_and_paths():
    keras.utils.clear_session()
    with backend.name_scope("outer"), backend.name_scope("inner"):
        named, automatic = backend.Variable(1.0, name="x"), backend.Variable(1.0)
    assert (named.path, automatic.path) == ("outer/inner/x", "outer/inner/variable")
    assert backend.Variable(1.0).name == "variable_1"
    for name in ("a/b", 3):
        with pytest.raises(ValueError, match="name"):
            backend.Variable(1.0, name=name)
        with pytest.raises(ValueError, match="name"):
            backend.name_scope(name)


def test_assignments():
    variable = backend.Variable([1.0, 2.0])
    assert values(variable.assign([3, 4])).tolist() == [3, 4]
    assert values(variable.assign_add([1, 1])).tolist() == [4, 5]
    assert values(variable.assign_sub(1)).tolist() == [3, 4]
    assert variable.numpy().tolist() == [3, 4] and np.asarray(variable).dtype == "float32"
    with pytest.raises(ValueError, match=r"shape \(2,\).*\(3,\)"):
        variable.assign([1, 2, 3])


BINARY = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "lt", "le", "gt", "ge", "eq", "ne"]


@pytest.mark.parametrize("name", BINARY)
def test_operators_equal_those_of_numpy(name):
    function = getattr(operator, name)
    array, other = np.array([3.0, 5.0], "float32"), np.array([2.0, 2.0], "float32")
    variable = backend.Variable(array)
    for right in (other, 2.0, 2, backend.Variable(other)):
        np.testing.assert_allclose(values(function(variable, right)), function(array, other))
    np.testing.assert_allclose(values(function(2.0, variable)), function(other, array))
    if name not in ("lt", "le", "gt", "ge", "eq", "ne"):
        assert backend.standardize_dtype(function(variable, 2).dtype) == "float32"


def test_operators_promote():
    integers = backend.Variable([1, 2])
    for result in (integers + 0.5, integers / 2, integers * np.float32(1)):
        assert backend.standardize_dtype(result.dtype) == "float32"
    half = backend.Variable([1.0], dtype="float16")
    assert backend.standardize_dtype((half * 2.5).dtype) == "float16"
    assert backend.standardize_dtype((half + integers[0]).dtype) == "float16"


def test_unary_operators_and_indexing():
    variable = backend.Variable([[1.4, -2.6], [3.0, 4.0]])
    np.testing.assert_allclose(values(-variable), [[-1.4, 2.6], [-3, -4]])
    np.testing.assert_allclose(values(abs(variable)), [[1.4, 2.6], [3, 4]])
    np.testing.assert_allclose(values(round(variable)), [[1, -3], [3, 4]])
    np.testing.assert_allclose(values(variable[0]), [1.4, -2.6])
    np.testing.assert_allclose(values(variable[:, 1]), [-2.6, 4])
    np.testing.assert_allclose(values(variable @ variable), values(variable.value) @ values(variable.value), rtol=1e-5)
    assert values(~backend.Variable([True, False])).tolist() == [False, True]
    assert values(backend.Variable([True, False]) & [True, True]).tolist() == [True, False]
    assert (float(backend.Variable(2)), int(backend.Variable(2.0)), [7, 8][backend.Variable(1)]) == (2.0, 2, 8)
    for function in (bool, hash, len, float):
        with pytest.raises(TypeError):
            function(variable)


def test_attributes_check_their_values():
    variable = backend.Variable(1.0)
    assert (variable.trainable, variable.aggregation, variable.synchronization) == (True, "none", "auto")
    variable.trainable = False
    assert variable.trainable is False
    for attribute in ("regularizer", "constraint"):
        setattr(variable, attribute, abs)
        assert getattr(variable, attribute) is abs
        with pytest.raises(ValueError, match=attribute):
            setattr(variable, attribute, 3)
    with pytest.raises(TypeError, match="bool"):
        variable.overwrite_with_gradient = 3
    with pytest.raises(ValueError, match="aggregation"):
        backend.Variable(1.0, aggregation="other")
    with pytest.raises(ValueError, match="synchronization"):
        backend.Variable(1.0, synchronization="other")
    for attribute in ("value", "name", "path", "aggregation"):
        with pytest.raises(AttributeError):
            setattr(variable, attribute, "x")


def test_what_is_no_value_raises():
    with pytest.raises(ValueError, match="None"):
        backend.Variable(None)


def test_autocast_scope_changes_how_variables_are_read():
    variable, integer = backend.Variable([1.0]), backend.Variable([1])
    fixed = backend.Variable([1.0], autocast=False)
    with backend.AutocastScope("float16") as scope:
        assert backend.get_autocast_scope() is scope
        assert (variable.dtype, integer.dtype, fixed.dtype) == ("float16", "int32", "float32")
        assert backend.standardize_dtype(variable.value.dtype) == "float16"
        with backend.AutocastScope(None):
            assert variable.dtype == "float32"
        variable.assign_add([1.0])
    assert backend.standardize_dtype(variable.value.dtype) == "float32"
    assert values(variable.value).tolist() == [2.0]
    with pytest.raises(ValueError, match="floating"):
        backend.AutocastScope("int8")


def test_variables_created_in_a_stateless_scope_get_their_value_afterwards():
    with backend.StatelessScope():
        variable = backend.Variable(lambda shape, dtype=None: np.full(shape, 3, dtype), shape=(2,), name="late")
        assert values(variable.value).tolist() == [3, 3]
        assert "value" not in repr(variable)
        with pytest.raises(ValueError, match="build"):
            backend.Variable([1.0])
        with pytest.raises(ValueError, match="stateless scope"):
            variable._deferred_initialize()
    assert variable._value is not None and values(variable.value).tolist() == [3, 3]
    with pytest.raises(ValueError, match="already initialized"):
        variable._deferred_initialize()


def test_repr_shows_the_value():
    assert repr(backend.Variable([1.0], name="x")) == "<Variable path=x, shape=(1,), dtype=float32, value=[1.]>"


@pytest.mark.parametrize("shape, expected", [([1, None], (1, None)), ((np.int64(3),), (3,)), ((), ())])
def test_standardize_shape(shape, expected):
    assert standardize_shape(shape) == expected


@pytest.mark.parametrize("shape", [5, (1.5,), (-1,), ("a",)])
def test_standardize_shape_rejects(shape):
    with pytest.raises(ValueError, match="shape"):
        standardize_shape(shape)


def test_copies_stay_as_they_are():
    variable = keras.Variable([1.0, 2.0])
    kept = np.array(variable)
    variable.assign_add([1.0, 1.0])
    assert kept.tolist() == [1, 2] and np.asarray(variable, dtype="int32").tolist() == [2, 3]


def of(values, dtype):
    return keras.Variable(np.array(values), dtype=dtype, trainable=False)


@pytest.mark.parametrize("dtype", ["int64", "float64"])
def test_arithmetic_keeps_64_bits_where_variables_have_them(dtype):
    variable = of([2**30], dtype)
    beside_fewer = keras.ops.add(variable.value, of([2], "int8").value).dtype
    for other, expected in ((2, None), (of([2], dtype), None), (of([2], "int8"), beside_fewer)):
        for result in (variable + other, variable * other, variable - other, variable**other, variable % other):
            assert result.dtype == (expected or variable.value.dtype)
    if standardize_dtype(variable.value.dtype) == "int64":
        assert values(variable * 4).tolist() == [2**32]


def test_products_and_remainders_are_those_of_ops():
    matrix = [[1, 0], [1, 1]]
    assert standardize_dtype((of(matrix, "int8") @ of(matrix, "int8")).dtype) == "int32"
    assert standardize_dtype((of(matrix, "bool") @ of(matrix, "bool")).dtype) == "bool"
    assert standardize_dtype((of(matrix, "bfloat16") @ of(matrix, "int32")).dtype) == "bfloat16"
    assert standardize_dtype((of([1, 0], "bool") % True).dtype) == "int32"


def test_where_takes_a_python_condition():
    result = keras.ops.where(True, keras.ops.ones((2,), "int32"), 3)
    assert standardize_dtype(result.dtype) == "int32" and values(result).tolist() == [1, 1]


@pytest.mark.parametrize("trainable", [True, False])
def test_clear_makes_zeros(trainable):
    variable = backend.Variable(np.ones((2, 3), "float32"), trainable=trainable)
    with backend.StatelessScope() as scope:
        variable.clear()
        assert values(variable.value).sum() == 0
    assert values(scope.get_current_value(variable)).shape == (2, 3)
    assert values(variable.value).sum() == 6  # A scope takes what happens in it.
    variable.clear()
    assert values(variable.value).tolist() == [[0.0] * 3] * 2
    assert variable.trainable is trainable and variable.dtype == "float32"
