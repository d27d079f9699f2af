"""Hashes of many strings at once: FarmHash Fingerprint64 and SipHash-2-4, which never change.

They are those of `tf.strings.to_hash_bucket_fast` and `to_hash_bucket_strong`. Sources: FarmHash (Pike and Alakuijala, 2014),
`Fingerprint64`; Aumasson and Bernstein, [SipHash](https://www.aumasson.jp/siphash/siphash.pdf), 2012. Arithmetic is that of
uint64, which wraps around. Strings are taken in portions, so that what is in work stays in the processor's cache, and
several threads can share them, since NumPy lets go of the interpreter meanwhile.
"""

import concurrent.futures
import os

import numpy as np

from keras.src.utils.byte_strings import ByteStrings

_PORTION = 1 << 14
_THREADS = 2
_K0 = np.uint64(0xC3A5C85C97CB3127)
_K1 = np.uint64(0xB492B66FBE98F273)
_K2 = np.uint64(0x9AE16A3B2F90404F)
_CROSSING_KEY = np.uint64(0xDECAFCAFFE)
_CROSSING_MULTIPLIER = np.uint64(0xC6A4A7935BD1E995)


def hash_buckets(strings, count, key=None):
    """The bucket of each string: its hash modulo the number of buckets.

    Args:
        strings: NumPy array of strings, or of integers, which stand for their decimal digits.
        count: Number of buckets.
        key: `None` for Fingerprint64, or the two ints of SipHash.

    Returns:
        Array of int64 from 0 to `count - 1`, of the same shape.
    """
    function, count = _function(key), np.uint64(count)

    def run(portion, out):
        function(portion, out)
        out -= out // count * count  # Quicker than the remainder, which NumPy computes one by one.

    return _hashed(strings, run).astype("int64", copy=False)


def cross_hash_buckets(features, count):
    """The bucket of each combination of values, one from each feature.

    Args:
        features: List of NumPy arrays of one shape, each of strings or of integers, which are their own hashes.
        count: Number of buckets.

    Returns:
        Array of int64 from 0 to `count - 1`, of the same shape.
    """
    shape = features[0].shape
    result = np.full(features[0].size, _CROSSING_KEY)
    for x in (x.reshape(-1) for x in features):
        result = _concatenated(result, x.astype("uint64") if x.dtype.kind in "iu" else fingerprint64(x))
    return (result % np.uint64(count)).astype("int64").reshape(shape)


def _concatenated(first, second):
    """The hash of two hashes, one after the other."""
    result = first ^ _CROSSING_MULTIPLIER
    result = (result ^ (_mixed(second * _CROSSING_MULTIPLIER) * _CROSSING_MULTIPLIER)) * _CROSSING_MULTIPLIER
    return _mixed(_mixed(result) * _CROSSING_MULTIPLIER)


def fingerprint64(strings):
    """FarmHash Fingerprint64 of each string.

    Args:
        strings: NumPy array of strings.

    Returns:
        Array of uint64, of the same shape.
    """
    return _hashed(strings, _function(None))


def siphash24(strings, key):
    """SipHash-2-4 of each string.

    Args:
        strings: NumPy array of strings.
        key: Two ints, each taken modulo 2^64.

    Returns:
        Array of uint64, of the same shape.
    """
    return _hashed(strings, _function(key))


def _function(key):
    if key is None:
        return _fingerprint_of_portion
    words = [np.uint64(int(k) % 2**64) for k in key]
    return lambda portion, out: _siphash_of_portion(portion, words, out)


def _hashed(strings, hash_portion):
    flat = strings.reshape(-1)
    read = ByteStrings.of_integers if strings.dtype.kind in "iu" else ByteStrings.of
    result = np.empty(len(flat), "uint64")

    def run(start):
        part = slice(start, start + _PORTION)
        texts = read(flat[part])
        words = _words_at_each_byte(texts.buffer)
        hash_portion(_Portion(texts.buffer, words, texts.starts, texts.lengths), result[part])

    starts = range(0, len(flat), _PORTION)
    if len(starts) < 4:
        for start in starts:
            run(start)
    else:
        with concurrent.futures.ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1)) as pool:
            list(pool.map(run, starts))
    return result.reshape(strings.shape)


def _words_at_each_byte(buffer):
    """The eight bytes from each place on as an integer: a view, with a stride of one byte."""
    return np.ndarray((len(buffer) - 7,), "<u8", buffer.data, strides=(1,))


