"""Random floats on the host, from a seed of two words: the draws of engines that compute with NumPy, and of large weights elsewhere.

NumPy's own distributions make one number after the other. Here bits come in blocks, which arithmetic over whole blocks
turns into numbers while they lie in the cache. Each block begins at a known place in the stream of the generator, so that
threads share a large draw, and the numbers do not hang on how many there are.
"""

import concurrent.futures
import os

import numpy as np

BLOCK = 2**15
"""Numbers that are made at once; even, since two of 32 bits come of one word."""
_SHARE = 2**19
"""Numbers that are worth a thread."""
_MASK = 2**64 - 1
_WITHIN_TWO = 0.9544997361036416
"""The share of normal numbers that lie within two standard deviations."""
_QUANTILE = (
    2.81022636e-08,
    3.43273939e-07,
    -3.5233877e-06,
    -4.39150654e-06,
    0.00021858087,
    -0.00125372503,
    -0.00417768164,
    0.246640727,
    1.50140941,
)
"""The inverse of the error function over its argument, a polynomial in `-log(1 - x * x) - 2.5` (Giles 2010), to seven digits."""


def bits_of(seed):
    """NumPy's generator of bits in the state that a seed stands for."""
    return np.random.PCG64([int(word) & _MASK for word in seed])


def _units(bits, count, dtype):
    """`count` floats that are whole numbers below 2 ** 24, or 2 ** 53, and what makes them numbers below 1."""
    if dtype == "float64":
        return (bits.random_raw(count) >> 11).astype(dtype), 2.0**-53
    words = bits.random_raw(count + 1 >> 1).view("uint32")[:count]
    words >>= 8
    return words.view("int32").astype(dtype), 2.0**-24


def _uniform(bits, out, low, high):
    units, scale = _units(bits, out.size, out.dtype)
    np.multiply(units, out.dtype.type((high - low) * scale), out=out)
    out += out.dtype.type(low)
    # Rounding may reach the upper end, which does not belong to the interval.
    if low < high and out.max() >= high:
        out[out >= high] = low


def _normal(bits, out, mean, stddev):
    """Two numbers at an angle of two of the units each (Box and Muller)."""
    pairs = out.size + 1 >> 1
    units, scale = _units(bits, 2 * pairs, out.dtype)
    radius, angle = units[:pairs], units[pairs:]
    radius += 1
    radius *= scale
    np.log(radius, out=radius)
    radius *= -2
    np.sqrt(radius, out=radius)
    radius *= stddev
    angle *= 2 * np.pi * scale
    np.multiply(np.cos(angle), radius, out=out[:pairs])
    rest = out.size - pairs
    np.multiply(np.sin(angle)[:rest], radius[:rest], out=out[pairs:])
    out += out.dtype.type(mean)


def _truncated_normal(bits, out, mean, stddev):
    """The quantiles of the units, which are spread over what lies between two and minus two."""
    units, scale = _units(bits, out.size, out.dtype)
    units *= 2 * _WITHIN_TWO * scale
    units -= _WITHIN_TWO
    power = np.multiply(units, units)
    np.subtract(1, power, out=power)
    np.log(power, out=power)
    np.negative(power, out=power)
    power -= 2.5
    out[:] = _QUANTILE[0]
    for coefficient in _QUANTILE[1:]:
        out *= power
        out += out.dtype.type(coefficient)
    out *= units
    out *= out.dtype.type(2**0.5)
    np.clip(out, -2, 2, out=out)
    out *= out.dtype.type(stddev)
    out += out.dtype.type(mean)


DRAWS = {"uniform": _uniform, "normal": _normal, "truncated_normal": _truncated_normal}


def fill(kind, out, first, second, seed):
    """Fills an array with random numbers.

    Args:
        kind: `"uniform"` (parameters: the ends), `"normal"` or `"truncated_normal"` (the mean and the standard deviation).
        out: A contiguous array of float32 or float64.
        first: Number, the first parameter.
        second: Number, the second one.
        seed: Two integers.
    """
    flat = out.reshape(-1)
    blocks = -(-flat.size // BLOCK)
    threads = max(1, min(_cores(), flat.size // _SHARE))
    share = -(-blocks // threads)

    def fill_share(number):
        start, end = number * share * BLOCK, min((number + 1) * share * BLOCK, flat.size)
        bits = bits_of(seed)
        bits.advance(start if out.dtype == "float64" else start // 2)
        for at in range(start, end, BLOCK):
            DRAWS[kind](bits, flat[at : min(at + BLOCK, end)], first, second)

    if threads == 1:
        return fill_share(0)
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        list(pool.map(fill_share, range(threads)))


def _cores():
    """How many threads may run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
