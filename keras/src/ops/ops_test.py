"""Properties that every op must have, over the rows of the tables."""

import inspect

import ml_dtypes
import numpy as np
import pytest

from keras.src import backend, ops, tree
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.ops import linalg_table_test, math_table_test
from keras.src.ops.declare import REGISTRY
from keras.src.ops.image import image_table_test
from keras.src.ops.nn import nn_table_test
from keras.src.ops.numpy import numpy_table_test
from keras.src.testing import engine
from keras.src.testing.op_cases import SHAPE_ONLY, Draw

ROWS = {
    **numpy_table_test.TABLE,
    **nn_table_test.TABLE,
    **math_table_test.TABLE,
    **linalg_table_test.TABLE,
    **image_table_test.TABLE,
}
CASES = [pytest.param(row, i, id=f"{row.name}-{i}") for row in ROWS.values() for i in range(len(row.cases))]


def rows(**wanted):
    """Rows whose attributes have the wanted values, as parameters of a test."""
    chosen = [row for row in ROWS.values() if all(getattr(row, k) == v for k, v in wanted.items())]
    return pytest.mark.parametrize("row", chosen, ids=[row.name for row in chosen])


def function_of(row):
    """The public function of a row."""
    for namespace in (ops, getattr(ops, "image", None)):
        if hasattr(namespace, row.name):
            return getattr(namespace, row.name)
    raise AttributeError(f"There is no op {row.name!r}.")


def is_supported(row):
    """Whether the engine can run the op at all; what it cannot is listed with the reason in `UNSUPPORTED`."""
    declaration = REGISTRY.get(row.name)
    return declaration is None or bool(declaration.kernel or declaration.body)


@pytest.fixture(autouse=True)
def _unsupported_ops_say_so(request):
    row = request.node.callspec.params.get("row") if hasattr(request.node, "callspec") else None
    if row is not None and not is_supported(row):
        args, kwargs = row.cases[0].draw(row.name)
        with pytest.raises(NotImplementedError, match=row.name):
            function_of(row)(*to_tensors(args, row.cases[0].args), **to_tensors(kwargs, row.cases[0].kwargs))
        pytest.skip(f"{row.name}: in the engine's table of unsupported ops")


def map_draws(function, values, drawn_from):
    """`function` applied to those of `values` that were drawn."""
    if isinstance(drawn_from, dict):
        return {k: map_draws(function, v, drawn_from[k]) for k, v in values.items()}
    if isinstance(drawn_from, (list, tuple)) and any(_has_draw(d) for d in drawn_from):
        return [map_draws(function, v, d) for v, d in zip(values, drawn_from)]
    return function(values) if isinstance(drawn_from, Draw) else values


def _has_draw(x):
    return isinstance(x, Draw) or (isinstance(x, (list, tuple)) and any(_has_draw(e) for e in x))


def to_tensors(values, drawn_from):
    return map_draws(ops.convert_to_tensor, values, drawn_from)


def as_they_are(values, drawn_from):
    """Tensors; what the engine takes for one already keeps its dtype, which a conversion may narrow."""
    return map_draws(lambda x: x if ops.is_tensor(x) else ops.convert_to_tensor(x), values, drawn_from)


def to_symbolic(values, drawn_from, unknown=lambda i: False):
    def symbolic(x):
        shape = tuple(None if unknown(i) else n for i, n in enumerate(x.shape))
        return KerasTensor(shape, standardize_dtype(x.dtype), record_history=False)

    return map_draws(symbolic, values, drawn_from)


def with_dtype(values, drawn_from, dtype):
    """Drawn float32 numbers in another dtype."""

    def cast(x):
        if x.dtype != np.float32:
            return x
        x = np.nan_to_num(x) if dtype == "bool" or "int" in dtype else x
        x = np.abs(x) if dtype.startswith("uint") else x
        return ops.convert_to_tensor(x.astype(np.dtype(getattr(ml_dtypes, dtype, dtype))), dtype=dtype)

    return map_draws(cast, values, drawn_from)


