"""Operation classes: the constructor takes config, the call tensors, and `symbolic_call` describes results of either kind."""

import numpy as np
import pytest

import keras
from keras import ops
from keras.src.ops import declare
from keras.src.ops import image as image_ops
from keras.src.ops import math as math_ops
from keras.src.ops import nn as nn_ops
from keras.src.ops import numpy as numpy_ops

X = np.ones((2, 3), "float32")

CALLS = {
    "Append": (numpy_ops.Append(), (X, X), (12,), "float32"),
    "Append of lists": (numpy_ops.Append(axis=0), ([[1.0, 2.0]], [[3.0, 4.0]]), (2, 2), "float32"),
    "Sum": (numpy_ops.Sum(axis=1), (X,), (2,), "float32"),
    "Vstack": (numpy_ops.Vstack(), ([X, X],), (4, 3), "float32"),
    "Einsum": (numpy_ops.Einsum("ij,kj->ik"), (X, X), (2, 2), "float32"),
    "GetItem": (numpy_ops.GetItem(), (X, (slice(None), 0)), (2,), "float32"),
    "Argmax": (numpy_ops.Argmax(axis=0), (X,), (3,), "int32"),
    "Gelu": (nn_ops.Gelu(), (X,), (2, 3), "float32"),
    "TopK": (math_ops.TopK(k=2), (X,), [(2, 2), (2, 2)], ["float32", "int32"]),
    "Resize": (image_ops.Resize((4, 4)), (np.ones((1, 2, 2, 3), "float32"),), (1, 4, 4, 3), "float32"),
    "Softsign of a variable": (nn_ops.Softsign(), (keras.Variable(X),), (2, 3), "float32"),
}


@pytest.mark.parametrize("operation, args, shape, dtype", CALLS.values(), ids=CALLS)
def test_symbolic_call_describes_the_results_on_tensors(operation, args, shape, dtype):
    as_tensors = keras.tree.map_structure(lambda x: ops.convert_to_tensor(x) if x is X else x, args)
    for given in (args, as_tensors):
        results = operation.symbolic_call(*given)
        many = isinstance(shape, list)
        assert all(isinstance(r, keras.KerasTensor) for r in (results if many else [results]))
        assert ([r.shape for r in results] if many else results.shape) == shape
        assert ([r.dtype for r in results] if many else results.dtype) == dtype


def test_every_declared_op_with_one_tensor_describes_it():
    failed = []
    for name, declaration in declare.REGISTRY.items():
        needed = [p for p in declaration.parameters if p.default is declaration.parameters[0].default]
        if len(needed) != 1 or not needed[0].is_tensor or declaration.domain != "numpy" or needed[0].kind == "tensors":
            continue
        try:
            results = declaration.operation_class().symbolic_call(ops.ones((3, 3)))
        except (ValueError, TypeError, NotImplementedError):
            continue
        if not all(isinstance(r, keras.KerasTensor) for r in keras.tree.flatten(results)):
            failed.append(name)
    assert not failed
