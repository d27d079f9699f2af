"""Tensors of strings."""

import re

import numpy as np
import tensorflow as tf

SUPPORTED = True


def hash_buckets(x, count, key=None):
    """The bucket of each string, or of the decimal digits of each number; sparse and ragged tensors stay so."""
    return of_values(lambda values: _hashed(_as_strings(values), count, key), x)


def cross_hash_buckets(features, count):
    """The bucket of each combination of values of features of one shape, which are strings or integers."""
    features = [tf.convert_to_tensor(x) for x in features]
    shape = tf.shape(features[0])
    size = tf.reduce_prod(shape)
    places = tf.stack([tf.range(size), tf.zeros((size,), "int32")], axis=1)
    rows = [
        tf.SparseTensor(
            tf.cast(places, "int64"), tf.reshape(_as_crossed(x), (-1,)), tf.cast(tf.stack([size, 1]), "int64")
        )
        for x in features
    ]
    result = tf.reshape(tf.sparse.cross_hashed(rows, num_buckets=count).values, shape)
    result.set_shape(features[0].shape)
    return result


def _as_crossed(x):
    return x if x.dtype == tf.string else tf.cast(x, "int64")


def equal(x, value):
    """Where a tensor of strings or numbers has a value."""
    return of_values(lambda values: tf.equal(values, value), x)


def where(condition, x, y):
    """The number `x` where the condition holds and `y` elsewhere, also of ragged and sparse tensors of one structure."""
    if isinstance(y, tf.SparseTensor):
        return y.with_values(where(condition.values, x, y.values))
    if isinstance(y, tf.RaggedTensor):
        return y.with_flat_values(where(condition.flat_values, x, y.flat_values))
    return tf.where(condition, tf.cast(x, y.dtype), y)


def shifted(x, offset):
    """`x + offset`, with the structure of `x`."""
    return of_values(lambda values: values + offset, x)


def of_values(function, x):
    """What a function makes of the values of a tensor; sparse and ragged tensors keep their structure."""
    if isinstance(x, tf.SparseTensor):
        return tf.SparseTensor(x.indices, function(x.values), x.dense_shape)
    if isinstance(x, tf.RaggedTensor):
        return x.with_flat_values(function(x.flat_values))
    return function(tf.convert_to_tensor(x))


def _as_strings(x):
    if x.dtype == tf.string:
        return x
    return tf.strings.as_string(tf.cast(x, "int64") if x.dtype.is_floating else x)


def _hashed(x, count, key):
    if key is None:
        return tf.strings.to_hash_bucket_fast(x, count)
    return tf.strings.to_hash_bucket_strong(x, count, list(key))


def ragged(values, lengths):
    """A ragged tensor of the values of all rows, one after the other, and the lengths of the rows."""
    return tf.RaggedTensor.from_row_lengths(values, lengths)


def dense(x, fill):
    """A dense tensor of a sparse or ragged one, with `fill` where nothing is."""
    if isinstance(x, tf.SparseTensor):
        return tf.sparse.to_dense(tf.sparse.reorder(x), fill)
    return x.to_tensor(fill) if isinstance(x, tf.RaggedTensor) else x


def table(keys, values, default):
    """A table from strings or integers to integers, with the integer for what is not in it."""
    with tf.init_scope(), tf.device("cpu"):
        kind = tf.int64 if isinstance(keys, np.ndarray) else tf.string
        contents = tf.lookup.KeyValueTensorInitializer(tf.constant(keys, kind), tf.constant(values, tf.int64))
        return tf.lookup.StaticHashTable(contents, default)


def as_tokens(x):
    """A tensor of strings as it is, one of numbers as integers."""
    return x if x.dtype == tf.string else tf.cast(x, tf.int64)


def look_up(table, x):
    """The integers in a table for a dense tensor."""
    return table.lookup(tf.convert_to_tensor(x))


def remainder(x, divisor):
    """What is left of integers, from 0 to `divisor - 1`."""
    return tf.math.floormod(x, divisor)


def all_known(indices, unknown, x):
    """The indices, after a check that none of them stands for a string that is not known."""
    places = tf.equal(indices, unknown)
    message = "With `num_oov_indices=0` all inputs must be in the vocabulary."
    if tf.executing_eagerly():
        if tf.reduce_any(places):
            raise ValueError(f"{message} Received among them: {tf.boolean_mask(x, places).numpy()[0]!r}")
        return indices
    check = tf.debugging.Assert(tf.logical_not(tf.reduce_any(places)), [message, tf.boolean_mask(x, places)])
    with tf.control_dependencies([check]):
        return tf.identity(indices)


def take(values, indices, default):
    """The strings or integers, of a list, at a tensor of indices, with a default for those out of range."""
    indices = tf.cast(indices, tf.int64)
    known = (indices >= 0) & (indices < len(values))
    values = tf.constant([default, *values], tf.string if isinstance(default, bytes) else tf.int64)
    return tf.gather(values, tf.where(known, indices + 1, 0))


def standardized(x, lower, left_out):
    """A dense tensor of strings with the letters of ASCII small, if `lower`, and without some characters."""
    x = tf.strings.lower(x) if lower else x
    return tf.strings.regex_replace(x, f"[{re.escape(left_out)}]", "") if left_out else x


def split(x, how, ngrams=None):
    """The words of a dense tensor of texts, as a ragged tensor; of a scalar, as a dense one.

    Args:
        x: Tensor of shape `(batch,)`, `(batch, 1)` or `()`.
        how: `"whitespace"`, `"character"` or a function.
        ngrams: Tuple of the numbers of words that are taken together, or `None`.
    """
    if x.shape.rank is None:
        x = tf.reshape(x, [-1])
    elif x.shape.rank > 1:
        x = tf.squeeze(x, -1)
    if how == "whitespace":
        x = tf.strings.split(x)
    else:
        x = tf.strings.unicode_split(x, "UTF-8") if how == "character" else how(x)
    return x if ngrams is None else tf.strings.ngrams(x, ngrams, separator=" ")


def cut(x, width, fill):
    """Rows cut to a width, if there is one, and, if there is a `fill`, filled up to one width."""
    if isinstance(x, tf.RaggedTensor):
        x = x if width is None else x[:, :width]
        return x if fill is None else x.to_tensor(fill, shape=None if width is None else (None, width))
    if width is None or not x.shape.rank:
        return x
    x = x[..., :width]
    missing = [[0, 0]] * (x.shape.rank - 1) + [[0, width - tf.shape(x)[-1]]]
    return tf.ensure_shape(tf.pad(x, missing, constant_values=fill or 0), (*x.shape[:-1], width))
