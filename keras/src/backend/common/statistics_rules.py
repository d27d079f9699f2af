"""Shape rules of statistics."""

from keras.src.backend.common import shape_rules
from keras.src.backend.common.shape_rules import canonical_axis, reject

_METHODS = ("linear", "lower", "higher", "midpoint", "nearest")


def at_quantiles(x, q, axis=None, method="linear", keepdims=False):
    reject(method not in _METHODS, f"`method` must be one of {_METHODS}", method=method)
    reject(len(q) > 1, "`q` must be a scalar or a vector", shape=q)
    return q + shape_rules.reduced(x, axis, keepdims)


def bincounted(x, weights=None, minlength=0):
    reject(not x, "`x` must have rank 1 or 2", shape=x)
    return x[:-1] + (None,)


def correlation_matrix(x):
    reject(len(x) > 2, "`x` must have rank 2 at the most, one variable in each row", shape=x)
    return (x[0], x[0]) if len(x) == 2 else ()


def correlated(x1, x2, mode="valid"):
    reject(len(x1) != 1 or len(x2) != 1, "`x1` and `x2` must have rank 1", shapes=(x1, x2))
    reject(mode not in ("valid", "same", "full"), "`mode` must be 'valid', 'same' or 'full'", mode=mode)
    if x1[0] is None or x2[0] is None:
        return (None,)
    long, short = max(x1[0], x2[0]), min(x1[0], x2[0])
    return ({"valid": long - short + 1, "same": long, "full": long + short - 1}[mode],)


def differences(a, n=1, axis=-1):
    reject(n < 0, "`n` must be 0 or more", n=n)
    axis = canonical_axis(axis, len(a))
    size = a[axis]
    return a[:axis] + (None if size is None else max(size - n, 0),) + a[axis + 1 :]


def vander(x, N=None):
    reject(len(x) != 1, "`x` must have rank 1", shape=x)
    reject(N is not None and N < 0, "`N` must be 0 or more", N=N)
    return (x[0], x[0] if N is None else N)