class _Portion:
    """Some of the strings. `word(i)` reads eight bytes of each string from its byte `i` on."""

    def __init__(self, buffer, words, starts, lengths):
        self.buffer, self.words, self.starts, self.lengths = buffer, words, starts, lengths
        self.sizes = lengths.astype("uint64")

    def chosen(self, where):
        return _Portion(self.buffer, self.words, self.starts[where], self.lengths[where])

    def word(self, offset):
        return self.words[self.starts + offset].astype("uint64", copy=False)

    def half(self, offset):
        return self.word(offset) & np.uint64(0xFFFFFFFF)

    def byte(self, offset):
        return self.buffer[self.starts + offset].astype("uint64")


def _rotated_right(x, count):
    return (x >> np.uint64(count)) | (x << np.uint64(64 - count))


def _mixed(x):
    return x ^ (x >> np.uint64(47))


# FarmHash: one formula for each class of lengths.


def _fingerprint_of_portion(portion, out):
    lengths = portion.lengths
    low = 0
    for up_to, function in _CLASSES:
        where = np.flatnonzero((lengths >= low) & (lengths <= up_to))
        if len(where) == len(lengths):
            out[:] = function(portion)
            return
        if len(where):
            out[where] = function(portion.chosen(where))
        low = up_to + 1


def _of_two(u, v, multiplier):
    """Hash of two words."""
    a = _mixed((u ^ v) * multiplier)
    return _mixed((v ^ a) * multiplier) * multiplier


def _of_0(s):
    return np.full(len(s.starts), _K2)


def _of_1_to_3(s):
    y = s.byte(0) + (s.byte(s.lengths >> 1) << np.uint64(8))
    z = s.sizes + (s.byte(s.lengths - 1) << np.uint64(2))
    return _mixed(y * _K2 ^ z * _K0) * _K2


def _of_4_to_7(s):
    multiplier = _K2 + s.sizes * np.uint64(2)
    return _of_two(s.sizes + (s.half(0) << np.uint64(3)), s.half(s.lengths - 4), multiplier)


def _of_8_to_16(s):
    multiplier = _K2 + s.sizes * np.uint64(2)
    a, b = s.word(0) + _K2, s.word(s.lengths - 8)
    c = _rotated_right(b, 37) * multiplier + a
    return _of_two(c, (_rotated_right(a, 25) + b) * multiplier, multiplier)


def _of_17_to_32(s):
    multiplier = _K2 + s.sizes * np.uint64(2)
    a, b = s.word(0) * _K1, s.word(8)
    c, d = s.word(s.lengths - 8) * multiplier, s.word(s.lengths - 16) * _K2
    return _of_two(*_of_four(a, b, c, d), multiplier)


def _of_four(a, b, c, d):
    return _rotated_right(a + b, 43) + _rotated_right(c, 30) + d, a + _rotated_right(b + _K2, 18) + c


def _of_33_to_64(s):
    multiplier = _K2 + s.sizes * np.uint64(2)
    a, b = s.word(0) * _K2, s.word(8)
    c, d = s.word(s.lengths - 8) * multiplier, s.word(s.lengths - 16) * _K2
    y, rest = _of_four(a, b, c, d)
    z = _of_two(y, rest, multiplier)
    e, f = s.word(16) * multiplier, s.word(24)
    g, h = (y + s.word(s.lengths - 32)) * multiplier, (z + s.word(s.lengths - 24)) * multiplier
    first = _rotated_right(e + f, 43) + _rotated_right(g, 30) + h
    return _of_two(first, e + _rotated_right(f + a, 18) + g, multiplier)


def _of_65_and_more(s):
    """A state of seven words takes blocks of 64 bytes, and then the last 64 bytes, which may overlap."""
    order = np.argsort(-s.lengths, kind="stable")  # So that those which still have blocks come first.
    s = s.chosen(order)
    state = _first_state(s)
    blocks = (s.lengths - 1) // 64
    for i in range(int(blocks[0])):
        active = np.searchsorted(-blocks, -i)  # The number of strings with more than i blocks.
        part = slice(0, active)
        new = _next_state(s.chosen(part), 64 * i, [x[part] for x in state], _K1)
        for x, value in zip(state, new, strict=True):
            x[part] = value
    result = np.empty(len(order), "uint64")
    result[order] = _last_state(s, state)
    return result


def _first_state(s):
    """The words x, y, z, and two pairs v and w."""
    seed = np.array([81], "uint64")
    y = seed * _K1 + np.uint64(113)
    z = _mixed(y * _K2 + np.uint64(113)) * _K2
    zeros = [np.zeros(len(s.starts), "uint64") for _ in range(4)]
    return [seed * _ones(s) * _K2 + s.word(0), y * _ones(s), z * _ones(s), *zeros]


