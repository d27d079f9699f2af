"""`IntegerLookup`: integers as indices."""

import numpy as np

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.host_layer import on_host
from keras.src.layers.preprocessing.index_lookup import IndexLookup
from keras.src.layers.preprocessing.vocabulary import Integers
from keras.src.utils.cells import integers
from keras.src.utils.string_hashing import hash_buckets


@keras_export("keras.layers.IntegerLookup")
class IntegerLookup(IndexLookup):
    """Turns integers into their indices in a vocabulary, or indices into integers.

    The vocabulary is given, or taken from data by `adapt`: the most frequent integers first, of equally frequent ones the
    greater. Index 0 stands for `mask_token`, if there is one; then come `num_oov_indices` indices for unknown integers, then the
    vocabulary.

    Args:
        max_tokens: The most indices there may be, special ones included; `None` for no limit.
        num_oov_indices: Number of indices for unknown integers: see `oov_method`; with 0 they are an error.
        mask_token: Int that stands for nothing. Its index is 0 with `output_mode="int"`; else it counts nowhere.
        oov_token: What `invert` makes of indices outside of the vocabulary.
        vocabulary: List, tuple or array of ints, or the path of a text file with one a line; `None` leaves it to `adapt`.
        vocabulary_dtype: `"int64"`.
        idf_weights: Weight of each integer of `vocabulary`, with `output_mode="tf_idf"`.
        invert: Whether indices are turned into integers.
        output_mode: `"int"` for indices; `"one_hot"` for a vector for each integer; `"multi_hot"`, `"count"` or `"tf_idf"` for one
            vector for each sample: with ones, with numbers of occurrences, or with these times the weights.
        sparse: Whether vectors come as sparse tensors, on engines that have these.
        pad_to_max_tokens: Whether vectors have the size `max_tokens` even if the vocabulary is smaller.
        oov_method: Which of several indices an unknown integer gets: that of its remainder (`"floormod"`), or that of the hash
            of its digits (`"farmhash"`).
        salt: Int or pair of ints: key of the hash, with `oov_method="farmhash"`.
        name: Name of the layer.
        **kwargs: Arguments of `keras.Layer`, such as `trainable`.

    Inputs: Integers: tensors, arrays, nested lists, columns of tables; of floats the fraction is cut off.
    Outputs: int64 tensor of the same shape, or with a last axis for the vocabulary: see `output_mode`; for `"tf_idf"` in floatx.

    Raises:
        ValueError: An argument has a wrong value, or inputs are no numbers.

    Example:

    >>> layer = keras.layers.IntegerLookup(vocabulary=[12, 36, 1138, 42])
    >>> keras.ops.convert_to_numpy(layer(np.array([[12, 1138], [7, 42]]))).tolist()
    [[1, 3], [0, 4]]
    """

    supports_jit = not backend.strings.SUPPORTED  # Engines with tensors of strings look up integers in tables as well.

    def __init__(
        self,
        max_tokens=None,
        num_oov_indices=1,
        mask_token=None,
        oov_token=-1,
        vocabulary=None,
        vocabulary_dtype="int64",
        idf_weights=None,
        invert=False,
        output_mode="int",
        sparse=False,
        pad_to_max_tokens=False,
        oov_method="floormod",
        salt=None,
        name=None,
        **kwargs,
    ):
        if vocabulary_dtype != "int64":
            raise ValueError(f"IntegerLookup: `vocabulary_dtype` must be 'int64'. Received: {vocabulary_dtype!r}")
        if salt is not None and oov_method != "farmhash":
            raise ValueError(f"IntegerLookup: `salt` goes with `oov_method='farmhash'`. Received: {oov_method!r}")
        super().__init__(
            *(max_tokens, num_oov_indices, _as_int("mask_token", mask_token), _as_int("oov_token", oov_token)),
            *(vocabulary_dtype, vocabulary, idf_weights, invert, output_mode, sparse, pad_to_max_tokens, oov_method),
            *(salt, name),
            **kwargs,
        )

    def _read(self, data):
        return integers(data)

    def _tokens_of(self, vocabulary):
        values = vocabulary if hasattr(vocabulary, "shape") else list(vocabulary)
        try:
            if any(isinstance(x, str) for x in values):
                values = [int(x) for x in values]
        except ValueError:
            raise ValueError(f"IntegerLookup needs integers in its vocabulary. Received: {vocabulary!r}") from None
        return integers(values).values.tolist()

    _listed = _tokens_of

    def _vocabulary_of(self, tokens, first, special):
        return Integers(tokens, first, special)

    def _most_frequent(self, counts, without, most):
        return counts.most_frequent(without, most)

    def _hashed(self, values):
        if self.oov_method == "floormod":
            return np.mod(np.asarray(values, "int64"), self.num_oov_indices)
        return hash_buckets(np.array([str(x) for x in values], dtype=object), self.num_oov_indices, self.salt)

    def _tokens_at(self, cells):
        return backend.convert_to_tensor(
            cells.holding(self._tokens_of_indices(cells.values)).padded(self.oov_token), "int64"
        )

    def _tokens_of_indices(self, indices):
        tokens = np.array([self.oov_token, *self.get_vocabulary()], "int64")
        return tokens[np.where((indices >= 0) & (indices < len(tokens) - 1), indices + 1, 0)]

    def _call_on_tensor(self, engine, x):
        if engine is not None:
            return super()._call_on_tensor(engine, x)
        return self._tokens_by_ops(x) if self.invert else self._encoded_tensor(None, self._indices_by_ops(x))

    def _tokens_of_tensor(self, engine, indices):
        return engine.take(self.get_vocabulary(), indices, self.oov_token)

    def _oov_of_tensor(self, engine, values):
        if self.oov_method == "floormod":
            return engine.remainder(values, self.num_oov_indices)
        return engine.hash_buckets(values, self.num_oov_indices, self.salt)

    def _tokens_by_ops(self, indices):
        tokens = np.array([self.oov_token, *self.get_vocabulary()], "int64")
        indices = ops.cast(indices, "int64")
        known = ops.logical_and(indices >= 0, indices < len(tokens) - 1)
        return ops.take(ops.convert_to_tensor(tokens), ops.where(known, indices + 1, 0))

    def _indices_by_ops(self, x):
        if self.num_oov_indices > 1 and self.oov_method == "farmhash" or not self.num_oov_indices:
            return on_host(self._find_on_host, [x], x.shape, "int64")
        x = ops.cast(x, "int64")
        unknown = self._first_oov
        if self.num_oov_indices > 1:
            unknown = ops.add(ops.mod(x, self.num_oov_indices), unknown)
        keys, indices = self._keys_of_engine()
        if not len(keys):
            return ops.add(ops.zeros_like(x), unknown)
        places = ops.minimum(ops.searchsorted(keys, ops.reshape(x, (-1,))), len(keys) - 1)
        places = ops.reshape(places, ops.shape(x))
        return ops.where(ops.equal(ops.take(keys, places), x), ops.take(indices, places), unknown)

    def _keys_of_engine(self):
        """The known integers that the engine can hold, in ascending order, and their indices."""
        limits = np.iinfo(backend.core.held_dtype("int64"))
        keys, indices = self._vocabulary.keys, self._vocabulary.indices
        held = (keys >= limits.min) & (keys <= limits.max)
        return tuple(ops.convert_to_tensor(x[held]) for x in (keys, indices))

    def _find_on_host(self, array):
        return self._indices_of_values(array.astype("int64").reshape(-1)).reshape(array.shape)

    def get_config(self):
        return {**super().get_config(), "vocabulary_dtype": self.vocabulary_dtype}


def _as_int(argument, token):
    if token is None:
        return None
    if isinstance(token, (int, float, np.number)) and int(token) == token:
        return int(token)
    raise ValueError(f"IntegerLookup: `{argument}` must be an int. Received: {argument}={token!r}")
