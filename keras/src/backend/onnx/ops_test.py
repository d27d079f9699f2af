"""Every op as a graph of one op, run by ONNX Runtime and held against the op itself, over the rows of the tables."""

import re

import numpy as np
import pytest

from keras.src import ops, tree
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.backend.onnx.core import cast, convert_to_tensor
from keras.src.backend.onnx.graph import Graph
from keras.src.backend.onnx.serialize import model_of
from keras.src.backend.onnx.server import SERVER
from keras.src.backend.onnx.tensor import Unknown
from keras.src.backend.onnx.unsupported import UNSUPPORTED
from keras.src.export.contents import inference
from keras.src.ops.declare import REGISTRY
from keras.src.ops.ops_test import (
    CASES,
    ROWS,
    SHAPE_ONLY,
    assert_close,
    function_of,
    is_supported,
    leaves,
    map_draws,
    parameters_of,
    rounded,
    to_symbolic,
    to_tensors,
    with_dtype,
)
from keras.src.testing.onnx_runtime import run
from keras.src.testing.op_cases import Draw, Row


def traced(function, args, kwargs, drawn_from, drawn_keywords, unknown=False, opset=21):
    """`(model, arrays)`: the graph of a call whose drawn arguments are inputs; their sizes may be unknown."""
    graph, arrays = Graph(opset), {}

    def input_of(x):
        name = f"x{len(arrays)}"
        arrays[name] = x
        is_batch = unknown and len(arrays) == 1 and x.ndim > 1
        dims = [Unknown("batch"), *x.shape[1:]] if is_batch else x.shape
        return graph.input(dims, x.dtype, name)

    with graph.opened():
        inputs = map_draws(input_of, args, drawn_from), map_draws(input_of, kwargs, drawn_keywords)
        with inference(SERVER):
            results = leaves(function(*inputs[0], **inputs[1]))
        results = [(f"y{i}", convert_to_tensor(x)) for i, x in enumerate(results)]
    return model_of(graph, graph.inputs, results, "one_op").content(), arrays


def expected_of(row, case, args, kwargs):
    """What the oracle gives, or the op itself where there is none; nothing to compare where values are not determined."""
    if row.oracle is not SHAPE_ONLY:
        taken = {k: v for k, v in kwargs.items() if k != "dtype" or "dtype" in parameters_of(row.oracle)}
        with np.errstate(all="ignore"):
            return row.oracle(*args, **taken)
    results = function_of(row)(*to_tensors(args, case.args), **to_tensors(kwargs, case.kwargs))
    return [ops.convert_to_numpy(x) for x in leaves(results)]


def assert_graph_equals(row, index, unknown):
    case, function = row.cases[index], function_of(row)
    args, kwargs = case.draw(row.name)
    reasons = [*UNSUPPORTED.values(), *([r"\bknown\b", "unknown", "has no value while"] if unknown else [])]
    try:
        model, arrays = traced(function, args, kwargs, case.args, case.kwargs, unknown)
    except NotImplementedError as error:
        assert any(re.search(reason, str(error)) for reason in reasons), error
        return
    assert row.name not in UNSUPPORTED
    results = run(model, arrays)
    if row.oracle is not SHAPE_ONLY or row.products is not Row.products:
        assert_close(row.products(*results), row.products(*leaves(expected_of(row, case, args, kwargs))), 1e-4)
    if row.static and row.name in REGISTRY:
        specs = function(*to_symbolic(args, case.args), **to_symbolic(kwargs, case.kwargs))
        assert [str(x.dtype) for x in results] == [standardize_dtype(x.dtype) for x in leaves(specs)]


@pytest.mark.parametrize("row, index", [case for case in CASES if is_supported(case.values[0])])
def test_graph_equals_the_op(row, index):
    assert_graph_equals(row, index, unknown=False)


@pytest.mark.parametrize("row, index", [case for case in CASES if is_supported(case.values[0])])
def test_graph_of_unknown_batch_equals_the_op(row, index):
    assert_graph_equals(row, index, unknown=True)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize(
    "row", [row for row in ROWS.values() if row.half and is_supported(row)], ids=lambda row: row.name
)
def test_graph_of_sixteen_bits_is_close_to_the_oracle(row, dtype):
    case, function = row.cases[0], function_of(row)
    args, kwargs = case.draw(row.name)
    if row.oracle is SHAPE_ONLY or not any(isinstance(d, Draw) and d.dtype == "float32" for d in case.args):
        pytest.skip("no float tensors")
    narrow = map_draws(ops.convert_to_numpy, with_dtype(args, case.args, dtype), case.args)

    def in_float32(*args, **kwargs):
        return [cast(convert_to_tensor(x), "float32") for x in leaves(function(*args, **kwargs))]

    try:
        model, arrays = traced(in_float32, narrow, kwargs, case.args, case.kwargs)
    except NotImplementedError as error:
        assert any(reason in str(error) for reason in UNSUPPORTED.values()), error
        return
    # Inputs of bfloat16 are float32 in the file, since NumPy has no such numbers.
    results = run(model, {name: rounded(x) if dtype == "bfloat16" else x for name, x in arrays.items()})
    with np.errstate(all="ignore"):
        expected = row.oracle(*map_draws(rounded, narrow, case.args), **kwargs)
    assert_close(results, expected, row.half * (4 if dtype == "bfloat16" else 1))
