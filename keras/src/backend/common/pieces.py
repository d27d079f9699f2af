"""Parts of arrays in files, read a few rows at a time: beside what a device holds there is but a piece in memory."""

import math

# Bytes of a piece.
PIECE = 2**23


def pieces(index, itemsize):
    """What to read of an array, one after the other, for a part of it.

    Args:
        index: The part: a tuple of slices with a start and a stop, one for each axis.
        itemsize: Bytes of an element.

    Yields:
        Pairs of the number of a row of the part, and the index of the rows of the array that stand there.
    """
    if not index:
        yield 0, ()
        return
    rows, *others = index
    step = max(1, PIECE // max(1, math.prod(part.stop - part.start for part in others) * itemsize))
    for start in range(rows.start, rows.stop, step):
        yield start - rows.start, (slice(start, min(start + step, rows.stop)), *others)