def leaves(x):
    return list(x) if isinstance(x, (list, tuple)) else [x]


def description(x):
    dtype = standardize_dtype((x if hasattr(x, "dtype") else ops.convert_to_tensor(x)).dtype)
    return tuple(getattr(x, "shape", ())), dtype


def assert_close(result, expected, tolerance):
    result, expected = leaves(result), leaves(expected)
    assert len(result) == len(expected)
    for actual, wanted in zip(result, expected):
        actual = np.asarray(ops.convert_to_numpy(actual))
        if str(actual.dtype) == "bfloat16":
            actual = actual.astype("float32")
        assert actual.shape == np.shape(wanted)
        np.testing.assert_allclose(actual, wanted, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("row, index", CASES)
def test_values_equal_the_oracle(row, index):
    case = row.cases[index]
    args, kwargs = case.draw(row.name)
    result = function_of(row)(*to_tensors(args, case.args), **to_tensors(kwargs, case.kwargs))
    if row.oracle is SHAPE_ONLY:
        assert all(hasattr(x, "shape") for x in leaves(result))
        return
    with np.errstate(all="ignore"):
        expected = row.oracle(
            *args, **{k: v for k, v in kwargs.items() if k != "dtype" or "dtype" in parameters_of(row.oracle)}
        )
    assert_close(result, expected, row.tolerance)


def parameters_of(function):
    """Parameters of a function, as far as they can be known."""
    try:
        return inspect.signature(function).parameters
    except (ValueError, TypeError):
        return {"dtype": None}


@rows(static=True)
def test_symbolic_result_equals_the_eager_one(row):
    function = function_of(row)
    for case in row.cases:
        args, kwargs = case.draw(row.name)
        for dtype in row.dtypes if case is row.cases[0] else ("float32",):
            args_d, kwargs_d = with_dtype(args, case.args, dtype), with_dtype(kwargs, case.kwargs, dtype)
            tensors = as_they_are(args_d, case.args), as_they_are(kwargs_d, case.kwargs)
            eager = engine.traced(function, *tensors) if row.compiles else function(*tensors[0], **tensors[1])
            spec = function(*to_symbolic(args_d, case.args), **to_symbolic(kwargs_d, case.kwargs))
            assert type(leaves(spec)[0]) is KerasTensor or not _has_draw(list(case.args))
            assert [description(x) for x in leaves(spec)] == [description(x) for x in leaves(eager)], dtype


@rows(unknown=True)
def test_unknown_sizes_stay_compatible(row):
    function = function_of(row)
    for case in row.cases:
        args, kwargs = case.draw(row.name)
        eager = function(*to_tensors(args, case.args), **to_tensors(kwargs, case.kwargs))
        for unknown in (lambda i: True, lambda i: i == 0):
            spec = function(*to_symbolic(args, case.args, unknown), **to_symbolic(kwargs, case.kwargs, unknown))
            if len(leaves(spec)) != len(leaves(eager)):
                continue
            for x, y in zip(leaves(spec), leaves(eager)):
                known, actual = description(x)[0], description(y)[0]
                assert len(known) == len(actual)
                assert all(k is None or k == n for k, n in zip(known, actual)), (known, actual)


@pytest.mark.skipif(not engine.CAN_COMPILE, reason="the engine has no compiler")
@rows(compiles=True)
def test_compiled_equals_eager_and_is_traced_once(row):
    function, case = function_of(row), row.cases[0]
    args, kwargs = case.draw(row.name)
    tensors = to_tensors([args, kwargs], [case.args, case.kwargs]) if _has_draw(list(case.args)) else [args, kwargs]
    drawn = tree.flatten(map_draws(lambda x: x, [args, kwargs], [list(case.args), case.kwargs]))
    if not any(_has_draw([d]) for d in case.args):
        pytest.skip("no tensor arguments")
    positions = [i for i, d in enumerate(case.args) if _has_draw(d)]

    def call(*given):
        filled = list(tensors[0])
        for i, x in zip(positions, given):
            filled[i] = x
        return function(*filled, **kwargs)

    given = [tensors[0][i] for i in positions]
    compiled, traces = engine.compiled(call)
    if row.name in engine.NOT_COMPILED:
        with pytest.raises(NotImplementedError):
            compiled(*given)
        return
    expected = tree.map_structure(ops.convert_to_numpy, function(*tensors[0], **to_tensors(kwargs, case.kwargs)))
    for _ in range(2):
        results = tree.map_structure(ops.convert_to_numpy, compiled(*given))
        assert_close(row.products(*leaves(results)), row.products(*leaves(expected)), 1e-5)
    assert traces() == 1
    assert drawn is not None


@pytest.mark.skipif(engine.mapped is None, reason="the engine has no transformations of functions")
@rows(compiles=True, static=True)
def test_mapped_equals_eager(row):
    function, case = function_of(row), row.cases[0]
    positions = [i for i, d in enumerate(case.args) if isinstance(d, Draw)]
    if not positions:
        pytest.skip("no tensor arguments")
    args, kwargs = case.draw(row.name)
    stacked = [ops.convert_to_tensor(np.stack([args[i], args[i]])) for i in positions]
    args, kwargs = to_tensors(args, case.args), to_tensors(kwargs, case.kwargs)

    def call(*given):
        filled = list(args)
        for i, x in zip(positions, given):
            filled[i] = x
        return function(*filled, **kwargs)

    expected = engine.traced(function, args, kwargs)
    results = engine.mapped(call, stacked)
    for result, wanted in zip(leaves(results), leaves(expected)):
        shape, dtype = description(wanted)
        assert description(result) == ((2, *shape), dtype)
        if ops.is_tensor(result) and row.oracle is not SHAPE_ONLY:
            assert_close(result[1], ops.convert_to_numpy(wanted), 1e-4)


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="the engine has no gradients")
@rows(gradient=True)
def test_gradients_equal_finite_differences(row):
    function, case = function_of(row), row.cases[0]
    args, kwargs = case.draw(row.name)
    positions = [i for i, d in enumerate(case.args) if isinstance(d, Draw) and d.dtype == "float32"]

    def call(*given):
        filled = list(args)
        for i, x in zip(positions, given):
            filled[i] = x
        return function(*filled, **kwargs)

    tensors = [args[i] for i in positions]
    gradients = engine.gradients(call, [ops.convert_to_tensor(x) for x in tensors])
    gradients = [ops.convert_to_numpy(g) for g in gradients]
    assert [g.shape for g in gradients] == [x.shape for x in tensors]
    rng = np.random.default_rng(0)
    for _ in range(3):
        directions = [rng.choice([-1.0, 1.0], x.shape).astype("float32") for x in tensors]
        expected = slope(call, tensors, directions)
        actual = sum(np.sum(g * d, dtype="float64") for g, d in zip(gradients, directions))
        np.testing.assert_allclose(actual, expected, rtol=3e-2, atol=3e-2)


