"""Which places attention may look at: masks of queries and keys, causality and windows put together."""

from keras.src import ops


def as_bool(mask):
    """A mask of bools; numbers other than 0 count as true."""
    return ops.cast(ops.convert_to_tensor(mask), "bool")


def joined(*masks):
    """What all of the masks admit; `None` stands for a mask that admits everything."""
    result = None
    for mask in masks:
        if mask is not None:
            result = mask if result is None else ops.logical_and(result, mask)
    return result


def of_keys(mask, query_axes=1, key_axes=1):
    """A mask of shape `(..., *sources)` as one of shape `(..., 1, *sources)`, with a 1 for each axis of the targets."""
    return _with_ones(mask, len(mask.shape) - key_axes, query_axes)


def of_queries(mask, query_axes=1, key_axes=1):
    """A mask of shape `(..., *targets)` as one of shape `(..., *targets, 1)`."""
    return _with_ones(mask, len(mask.shape), key_axes)


def beside_heads(mask, rank, trailing):
    """A mask with axes of size 1 put in front of its last `trailing` ones, so that it has `rank` of them."""
    return _with_ones(mask, len(mask.shape) - trailing, rank - len(mask.shape))


def _with_ones(x, axis, count):
    for _ in range(count):
        x = ops.expand_dims(x, axis)
    return x


def causal(targets, sources):
    """A mask of shape `(targets, sources)`: each place looks at itself and at those before."""
    return ops.greater_equal(*_places(targets, sources))


def window(targets, sources, size):
    """A mask of shape `(targets, sources)`: places that are less than `size` apart look at each other."""
    target, source = _places(targets, sources)
    return ops.less(ops.absolute(ops.subtract(target, source)), size)


def _places(targets, sources):
    target = ops.expand_dims(ops.arange(targets, dtype="int32"), 1)
    return target, ops.expand_dims(ops.arange(sources, dtype="int32"), 0)
