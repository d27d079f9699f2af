"""Tensors of strings."""

import tensorflow as tf

SUPPORTED = True


def hash_buckets(x, count, key=None):
    """The bucket of each string, or of the decimal digits of each number; sparse and ragged tensors stay so."""
    return _of_values(lambda values: _hashed(_as_strings(values), count, key), x)


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
    return _of_values(lambda values: tf.equal(values, value), x)


def where(condition, x, y):
    """The number `x` where the condition holds and `y` elsewhere, also of ragged and sparse tensors of one structure."""
    if isinstance(y, tf.SparseTensor):
        return y.with_values(where(condition.values, x, y.values))
    if isinstance(y, tf.RaggedTensor):
        return y.with_flat_values(where(condition.flat_values, x, y.flat_values))
    return tf.where(condition, tf.cast(x, y.dtype), y)


def shifted(x, offset):
    """`x + offset`, with the structure of `x`."""
    return _of_values(lambda values: values + offset, x)


def _of_values(function, x):
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
