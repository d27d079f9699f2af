"""Static misuse of ops: the same kind of error, with the op's name, in eager and in symbolic calls."""

import inspect

import pytest

from keras.src import ops
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.ops.declare import REGISTRY
from keras.src.ops.ops_test import ROWS, is_supported, to_symbolic, to_tensors

MISUSES = {
    **dict.fromkeys(("axis", "axis1", "axis2", "source", "destination"), (99,)),
    **dict.fromkeys(("mode", "fill_mode", "interpolation", "method", "side", "strategy", "padding", "data_format"), ("nope",)),
    **dict.fromkeys(("ord", "reduction"), ("nope",)),
    **dict.fromkeys(("pool_size", "strides", "dilation_rate", "kernel_size", "output_size"), (0, -1)),
    **dict.fromkeys(("repeats", "num_classes", "num_segments", "k", "N", "sequence_length", "sequence_stride"), (-1,)),
    "newshape": ((-5, -7),),
    "shape": ((-3,),),
    "axes": ((0, 99),),
    "block_size": (0,),
    "subscripts": ("ij,jk->zz",),
    "num": (-1,),
}  # fmt: skip
"""Values that no op takes, by the name of the parameter."""

TAKEN = {
    ("rot90", "k"), ("diag", "k"), ("diagflat", "k"), ("tri", "k"), ("tril", "k"), ("triu", "k"),
    ("rot90", "axes"), ("affine", "axes"), ("resample", "axes"), ("resample", "interpolation"), ("unravel_index", "shape"), ("slice", "shape"),
    ("projected", "interpolation"), ("projected", "fill_mode"),
}  # fmt: skip
"""Where such a value has a meaning, or where the op is not public."""

DECLARED = [row for row in ROWS.values() if row.name in REGISTRY and REGISTRY[row.name].tensor_positions]


def outcome(function, arguments):
    """The type of the error of a call, or `None`; the message must name the op."""
    try:
        function(**arguments)
    except (ValueError, TypeError) as error:
        assert "keras.ops." in str(error), error
        return type(error)
    return None


def calls(declaration, case):
    """Eager and symbolic arguments of a call by name."""
    args, kwargs = case.draw(declaration.name)
    for convert in (to_tensors, to_symbolic):
        bound = inspect.signature(declaration.public).bind(*convert(args, case.args), **convert(kwargs, case.kwargs))
        bound.apply_defaults()
        yield dict(bound.arguments)


@pytest.mark.parametrize("row", DECLARED, ids=[row.name for row in DECLARED])
def test_misuse_raises_the_same_error(row):
    if not is_supported(row):
        pytest.skip(f"{row.name}: in the engine's table of unsupported ops")
    declaration = REGISTRY[row.name]
    eager, symbolic = calls(declaration, row.cases[0])
    for parameter in declaration.parameters:
        name = parameter.name
        wrong = [] if (row.name, name) in TAKEN else list(MISUSES.get(name, ()))
        if parameter.kind == "tensors":
            wrong = [[]]
        elif parameter.is_tensor and not parameter.optional and parameter.default is inspect.Parameter.empty:
            wrong = [None]
        for value in wrong:
            found = [outcome(declaration.public, {**given, name: value}) for given in (eager, symbolic)]
            assert found[0] is found[1] is not None, (name, value, found)


@pytest.mark.parametrize("row", DECLARED, ids=[row.name for row in DECLARED])
def test_symbolic_tensors_are_refused_as_config(row):
    declaration = REGISTRY[row.name]
    _, symbolic = calls(declaration, row.cases[0])
    for i in declaration.config_positions:
        name = declaration.names[i]
        if declaration.parameters[i].kind == "config":
            assert outcome(declaration.public, {**symbolic, name: KerasTensor((2,))}) in (TypeError, ValueError), name


@pytest.mark.parametrize("name", ["add", "multiply", "maximum", "power", "logical_and", "equal", "where", "matmul"])
def test_shapes_that_do_not_fit(name):
    declaration = REGISTRY[name]
    given = [ops.ones((2, 3)), ops.ones((4, 5))]
    given = [ops.cast(given[0], "bool"), *given] if name == "where" else given
    eager = dict(zip(declaration.names, given))
    symbolic = {n: KerasTensor(x.shape, standardize_dtype(x.dtype)) for n, x in eager.items()}
    assert outcome(declaration.public, eager) is outcome(declaration.public, symbolic) is ValueError
