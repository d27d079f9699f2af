"""Shapes and dtypes of results, found by tracing a function in a graph that is thrown away."""

import tensorflow as tf

from keras.src import tree
from keras.src.backend.common.keras_tensor import KerasTensor, of_any_rank
from keras.src.backend.common.stateless_scope import StatelessScope
from keras.src.backend.common.symbolic_scope import SymbolicScope


def compute_output_spec(fn, *args, **kwargs):
    """Describes what `fn` gives for arguments with symbolic tensors in them.

    Args:
        fn: Function of structures with tensors in them.
        *args: Arguments with `KerasTensor`s in the places of tensors.
        **kwargs: Likewise.

    Returns:
        The result of `fn` with a `KerasTensor` for each tensor; sizes that depend on unknown ones are `None`.
    """
    with StatelessScope(), SymbolicScope(), tf.__internal__.FuncGraph("output_spec").as_default():
        args, kwargs = tree.map_structure(_placeholder, (args, kwargs))
        return tree.map_structure(_described, fn(*args, **kwargs))


def _placeholder(x):
    if not isinstance(x, KerasTensor):
        return x
    if x.sparse:
        return tf.compat.v1.sparse_placeholder(x.dtype, x.shape)
    if x.ragged:
        return tf.compat.v1.ragged.placeholder(x.dtype, x.ragged_rank, x.shape[x.ragged_rank + 1 :])
    return tf.compat.v1.placeholder(x.dtype, x.shape)


def _described(x):
    if not tf.is_tensor(x) or isinstance(x, KerasTensor):
        return x
    shape = None if x.shape.rank is None else tuple(x.shape)
    if isinstance(x, tf.RaggedTensor):
        return of_any_rank(
            shape, x.dtype.name, ragged=True, ragged_rank=x.ragged_rank, row_splits_dtype=x.row_splits.dtype.name
        )
    return of_any_rank(shape, x.dtype.name, sparse=isinstance(x, (tf.SparseTensor, tf.IndexedSlices)))
