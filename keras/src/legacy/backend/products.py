"""Products of `tf.keras.backend`."""

from keras.src import ops
from keras.src.api_export import keras_export


@keras_export("keras._legacy.backend.dot")
def dot(x, y):
    """Products along the last axis of `x` and the last but one of `y`; those of matrices for matrices."""
    return ops.dot(x, y)


@keras_export("keras._legacy.backend.batch_dot")
def batch_dot(x, y, axes=None):
    """Products of each sample of `x` with the same of `y`, along an axis of each."""
    axes = _checked_axes(tuple(x.shape), tuple(y.shape), axes)
    letters = iter("bcdefghijklmnopqrstuvwxyz")
    of_x = ["a", *(next(letters) for _ in x.shape[1:])]
    of_y = ["a", *(next(letters) for _ in y.shape[1:])]
    of_y[axes[1]] = of_x[axes[0]]
    rest = [letter for of_one, axis in zip((of_x, of_y), axes) for i, letter in enumerate(of_one) if i not in (0, axis)]
    products = ops.einsum(f"{''.join(of_x)},{''.join(of_y)}->a{''.join(rest)}", x, y)
    return products if rest else ops.expand_dims(products, -1)


def _checked_axes(x, y, axes):
    """The axes of the shapes `x` and `y` along which the products are, as numbers of at least 1."""
    ranks = len(x), len(y)
    if min(ranks) < 2:
        raise ValueError(f"`batch_dot` takes tensors of at least two dimensions. Received: shapes {x} and {y}")
    if axes is None:
        axes = (ranks[0] - 1, 1 if ranks[1] == 2 else ranks[1] - 2)
    axes = (axes, axes) if isinstance(axes, int) else tuple(axes)
    axes = tuple(axis % rank for axis, rank in zip(axes, ranks))
    if 0 in axes:
        raise ValueError(
            "`batch_dot` cannot take products along axis 0, that of the samples. Received: axes=" + str(axes)
        )
    for a, b in ((x[axes[0]], y[axes[1]]), (x[0], y[0])):
        if None not in (a, b) and a != b:
            raise ValueError(
                f"`batch_dot` needs equal sizes along `axes`, and as many samples. Received: shapes {x} and {y}, axes={axes}"
            )
    return axes
