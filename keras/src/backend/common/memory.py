"""Sizes that no machine holds, and what engines say when there is too little memory."""

import functools
import math
import os

import numpy as np

# What engines say, in errors of types of their own, where the host's memory does not do.
_OUT_OF_MEMORY = ("can't allocate memory", "Out of memory allocating", "OOM when allocating", "RESOURCE_EXHAUSTED")


def _largest_array():
    """Bytes above which an array need not be tried: some engines wait for memory, or only fail when it is read."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        memory = 0
    return max(2**40, 16 * memory)


LARGEST_ARRAY = _largest_array()
INTS = frozenset((int,))
"""The types of the numbers in a shape of plain ints: `INTS.issuperset(map(type, shape))` is the quickest look at one."""


def check_size(shape, dtype, what):
    """Refuses an array that is larger than the memory of any machine.

    Args:
        shape: Tuple of sizes; where one is no number, nothing is known.
        dtype: Name of its dtype.
        what: What it is for, in words.

    Raises:
        MemoryError: It has more than a tebibyte, and many times what this machine has.
    """
    if not INTS.issuperset(map(type, shape)):
        if not all([isinstance(n, (int, np.integer)) for n in shape]):
            return
        shape = [int(n) for n in shape]
    size = math.prod(shape) * _bytes_of(dtype)
    if size > LARGEST_ARRAY:
        raise MemoryError(
            f"{what} of shape {tuple(shape)} and dtype {dtype} would take {_in_words(size)}, far more than there is "
            "memory. Make it smaller."
        )


def sized(function):
    """`function`, with a result that is checked for its size."""
    what = f"The result of {function.__name__}"

    def checked(*args, **options):
        result = function(*args, **options)
        check_size(result.shape, _name_of(result.dtype), what)
        return result

    return checked


_name_of = functools.cache(str)


@functools.cache
def _bytes_of(dtype):
    return next((bits // 8 for bits in (128, 64, 32, 16) if dtype.endswith(str(bits))), 1)


def _in_words(size):
    for unit in ("TiB", "PiB", "EiB"):
        size /= 2**40 if unit == "TiB" else 2**10
        if size < 1000:
            break
    return f"{size:.3g} {unit}"


def is_out_of_memory(error):
    """Whether an engine's error, of a type of its own, says that there is too little memory."""
    return not isinstance(error, MemoryError) and any(words in str(error) for words in _OUT_OF_MEMORY)


def tell_if_out_of_memory(error, what):
    """Raises a `MemoryError` that says what failed, where an engine's error says that there is too little memory."""
    if is_out_of_memory(error):
        raise MemoryError(f"{what}: {error}") from error
