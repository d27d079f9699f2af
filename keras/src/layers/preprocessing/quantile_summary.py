"""Summaries of numbers from which quantiles can be read, of a size that does not grow with the data.

A summary is an array of two rows: values in ascending order, and the weight of each. All is float32.
"""

import numpy as np

EMPTY = np.zeros((2, 0), "float32")


def summarized(values, epsilon):
    """The summary of values: about `1 / epsilon` of them, at equal distances.

    Args:
        values: Array of numbers of any shape.
        epsilon: Share of the values between two of the summary.
    """
    values = np.sort(np.asarray(values, "float32").reshape(-1))
    distance = max(1.0, float(np.float32(values.size * epsilon)))
    chosen = values[int(distance) - 1 :: int(distance)]
    return np.stack([chosen, np.full(chosen.shape, distance, "float32")])


def merged(first, second, epsilon):
    """The summary of the data of two summaries.

    Args:
        first: Summary.
        second: Summary.
        epsilon: Share of the weight between two of its values.
    """
    both = np.concatenate([first, second], axis=1)
    return compressed(both[:, np.argsort(both[0], kind="stable")], epsilon)


def compressed(summary, epsilon):
    """A summary of about `1 / epsilon` values, found between those of a larger one.

    Args:
        summary: Summary; one that is small enough is given back.
        epsilon: Share of the weight between two of the values.
    """
    if summary.shape[1] * epsilon < 1:
        return summary
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    sums = summary[1].cumsum()
    known_shares = sums / sums[-1]
    values = np.interp(shares, known_shares, summary[0])
    weights = np.diff(np.interp(shares, known_shares, sums), prepend=0.0)
    return np.stack([values, weights]).astype("float32")


def boundaries(summary, count):
    """Numbers that cut the data of a summary into bins of equal weight.

    Args:
        summary: Summary.
        count: Int, the number of bins.

    Returns:
        Array of `count - 1` numbers, or of fewer where the summary has fewer values.
    """
    return compressed(summary, 1.0 / count)[0, :-1]
