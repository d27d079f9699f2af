"""`HashedCrossing`: combinations of categories as numbers of bins."""

import numpy as np

from keras.src import backend, tree
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.encoding import check_supported, encode, encoded_shape, encoded_spec
from keras.src.layers.preprocessing.host_layer import (
    HostLayer,
    as_tensor_or_array,
    on_host,
    strings_of,
    strings_or_integers,
)
from keras.src.utils.byte_strings import is_array_of_strings
from keras.src.utils.messages import shapes_of
from keras.src.utils.string_hashing import cross_hash_buckets

_MODES = ("int", "one_hot")


@keras_export("keras.layers.HashedCrossing")
class HashedCrossing(HostLayer):
    """Puts each combination of the values of several features into one of `num_bins` bins, by a hash that never changes.

    Args:
        num_bins: Int, number of bins.
        output_mode: `"int"` for the numbers of the bins, `"one_hot"` for a vector for each sample.
        sparse: Whether vectors come as sparse tensors, on engines that have these.
        name: Name of the layer.
        dtype: Dtype of the outputs: int64 by default for `"int"`, else floatx.
        **kwargs: Arguments of `keras.Layer`, such as `trainable`.

    Inputs: List or tuple of two or more features, each of strings or integers, all of shape `()`, `(batch,)` or `(batch, 1)`.
    Outputs: tensor of the same shape, or of shape `(batch, num_bins)` with `"one_hot"`.

    Raises:
        ValueError: An argument has a wrong value, or the inputs are no such list.

    Example:

    >>> layer = keras.layers.HashedCrossing(num_bins=5)
    >>> bins = layer((["A", "B", "A", "B", "A"], [101, 101, 101, 102, 102]))
    >>> keras.ops.convert_to_numpy(bins).tolist()
    [1, 4, 1, 1, 3]

    Source: the hash is that of `tf.sparse.cross_hashed`.
    """

    def __init__(self, num_bins, output_mode="int", sparse=False, name=None, dtype=None, **kwargs):
        if output_mode not in _MODES:
            raise ValueError(
                f"HashedCrossing: `output_mode` must be one of {_MODES}. Received: output_mode={output_mode!r}"
            )
        if not isinstance(num_bins, (int, np.integer)) or num_bins <= 0:
            raise ValueError(f"HashedCrossing: `num_bins` must be a positive int. Received: num_bins={num_bins!r}")
        check_supported("HashedCrossing", sparse)
        if dtype is None:
            dtype = "int64" if output_mode == "int" else backend.floatx()
        super().__init__(name=name, dtype=dtype, **kwargs)
        self.num_bins, self.output_mode, self.sparse = num_bins, output_mode, sparse
        self._start_built()

    def _prepared(self, inputs):
        if not isinstance(inputs, (list, tuple)):
            raise ValueError(f"HashedCrossing takes a list or tuple of features. Received: inputs={shapes_of(inputs)}")
        if len(inputs) < 2:
            raise ValueError(f"HashedCrossing takes at least two features. Received: inputs={shapes_of(inputs)}")
        return [as_tensor_or_array(x) for x in inputs]

    def call(self, inputs):
        inputs = self._prepared(inputs)
        _check_shapes([x.shape for x in inputs])
        strings = strings_of(*inputs)
        if strings is None:
            dtype = self.dtype if self.output_mode == "int" else "int64"
            bins = on_host(self._bins, inputs, inputs[0].shape, dtype)
        else:
            _check_dtypes([backend.standardize_dtype(x.dtype) for x in inputs])
            bins = strings.cross_hash_buckets(inputs, self.num_bins)
        return encode(bins, self.output_mode, self.num_bins, self.dtype, self.sparse)

    def _bins(self, *arrays):
        """The bins of arrays, as an array."""
        arrays = [strings_or_integers(x, "HashedCrossing") for x in arrays]
        _check_dtypes(["string" if is_array_of_strings(x) else x.dtype.name for x in arrays])
        return cross_hash_buckets(arrays, self.num_bins)

    def compute_output_shape(self, input_shape):
        if not isinstance(input_shape, (list, tuple)) or len(input_shape) < 2:
            raise ValueError(f"HashedCrossing takes at least two features. Received: input_shape={input_shape}")
        return encoded_shape(tree.lists_to_tuples(input_shape[0]), self.output_mode, self.num_bins)

    def compute_output_spec(self, inputs):
        _check_shapes([x.shape for x in inputs])
        _check_dtypes([x.dtype for x in inputs])
        return encoded_spec(inputs[0], self.output_mode, self.num_bins, self.dtype, self.sparse)

    def get_config(self):
        return {
            "num_bins": self.num_bins,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "name": self.name,
            "dtype": self.dtype,
        }


def _check_shapes(shapes):
    first = tuple(shapes[0])
    if any(
        len(shape) != len(first) or any(None not in pair and pair[0] != pair[1] for pair in zip(shape, first))
        for shape in shapes
    ):
        raise ValueError(f"HashedCrossing takes features of one shape. Received shapes: {[tuple(s) for s in shapes]}")
    if len(first) > 2 or (len(first) == 2 and first[1] not in (1, None)):
        raise ValueError(
            f"HashedCrossing takes features of shape `()`, `(batch,)` or `(batch, 1)`. Received features of shape {first}"
        )


def _check_dtypes(dtypes):
    if any(dtype != "string" and not backend.is_int_dtype(dtype) for dtype in dtypes):
        raise ValueError(f"HashedCrossing takes features of integers or strings. Received the dtypes: {dtypes}")
