"""`CategoryEncoding`: numbers of categories as vectors."""

import numpy as np

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.data_layer import DataLayer
from keras.src.layers.preprocessing.encoding import INDICATORS, check_supported, encode, encoded_shape, encoded_spec


@keras_export("keras.layers.CategoryEncoding")
class CategoryEncoding(DataLayer):
    """Numbers of categories, from 0 to `num_tokens - 1`, as vectors of ones and zeros, or of counts.

    A number that is out of this range counts nowhere.

    Args:
        num_tokens: Int, number of categories.
        output_mode: `"multi_hot"` for a vector with a 1 for each category that occurs in a sample, `"count"` for one with
            the number of times that it occurs, `"one_hot"` for a vector for each value.
        sparse: Whether vectors come as sparse tensors, on engines that have these.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Integer tensor or array of shape `(batch, ...)`; the values of one sample lie along axis 1. `count_weights`, a tensor
    of the same shape, says what each value counts with `"count"`.
    Outputs: tensor of shape `(batch, num_tokens)`; with `"one_hot"`, of that of the inputs with a last axis of size
    `num_tokens`, which takes the place of one of size 1.

    Raises:
        ValueError: An argument has a wrong value, or `count_weights` come with another output mode or of another shape.

    Example:

    >>> layer = keras.layers.CategoryEncoding(num_tokens=4, output_mode="count")
    >>> layer([[0, 1], [0, 0]])
    array([[1., 1., 0., 0.],
           [2., 0., 0., 0.]], dtype=float32)
    """

    def __init__(self, num_tokens=None, output_mode="multi_hot", sparse=False, **kwargs):
        super().__init__(**kwargs)
        if output_mode not in INDICATORS:
            raise ValueError(
                f"CategoryEncoding: `output_mode` must be one of {INDICATORS}. Received: output_mode={output_mode!r}"
            )
        if not isinstance(num_tokens, (int, np.integer)) or num_tokens < 1:
            raise ValueError(
                "CategoryEncoding: `num_tokens` must be an int of at least 1; where it is not known beforehand, "
                f"`IntegerLookup` finds it. Received: num_tokens={num_tokens!r}"
            )
        check_supported("CategoryEncoding", sparse)
        self.num_tokens, self.output_mode, self.sparse = num_tokens, output_mode, sparse
        self._convert_input_args = False
        self._allow_non_tensor_positional_args = True
        self._start_built()

    def call(self, inputs, count_weights=None):
        inputs = inputs if backend.is_tensor(inputs) else ops.convert_to_tensor(inputs)
        if count_weights is not None:
            count_weights = self._checked_weights(inputs, count_weights)
        if not backend.is_int_dtype(backend.standardize_dtype(inputs.dtype)):
            inputs = ops.cast(inputs, "int32")
        return encode(inputs, self.output_mode, self.num_tokens, self.dtype, self.sparse, count_weights)

    def _checked_weights(self, inputs, count_weights):
        if self.output_mode != "count":
            raise ValueError(
                "CategoryEncoding: `count_weights` go with `output_mode='count'` only. Received: output_mode="
                f"{self.output_mode!r}"
            )
        weights = ops.convert_to_tensor(count_weights, dtype=self.dtype)
        pairs = zip(inputs.shape, weights.shape)
        if len(weights.shape) != len(inputs.shape) or any(None not in pair and pair[0] != pair[1] for pair in pairs):
            raise ValueError(
                f"CategoryEncoding: `count_weights` must have the shape of the inputs, {tuple(inputs.shape)}. Received: "
                f"{tuple(weights.shape)}"
            )
        return weights

    def compute_output_shape(self, input_shape):
        return encoded_shape(input_shape, self.output_mode, self.num_tokens)

    def compute_output_spec(self, inputs, count_weights=None):
        return encoded_spec(inputs, self.output_mode, self.num_tokens, self.dtype, self.sparse)

    def get_config(self):
        config = {**super().get_config(), "num_tokens": self.num_tokens, "output_mode": self.output_mode}
        return {**config, "sparse": True} if self.sparse else config  # Other libraries write no more than the two.
