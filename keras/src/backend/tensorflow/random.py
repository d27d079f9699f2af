"""Random tensors of TensorFlow, from stateless functions: equal seeds give equal tensors."""

import tensorflow as tf

from keras.src.backend.tensorflow.replicas import drawn
from keras.src.backend.tensorflow.support import dims, in_xla, ints, move_axis
from keras.src.backend.tensorflow.tensors import cast, convert_to_tensor, to_engine_dtype

# XLA draws by this algorithm as TensorFlow's own kernels do, and on a CPU many times faster than by that of its choice.
_PHILOX, _NUMBER_OF_PHILOX = "philox", 1

_raw = tf.raw_ops


def _sampler(public, raw):
    """A sampler `(shape, seed, ...)` that is `public`; outside of XLA by the one op that it comes down to.

    The public one takes seeds apart in Python, which costs ten times as much as a small draw.
    """

    def sampler(shape, seed, **options):
        if in_xla():
            return public(ints(shape), seed, alg=_PHILOX, **options)
        key, counter = _raw.StatelessRandomGetKeyCounter(seed=seed)
        return raw(shape=ints(shape), key=key, counter=counter, alg=_NUMBER_OF_PHILOX, **options)

    return sampler


_unit_normal = _sampler(tf.random.stateless_normal, _raw.StatelessRandomNormalV2)
_unit_truncated = _sampler(tf.random.stateless_truncated_normal, _raw.StatelessTruncatedNormalV2)
_unit_uniform = _sampler(tf.random.stateless_uniform, _raw.StatelessRandomUniformV2)
_ints_between = _sampler(
    lambda *args, minval, **options: tf.random.stateless_uniform(*args, minval=minval, dtype=minval.dtype, **options),
    _raw.StatelessRandomUniformIntV2,
)
# Integers are equal under XLA and without: so dropout does not depend on what is compiled how.
_any_ints = _sampler(
    lambda *args, **options: tf.random.stateless_uniform(*args, minval=None, maxval=None, **options),
    _raw.StatelessRandomUniformFullIntV2,
)


def _in_float(draw):
    """A sampler in the nearest dtype that TensorFlow's generators know, cast to the one asked for."""

    def sampler(shape, *parameters, dtype, seed):
        wanted = to_engine_dtype(dtype)
        work = wanted if wanted in (tf.float16, tf.bfloat16, tf.float32, tf.float64) else tf.float32
        return cast(draw(tuple(shape), *parameters, seed=_seed(seed), dtype=work), wanted)

    return sampler


def _seed(seed):
    """Seeds of another engine's dtype become signed."""
    seed = convert_to_tensor(seed)
    return seed if seed.dtype in (tf.int32, tf.int64) else cast(seed, "int64")


def _drawn_by(sampler):
    """A sampler that gives what this one does, moved and stretched."""

    def draw(shape, mean, stddev, seed, dtype):
        return _scaled(drawn(lambda shape: sampler(shape, seed, dtype=dtype), shape), mean, stddev)

    return _in_float(draw)


_normal, _truncated = map(_drawn_by, (_unit_normal, _unit_truncated))


@_in_float
def _uniform(shape, low, high, seed, dtype):
    low = cast(low, dtype)
    return drawn(lambda shape: _unit_uniform(shape, seed, dtype=dtype) * (cast(high, dtype) - low) + low, shape)


def _scaled(x, mean, stddev):
    return x * cast(stddev, x.dtype) + cast(mean, x.dtype)


def normal(shape, mean, stddev, dtype, seed):
    return _normal(shape, mean, stddev, dtype=dtype, seed=seed)


def truncated_normal(shape, mean, stddev, dtype, seed):
    return _truncated(shape, mean, stddev, dtype=dtype, seed=seed)


def uniform(shape, minval, maxval, dtype, seed):
    return _uniform(shape, minval, maxval, dtype=dtype, seed=seed)


def randint(shape, minval, maxval, dtype, seed):
    wanted = to_engine_dtype(dtype)
    work = (
        wanted if wanted in (tf.int32, tf.int64) else tf.int64 if wanted.size > 4 or wanted is tf.uint32 else tf.int32
    )
    low, high = cast(minval, work), cast(maxval, work)
    seed = _seed(seed)
    return cast(drawn(lambda shape: _ints_between(shape, seed, minval=low, maxval=high), tuple(shape)), wanted)


def categorical(logits, num_samples, dtype, seed):
    logits = cast(logits, "float32") if logits.dtype.size < 4 else logits
    seed = _seed(seed)
    if in_xla():  # which knows this operation for seeds of 32 bits alone
        seed = cast(seed, "int32")
    return cast(tf.random.stateless_categorical(logits, num_samples, seed, tf.int64), dtype)


def dropout(inputs, rate, noise_shape, seed):
    if not tf.is_tensor(rate) and rate >= 1:
        return tf.zeros_like(inputs)
    shape = dims(inputs)
    if noise_shape is not None:
        shape = [size if noise is None else noise for size, noise in zip(shape, noise_shape)]
    seed = _seed(seed)
    bits = drawn(lambda shape: _any_ints(shape, seed, dtype=tf.int32), tuple(shape), times=True)
    kept = inputs * cast(1.0 / (1.0 - rate), inputs.dtype)
    return tf.where(bits >= _bits_below(rate), kept, tf.zeros((), inputs.dtype))


def _bits_below(rate):
    """The number than which so great a share of the integers of 32 bits are less."""
    if not tf.is_tensor(rate):
        return tf.constant(int(rate * 2**32) - 2**31, tf.int32)
    return cast(cast(rate, "float64") * 2.0**32 - 2.0**31, "int32")


def shuffle(x, axis, seed):
    # The order is that of random keys, drawn per slice.
    x = move_axis(x, axis, 0)
    keys = tf.random.stateless_uniform([tf.shape(x)[0]], _seed(seed), None, None, tf.int32)
    return move_axis(tf.gather(x, tf.argsort(keys, stable=True)), 0, axis)


def gamma(shape, alpha, dtype, seed):
    wanted = to_engine_dtype(dtype)
    work = wanted if wanted in (tf.float16, tf.bfloat16, tf.float32, tf.float64) else tf.float32
    numbers = tf.random.stateless_gamma(ints(tuple(shape)), _seed(seed), cast(alpha, work), dtype=work)
    return cast(numbers, wanted)


def _split_seed(seed):
    """Two seeds of one."""
    numbers = tf.random.stateless_uniform([2, 2], _seed(seed), None, None, tf.int32)
    return numbers[0], numbers[1]


def beta(shape, alpha, beta, dtype, seed):
    first, second = _split_seed(seed)
    wanted = to_engine_dtype(dtype)
    work = tf.float64 if wanted is tf.float64 else tf.float32
    x = gamma(shape, alpha, work.name, first)
    y = gamma(shape, beta, work.name, second)
    return cast(x / (x + y), wanted)


def binomial(shape, counts, probabilities, dtype, seed):
    wanted = to_engine_dtype(dtype)
    work = tf.float64 if wanted is tf.float64 else tf.float32
    counts, probabilities = cast(counts, work), cast(probabilities, work)
    numbers = tf.random.stateless_binomial(ints(tuple(shape)), _seed(seed), counts, probabilities, work)
    return cast(numbers, wanted)