def slope(function, args, directions, step=1e-2):
    """Derivative of the sum of the function's result in a direction, by a central difference."""
    ends = []
    for sign in (1, -1):
        moved = [ops.convert_to_tensor(x + np.float32(sign * step) * d) for x, d in zip(args, directions)]
        ends.append(float(np.sum(ops.convert_to_numpy(function(*moved)), dtype="float64")))
    return (ends[0] - ends[1]) / (2 * step)


@rows()
def test_arrays_lists_and_variables_are_taken_as_tensors(row):
    function, case = function_of(row), row.cases[0]
    args, kwargs = case.draw(row.name)
    if not _has_draw(list(case.args)) or row.oracle is SHAPE_ONLY:
        pytest.skip("nothing to convert or to compare")
    expected = tree.map_structure(
        ops.convert_to_numpy, function(*to_tensors(args, case.args), **to_tensors(kwargs, case.kwargs))
    )
    assert_close(function(*args, **kwargs), expected, 1e-5)

    def variable(x):
        return backend.Variable(x, dtype=str(x.dtype), trainable=False)

    assert_close(function(*map_draws(variable, args, case.args), **kwargs), expected, 1e-5)
    if row.name not in ("get_item",) and "complex" not in str([a.dtype for a in args if hasattr(a, "dtype")]):
        lists = map_draws(lambda x: x.tolist(), args, case.args)
        assert_close(function(*lists, **kwargs), expected, 1e-5)


