"""All ops in one exported graph, where the engine exports graphs."""

import numpy as np
import pytest

from keras.src import ops
from keras.src.ops.ops_test import ROWS, SHAPE_ONLY, function_of, is_supported, leaves, to_tensors
from keras.src.testing import engine
from keras.src.testing.op_cases import Draw


def calls():
    """Functions of no arguments, one for each op, and the tensors that they read from a list by position."""
    functions, tensors = [], []
    for row in ROWS.values():
        case = row.cases[0]
        positions = [i for i, d in enumerate(case.args) if isinstance(d, Draw)]
        if row.compiles and row.static and positions and is_supported(row) and row.oracle is not SHAPE_ONLY:
            args, kwargs = case.draw(row.name)
            args, kwargs = to_tensors(args, case.args), to_tensors(kwargs, case.kwargs)
            functions.append((function_of(row), args, kwargs, positions, len(tensors)))
            tensors += [args[i] for i in positions]
    return functions, tensors


@pytest.mark.skipif(engine.exported is None, reason="the engine exports no graphs")
def test_one_graph_of_all_ops():
    functions, tensors = calls()

    def run(*given):
        results = []
        for function, args, kwargs, positions, first in functions:
            filled = list(args)
            for k, i in enumerate(positions):
                filled[i] = given[first + k]
            results.extend(leaves(function(*filled, **kwargs)))
        return tuple(results)

    results = engine.exported(run, tensors)(*tensors)
    for result, expected in zip(results, run(*tensors), strict=True):
        np.testing.assert_allclose(ops.convert_to_numpy(result), ops.convert_to_numpy(expected), rtol=1e-4, atol=1e-4)
