"""How layers that give indices encode them: as they are, as vectors with ones, or as counts."""

from keras.src import backend, ops

INDICATORS = ("one_hot", "multi_hot", "count")
"""The output modes that give vectors of a size known beforehand."""


def encode(indices, output_mode, depth, dtype, sparse=False, weights=None):
    """Indices in the form that `output_mode` names.

    Args:
        indices: Integer tensor; those of one sample lie along axis 1 (axis 0 of a vector). One that is not from 0 to
            `depth - 1` counts nowhere. Of ragged tensors the missing places count nowhere.
        output_mode: `"int"`, `"one_hot"`, `"multi_hot"` or `"count"`.
        depth: Int, size of the vectors.
        dtype: Name of the dtype of the result.
        sparse: Whether to return a sparse tensor.
        weights: Tensor shaped as `indices`: what each counts; 1 by default. For `"count"` only.

    Returns:
        Tensor of the shape that `encoded_shape` gives.
    """
    if output_mode == "int":
        return indices if backend.standardize_dtype(indices.dtype) == dtype else ops.cast(indices, dtype)
    if _is_ragged(indices):
        indices = indices.to_tensor(-1)
    if len(indices.shape) == 0:
        indices = ops.expand_dims(indices, 0)
    if output_mode == "one_hot":
        if len(indices.shape) > 1 and indices.shape[-1] == 1:
            indices = ops.squeeze(indices, -1)
        return ops.one_hot(indices, depth, dtype=dtype, sparse=sparse)
    if output_mode == "multi_hot" and not sparse:
        # By way of counts, since a vector for each index is too much where there are many indices.
        return ops.cast(ops.greater(_counts(indices, depth, "int32", None), 0), dtype)
    if output_mode == "multi_hot" and indices.shape[min(1, len(indices.shape) - 1)] != 0:  # Nothing has no largest.
        return ops.multi_hot(indices, depth, dtype=dtype, sparse=True)
    counts = _counts(indices, depth, dtype, weights)
    return ops.multiply(ops.multi_hot(indices, depth, dtype=dtype, sparse=True), counts) if sparse else counts


def encoded_shape(shape, output_mode, depth):
    """Shape of encoded indices.

    Args:
        shape: Shape of the indices.
        output_mode: As in `encode`.
        depth: Int, size of the vectors.
    """
    shape = tuple(shape)
    if output_mode == "int":
        return shape
    if output_mode == "one_hot":
        return (*(shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape), depth)
    return (*shape[:1], *shape[2:], depth) if len(shape) > 1 else (depth,)


def encoded_spec(inputs, output_mode, depth, dtype, sparse=False):
    """The `KerasTensor` of encoded indices.

    Args:
        inputs: `KerasTensor` of the indices, or of what they are found from.
        output_mode: As in `encode`.
        depth: Int, size of the vectors.
        dtype: Name of the dtype of the result.
        sparse: Whether the result is sparse.
    """
    shape = encoded_shape(inputs.shape, output_mode, depth)
    kept = {"sparse": inputs.sparse, "ragged": inputs.ragged} if output_mode == "int" else {"sparse": sparse}
    return backend.KerasTensor(shape, dtype, **kept)


def check_sparse(layer, output_mode, sparse):
    """Refuses sparse outputs where there are none.

    Args:
        layer: Name of the class of the layer.
        output_mode: As in `encode`.
        sparse: What the user asked for.

    Raises:
        ValueError: `sparse` does not go with the output mode or the engine.
    """
    if sparse and output_mode == "int":
        raise ValueError(
            f"{layer}: `sparse=True` goes with the output modes {', '.join(map(repr, INDICATORS))}. "
            f"Received: sparse={sparse}, output_mode='int'"
        )
    check_supported(layer, sparse)


def check_supported(layer, sparse):
    """Refuses sparse outputs on engines without sparse tensors.

    Args:
        layer: Name of the class of the layer.
        sparse: What the user asked for.

    Raises:
        ValueError: There are no sparse tensors.
    """
    if sparse and not backend.SUPPORTS_SPARSE_TENSORS:
        raise ValueError(f"{layer}: `sparse=True` needs a backend with sparse tensors, such as TensorFlow or JAX.")


def _is_ragged(x):
    return hasattr(x, "to_tensor") and hasattr(x, "flat_values")


def _counts(indices, depth, dtype, weights):
    """Sums of weights by index: over all of a vector, else along axis 1."""
    indices = ops.cast(indices, "int32")
    weights = ops.ones_like(indices, dtype=dtype) if weights is None else ops.cast(weights, dtype)
    if len(indices.shape) == 1:
        return ops.squeeze(_counts_of_rows(indices[None], depth, weights[None]), 0)
    if len(indices.shape) == 2:
        return _counts_of_rows(indices, depth, weights)
    indices, weights = ops.moveaxis(indices, 1, -1), ops.moveaxis(weights, 1, -1)
    sizes = ops.shape(indices)
    rows = _counts_of_rows(ops.reshape(indices, (-1, sizes[-1])), depth, ops.reshape(weights, (-1, sizes[-1])))
    return ops.reshape(rows, (*sizes[:-1], depth))


def _counts_of_rows(indices, depth, weights):
    """Sums in one vector for all rows, each with one place more, for what counts nowhere."""
    rows = ops.shape(indices)[0]
    counts = ops.logical_and(indices >= 0, indices < depth)
    places = ops.where(counts, indices, depth) + ops.arange(rows, dtype="int32")[:, None] * (depth + 1)
    sums = ops.segment_sum(ops.reshape(weights, (-1,)), ops.reshape(places, (-1,)), num_segments=rows * (depth + 1))
    return ops.reshape(sums, (rows, depth + 1))[:, :depth]