@rows()
def test_operation_is_made_again_from_its_config(row):
    declaration = REGISTRY.get(row.name)
    if declaration is None or not declaration.tensor_positions:
        pytest.skip("not a declared op of tensors")
    for case in row.cases:
        args, kwargs = case.draw(row.name)
        bound = inspect.signature(declaration.public).bind(
            *to_tensors(args, case.args), **to_tensors(kwargs, case.kwargs)
        )
        bound.apply_defaults()
        values = list(bound.arguments.values())
        operation = declaration.operation_class(**declaration.config_of(values))
        again = type(operation).from_config(operation.get_config())
        assert again.get_config() == operation.get_config()
        if row.oracle is not SHAPE_ONLY:
            tensors = [values[i] for i in declaration.tensor_positions]
            expected = tree.map_structure(ops.convert_to_numpy, declaration.public(*values))
            named = {declaration.names[i]: values[i] for i in declaration.argument_positions}
            assert_close(again(*tensors, **named), expected, 1e-6)


BODIES = [r for r in ROWS.values() if r.name in REGISTRY and REGISTRY[r.name].kernel and REGISTRY[r.name].body]


@pytest.mark.parametrize("row", BODIES, ids=[r.name for r in BODIES])
def test_body_equals_the_kernel(row):
    declaration = REGISTRY[row.name]
    for case in row.cases:
        args, kwargs = case.draw(row.name)
        args, kwargs = to_tensors(args, case.args), to_tensors(kwargs, case.kwargs)
        expected = tree.map_structure(ops.convert_to_numpy, declaration.public(*args, **kwargs))
        operation, tensors, named = _operation_of_call(declaration, args, kwargs)
        result = declaration.body(*operation._arguments(tensors, named))
        assert_close(tree.map_structure(ops.convert_to_numpy, result), expected, 10 * row.tolerance)


def _operation_of_call(declaration, args, kwargs):
    """The operation with the config of a call, and the call's tensors as the op computes with them."""
    bound = inspect.signature(declaration.public).bind(*args, **kwargs)
    bound.apply_defaults()
    values = list(bound.arguments.values())
    operation = declaration.operation_class(**declaration.config_of(values))
    tensors = [_prepared(declaration, i, values[i]) for i in declaration.tensor_positions]
    return operation, tensors, {declaration.names[i]: values[i] for i in declaration.argument_positions}


def _prepared(declaration, position, x):
    if x is None:
        return None
    if declaration.parameters[position].kind == "tensors":
        return [ops.convert_to_tensor(e) for e in x]
    return ops.convert_to_tensor(x)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("row", [r for r in ROWS.values() if r.half], ids=[r.name for r in ROWS.values() if r.half])
def test_half_precision_is_close_to_the_oracle(row, dtype):
    case = row.cases[0]
    args, kwargs = case.draw(row.name)
    if row.oracle is SHAPE_ONLY or not any(isinstance(d, Draw) and d.dtype == "float32" for d in case.args):
        pytest.skip("no float tensors")
    args_d = with_dtype(args, case.args, dtype)
    given = map_draws(rounded, args_d, case.args)
    with np.errstate(all="ignore"):
        expected = row.oracle(*given, **kwargs)
    tolerance = row.half * (4 if dtype == "bfloat16" else 1)
    assert_close(function_of(row)(*to_tensors(args_d, case.args), **kwargs), expected, tolerance)


