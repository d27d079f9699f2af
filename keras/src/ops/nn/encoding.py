"""Indices as vectors of zeros and ones."""

from keras.src.api_export import keras_export
from keras.src.backend.common.shape_rules import canonical_axis, reject
from keras.src.ops.core import cast
from keras.src.ops.declare import Dtype, Index, Sparse, op
from keras.src.ops.dtype_rules import given_result
from keras.src.ops.numpy.comparisons import equal
from keras.src.ops.numpy.creation import arange
from keras.src.ops.numpy.reduction import max as largest
from keras.src.ops.numpy.shaping import expand_dims, reshape


def _encoded(x, num_classes, axis=-1):
    reject(num_classes is not None and num_classes < 0, "`num_classes` must be 0 or more", num_classes=num_classes)
    axis = canonical_axis(axis, len(x) + 1)
    return x[:axis] + (num_classes,) + x[axis:]


@op(dtype=given_result, shape=_encoded, checked=True)
def one_hot(x: Index, num_classes, axis=-1, dtype: Dtype = None, sparse: Sparse = False):
    """A vector for each index that is 1 there and 0 elsewhere; all 0 for an index out of range.

    Args:
        x: Integer tensor.
        num_classes: Length of the vectors.
        axis: Int, the dimension of the result along which the vectors lie.
        dtype: Dtype of the result; floatx by default.
        sparse: Whether to return a sparse tensor, where the engine has those.

    Returns:
        Tensor with a dimension of size `num_classes` more than `x`.

    Example:

    >>> keras.ops.one_hot([0, 2], 3)
    array([[1., 0., 0.],
           [0., 0., 1.]], dtype=float32)
    """
    rank = len(x.shape) + 1
    axis = canonical_axis(axis, rank)
    classes = reshape(arange(num_classes, dtype="int32"), (1,) * axis + (num_classes,) + (1,) * (rank - axis - 1))
    return cast(equal(expand_dims(cast(x, "int32"), axis), classes), dtype)


def _present(inputs, num_classes=None, axis=-1):
    encoded = _encoded(inputs, num_classes, axis)
    reduced = _axis_of_indices(inputs)
    return encoded[:reduced] + encoded[reduced + 1 :]


def _axis_of_indices(shape):
    """The dimension of the one-hot vectors over which the largest is taken."""
    return 1 if len(shape) > 1 else 0


@op(dtype=given_result, shape=_present, export=False)
def multi_hot(inputs: Index, num_classes=None, axis=-1, dtype: Dtype = None, sparse: Sparse = False):
    """The declared op behind the public function, which takes an older name of `num_classes` too."""
    return largest(one_hot(inputs, num_classes, axis, dtype, sparse), _axis_of_indices(inputs.shape))


_declared_multi_hot = multi_hot


@keras_export(["keras.ops.multi_hot", "keras.ops.nn.multi_hot"])
def multi_hot(inputs, num_classes=None, axis=-1, dtype=None, sparse=False, **kwargs):
    """A vector for each row of indices that is 1 at all of them and 0 elsewhere.

    Args:
        inputs: Integer tensor; the indices of one vector lie along axis 1 (axis 0 of a vector).
        num_classes: Length of the vectors.
        axis: Int, the dimension along which the vectors lie, as in `one_hot`.
        dtype: Dtype of the result; floatx by default.
        sparse: Whether to return a sparse tensor, where the engine has those.
        **kwargs: `num_tokens`, an older name of `num_classes`.

    Returns:
        Tensor.

    Example:

    >>> keras.ops.multi_hot([[0, 2]], 4)
    array([[1., 0., 1., 0.]], dtype=float32)
    """
    num_classes = kwargs.get("num_tokens") if num_classes is None else num_classes
    if num_classes is None:
        raise ValueError("keras.ops.multi_hot: `num_classes` must be an int. Received: num_classes=None")
    return _declared_multi_hot(inputs, num_classes, axis, dtype, sparse)