def _ones(s):
    return np.ones(len(s.starts), "uint64")


def _next_state(s, offset, state, multiplier, last=False):
    """The state after a block of 64 bytes; in the last one some words count nine times."""
    x, y, z, v1, v2, w1, w2 = state
    times = np.uint64(9 if last else 1)
    x = _rotated_right(x + y + v1 + s.word(offset + 8), 37) * multiplier
    y = _rotated_right(y + v2 + s.word(offset + 48), 42) * multiplier
    x = x ^ (w2 * times)
    y = y + v1 * times + s.word(offset + 40)
    z = _rotated_right(z + w1, 33) * multiplier
    v1, v2 = _weak(s, offset, v2 * multiplier, x + w1)
    w1, w2 = _weak(s, offset + 32, z + w2, y + s.word(offset + 16))
    return [z, y, x, v1, v2, w1, w2]


def _weak(s, offset, a, b):
    """A pair of words from four words of the string and two seeds."""
    w, x, y, z = (s.word(offset + 8 * i) for i in range(4))
    a = a + w
    b = _rotated_right(b + a + z, 21)
    c = a
    a = a + x + y
    return a + z, b + _rotated_right(a, 44) + c


def _last_state(s, state):
    x, y, z, v1, v2, w1, w2 = state
    multiplier = _K1 + ((z & np.uint64(0xFF)) << np.uint64(1))
    w1 = w1 + ((s.sizes - np.uint64(1)) & np.uint64(63))
    v1 = v1 + w1
    w1 = w1 + v1
    x, y, z, v1, v2, w1, w2 = _next_state(s, s.lengths - 64, [x, y, z, v1, v2, w1, w2], multiplier, last=True)
    # The state is handed on with x and z exchanged, so that here z is the word that was x.
    first = _of_two(v1, w1, multiplier) + _mixed(y) * _K0 + z
    return _of_two(first, _of_two(v2, w2, multiplier) + x, multiplier)


_CLASSES = (
    (0, _of_0),
    (3, _of_1_to_3),
    (7, _of_4_to_7),
    (16, _of_8_to_16),
    (32, _of_17_to_32),
    (64, _of_33_to_64),
    (np.iinfo("int64").max - 1, _of_65_and_more),
)
"""The longest of each class of lengths, and its formula."""


# SipHash


def _siphash_of_portion(portion, key, out):
    order = np.argsort(-portion.lengths, kind="stable")  # So that those which still have blocks come first.
    s = portion.chosen(order)
    state = [np.full(len(order), key[i % 2] ^ np.uint64(word)) for i, word in enumerate(_SIPHASH_WORDS)]
    spare = np.empty(len(order), "uint64")
    blocks = s.lengths // 8
    for i in range(int(blocks[0]) if len(blocks) else 0):
        part = slice(0, np.searchsorted(-blocks, -i))
        _absorb([x[part] for x in state], s.chosen(part).word(8 * i), spare[part])
    _absorb(state, _last_word(s, blocks), spare)
    state[2] ^= np.uint64(0xFF)
    for _ in range(4):
        _sip_round(*state, spare)
    out[order] = state[0] ^ state[1] ^ state[2] ^ state[3]


_SIPHASH_WORDS = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)


def _last_word(s, blocks):
    """The up to seven bytes that are left, and the length modulo 256 in the highest byte."""
    bits = (s.sizes & np.uint64(7)) << np.uint64(3)
    rest = s.word(8 * blocks) & ((np.uint64(1) << bits) - np.uint64(1))
    return rest | (s.sizes << np.uint64(56))


def _absorb(state, word, spare):
    """Takes a word into the state, in place."""
    state[3] ^= word
    _sip_round(*state, spare)
    _sip_round(*state, spare)
    state[0] ^= word


def _sip_round(a, b, c, d, spare):
    """One round, in place; `spare` is memory for what lies between."""
    a += b
    c += d
    _rotate_left(b, 13, spare)
    _rotate_left(d, 16, spare)
    b ^= a
    d ^= c
    _rotate_left(a, 32, spare)
    c += b
    a += d
    _rotate_left(b, 17, spare)
    _rotate_left(d, 21, spare)
    b ^= c
    d ^= a
    _rotate_left(c, 32, spare)


def _rotate_left(x, count, spare):
    np.right_shift(x, np.uint64(64 - count), out=spare)
    np.left_shift(x, np.uint64(count), out=x)
    np.bitwise_or(x, spare, out=x)