def rounded(x):
    """Numbers of 16 bits in float32; others as they are."""
    x = ops.convert_to_numpy(x)
    return x.astype("float32") if standardize_dtype(x.dtype) in ("float16", "bfloat16") else x


def test_every_declared_op_resolves_to_a_kernel_a_body_or_a_reason():
    for declaration in REGISTRY.values():
        reasons = backend.ENGINE.kernels(declaration.domain).UNSUPPORTED
        resolved = bool(declaration.kernel or declaration.body)
        assert resolved != (declaration.name in reasons), declaration.name


def test_every_declared_op_has_a_row():
    missing = {d.name for d in REGISTRY.values() if d.domain in TESTED_DOMAINS} - set(ROWS)
    assert not missing


TESTED_DOMAINS = {"numpy", "nn", "math", "linalg", "image"}


@pytest.mark.parametrize(
    "call",
    [
        lambda x: ops.mean(x, axis=5),
        lambda x: ops.add(x, ops.ones((4,))),
        lambda x: ops.matmul(x, ops.ones((4, 2))),
        lambda x: ops.reshape(x, (4, 4)),
        lambda x: ops.concatenate([], axis=0),
        lambda x: ops.concatenate([x, ops.ones((5, 5))], axis=0),
        lambda x: ops.transpose(x, (0, 0)),
        lambda x: ops.squeeze(x, 1),
        lambda x: ops.split(x, 5, axis=1),
        lambda x: ops.expand_dims(x, 7),
        lambda x: ops.stack([x, ops.ones((5, 5))]),
        lambda x: ops.broadcast_to(x, (5, 7)),
        lambda x: ops.searchsorted(ops.ones((3,)), x, side="middle"),
        lambda x: ops.quantile(x, 0.5, method="magic"),
        lambda x: ops.einsum("ij,jk", x, ops.ones((7, 2))),
        lambda x: ops.tensordot(x, ops.ones((9, 9)), axes=1),
        lambda x: ops.tensordot(x, x, axes=3),
        lambda x: ops.cumsum(x, axis=3),
        lambda x: ops.linspace(x, x, num=-1),
    ],
)
@pytest.mark.parametrize("symbolic", [False, True], ids=["eager", "symbolic"])
def test_static_misuse_raises_the_same_error(call, symbolic):
    x = KerasTensor((2, 3), record_history=False) if symbolic else ops.ones((2, 3))
    with pytest.raises(ValueError, match=r"keras\.ops\.[a-z_]+: .*Received"):
        call(x)


def test_symbolic_config_is_refused():
    x = KerasTensor((), record_history=False)
    for value in (ops.ones((3,)), KerasTensor((3,), record_history=False)):
        with pytest.raises(TypeError, match="x_min"):
            ops.clip(value, x, 2.0)


def test_argpartition_puts_the_kth_element_in_its_place():
    x = np.random.default_rng(0).permutation(20).astype("float32")
    order = ops.convert_to_numpy(ops.argpartition(x, 7))
    assert sorted(order) == list(range(20))
    assert x[order][7] == 7 and max(x[order][:7]) < 7 < min(x[order][8:])


def test_vectorize_broadcasts_and_takes_core_dimensions():
    difference = ops.vectorize(lambda a, b: a - b)
    np.testing.assert_array_equal(ops.convert_to_numpy(difference([[1], [2]], [1, 2])), [[0, -1], [1, 0]])
    dot = ops.vectorize(lambda a, b: ops.sum(a * b), signature="(n),(n)->()")
    x = np.arange(6, dtype="float32").reshape(2, 3)
    np.testing.assert_allclose(ops.convert_to_numpy(dot(x, x[0])), x @ x[0])


def test_floatx_changes_what_rules_answer():
    from_int = ops.sin(ops.ones((2,), "int32"))
    assert standardize_dtype(from_int.dtype) == "float32"
    backend.set_floatx("float16")
    try:
        assert standardize_dtype(ops.sin(ops.ones((2,), "int32")).dtype) == "float16"
    finally:
        backend.set_floatx("float32")
