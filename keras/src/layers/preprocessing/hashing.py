"""`Hashing`: categories as numbers of bins, without a vocabulary."""

import numpy as np

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.encoding import INDICATORS, check_sparse, encode, encoded_shape, encoded_spec
from keras.src.layers.preprocessing.host_layer import HostLayer, on_host, strings_of, strings_or_integers
from keras.src.layers.preprocessing.lookup_checks import standard_salt
from keras.src.utils.byte_strings import is_array_of_strings
from keras.src.utils.string_hashing import hash_buckets


@keras_export("keras.layers.Hashing")
class Hashing(HostLayer):
    """Puts each category into one of `num_bins` bins, by a hash that never changes; several may meet in one bin.

    A number is hashed by its decimal digits. Without `salt` the hash is FarmHash's Fingerprint64, with it SipHash-2-4.

    Args:
        num_bins: Int, number of bins, that of `mask_value` included.
        mask_value: String or int that stands for nothing and gets bin 0, which no other value gets then. `None` stands for no
            such value.
        salt: Int or pair of ints, the key of the hash: another one puts categories elsewhere.
        output_mode: `"int"` for the numbers of the bins, `"one_hot"` for a vector for each value, `"multi_hot"` or
            `"count"` for one vector for each sample, with ones or with the number of values in each bin.
        sparse: Whether vectors come as sparse tensors, on engines that have these.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`: int64 by default for `"int"`, else floatx.

    Inputs: Strings or integers: a tensor, an array (of objects, `StringDType`, `U` or `S`), a list, a column of a table.
    Outputs: tensor of the same shape, or with a last axis of size `num_bins`: see `output_mode`.

    Raises:
        ValueError: An argument has a wrong value.
        TypeError: Inputs hold something else than strings or numbers, or `mask_value` is of another kind than the inputs.

    Example:

    >>> bins = keras.layers.Hashing(num_bins=3)([["A"], ["B"], ["C"], ["D"], ["E"]])
    >>> keras.ops.convert_to_numpy(bins).tolist()
    [[1], [0], [1], [1], [2]]

    Sources: [FarmHash](https://github.com/google/farmhash), [SipHash](https://www.aumasson.jp/siphash/siphash.pdf).
    """

    def __init__(self, num_bins, mask_value=None, salt=None, output_mode="int", sparse=False, **kwargs):
        _check_output_mode(output_mode)
        check_sparse("Hashing", output_mode, sparse)
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "int64" if output_mode == "int" else backend.floatx()
        super().__init__(**kwargs)
        if output_mode == "int" and not backend.is_int_dtype(self.dtype):
            raise ValueError(
                f"Hashing: with `output_mode='int'` the dtype must be one of integers. Received: dtype={self.dtype}"
            )
        if not isinstance(num_bins, (int, np.integer)) or num_bins <= 0:
            raise ValueError(f"Hashing: `num_bins` must be a positive int. Received: num_bins={num_bins!r}")
        self.num_bins, self.mask_value = num_bins, mask_value
        self.salt = standard_salt(salt)
        self.output_mode, self.sparse = output_mode, sparse
        self._start_built()

    def call(self, inputs):
        strings = strings_of(inputs)
        if strings is None:
            indices = on_host(self._bins, [inputs], inputs.shape, self._dtype_of_indices())
        else:
            indices = self._bins_of_engine(strings, inputs)
        return encode(indices, self.output_mode, self.num_bins, self.dtype, self.sparse)

    def _dtype_of_indices(self):
        return self.dtype if self.output_mode == "int" else "int64"

    def _bins(self, array):
        """The bins of an array, as an array."""
        array = strings_or_integers(array, "Hashing")
        hashed = _as_hashed(array)
        if self.mask_value is None:
            return hash_buckets(hashed, self.num_bins, self.salt)
        self._check_mask_value(is_array_of_strings(array))
        bins = hash_buckets(hashed, max(self.num_bins - 1, 1), self.salt) + min(1, self.num_bins - 1)
        return np.where(_equal(array, self.mask_value), 0, bins)

    def _check_mask_value(self, of_strings):
        if of_strings != isinstance(self.mask_value, (str, bytes)) or isinstance(self.mask_value, float):
            kind = "strings" if of_strings else "integers"
            raise TypeError(
                f"Hashing: `mask_value` must be of the kind of the inputs, {kind}. Received: "
                f"mask_value={self.mask_value!r}"
            )

    def _bins_of_engine(self, strings, inputs):
        if self.mask_value is None:
            return strings.hash_buckets(inputs, self.num_bins, self.salt)
        self._check_mask_value(backend.standardize_dtype(inputs.dtype) == "string")
        bins = strings.hash_buckets(inputs, max(self.num_bins - 1, 1), self.salt)
        bins = strings.shifted(bins, min(1, self.num_bins - 1))
        return strings.where(strings.equal(inputs, self.mask_value), 0, bins)

    def compute_output_shape(self, input_shape):
        return encoded_shape(input_shape, self.output_mode, self.num_bins)

    def compute_output_spec(self, inputs):
        return encoded_spec(inputs, self.output_mode, self.num_bins, self.dtype, self.sparse)

    def get_config(self):
        names = ("num_bins", "salt", "mask_value", "output_mode", "sparse")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _check_output_mode(output_mode):
    if output_mode not in ("int", *INDICATORS):
        raise ValueError(
            f"Hashing: `output_mode` must be one of {('int', *INDICATORS)}. Received: output_mode={output_mode!r}"
        )


def _as_hashed(array):
    """Strings and integers as they are, bools as words; floats are cut to integers."""
    if array.dtype.kind == "b":
        return np.where(array, "true", "false")
    return array.astype("int64") if array.dtype.kind == "f" else array


def _equal(array, value):
    """Where an array has a value; of strings, also one that is the same in bytes."""
    if array.dtype.kind == "S" or (array.dtype.kind == "O" and array.size and isinstance(array.flat[0], bytes)):
        value = value.encode() if isinstance(value, str) else value
    elif isinstance(value, bytes):
        value = value.decode()
    return array == value
