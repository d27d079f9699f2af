"""`StringLookup`: strings as indices."""

import numpy as np

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.backend.common.global_state import STATE
from keras.src.layers.preprocessing.host_layer import strings_of
from keras.src.layers.preprocessing.index_lookup import IndexLookup
from keras.src.layers.preprocessing.vocabulary import Words
from keras.src.utils.cells import decoded, encoded, is_of_one_type, of_one_type, strings
from keras.src.utils.string_hashing import hash_buckets


@keras_export("keras.layers.StringLookup")
class StringLookup(IndexLookup):
    """Turns strings into their indices in a vocabulary, or indices into strings.

    The vocabulary is given, or taken from data by `adapt`: the most frequent strings first, of equally frequent ones the
    greater in the order of their bytes. Index 0 stands for `mask_token`, if there is one; then come `num_oov_indices` indices
    for unknown strings, then the vocabulary. Strings are looked up on the host; in `tf.data`, and in models on TensorFlow,
    its kernels do it.

    Args:
        max_tokens: The most indices there may be, special ones included; `None` for no limit.
        num_oov_indices: Number of indices for unknown strings: their hash chooses one of several; with 0 they are an error.
        mask_token: String that stands for nothing, such as `""`. Its index is 0 with `output_mode="int"`; else it counts nowhere.
        oov_token: What `invert` makes of indices outside of the vocabulary.
        vocabulary: List, tuple or array of strings, or the path of a text file with one a line; `None` leaves it to `adapt`.
        idf_weights: Weight of each string of `vocabulary`, with `output_mode="tf_idf"`.
        invert: Whether indices are turned into strings.
        output_mode: `"int"` for indices; `"one_hot"` for a vector for each string; `"multi_hot"`, `"count"` or `"tf_idf"` for one
            vector for each sample: with ones, with numbers of occurrences, or with these times the weights.
        pad_to_max_tokens: Whether vectors have the size `max_tokens` even if the vocabulary is smaller.
        sparse: Whether vectors come as sparse tensors, on engines that have these.
        encoding: Encoding of strings that are given as bytes.
        name: Name of the layer.
        salt: Int or pair of ints: key of the hash of unknown strings, SipHash then instead of Fingerprint64.
        **kwargs: Arguments of `keras.Layer`, such as `trainable`.

    Inputs: Strings: `str`, nested lists, arrays, columns of tables, or tensors of TensorFlow; with `invert`, integers.
    Outputs: int64 tensor of the same shape, or with a last axis for the vocabulary: see `output_mode`; for `"tf_idf"` in floatx.
    With `invert`, nested lists of strings, in models an array of them (a tensor on TensorFlow).

    Raises:
        ValueError: An argument has a wrong value, or inputs are no strings.

    Example:

    >>> layer = keras.layers.StringLookup()
    >>> layer.adapt([["a", "c"], ["d", "a"]])
    >>> layer.get_vocabulary()
    ['[UNK]', 'a', 'd', 'c']
    >>> keras.ops.convert_to_numpy(layer([["a", "c"], ["?", "d"]])).tolist()
    [[1, 3], [0, 2]]
    """

    def __init__(
        self,
        max_tokens=None,
        num_oov_indices=1,
        mask_token=None,
        oov_token="[UNK]",
        vocabulary=None,
        idf_weights=None,
        invert=False,
        output_mode="int",
        pad_to_max_tokens=False,
        sparse=False,
        encoding="utf-8",
        name=None,
        salt=None,
        **kwargs,
    ):
        for argument, token in (("mask_token", mask_token), ("oov_token", oov_token)):
            if token is not None and not isinstance(token, str):
                raise ValueError(f"StringLookup: `{argument}` must be a string. Received: {argument}={token!r}")
        self.encoding = "utf-8" if encoding is None else encoding
        super().__init__(
            *(
                max_tokens,
                num_oov_indices,
                mask_token,
                oov_token,
                "string",
                vocabulary,
                idf_weights,
                invert,
                output_mode,
            ),
            *(sparse, pad_to_max_tokens),
            salt=salt,
            name=name,
            oov_method=kwargs.pop("oov_method", "floormod"),
            **kwargs,
        )

    def _read(self, data):
        return strings(data, self.encoding)

    def _goes_to_engine(self, x):
        if not super()._goes_to_engine(x) or strings_of(x) is None:
            return False
        self.check_dtype(backend.standardize_dtype(x.dtype))
        return True

    def _read_for_call(self, data):
        return strings(data, self.encoding, check=False)

    def _tokens_of(self, vocabulary):
        return [decoded(token, self.encoding) for token in strings(vocabulary, self.encoding).values]

    def _vocabulary_of(self, tokens, first, special):
        return Words(tokens, first, special, self.encoding)

    def _most_frequent(self, counts, without, most):
        def as_bytes(token):
            return encoded(token, self.encoding)

        without = [as_bytes(token) for token in without if token is not None]
        tokens, idf = counts.most_frequent(without, most, as_bytes)
        return [decoded(token, self.encoding) for token in tokens], idf

    def _mended(self, values, unknown):
        # What is found is a string; so only what is not found needs a look.
        if is_of_one_type(unknown) and (isinstance(unknown[0], bytes) == isinstance(values[0], bytes)):
            return None
        return of_one_type(values, self.encoding)

    def _hashed(self, values):
        buckets = dict.fromkeys(values)
        strings = np.array([encoded(x, self.encoding) for x in buckets], dtype=object)
        buckets.update(zip(buckets, hash_buckets(strings, self.num_oov_indices, self.salt).tolist()))
        return np.fromiter(map(buckets.__getitem__, values), "int64", len(values))

    def _tokens_at(self, cells):
        tokens = self.get_vocabulary()
        found = [tokens[i] if 0 <= i < len(tokens) else self.oov_token for i in cells.values.tolist()]
        found = cells.holding(found).nested()
        if backend.strings.SUPPORTED:
            return backend.convert_to_tensor(np.array(found, object))
        context = STATE.call
        # Lists are structures of outputs to models, which take an array for one.
        return found if context is None or context.entry_layer is self else np.array(found, object)

    def _tokens_of_tensor(self, engine, indices):
        tokens = [encoded(token, self.encoding) for token in self.get_vocabulary()]
        return engine.take(tokens, indices, encoded(self.oov_token, self.encoding))

    def _oov_of_tensor(self, engine, values):
        return engine.hash_buckets(values, self.num_oov_indices, self.salt)

    def get_config(self):
        return {**super().get_config(), "encoding": self.encoding}
