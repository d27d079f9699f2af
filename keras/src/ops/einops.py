"""`rearrange`: dimensions named in a pattern, taken apart, moved and joined."""

import math
import re

from keras.src.api_export import keras_export
from keras.src.backend.common.keras_tensor import KerasTensor, any_symbolic_tensors
from keras.src.graph.operation import Operation
from keras.src.ops.core import convert_to_tensor, is_tensor
from keras.src.ops.core import shape as shape_of
from keras.src.ops.numpy.shape import reshape, transpose


class Rearrange(Operation):
    """The operation of `keras.ops.rearrange` in a graph."""

    def call(self, tensor, pattern, **axes_lengths):
        return _rearranged(tensor, pattern, axes_lengths)

    def compute_output_spec(self, tensor, pattern, **axes_lengths):
        _, _, _, shape = _plan(tensor.shape, pattern, axes_lengths)
        return KerasTensor(shape, tensor.dtype)


@keras_export("keras.ops.rearrange")
def rearrange(tensor, pattern, **axes_lengths):
    """The elements of a tensor in other dimensions, as a pattern tells.

    Args:
        tensor: Tensor.
        pattern: String `"before -> after"`, each a list of names for the dimensions; names in brackets stand for one
            dimension that is their product, `1` for one of size 1, `...` for those that are not named.
        **axes_lengths: Sizes of names, where they do not follow from the shape.

    Returns:
        Tensor of the same dtype and elements.

    Raises:
        ValueError: The pattern does not fit the tensor.

    Example:

    >>> keras.ops.rearrange(keras.ops.ones((2, 8, 3)), "b (h p) c -> b h (p c)", p=4).shape
    (2, 2, 12)
    """
    if any_symbolic_tensors((tensor,)):
        return Rearrange().symbolic_call(tensor, pattern, **axes_lengths)
    tensor = tensor if is_tensor(tensor) else convert_to_tensor(tensor)
    return _rearranged(tensor, pattern, axes_lengths)


def _rearranged(x, pattern, lengths):
    shape = shape_of(x)
    sizes, order, before, after = _plan(shape, pattern, lengths)
    x = x if len(before) == len(shape) else reshape(x, before)
    x = x if order == sorted(order) else transpose(x, tuple(order))
    return x if len(after) == len(order) else reshape(x, after)


def _plan(shape, pattern, lengths):
    """Sizes by name; the order of the names; the shape in which each name is a dimension; the shape of the result."""
    left, right = _sides(pattern, len(shape))
    sizes = _sizes(shape, left, lengths, pattern)
    names, wanted = _flat(left), _flat(right)
    if sorted(names) != sorted(wanted) or len(set(names)) != len(names):
        raise ValueError(
            f"keras.ops.rearrange: `pattern` must name each dimension once on both sides. Received: pattern={pattern!r}"
        )
    after = tuple(_product([sizes[n] for n in group]) for group in right)
    return sizes, [names.index(n) for n in wanted], tuple(sizes[n] for n in names), after


def _sides(pattern, rank):
    """Both sides of the pattern as lists of groups of names; `...` gets names of its own."""
    sides = pattern.split("->")
    if len(sides) != 2:
        raise ValueError(
            f"keras.ops.rearrange: `pattern` must have the form 'a b -> b a'. Received: pattern={pattern!r}"
        )
    left, right = (_groups(side, pattern) for side in sides)
    count = rank - len(left) + (["..."] in left)
    if count < 0 or (count != 0 and ["..."] not in left):
        raise ValueError(
            f"keras.ops.rearrange: `pattern` must name the {rank} dimensions of `tensor`. Received: pattern={pattern!r}"
        )
    rest = [f"...{i}" for i in range(count)]
    return [[g for group in side for g in _spread(group, rest)] for side in (left, right)]


def _spread(group, rest):
    """A group without `...`: alone it becomes groups of one, within brackets names."""
    if group == ["..."]:
        return [[n] for n in rest]
    return [[n for name in group for n in (rest if name == "..." else [name])]]


def _groups(side, pattern):
    tokens = re.findall(r"\([^()]*\)|\.\.\.|\w+|\S", side)
    groups = [t.strip("()").split() if t[0] == "(" else [t] for t in tokens]
    groups = [[n for n in g if n != "1"] for g in groups]
    if not all(n == "..." or n.isidentifier() for g in groups for n in g):
        raise ValueError(
            f"keras.ops.rearrange: `pattern` must hold names, brackets, 1 and '...' only. Received: pattern={pattern!r}"
        )
    return groups


def _flat(groups):
    return [name for group in groups for name in group]


def _sizes(shape, groups, lengths, pattern):
    """Size of each name; at most one in a group may be left open."""
    sizes = dict(lengths)
    for total, group in zip(shape, groups):
        unknown = [n for n in group if n not in lengths]
        given = _product([lengths[n] for n in group if n in lengths])
        fits = not isinstance(total, int) or (total % given == 0 if unknown else total == given)
        if len(unknown) > 1 or not fits:
            raise ValueError(
                f"keras.ops.rearrange: sizes must be given of all names but one in ({' '.join(group)}), and divide the "
                f"dimension. Received: pattern={pattern!r}, sizes {lengths} and shape {tuple(shape)}"
            )
        if unknown:
            sizes[unknown[0]] = None if total is None else total // given
    return sizes


def _product(sizes):
    return None if None in [n for n in sizes if n is None] else math.prod(sizes)
